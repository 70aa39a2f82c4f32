#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/run/sql_session.hpp"
#include "tsql/syntax/parser.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

constexpr Type kText{.id = TypeId::nvarchar, .length = -1};
constexpr int kMostNested = 32;

std::string text_or_empty(const Value& value) {
  return std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : "";
}

}  // namespace

void SqlSession::run_execute(const Execute& execute) {
  if (nesting_ >= kMostNested) {
    fail(217, "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).");
  }
  if (execute.text) {
    const Value text = evaluate_as(*execute.text, kText);
    return run_dynamic(text_or_empty(text), {}, nullptr);
  }
  const std::string name = to_lower(execute.procedure.object());
  if (name == "sp_executesql") {
    execute_sql(execute.args);
  } else {
    run_procedure(name, execute);
  }
  if (!execute.status.empty()) assign(execute.status, std::int64_t{0});
}

/// Statements with variables of their own; `after` gets what they are at the end.
void SqlSession::run_dynamic(const std::string& text, Variables variables, Variables* after) {
  std::vector<std::string> declared;
  for (const auto& [name, variable] : variables) declared.push_back(name);
  std::swap(variables, variables_);
  ++nesting_;
  const auto leave = [&] {
    --nesting_;
    std::swap(variables, variables_);
  };
  try {
    run_text(text, declared);
  } catch (...) {
    leave();
    throw;
  }
  leave();
  if (after != nullptr) *after = std::move(variables);
}

void SqlSession::execute_sql(const std::vector<Argument>& args) {
  if (args.empty() || !args[0].value)
    fail(201, "Procedure or function 'sp_executesql' expects parameter '@statement', which was not supplied.", 16, 10);
  const std::string text = text_or_empty(evaluate_as(*args[0].value, kText));
  Variables variables;
  std::vector<std::string> names;
  if (args.size() > 1 && args[1].value) {
    for (const Declaration& one : parse_parameters(text_or_empty(evaluate_as(*args[1].value, kText)))) {
      variables[to_lower(one.name)] = {one.type, one.value ? evaluate_as(*one.value, one.type) : Value{}};
      names.push_back(to_lower(one.name));
    }
  }
  std::vector<std::pair<std::string, std::string>> outputs;
  for (std::size_t i = 2; i < args.size(); ++i) {
    const std::string name = !args[i].name.empty() ? to_lower(args[i].name) : i - 2 < names.size() ? names[i - 2] : "";
    const auto found = variables.find(name);
    if (found == variables.end())
      fail(8144, "Procedure or function sp_executesql has too many arguments specified.", 16, 2);
    if (args[i].value) found->second.value = evaluate_as(*args[i].value, found->second.type);
    if (args[i].output && args[i].value && args[i].value->kind == ExprKind::variable)
      outputs.emplace_back(args[i].value->text, name);
  }
  Variables after;
  run_dynamic(text, std::move(variables), &after);
  for (const auto& [to, from] : outputs) {
    const Variable& source = after.at(from);
    const Type type = *variable_type(to);
    const Type types[] = {type};
    assign(to,
           fetch("SELECT " + converted({literal_sql(source.value, source.type), source.type, true, false}, type).sql,
                 types)[0][0]);
  }
}

void SqlSession::send_table(const Table& table) {
  answer().columns(table.columns);
  for (const std::vector<Value>& row : table.rows) answer().row(row);
  counted(static_cast<std::int64_t>(table.rows.size()));
}

void SqlSession::run_procedure(const std::string& name, const Execute& execute) {
  const auto text = [&](std::size_t place) {
    return place < execute.args.size() && execute.args[place].value
               ? text_or_empty(evaluate_as(*execute.args[place].value, kText))
               : std::string();
  };
  constexpr Type kName{.id = TypeId::nvarchar, .length = 128};
  if (name == "sp_databases") {
    Table table{{{"DATABASE_NAME", kName, true},
                 {"DATABASE_SIZE", {.id = TypeId::integer}, true},
                 {"REMARKS", {.id = TypeId::varchar, .length = 254}, true}},
                {}};
    for (const std::string& one : host_.databases()) table.rows.push_back({one, std::int64_t{16384}, Value{}});
    return send_table(table);
  }
  if (name == "sp_helpdb")
    return run_dynamic(
        "SELECT d.name, d.database_id AS dbid, d.state_desc AS status FROM sys.databases AS d ORDER BY d.name", {},
        nullptr);
  if (name == "sp_who" || name == "sp_who2") {
    return run_dynamic(
        "SELECT s.session_id AS spid, s.status, s.login_name AS loginame, s.host_name AS hostname, "
        "DB_NAME(s.database_id) AS dbname "
        "FROM sys.dm_exec_sessions AS s ORDER BY s.session_id",
        {}, nullptr);
  }
  if (name == "sp_set_session_context") {
    context_[to_lower(text(0))] = text(1);
    return done();
  }
  if (name == "xp_readerrorlog" || name == "sp_readerrorlog") {
    if (const std::optional<Table> log = host_.system_view("sys.xp_readerrorlog", "master")) {
      Table table{log->columns, {}};
      const std::string wanted = to_lower(text(2)), also = to_lower(text(3));
      for (const std::vector<Value>& row : log->rows) {
        const std::string line = to_lower(text_or_empty(row.back()));
        if (line.find(wanted) != std::string::npos && line.find(also) != std::string::npos) table.rows.push_back(row);
      }
      return send_table(table);
    }
  }
  fail(2812, fmt::format("Could not find stored procedure '{}'.", execute.procedure.text()), 16, 62);
}

}  // namespace dba::sandbox::sqlserver::tsql
