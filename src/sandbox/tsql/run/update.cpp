#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/run/row_writer.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// What the name after UPDATE or DELETE means: the table, or the alias of one in FROM.
const ObjectName* aliased(const ObjectName& name, const std::vector<SourcePtr>& from) {
  const auto look = [&](const auto& self, const Source& source) -> const ObjectName* {
    if (source.kind == SourceKind::join) {
      const ObjectName* left = self(self, *source.left);
      return left != nullptr ? left : self(self, *source.right);
    }
    if (source.kind != SourceKind::named || name.parts.size() != 1) return nullptr;
    return to_lower(source.alias) == to_lower(name.object()) ? &source.name : nullptr;
  };
  for (const SourcePtr& source : from) {
    if (const ObjectName* found = look(look, *source)) return found;
  }
  return nullptr;
}

}  // namespace

std::string SqlSession::changed_sources(Binder& binder, Scope& scope, const std::vector<SourcePtr>& from,
                                        const ObjectName& name, const Target& target, std::string& alias) {
  if (from.empty()) {
    std::vector<std::string> names(name.parts.rbegin(), name.parts.rend());
    ScopeSource source = binder.add_relation({target.sql(), source_columns(target.table)}, std::move(names));
    alias = source.sql;
    scope.sources.push_back(std::move(source));
    return fmt::format("{} AS {}", target.sql(), alias);
  }
  const std::string sql = binder.from(from, scope);
  for (const ScopeSource& source : scope.sources) {
    if (to_lower(source.names[0]) != to_lower(name.object())) continue;
    alias = source.sql;
    return sql;
  }
  fail(208, fmt::format("Invalid object name '{}'.", name.text()), 16, 1, name.line);
}

std::string SqlSession::affected_sql(Binder& binder, const Scope& scope, const std::string& alias, const Target& target,
                                     const std::string& more, const std::string& from, const ExprPtr& where,
                                     const ExprPtr& top) {
  std::string sql = fmt::format("SELECT {}.rowid", alias);
  for (const TableColumn& column : target.table.columns) sql += fmt::format(",{}.{}", alias, column.sql());
  sql += fmt::format("{} FROM {}", more, from);
  if (where) sql += " WHERE " + binder.condition(*where, scope);
  if (top) sql += " LIMIT " + binder.limit(*top, {});
  return sql;
}

/// The new value of every column (the old one where it is not set), then those of variables.
void SqlSession::set_columns(const Update& update, Binder& binder, const Scope& scope, const std::string& alias,
                             const Target& target, std::vector<Bound>& values,
                             std::vector<std::pair<std::string, std::size_t>>& variables) {
  const TableDefinition& table = target.table;
  for (const TableColumn& column : table.columns)
    values.push_back({alias + "." + column.sql(), column.type, column.takes_null(), false});
  std::set<std::size_t> set;
  for (const Assignment& one : update.set) {
    const bool in_column = !one.column.empty();
    const std::size_t place = in_column ? table.get_column(one.column) : 0;
    Bound value = one.value ? binder.expression(*one.value, scope) : default_of(table.columns.at(place), binder);
    if (!one.operation.empty()) {
      const Bound before = in_column
                               ? Bound{alias + "." + table.columns[place].sql(), table.columns[place].type, true, false}
                               : Bound{literal_sql(variable(one.variable), *variable_type(one.variable)),
                                       *variable_type(one.variable), true, false};
      const Type result = arithmetic_type(one.operation, before.type, value.type);
      const std::string args[] = {converted(before, result).sql, converted(value, result).sql};
      value = {call_sql(one.operation, result, args), result, true, false};
    }
    if (in_column) {
      if (table.columns[place].identity) fail(8102, fmt::format("Cannot update identity column '{}'.", one.column));
      if (!set.insert(place).second) {
        fail(264, fmt::format("The column name '{}' is specified more than once in the SET clause or column list of an "
                              "INSERT. A column cannot be assigned more than one value in the same clause.",
                              one.column));
      }
      values[place] = converted(value, assigned_type(table.columns[place].type));
    }
    if (!one.variable.empty()) {
      const std::optional<Type> type = variable_type(one.variable);
      if (!type) fail(137, fmt::format("Must declare the scalar variable \"{}\".", one.variable), 15, 2);
      variables.emplace_back(one.variable, values.size());
      values.push_back(converted(in_column ? values[place] : value, *type));
    }
  }
}

void SqlSession::run_update(const Update& update) {
  before_change();
  const ObjectName* named = aliased(update.target, update.from);
  const Target table = target(named != nullptr ? *named : update.target);
  counted(atomically([&] {
    Binder binder(*this);
    Scope scope;
    std::string alias;
    const std::string with = binder.common_tables(update.with);
    const std::string from = changed_sources(binder, scope, update.from, update.target, table, alias);
    std::vector<Bound> values;
    std::vector<std::pair<std::string, std::size_t>> variables;
    set_columns(update, binder, scope, alias, table, values, variables);
    std::string more;
    for (const Bound& value : values) more += "," + value.sql;
    const std::size_t width = table.table.columns.size();
    const std::vector<std::vector<Value>> rows =
        fetch(with + affected_sql(binder, scope, alias, table, more, from, update.where, update.top), {});
    OutputRows output(*this, update.output, table);
    std::int64_t count = 0;
    {
      // Every row goes before the first comes back: keys may change places among them.
      RowWriter writer(*this, table, "UPDATE");
      std::set<std::int64_t> seen;
      for (const std::vector<Value>& row : rows) {
        if (seen.insert(std::get<std::int64_t>(row[0])).second) writer.remove(std::get<std::int64_t>(row[0]));
      }
      seen.clear();
      for (const std::vector<Value>& row : rows) {
        const std::int64_t rowid = std::get<std::int64_t>(row[0]);
        if (!seen.insert(rowid).second) continue;
        const auto at = [&](std::size_t place) { return row.begin() + static_cast<std::ptrdiff_t>(place); };
        std::vector<Value> before(at(1), at(1 + width)), after(at(1 + width), at(1 + 2 * width));
        writer.check(after);
        writer.insert(rowid, after);
        output.add(after, before);
        for (const auto& [name, place] : variables) assign(name, row[1 + width + place]);
        ++count;
      }
    }
    output.send();
    return count;
  }));
}

void SqlSession::run_delete(const Delete& statement) {
  before_change();
  const ObjectName* named = aliased(statement.target, statement.from);
  const Target table = target(named != nullptr ? *named : statement.target);
  counted(atomically([&] {
    Binder binder(*this);
    Scope scope;
    std::string alias;
    const std::string with = binder.common_tables(statement.with);
    const std::string from = changed_sources(binder, scope, statement.from, statement.target, table, alias);
    const std::vector<std::vector<Value>> rows =
        fetch(with + affected_sql(binder, scope, alias, table, "", from, statement.where, statement.top), {});
    OutputRows output(*this, statement.output, table);
    std::set<std::int64_t> seen;
    {
      RowWriter writer(*this, table, "DELETE");
      for (const std::vector<Value>& row : rows) {
        if (!seen.insert(std::get<std::int64_t>(row[0])).second) continue;
        writer.remove(std::get<std::int64_t>(row[0]));
        output.add({}, {row.begin() + 1, row.end()});
      }
    }
    output.send();
    return static_cast<std::int64_t>(seen.size());
  }));
}

void SqlSession::run_truncate(const Truncate& truncate) {
  before_change();
  const Target table = target(truncate.target);
  atomically([&] {
    workspace_.change(table.database, "DELETE FROM ", table.table.full_name(), "");
    const Value id[] = {table.table.id};
    workspace_.change(table.database, "DELETE FROM ", "$identity", " WHERE id=?", id);
    return std::int64_t{0};
  });
  done();
}

}  // namespace dba::sandbox::sqlserver::tsql
