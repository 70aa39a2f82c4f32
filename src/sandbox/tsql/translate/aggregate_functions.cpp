#include <algorithm>

#include <fmt/format.h>

#include "tsql/errors.hpp"
#include "tsql/translate/special_functions.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

Type sum_type(std::string_view name, const Type& arg) {
  if (is_text(arg) || is_temporal(arg) || is_bytes(arg) || arg.id == TypeId::unique_identifier ||
      arg.id == TypeId::bit) {
    fail(8117, fmt::format("Operand data type {} is invalid for {} operator.", type_name(arg.id), name));
  }
  if (arg.id == TypeId::tiny_int || arg.id == TypeId::small_int) return kInt;
  if (arg.id == TypeId::real) return kFloat;
  if (arg.id == TypeId::decimal)
    return {.id = TypeId::decimal, .precision = 38, .scale = name == "avg" ? std::max(arg.scale, 6) : arg.scale};
  return arg;
}

/// Inside an aggregate columns need not be grouped by.
Bound inner(Binder& binder, const Expr& arg, const Scope& scope, bool window) {
  if (window) return binder.expression(arg, scope);
  if (has_aggregate(arg)) {
    fail(130, "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.", 15, 1,
         arg.line);
  }
  Scope free = scope;
  free.grouped = false;
  return binder.expression(arg, free);
}

Bound count(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  const Type type = name == "count" ? kInt : kBigInt;
  const std::string over = binder.over_sql(expr, scope);
  if (expr.star) return {"count(*)" + over, type, false, false};
  check_arguments(name, expr, 1, 1);
  const Bound arg = inner(binder, *expr.args[0], scope, expr.over != nullptr);
  return {fmt::format("count({}{}){}", expr.distinct ? "DISTINCT " : "", expr.distinct ? collated(arg) : arg.sql, over),
          type, false, false};
}

Bound sum(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  check_arguments(name, expr, 1, 1);
  const Bound arg = inner(binder, *expr.args[0], scope, expr.over != nullptr);
  const Type type = sum_type(name, arg.type);
  const std::string args[] = {arg.sql};
  const std::string function = std::string(name) + (expr.distinct ? "_distinct" : "");
  return {aggregate_sql(function, type, args) + binder.over_sql(expr, scope), type, true, false};
}

Bound extreme(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  check_arguments(name, expr, 1, 1);
  const Bound arg = inner(binder, *expr.args[0], scope, expr.over != nullptr);
  if (arg.type.id == TypeId::bit) fail(8117, fmt::format("Operand data type bit is invalid for {} operator.", name));
  return {fmt::format("{}({}){}", name, collated(arg), binder.over_sql(expr, scope)), arg.type, true, false};
}

Bound string_agg(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("string_agg", expr, 2, 2);
  Bound value = inner(binder, *expr.args[0], scope, false);
  const Type type{.id = is_unicode(value.type) || !is_text(value.type) ? TypeId::nvarchar : TypeId::varchar,
                  .length = value.type.length < 0                            ? -1
                            : is_unicode(value.type) || !is_text(value.type) ? 4000
                                                                             : 8000};
  value = converted(value, type);
  std::vector<std::string> args{value.sql, converted(inner(binder, *expr.args[1], scope, false), type).sql};
  for (const OrderItem& item : expr.within) {
    const Bound key = inner(binder, *item.expr, scope, false);
    args.push_back(fmt::format("{}{}", item.descending ? "-" : "", type_code(key.type)));
    args.push_back(key.sql);
  }
  return {aggregate_sql("string_agg", type, args), type, true, false};
}

/// ROW_NUMBER() and the like.
Bound ranking(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  if (!expr.over) fail(10753, fmt::format("The function '{}' must have an OVER clause.", name), 15, 1, expr.line);
  if (expr.over->order.empty())
    fail(4112, fmt::format("The function '{}' must have an OVER clause with ORDER BY.", name), 15, 1, expr.line);
  std::string arg;
  if (name == "ntile") arg = converted(binder.expression(*expr.args.at(0), scope), kBigInt).sql;
  return {fmt::format("{}({}){}", name, arg, binder.over_sql(expr, scope)), kBigInt, false, false};
}

Bound neighbour(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  if (!expr.over) fail(10753, fmt::format("The function '{}' must have an OVER clause.", name), 15, 1, expr.line);
  check_arguments(name, expr, 1, 3);
  const Bound value = binder.expression(*expr.args[0], scope);
  std::string args = value.sql;
  if (expr.args.size() > 1) args += "," + converted(binder.expression(*expr.args[1], scope), kBigInt).sql;
  if (expr.args.size() > 2) args += "," + converted(binder.expression(*expr.args[2], scope), value.type).sql;
  return {fmt::format("{}({}){}", name, args, binder.over_sql(expr, scope)), value.type, true, false};
}

}  // namespace

std::optional<Bound> aggregate_call(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  if (name == "count" || name == "count_big") return count(binder, name, expr, scope);
  if (name == "sum" || name == "avg") return sum(binder, name, expr, scope);
  if (name == "min" || name == "max") return extreme(binder, name, expr, scope);
  if (name == "string_agg") return string_agg(binder, expr, scope);
  if (name == "row_number" || name == "rank" || name == "dense_rank" || name == "ntile")
    return ranking(binder, name, expr, scope);
  if (name == "lag" || name == "lead" || name == "first_value" || name == "last_value")
    return neighbour(binder, name, expr, scope);
  return {};
}

}  // namespace dba::sandbox::sqlserver::tsql
