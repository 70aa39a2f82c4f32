#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/names.hpp"
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
    return same_name(source.alias, name.object()) ? &source.name : nullptr;
  };
  for (const SourcePtr& source : from) {
    if (const ObjectName* found = look(look, *source)) return found;
  }
  return nullptr;
}

}  // namespace

/// The rows an UPDATE or DELETE is about.
class SqlSession::AffectedRows {
 public:
  AffectedRows(SqlSession& session, const RowChange& change, const Target& target)
      : session_(session),
        change_(change),
        target_(target),
        binder_(session),
        with_(binder_.common_tables(change.with)),
        from_(change.from.empty() ? target_itself() : binder_.from(change.from, scope_)) {
    const auto changed = std::ranges::find_if(
        scope_.sources, [&](const ScopeSource& source) { return same_name(source.names[0], change.target.object()); });
    if (changed == scope_.sources.end()) fail_object(change.target.text(), change.target.line);
    alias_ = changed->sql;
  }

  Binder& binder() { return binder_; }
  const Scope& scope() const { return scope_; }
  const std::string& alias() const { return alias_; }  ///< Of the table that is changed.

  /// Each once: rowid, the columns as they are, and `more`.
  std::vector<std::vector<Value>> fetch(const std::string& more) {
    std::string sql = fmt::format("{}SELECT {}.rowid", with_, alias_);
    for (const TableColumn& column : target_.table.columns) sql += fmt::format(",{}.{}", alias_, column.sql());
    sql += fmt::format("{} FROM {}", more, from_);
    if (change_.where) sql += " WHERE " + binder_.condition(*change_.where, scope_);
    std::vector<std::vector<Value>> rows = session_.fetch(sql + session_.limit_sql(binder_, change_.top), {});
    std::set<Value> seen;
    std::erase_if(rows, [&](const std::vector<Value>& row) { return !seen.insert(row[0]).second; });
    return rows;
  }

 private:
  std::string target_itself() {
    const std::vector<std::string>& parts = change_.target.parts;
    scope_.sources.push_back(binder_.add_relation({target_.sql(), source_columns(target_.table)},
                                                  std::vector<std::string>(parts.rbegin(), parts.rend())));
    return fmt::format("{} AS {}", target_.sql(), scope_.sources[0].sql);
  }

  SqlSession& session_;
  const RowChange& change_;
  const Target& target_;
  Binder binder_;
  Scope scope_{};
  std::string with_, from_, alias_{};
};

/// How many rows a change is about at most: TOP, else SET ROWCOUNT.
std::string SqlSession::limit_sql(Binder& binder, const ExprPtr& top) const {
  if (top) return " LIMIT " + binder.limit(*top, {});
  return settings_.row_count > 0 ? fmt::format(" LIMIT {}", settings_.row_count) : "";
}

SqlSession::Target SqlSession::changed_target(const RowChange& change) {
  const ObjectName* const named = aliased(change.target, change.from);
  return target(named != nullptr ? *named : change.target);
}

/// The new value of every column (the old one where it is not set), then those of variables.
void SqlSession::set_columns(const Update& update, AffectedRows& rows, const Target& target, std::vector<Bound>& values,
                             std::vector<std::pair<std::string, std::size_t>>& variables) {
  const TableDefinition& table = target.table;
  const std::string& alias = rows.alias();
  for (const TableColumn& column : table.columns)
    values.push_back({alias + "." + column.sql(), column.type, column.takes_null(), false});
  std::set<std::size_t> set;
  for (const Assignment& one : update.set) {
    const bool in_column = !one.column.empty();
    const std::size_t place = in_column ? table.get_column(one.column) : 0;
    Bound value = one.value ? rows.binder().expression(*one.value, rows.scope())
                            : default_of(table.columns.at(place), rows.binder());
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
      if (!set.insert(place).second) fail_column_twice(one.column);
      values[place] = converted(value, assigned_type(table.columns[place].type));
    }
    if (!one.variable.empty()) {
      const std::optional<Type> type = variable_type(one.variable);
      if (!type) fail_undeclared(one.variable);
      variables.emplace_back(one.variable, values.size());
      values.push_back(converted(in_column ? values[place] : value, *type));
    }
  }
}

void SqlSession::run_update(const Update& update) {
  before_change();
  const Target table = changed_target(update);
  counted(atomically([&] {
    AffectedRows affected(*this, update, table);
    std::vector<Bound> values;
    std::vector<std::pair<std::string, std::size_t>> variables;
    set_columns(update, affected, table, values, variables);
    std::string more;
    for (const Bound& value : values) more += "," + value.sql;
    const std::size_t width = table.table.columns.size();
    const std::vector<std::vector<Value>> rows = affected.fetch(more);
    OutputRows output(*this, update.output, table);
    {
      // Every row goes before the first comes back: keys may change places among them.
      RowWriter writer(*this, table, "UPDATE");
      for (const std::vector<Value>& row : rows) writer.remove(std::get<std::int64_t>(row[0]));
      for (const std::vector<Value>& row : rows) {
        const auto at = [&](std::size_t place) { return row.begin() + static_cast<std::ptrdiff_t>(place); };
        std::vector<Value> before(at(1), at(1 + width)), after(at(1 + width), at(1 + 2 * width));
        writer.check(after);
        writer.insert(std::get<std::int64_t>(row[0]), after);
        output.add(after, before);
        for (const auto& [name, place] : variables) assign(name, row[1 + width + place]);
      }
    }
    output.send();
    return std::ssize(rows);
  }));
}

void SqlSession::run_delete(const Delete& statement) {
  before_change();
  const Target table = changed_target(statement);
  counted(atomically([&] {
    const std::vector<std::vector<Value>> rows = AffectedRows(*this, statement, table).fetch("");
    OutputRows output(*this, statement.output, table);
    {
      RowWriter writer(*this, table, "DELETE");
      for (const std::vector<Value>& row : rows) {
        writer.remove(std::get<std::int64_t>(row[0]));
        output.add({}, {row.begin() + 1, row.end()});
      }
    }
    output.send();
    return std::ssize(rows);
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
