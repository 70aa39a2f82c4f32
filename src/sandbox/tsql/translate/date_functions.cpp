#include <fmt/format.h>

#include "tsql/errors.hpp"
#include "tsql/translate/special_functions.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/moment.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

constexpr Type kDatetime2{.id = TypeId::datetime2, .scale = 7};
constexpr Type kOffset{.id = TypeId::datetime_offset, .scale = 7};

std::string part_sql(std::string_view function, const Expr& expr) {
  const bool word =
      !expr.args.empty() && expr.args[0]->kind == ExprKind::column && expr.args[0]->name.parts.size() == 1;
  if (!word) fail(1023, fmt::format("Invalid parameter 1 specified for {}.", function), 15, 1, expr.line);
  const std::string& name = expr.args[0]->name.object();
  const std::optional<DatePart> part = find_date_part(name);
  if (!part) fail(155, fmt::format("'{}' is not a recognized {} option.", name, function), 15, 1, expr.line);
  return fmt::format("{}", static_cast<int>(*part));
}

/// The moment the statement began; nothing depends on the time zone, the server's is UTC.
Bound now(Binder& binder, const Type& type) {
  return {literal_sql(format_moment(*rounded(binder.catalog().now(), type), type), type), type, false, false};
}

Bound date_add(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("dateadd", expr, 3, 3);
  const std::string part = part_sql("dateadd", expr);
  const Bound count = converted(binder.expression(*expr.args[1], scope), kBigInt);
  Bound moment = binder.expression(*expr.args[2], scope);
  if (!is_temporal(moment.type)) moment = converted(moment, kDatetime);
  const std::string args[] = {part, count.sql, moment.sql};
  return {call_sql("dateadd", moment.type, args), moment.type, true, false};
}

Bound date_diff(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  check_arguments(name, expr, 3, 3);
  const std::string part = part_sql(name, expr);
  const Bound from = as_temporal(binder.expression(*expr.args[1], scope)),
              to = as_temporal(binder.expression(*expr.args[2], scope));
  const Type type{.id = name == "datediff" ? TypeId::integer : TypeId::big_int};
  const std::string args[] = {part, from.sql, to.sql};
  return {call_sql("datediff", type, args), type, from.nullable || to.nullable, false};
}

Bound date_part(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  check_arguments(name, expr, 2, 2);
  const Bound moment = as_temporal(binder.expression(*expr.args[1], scope));
  const std::string args[] = {part_sql(name, expr), moment.sql};
  const Type type = name == "datepart" ? kInt : Type{.id = TypeId::nvarchar, .length = 30};
  return {call_sql(name, type, args), type, moment.nullable, false};
}

Bound part_of_date(Binder& binder, DatePart part, const Expr& expr, const Scope& scope) {
  check_arguments(expr.name.object(), expr, 1, 1);
  const Bound moment = as_temporal(binder.expression(*expr.args[0], scope));
  const std::string args[] = {fmt::format("{}", static_cast<int>(part)), moment.sql};
  return {call_sql("datepart", kInt, args), kInt, moment.nullable, false};
}

Bound end_of_month(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("eomonth", expr, 1, 2);
  const Bound moment = as_temporal(binder.expression(*expr.args[0], scope));
  const std::string months = expr.args.size() > 1 ? converted(binder.expression(*expr.args[1], scope), kInt).sql : "0";
  const std::string args[] = {moment.sql, months};
  return {call_sql("eomonth", kDate, args), kDate, moment.nullable, false};
}

}  // namespace

Bound as_temporal(const Bound& arg) {
  if (is_temporal(arg.type) && !arg.null_literal) return arg;
  return converted(arg, is_number(arg.type) ? kDatetime : kDatetime2);
}

std::optional<Bound> date_call(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  if (name == "getdate" || name == "getutcdate" || name == "current_timestamp") return now(binder, kDatetime);
  if (name == "sysutcdatetime" || name == "sysdatetime") return now(binder, kDatetime2);
  if (name == "sysdatetimeoffset") return now(binder, kOffset);
  if (name == "dateadd") return date_add(binder, expr, scope);
  if (name == "datediff" || name == "datediff_big") return date_diff(binder, name, expr, scope);
  if (name == "datepart" || name == "datename") return date_part(binder, name, expr, scope);
  if (name == "year") return part_of_date(binder, DatePart::year, expr, scope);
  if (name == "month") return part_of_date(binder, DatePart::month, expr, scope);
  if (name == "day") return part_of_date(binder, DatePart::day, expr, scope);
  if (name == "eomonth") return end_of_month(binder, expr, scope);
  return {};
}

}  // namespace dba::sandbox::sqlserver::tsql
