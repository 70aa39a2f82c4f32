#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/run/row_writer.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// SQLite keeps no difference between 1 and 1.0 where a number is computed from nothing; the type does.
Value typed(Value value, const Type& type) {
  if (is_float(type) && std::holds_alternative<std::int64_t>(value))
    return static_cast<double>(std::get<std::int64_t>(value));
  return value;
}

bool assigns(const Query& query) {
  if (query.terms.size() != 1 || !query.terms[0].select) return false;
  return std::ranges::any_of(query.terms[0].select->items,
                             [](const SelectItem& item) { return !item.variable.empty(); });
}

}  // namespace

std::vector<std::vector<Value>> SqlSession::fetch(const std::string& sql, std::span<const Type> types) {
  Prepared statement = connection_.prepare(sql);
  std::vector<std::vector<Value>> rows;
  while (statement.step()) {
    std::vector<Value>& row = rows.emplace_back();
    for (int i = 0; i < statement.columns(); ++i) {
      row.push_back(static_cast<std::size_t>(i) < types.size()
                        ? typed(statement.value(i), types[static_cast<std::size_t>(i)])
                        : statement.value(i));
    }
  }
  return rows;
}

void SqlSession::run_select(const SelectStatement& statement) {
  const Query& query = statement.query;
  if (query.terms[0].select && query.terms[0].select->into) return select_into(query, *query.terms[0].select->into);
  Binder binder(*this, assigns(query));
  const BoundQuery bound = binder.query(query);
  if (!bound.variables.empty()) return assign_rows(bound);
  const std::int64_t rows = send_rows(bound);
  counted(rows);
}

void SqlSession::assign_rows(const BoundQuery& bound) {
  std::int64_t count = 0;
  {
    Prepared statement = connection_.prepare(bound.sql);
    for (; statement.step(); ++count) {
      for (std::size_t i = 0; i < bound.variables.size(); ++i) {
        const std::string& name = bound.variables[i];
        assign(name, typed(statement.value(static_cast<int>(i)), variables_.at(to_lower(name)).type));
      }
    }
  }
  counted(count);
}

std::int64_t SqlSession::send_rows(const BoundQuery& bound) {
  Prepared statement = connection_.prepare(bound.sql);
  bool more = statement.step();  // what cannot be computed fails before there are columns
  answer().columns(bound.columns);
  std::int64_t count = 0;
  std::vector<Value> row(bound.columns.size());
  for (; more; more = statement.step()) {
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i] = typed(statement.value(static_cast<int>(i)), bound.columns[i].type);
    answer().row(row);
    ++count;
    if (settings_.row_count > 0 && count >= settings_.row_count) break;
  }
  return count;
}

void SqlSession::select_into(const Query& query, const ObjectName& into) {
  before_change();
  Binder binder(*this);
  const BoundQuery bound = binder.query(query);
  TableElements elements;
  std::vector<Type> types;
  for (const Column& column : bound.columns) {
    if (column.name.empty())
      fail(1038,
           "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. "
           "For other statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. Change "
           "the alias to a valid name.",
           15, 5);
    elements.columns.push_back({column.name, column.type, column.nullable, {}, {}, false, 1, 1});
    types.push_back(column.type);
  }
  const std::vector<std::vector<Value>> rows = fetch(bound.sql, types);
  create_table(into, std::move(elements));
  const Target table = target(into);
  counted(atomically([&] { return insert_rows({}, table, rows); }));
}

}  // namespace dba::sandbox::sqlserver::tsql
