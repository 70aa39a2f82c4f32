#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/run/sql_session.hpp"
#include "tsql/syntax/parser.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/type_rules.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

constexpr int kMostNested = 32;

/// What system procedures answer. @source learn.microsoft.com: the result sets of each
constexpr std::string_view kHelpDatabase =
    "SELECT d.name, STR(SUM(f.size) / 128.0, 10, 2) + N' MB' AS db_size, SUSER_SNAME(d.owner_sid) AS owner,"
    " CONVERT(smallint, d.database_id) AS dbid, CONVERT(nvarchar(11), d.create_date) AS created,"
    " N'Status=' + d.state_desc + N', UserAccess=' + d.user_access_desc + N', Recovery=' + d.recovery_model_desc +"
    " N', Collation=' + d.collation_name AS status, d.compatibility_level"
    " FROM sys.databases AS d JOIN sys.master_files AS f ON f.database_id = d.database_id"
    " WHERE @name IS NULL OR d.name = @name"
    " GROUP BY d.name, d.owner_sid, d.database_id, d.create_date, d.state_desc, d.user_access_desc,"
    " d.recovery_model_desc, d.collation_name, d.compatibility_level ORDER BY d.name";
constexpr std::string_view kHelpFiles =
    "SELECT f.name, CONVERT(smallint, f.file_id) AS fileid, f.physical_name AS filename,"
    " CASE f.type WHEN 0 THEN N'PRIMARY' END AS filegroup, CONVERT(nvarchar(15), f.size * 8) + N' KB' AS size,"
    " N'Unlimited' AS maxsize, CONVERT(nvarchar(15), f.growth * 8) + N' KB' AS growth,"
    " CASE f.type WHEN 0 THEN 'data only' ELSE 'log only' END AS usage"
    " FROM sys.master_files AS f WHERE f.database_id = DB_ID(@name) ORDER BY f.file_id";

struct ProcedureQuery {
  std::string_view name, text;
};
constexpr auto kQueries = std::to_array<ProcedureQuery>({
    {"sp_helpdb", kHelpDatabase},
    {"sp_databases",
     "SELECT d.name AS DATABASE_NAME, SUM(f.size) * 8 AS DATABASE_SIZE, CONVERT(varchar(254), NULL) AS REMARKS"
     " FROM sys.databases AS d JOIN sys.master_files AS f ON f.database_id = d.database_id"
     " GROUP BY d.name ORDER BY d.name"},
    {"sp_who",
     "SELECT s.session_id AS spid, CONVERT(smallint, 0) AS ecid, s.status, s.login_name AS loginame,"
     " s.host_name AS hostname, CONVERT(char(5), '0') AS blk, DB_NAME(s.database_id) AS dbname,"
     " ISNULL(r.command, N'AWAITING COMMAND') AS cmd, 0 AS request_id"
     " FROM sys.dm_exec_sessions AS s LEFT JOIN sys.dm_exec_requests AS r ON r.session_id = s.session_id"
     " ORDER BY s.session_id"},
    {"sp_configure",
     "SELECT c.name, c.minimum, c.maximum, c.value AS config_value, c.value_in_use AS run_value"
     " FROM sys.configurations AS c ORDER BY c.name"},
});

}  // namespace

void SqlSession::run_execute(const Execute& execute) {
  if (nesting_ >= kMostNested) {
    fail(217, "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).");
  }
  if (execute.text) {
    const Value text = evaluate_as(*execute.text, kNvarcharMax);
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
  const std::string text = text_or_empty(evaluate_as(*args[0].value, kNvarcharMax));
  Variables variables;
  std::vector<std::string> names;
  if (args.size() > 1 && args[1].value) {
    for (const Declaration& one : parse_parameters(text_or_empty(evaluate_as(*args[1].value, kNvarcharMax)))) {
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

void SqlSession::run_procedure(const std::string& name, const Execute& execute) {
  const auto argument = [&](std::size_t place) {
    return place < execute.args.size() && execute.args[place].value
               ? evaluate_as(*execute.args[place].value, kNvarcharMax)
               : Value{};
  };
  if (name == "sp_set_session_context") {
    context_[to_lower(text_or_empty(argument(0)))] = text_or_empty(argument(1));
    return done();
  }
  if (name == "sp_helpdb" && !is_null(argument(0))) {
    const std::string database = text_or_empty(argument(0));
    if (!is_database(database)) {
      fail(15010,
           fmt::format("The database '{}' does not exist. Supply a valid database name. To see available databases, "
                       "use sys.databases.",
                       database),
           16, 1);
    }
    run_dynamic(std::string(kHelpDatabase), {{"@name", {kSysname, database}}}, nullptr);
    return run_dynamic(std::string(kHelpFiles), {{"@name", {kSysname, database}}}, nullptr);
  }
  const auto query = std::ranges::find(kQueries, name, &ProcedureQuery::name);
  const bool plain = query != kQueries.end() && execute.args.empty();
  if (plain) return run_dynamic(std::string(query->text), {{"@name", {kSysname, {}}}}, nullptr);
  if (name.starts_with("sp_") || name.starts_with("xp_")) {
    fail_unsupported("EXEC " + name + (query != kQueries.end() ? " with arguments" : ""));
  }
  fail(2812, fmt::format("Could not find stored procedure '{}'.", execute.procedure.text()), 16, 62);
}

}  // namespace dba::sandbox::sqlserver::tsql
