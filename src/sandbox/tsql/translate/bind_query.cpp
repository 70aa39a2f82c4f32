#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/names.hpp"
#include "tsql/translate/binder.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

std::string item_sql(const Bound& item, std::size_t place, bool with_collation) {
  return fmt::format("{} AS c{}", with_collation ? collated(item) : item.sql, place + 1);
}

std::string column_name(const SelectItem& item) {
  if (!item.alias.empty()) return item.alias;
  return item.expr->kind == ExprKind::column ? item.expr->name.object() : "";
}

std::string_view word_of(SetOperation operation) {
  switch (operation) {
    case SetOperation::first:
      return "";
    case SetOperation::union_distinct:
      return " UNION ";
    case SetOperation::union_all:
      return " UNION ALL ";
    case SetOperation::except:
      return " EXCEPT ";
    case SetOperation::intersect:
      return " INTERSECT ";
  }
  return "";
}

}  // namespace

BoundQuery Binder::query(const Query& query, const Scope* around) {
  const std::size_t known = common_tables_.size();
  BoundQuery bound;
  bound.sql = common_tables(query.with);
  std::vector<SelectParts> terms;
  for (const Term& one : query.terms) terms.push_back(term(one, around));
  const bool several = terms.size() > 1;
  if (several) {
    bound.sql += compound(terms, query);
  } else {
    bound.sql += render(terms[0], false);
  }
  const SelectParts& first = terms[0];
  bound.sql += order_by(query, first, several) + paging(query, first);
  for (std::size_t i = 0; i < first.items.size(); ++i)
    bound.columns.push_back({first.names[i], first.items[i].type, first.items[i].nullable});
  bound.variables = first.variables;
  common_tables_.resize(known);
  return bound;
}

Binder::SelectParts Binder::term(const Term& term, const Scope* around) {
  if (term.select) return select(*term.select, around);
  if (!term.rows.empty()) return values(term.rows, around);
  const BoundQuery nested = query(*term.nested, around);
  SelectParts parts;
  const std::string alias = next_alias();
  for (std::size_t i = 0; i < nested.columns.size(); ++i) {
    parts.items.push_back(
        {fmt::format("{}.c{}", alias, i + 1), nested.columns[i].type, nested.columns[i].nullable, false});
    parts.names.push_back(nested.columns[i].name);
  }
  parts.tail = fmt::format(" FROM ({}) AS {}", nested.sql, alias);
  return parts;
}

Binder::SelectParts Binder::select(const Select& select, const Scope* around) {
  SelectParts parts;
  parts.scope.around = around;
  parts.distinct = select.distinct;
  if (!select.from.empty()) parts.tail = " FROM " + from(select.from, parts.scope);
  Scope& scope = parts.scope;
  if (select.where) parts.tail += " WHERE " + condition(*select.where, scope);
  std::string groups;
  for (const ExprPtr& key : select.group_by) {
    if (key->kind == ExprKind::literal || key->kind == ExprKind::variable) {
      fail(164, "Each GROUP BY expression must contain at least one column that is not an outer reference.", 15, 1,
           key->line);
    }
    const Bound bound = expression(*key, scope);
    scope.group_keys.push_back(bound.sql);
    groups += (groups.empty() ? " GROUP BY " : ", ") + collated(bound);
  }
  parts.tail += groups;
  const bool aggregates =
      std::ranges::any_of(select.items, [](const SelectItem& item) { return item.expr && has_aggregate(*item.expr); });
  scope.grouped = !select.group_by.empty() || select.having || aggregates;
  if (select.having) {
    scope.place = "HAVING clause";
    parts.tail += " HAVING " + condition(*select.having, scope);
    scope.place = "select list";
  }
  for (const SelectItem& item : select.items) select_item(item, parts);
  const bool assigns = std::ranges::any_of(parts.variables, [](const std::string& name) { return !name.empty(); });
  if (!assigns) {
    parts.variables.clear();
  } else if (std::ranges::any_of(parts.variables, [](const std::string& name) { return name.empty(); })) {
    fail(141,
         "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.",
         15);
  }
  if (select.top) parts.limit = " LIMIT " + limit(*select.top, scope);
  return parts;
}

/// Rows of VALUES as a whole SELECT, in `tail`.
Binder::SelectParts Binder::values(const std::vector<std::vector<ExprPtr>>& rows, const Scope* around) {
  SelectParts parts;
  Scope scope;
  scope.around = around;
  std::vector<std::vector<Bound>> bound;
  for (const auto& row : rows) {
    std::vector<Bound>& cells = bound.emplace_back();
    for (const ExprPtr& cell : row) cells.push_back(expression(*cell, scope));
  }
  for (std::size_t column = 0; column < bound.front().size(); ++column) {
    std::vector<Bound> cells;
    for (const auto& row : bound) cells.push_back(row[column]);
    const Type type = common_type_of(cells);
    for (auto& row : bound) row[column] = converted(row[column], type);
    parts.items.push_back({fmt::format("c{}", column + 1), type, std::ranges::any_of(cells, &Bound::nullable), false});
    parts.names.emplace_back();
  }
  for (const auto& row : bound) {
    parts.tail += parts.tail.empty() ? "SELECT " : " UNION ALL SELECT ";
    for (std::size_t i = 0; i < row.size(); ++i) parts.tail += (i == 0 ? "" : ", ") + item_sql(row[i], i, false);
  }
  return parts;
}

void Binder::select_item(const SelectItem& item, SelectParts& parts) {
  if (!item.expr) return star(item, parts);
  Bound bound = expression(*item.expr, parts.scope);
  if (!item.variable.empty()) {
    const std::optional<Type> type = catalog_.variable_type(item.variable);
    if (!type)
      fail(137, fmt::format("Must declare the scalar variable \"{}\".", item.variable), 15, 2, item.expr->line);
    if (!item.operation.empty()) {
      Expr variable;
      variable.kind = ExprKind::variable;
      variable.text = item.variable;
      const Bound before = expression(variable, parts.scope);
      const Type result = arithmetic_type(item.operation, before.type, bound.type);
      const std::string args[] = {converted(before, result).sql, converted(bound, result).sql};
      bound = {call_sql(item.operation, result, args), result, true, false};
    }
    bound = converted(bound, *type);
  }
  parts.items.push_back(std::move(bound));
  parts.names.push_back(column_name(item));
  parts.variables.push_back(item.variable);
}

void Binder::star(const SelectItem& item, SelectParts& parts) {
  if (parts.scope.sources.empty()) fail(263, "Must specify table to select from.");
  bool found = false;
  for (const ScopeSource& source : parts.scope.sources) {
    bool meant = true;
    for (std::size_t i = 0; i < item.star_of.size(); ++i) {
      const std::string& asked = item.star_of[item.star_of.size() - 1 - i];
      meant = meant && i < source.names.size() && same_name(asked, source.names[i]);
    }
    if (!meant) continue;
    found = true;
    for (const SourceColumn& column : source.columns) {
      const std::string sql = source.sql + "." + column.sql;
      if (parts.scope.grouped && std::ranges::find(parts.scope.group_keys, sql) == parts.scope.group_keys.end()) {
        fail(8120, fmt::format("Column '{}.{}' is invalid in the select list because it is not contained in either an "
                               "aggregate function or the GROUP BY clause.",
                               source.names[0], column.name));
      }
      parts.items.push_back({sql, column.type, column.nullable, false});
      parts.names.push_back(column.name);
      parts.variables.emplace_back();
    }
  }
  if (!found) {
    fail(107,
         fmt::format("The column prefix '{}' does not match with a table name or alias name used in the query.",
                     dba::join(item.star_of, ".")),
         15);
  }
}

std::string Binder::render(const SelectParts& parts, bool compound) const {
  // VALUES are a SELECT already.
  if (parts.tail.starts_with("SELECT ")) return parts.tail;
  std::string sql = parts.distinct ? "SELECT DISTINCT " : "SELECT ";
  for (std::size_t i = 0; i < parts.items.size(); ++i) {
    sql += (i == 0 ? "" : ", ") + item_sql(parts.items[i], i, compound || parts.distinct);
  }
  return sql + parts.tail;
}

std::string Binder::compound(std::vector<SelectParts>& terms, const Query& query) {
  const std::size_t width = terms[0].items.size();
  for (const SelectParts& term : terms) {
    if (term.items.size() == width) continue;
    fail(205,
         "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in "
         "their target lists.");
  }
  for (std::size_t i = 0; i < width; ++i) {
    std::vector<Bound> cells;
    for (const SelectParts& term : terms) cells.push_back(term.items[i]);
    const Type type = common_type_of(cells);
    const bool nullable = std::ranges::any_of(cells, &Bound::nullable);
    for (SelectParts& term : terms) {
      term.items[i] = converted(term.items[i], type);
      term.items[i].nullable = nullable;
    }
  }
  std::string sql;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::string one = render(terms[i], true);
    sql += word_of(query.terms[i].operation);
    sql += terms[i].limit.empty() ? one : fmt::format("SELECT * FROM ({}{})", one, terms[i].limit);
  }
  return sql;
}

std::string Binder::order_by(const Query& query, const SelectParts& first, bool compound) {
  std::string sql;
  for (const OrderItem& item : query.order)
    sql += (sql.empty() ? " ORDER BY " : ", ") + order_term(item, first, compound);
  return sql;
}

std::string Binder::order_term(const OrderItem& item, const SelectParts& first, bool compound) {
  const Expr& expr = *item.expr;
  const auto by_place = [&](std::size_t place) {
    return fmt::format("{}{}{}", place + 1, collation_of(first.items[place].type), item.descending ? " DESC" : "");
  };
  if (expr.kind == ExprKind::literal && std::holds_alternative<std::int64_t>(expr.value)) {
    const std::int64_t place = std::get<std::int64_t>(expr.value);
    if (place < 1 || place > static_cast<std::int64_t>(first.items.size())) {
      fail(108,
           fmt::format("The ORDER BY position number {} is out of range of the number of items in the select list.",
                       place),
           15);
    }
    return by_place(static_cast<std::size_t>(place - 1));
  }
  if (expr.kind == ExprKind::column && expr.name.parts.size() == 1) {
    const auto same = [&](const std::string& name) { return same_name(name, expr.name.object()); };
    const auto found = std::ranges::find_if(first.names, same);
    if (found != first.names.end()) return by_place(static_cast<std::size_t>(found - first.names.begin()));
  }
  if (compound) {
    fail(104,
         "ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT "
         "operator.");
  }
  const Bound bound = expression(expr, first.scope);
  for (std::size_t i = 0; i < first.items.size(); ++i) {
    if (first.items[i].sql == bound.sql) return by_place(i);
  }
  if (first.distinct) fail(145, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified.", 15);
  return collated(bound) + (item.descending ? " DESC" : "");
}

std::string Binder::limit(const Expr& count, const Scope& scope) {
  return fmt::format("max(0,{})", converted(expression(count, scope), kBigInt).sql);
}

std::string Binder::paging(const Query& query, const SelectParts& first) {
  if (!query.offset) return query.terms.size() == 1 ? first.limit : "";
  const Scope none;
  const std::string fetch = query.fetch ? limit(*query.fetch, none) : "-1";
  return fmt::format(" LIMIT {} OFFSET {}", fetch, limit(*query.offset, none));
}

}  // namespace dba::sandbox::sqlserver::tsql
