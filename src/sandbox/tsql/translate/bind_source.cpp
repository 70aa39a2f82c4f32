#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/names.hpp"
#include "tsql/store/connection.hpp"
#include "tsql/translate/binder.hpp"
#include "tsql/translate/builtins.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

void set_nullable(std::span<ScopeSource> sources) {
  for (ScopeSource& source : sources) {
    for (SourceColumn& column : source.columns) column.nullable = true;
  }
}

std::vector<SourceColumn> columns_of(const BoundQuery& query, const std::vector<std::string>& names) {
  std::vector<SourceColumn> columns;
  for (std::size_t i = 0; i < query.columns.size(); ++i) {
    const Column& column = query.columns[i];
    columns.push_back(
        {i < names.size() ? names[i] : column.name, column.type, column.nullable, fmt::format("c{}", i + 1), false});
  }
  return columns;
}

void check_column_names(const std::vector<SourceColumn>& columns, const std::vector<std::string>& given,
                        std::string_view table) {
  if (!given.empty() && given.size() != columns.size()) {
    fail(given.size() < columns.size() ? 8158 : 8159,
         fmt::format("'{}' has {} columns than were specified in the column list.", table,
                     given.size() < columns.size() ? "more" : "fewer"));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name.empty())
      fail(8155, fmt::format("No column name was specified for column {} of '{}'.", i + 1, table), 16, 2);
  }
}

}  // namespace

Binder::Binder(Catalog& catalog, bool live_variables) : catalog_(catalog), live_variables_(live_variables) {}

std::string Binder::next_alias() { return fmt::format("s{}", ++aliases_); }

ScopeSource Binder::add_relation(Relation relation, std::vector<std::string> names) {
  return {std::move(names), next_alias(), std::move(relation.columns)};
}

std::string Binder::common_tables(const std::vector<CommonTable>& tables) {
  std::string sql;
  for (const CommonTable& table : tables) {
    const std::string name = fmt::format("w{}", ++aliases_);
    BoundQuery bound;
    const bool recursive = table.query->terms.size() > 1 &&
                           table.query->terms.back().operation == SetOperation::union_all &&
                           table.query->terms.front().select;
    if (recursive) {
      // The first part says what the columns are; the others may be about the table itself.
      const SelectParts anchor = term(table.query->terms.front(), nullptr);
      BoundQuery shape;
      for (std::size_t i = 0; i < anchor.items.size(); ++i)
        shape.columns.push_back({anchor.names[i], anchor.items[i].type, true});
      common_tables_.push_back({table.name, name, columns_of(shape, table.columns)});
      bound = query(*table.query);
      for (std::size_t i = 0; i < bound.columns.size() && i < shape.columns.size(); ++i)
        bound.columns[i].nullable = true;
      common_tables_.pop_back();
    } else {
      bound = query(*table.query);
    }
    std::vector<SourceColumn> columns = columns_of(bound, table.columns);
    check_column_names(columns, table.columns, table.name);
    std::vector<std::string> names;
    for (const SourceColumn& column : columns) names.push_back(column.sql);
    // Every recursive one has been given its alias while it was translated.
    sql +=
        fmt::format("{}{}({}) AS ({})", sql.empty() ? "WITH RECURSIVE " : ", ", name, dba::join(names, ","), bound.sql);
    common_tables_.push_back({table.name, name, std::move(columns)});
  }
  return sql.empty() ? sql : sql + " ";
}

const Binder::CommonTableEntry* Binder::find_common_table(const ObjectName& name) const {
  if (name.parts.size() != 1) return nullptr;
  for (auto entry = common_tables_.rbegin(); entry != common_tables_.rend(); ++entry) {
    if (same_name(entry->name, name.object())) return &*entry;
  }
  return nullptr;
}

std::string Binder::from(const std::vector<SourcePtr>& sources, Scope& scope) {
  std::string sql;
  for (const SourcePtr& one : sources) sql += (sql.empty() ? "" : ", ") + source(*one, scope);
  for (std::size_t i = 0; i < scope.sources.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (scope.sources[i].names.size() > 1 || scope.sources[j].names.size() > 1) continue;
      if (!same_name(scope.sources[i].names[0], scope.sources[j].names[0])) continue;
      fail(1011,
           fmt::format("The correlation name '{}' is specified multiple times in a FROM clause.",
                       scope.sources[i].names[0]),
           15);
    }
  }
  return sql;
}

std::string Binder::source(const Source& source, Scope& scope) {
  switch (source.kind) {
    case SourceKind::named:
      return named(source, scope);
    case SourceKind::derived:
    case SourceKind::values:
      return derived(source, scope);
    case SourceKind::call:
      return function_source(source, scope);
    case SourceKind::join:
      return join(source, scope);
  }
  return {};
}

std::string Binder::join(const Source& join, Scope& scope) {
  const std::size_t first = scope.sources.size();
  std::string sql = source(*join.left, scope);
  const std::size_t middle = scope.sources.size();
  const std::string right = source(*join.right, scope);
  const std::span all(scope.sources);
  static constexpr std::string_view kWords[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "JOIN"};
  sql += fmt::format(" {} {}", kWords[static_cast<std::size_t>(join.join)],
                     join.right->kind == SourceKind::join ? "(" + right + ")" : right);
  if (join.join == JoinKind::left || join.join == JoinKind::full) set_nullable(all.subspan(middle));
  if (join.join == JoinKind::right || join.join == JoinKind::full) set_nullable(all.subspan(first, middle - first));
  if (join.on) sql += " ON " + condition(*join.on, scope);
  return sql;
}

std::string Binder::named(const Source& source, Scope& scope) {
  ScopeSource found;
  std::string table;
  if (const CommonTableEntry* entry = find_common_table(source.name)) {
    found = {{}, next_alias(), entry->columns};
    table = entry->sql;
  } else {
    Relation relation = catalog_.relation(source.name);
    table = relation.sql;
    found = {{}, next_alias(), std::move(relation.columns)};
  }
  if (source.alias.empty()) {
    found.names.assign(source.name.parts.rbegin(), source.name.parts.rend());
  } else {
    found.names = {source.alias};
  }
  scope.sources.push_back(found);
  return fmt::format("{} AS {}", table, found.sql);
}

std::string Binder::derived(const Source& source, Scope& scope) {
  BoundQuery bound;
  if (source.kind == SourceKind::derived) {
    bound = query(*source.query, scope.around);
  } else {
    Query rows;
    const SelectParts parts = values(source.rows, scope.around);
    bound.sql = parts.tail;
    for (std::size_t i = 0; i < parts.items.size(); ++i)
      bound.columns.push_back({"", parts.items[i].type, parts.items[i].nullable});
  }
  ScopeSource found{{source.alias}, next_alias(), columns_of(bound, source.columns)};
  check_column_names(found.columns, source.columns, source.alias);
  scope.sources.push_back(found);
  return fmt::format("({}) AS {}", bound.sql, found.sql);
}

std::string Binder::function_source(const Source& source, Scope& scope) {
  const std::string name = to_lower(source.name.object());
  const std::string alias = next_alias();
  ScopeSource found{{source.alias.empty() ? source.name.object() : source.alias}, alias, {}};
  Scope arguments;
  arguments.around = scope.around;
  std::vector<Bound> args;
  for (const ExprPtr& arg : source.args) args.push_back(expression(*arg, arguments));
  std::string sql;
  if (name == "generate_series" && args.size() >= 2) {
    const Type type = common_type(args[0].type, args[1].type);
    found.columns.push_back({"value", type, false, "c1", false});
    const std::string step = args.size() > 2 ? args[2].sql : "1";
    sql = fmt::format(
        "(WITH RECURSIVE {0}g(c1) AS (SELECT {1} WHERE ({3} > 0 AND {1} <= {2}) OR ({3} < 0 AND {1} >= {2}) UNION ALL "
        "SELECT c1 + {3} FROM {0}g WHERE ({3} > 0 AND c1 + {3} <= {2}) OR ({3} < 0 AND c1 + {3} >= {2})) SELECT c1 "
        "FROM {0}g)",
        alias, args[0].sql, args[1].sql, step);
  } else if (name == "string_split" && args.size() >= 2) {
    Type type = is_unicode(args[0].type) ? Type{.id = TypeId::nvarchar, .length = args[0].type.length}
                                         : Type{.id = TypeId::varchar, .length = args[0].type.length};
    found.columns.push_back({"value", type, true, "c1", false});
    sql = fmt::format(
        "(WITH RECURSIVE {0}g(c1, rest) AS (SELECT NULL, {1} || {2} UNION ALL SELECT substr(rest, 1, instr(rest, {2}) "
        "- 1), "
        "substr(rest, instr(rest, {2}) + 1) FROM {0}g WHERE rest <> '') SELECT c1 FROM {0}g WHERE c1 IS NOT NULL)",
        alias, args[0].sql, args[1].sql);
  } else {
    if (is_unsimulated(name) || source.name.schema() == "sys") fail_unsupported(source.name.text(), source.line);
    fail_object(source.name.text(), source.line);
  }
  scope.sources.push_back(found);
  return fmt::format("{} AS {}", sql, alias);
}

}  // namespace dba::sandbox::sqlserver::tsql
