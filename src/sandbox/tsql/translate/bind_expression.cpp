#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/functions/runtime.hpp"
#include "tsql/names.hpp"
#include "tsql/store/connection.hpp"
#include "tsql/translate/binder.hpp"
#include "tsql/translate/builtins.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/type_rules.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {

bool has_aggregate(const Expr& expr) {
  if (expr.kind == ExprKind::call && !expr.over) {
    static constexpr std::string_view kNames[] = {"count", "count_big", "sum", "avg", "min", "max", "string_agg"};
    if (std::ranges::find(kNames, to_lower(expr.name.object())) != std::end(kNames)) return true;
  }
  if (expr.operand && has_aggregate(*expr.operand)) return true;
  return std::ranges::any_of(expr.args, [](const ExprPtr& arg) { return has_aggregate(*arg); });
}

namespace {

/// Whether arithmetic with that result takes the value as it is: numbers of any kind do, but text has to become one.
bool is_operand(const Bound& side, const Type& result) {
  if (side.null_literal) return true;
  if (is_integer(result)) return is_integer(side.type);
  return (is_number(side.type) && is_number(result)) || (is_temporal(side.type) && is_temporal(result)) ||
         (is_text(side.type) && is_text(result)) || (is_bytes(side.type) && is_bytes(result));
}

/// A condition: 1, 0 or NULL.
Bound holds(std::string sql) { return {std::move(sql), kBit, true, false}; }

}  // namespace

Bound Binder::expression(const Expr& expr, const Scope& scope) {
  if (expr.is_condition()) fail_syntax(expr.text, expr.line);
  const std::optional<Bound> key = group_key(expr, scope);
  return key ? *key : by_kind(expr, scope);
}

/// What is grouped by may be used as it is, down to the columns that are not.
std::optional<Bound> Binder::group_key(const Expr& expr, const Scope& scope) {
  if (!scope.grouped || expr.kind == ExprKind::literal || expr.kind == ExprKind::column || has_aggregate(expr))
    return {};
  Scope free = scope;
  free.grouped = false;
  Bound bound = by_kind(expr, free);
  if (std::ranges::find(scope.group_keys, bound.sql) == scope.group_keys.end()) return {};
  return bound;
}

Bound Binder::by_kind(const Expr& expr, const Scope& scope) {
  switch (expr.kind) {
    case ExprKind::literal:
      if (expr.null_literal) return {"NULL", expr.type, true, true};
      return {literal_sql(expr.value, expr.type), expr.type, false, false};
    case ExprKind::variable:
      return variable(expr);
    case ExprKind::column:
      return column(expr, scope);
    case ExprKind::negate:
    case ExprKind::complement:
      return unary(expr, scope);
    case ExprKind::binary:
      return binary(expr, scope);
    case ExprKind::conditional:
      return case_of(expr, scope);
    case ExprKind::cast:
      return cast(expr, scope);
    case ExprKind::call:
      return call(expr, scope);
    case ExprKind::subquery:
      return subquery(expr, scope);
    case ExprKind::comparison:
      return holds(comparison(expr.text, expression(*expr.args[0], scope), expression(*expr.args[1], scope)));
    case ExprKind::conjunction:
    case ExprKind::disjunction:
      return holds(joined_conditions(expr, scope));
    case ExprKind::negation:
      return holds(fmt::format("(NOT {})", condition(*expr.args[0], scope)));
    case ExprKind::is_null:
      return holds(fmt::format("({} IS {}NULL)", expression(*expr.args[0], scope).sql, expr.negated ? "NOT " : ""));
    case ExprKind::like:
      return holds(like(expr, scope));
    case ExprKind::between:
      return holds(between(expr, scope));
    case ExprKind::in_list:
      return holds(in_list(expr, scope));
    case ExprKind::in_query:
      return holds(in_query(expr, scope));
    case ExprKind::exists:
      return holds(fmt::format("EXISTS ({})", query(*expr.query, &scope).sql));
    case ExprKind::quantified:
      return holds(quantified(expr, scope));
  }
  return {};
}

Bound Binder::unary(const Expr& expr, const Scope& scope) {
  const Bound arg = expression(*expr.args[0], scope);
  if (arg.null_literal) return arg;
  const bool minus = expr.kind == ExprKind::negate;
  if (minus ? is_temporal(arg.type) : !is_integer(arg.type)) {
    fail(8117,
         fmt::format("Operand data type {} is invalid for {} operator.", type_name(arg.type.id),
                     minus ? "minus" : "'~'"),
         16, 1, expr.line);
  }
  const Type unsigned_one{.id = TypeId::tiny_int};
  const bool kept = !minus || (is_number(arg.type) && arg.type.id != TypeId::bit);
  const Type result = kept ? arg.type : arithmetic_type("-", unsigned_one, arg.type);
  const std::string args[] = {converted(arg, result).sql};
  return {call_sql(minus ? "negate" : "~", result, args), result, arg.nullable, false};
}

Bound Binder::column(const Expr& expr, const Scope& scope) {
  const std::vector<std::string>& parts = expr.name.parts;
  const std::string name = to_lower(parts.back());
  bool prefix_known = parts.size() == 1;
  for (const Scope* in = &scope; in != nullptr; in = in->around) {
    const SourceColumn* found = nullptr;
    const ScopeSource* holder = nullptr;
    for (const ScopeSource& source : in->sources) {
      bool meant = true;
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const std::string& prefix = parts[parts.size() - 2 - i];
        meant = meant && i < source.names.size() && (same_name(prefix, source.names[i]) || prefix.empty());
      }
      // dbo. may be left out where the table is named, and put in front of its column.
      if (!meant && parts.size() == 3 && source.names.size() == 1)
        meant = same_name(parts[1], source.names[0]) && to_lower(parts[0]) == "dbo";
      if (!meant) continue;
      prefix_known = true;
      for (const SourceColumn& candidate : source.columns) {
        if (to_lower(candidate.name) != name) continue;
        if (found != nullptr) fail(209, fmt::format("Ambiguous column name '{}'.", parts.back()), 16, 1, expr.line);
        found = &candidate;
        holder = &source;
      }
    }
    if (found == nullptr) continue;
    const std::string sql = holder->sql + "." + found->sql;
    if (in->grouped && in == &scope && std::ranges::find(in->group_keys, sql) == in->group_keys.end()) {
      fail(8120,
           fmt::format("Column '{}.{}' is invalid in the {} because it is not contained in either an aggregate "
                       "function or the GROUP BY clause.",
                       holder->names[0], found->name, in->place),
           16, 1, expr.line);
    }
    return {sql, found->type, found->nullable, false};
  }
  if (!prefix_known)
    fail(4104, fmt::format("The multi-part identifier \"{}\" could not be bound.", expr.name.text()), 16, 1, expr.line);
  fail(207, fmt::format("Invalid column name '{}'.", parts.back()), 16, 1, expr.line);
}

Bound Binder::variable(const Expr& expr) {
  const std::string name = to_lower(expr.text);
  const bool global = name.starts_with("@@");
  const std::optional<Type> type = catalog_.variable_type(name);
  if (!type && is_unsimulated(name)) fail_unsupported(expr.text, expr.line);
  if (!type) fail_undeclared(expr.text, expr.line);
  if (live_variables_ && !global) {
    const std::string args[] = {literal_sql(name, {.id = TypeId::varchar})};
    return {call_sql("variable", *type, args, true), *type, true, false};
  }
  const Value value = catalog_.variable(name);
  return {literal_sql(value, *type), *type, !global || is_null(value), false};
}

/// a + b - c is one call, however long it gets: nesting is dear (store/connection.hpp).
Bound Binder::binary(const Expr& expr, const Scope& scope) {
  std::vector<const Expr*> links{&expr};
  const Expr* first = expr.args[0].get();
  for (; first->kind == ExprKind::binary && !group_key(*first, scope); first = first->args[0].get())
    links.push_back(first);
  Bound left = expression(*first, scope);
  std::vector<std::string> chain{left.sql};
  constexpr std::size_t kLongest = 100;
  const auto close = [&] {
    if (chain.size() > 1) left.sql = call_sql("chain", left.type, chain);
    chain = {left.sql};
  };
  for (auto link = links.rbegin(); link != links.rend(); ++link) {
    const std::string& operation = (*link)->text;
    Bound right = expression(*(*link)->args[1], scope);
    if (left.null_literal && right.null_literal) continue;
    if (left.null_literal) left.type = right.type;
    if (right.null_literal) right.type = left.type;
    const Type result = arithmetic_type(operation, left.type, right.type);
    if (!is_operand(left, result)) {
      close();
      chain = {converted(left, result).sql};
    } else if (chain.size() > kLongest) {
      close();
    }
    chain.insert(chain.end(), {quoted_text(operation), fmt::format("{}", type_code(result)),
                               is_operand(right, result) ? right.sql : converted(right, result).sql});
    left = {"", result, left.nullable || right.nullable, false};
  }
  if (left.null_literal) return left;
  close();
  return left;
}

Bound Binder::conditional(std::span<const std::string> conditions, std::vector<Bound> values) {
  const Type type = common_type_of(values);
  const bool all_null = std::ranges::all_of(values, &Bound::null_literal);
  if (all_null)
    fail(8133,
         "At least one of the result expressions in a CASE specification must be an expression other than the NULL "
         "constant.");
  std::string sql = "CASE";
  bool nullable = values.size() == conditions.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string value = converted(values[i], type).sql;
    nullable = nullable || values[i].nullable;
    sql +=
        i < conditions.size() ? fmt::format(" WHEN {} THEN {}", conditions[i], value) : fmt::format(" ELSE {}", value);
  }
  return {"(" + sql + " END)", type, nullable, false};
}

Bound Binder::case_of(const Expr& expr, const Scope& scope) {
  std::vector<std::string> conditions;
  std::vector<Bound> values;
  const std::size_t pairs = expr.args.size() / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    const Expr& when = *expr.args[2 * i];
    conditions.push_back(expr.operand ? comparison("=", expression(*expr.operand, scope), expression(when, scope))
                                      : condition(when, scope));
    values.push_back(expression(*expr.args[2 * i + 1], scope));
  }
  if (expr.has_else) values.push_back(expression(*expr.args.back(), scope));
  return conditional(conditions, std::move(values));
}

Bound Binder::cast(const Expr& expr, const Scope& scope) {
  const Bound arg = expression(*expr.args[0], scope);
  const Type& to = expr.type;
  int style = -1;
  if (expr.args.size() > 1) {
    const Expr& given = *expr.args[1];
    if (given.kind != ExprKind::literal || !std::holds_alternative<std::int64_t>(given.value)) {
      const Bound bound = expression(given, scope);
      const std::string args[] = {fmt::format("{}", type_code(arg.type)), converted(bound, kInt).sql, arg.sql};
      return {call_sql(expr.attempt ? "try_convert" : "convert", to, args), to, true, false};
    }
    style = static_cast<int>(std::get<std::int64_t>(given.value));
  }
  return cast_to(arg, to, style, expr.attempt);
}

/// The query of a subquery that stands for values.
BoundQuery Binder::one_column(const Expr& expr, const Scope& scope) {
  BoundQuery bound = query(*expr.query, &scope);
  if (bound.columns.size() != 1) {
    fail(116,
         "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.", 16,
         1, expr.line);
  }
  return bound;
}

Bound Binder::subquery(const Expr& expr, const Scope& scope) {
  const BoundQuery bound = one_column(expr, scope);
  const std::string args[] = {"c1"};
  const Type& type = bound.columns[0].type;
  return {fmt::format("(SELECT {} FROM ({}))", aggregate_sql("single", type, args), bound.sql), type, true, false};
}

}  // namespace dba::sandbox::sqlserver::tsql
