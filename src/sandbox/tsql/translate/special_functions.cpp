#include "tsql/translate/special_functions.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "tsql/errors.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/type_rules.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

std::vector<Bound> bound_args(Binder& binder, const Expr& expr, const Scope& scope, std::size_t from = 0) {
  std::vector<Bound> args;
  for (std::size_t i = from; i < expr.args.size(); ++i) args.push_back(binder.expression(*expr.args[i], scope));
  return args;
}

Bound replace_null(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("isnull", expr, 2, 2);
  const std::vector<Bound> args = bound_args(binder, expr, scope);
  const Type& type = args[0].null_literal ? args[1].type : args[0].type;
  const Bound second = converted(args[1], type);
  return {fmt::format("coalesce({},{})", converted(args[0], type).sql, second.sql), type,
          args[0].nullable && args[1].nullable, false};
}

Bound coalesce(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("coalesce", expr, 2, 200);
  const std::vector<Bound> args = bound_args(binder, expr, scope);
  const Type type = common_type_of(args);
  std::string sql;
  bool nullable = true;
  for (const Bound& arg : args) {
    sql += (sql.empty() ? "" : ",") + converted(arg, type).sql;
    nullable = nullable && arg.nullable;
  }
  return {fmt::format("coalesce({})", sql), type, nullable, false};
}

Bound null_if(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("nullif", expr, 2, 2);
  const std::vector<Bound> args = bound_args(binder, expr, scope);
  const Type type = common_type_of(args);
  return {fmt::format("(CASE WHEN {} = {} THEN NULL ELSE {} END)", collated(converted(args[0], type)),
                      converted(args[1], type).sql, args[0].sql),
          args[0].type, true, false};
}

Bound iif(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("iif", expr, 3, 3);
  const std::string conditions[] = {binder.condition(*expr.args[0], scope)};
  return binder.conditional(conditions, bound_args(binder, expr, scope, 1));
}

Bound choose(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("choose", expr, 2, 200);
  const Bound index = converted(binder.expression(*expr.args[0], scope), kInt);
  std::vector<std::string> conditions;
  for (std::size_t i = 1; i < expr.args.size(); ++i) conditions.push_back(fmt::format("{} = {}", index.sql, i));
  return binder.conditional(conditions, bound_args(binder, expr, scope, 1));
}

Bound data_length(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("datalength", expr, 1, 1);
  const Bound arg = binder.expression(*expr.args[0], scope);
  const Type type{.id = (is_text(arg.type) || is_bytes(arg.type)) && arg.type.length < 0 ? TypeId::big_int
                                                                                         : TypeId::integer};
  const std::string args[] = {fmt::format("{}", type_code(arg.type)), arg.sql};
  return {call_sql("datalength", type, args), type, arg.nullable, false};
}

Bound char_index(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("charindex", expr, 2, 3);
  std::vector<Bound> args = bound_args(binder, expr, scope);
  const std::string start = args.size() > 2 ? converted(args[2], kInt).sql : "1";
  const std::string sql[] = {converted(args[0], kNvarcharMax).sql, converted(args[1], kNvarcharMax).sql, start};
  return {call_sql("charindex", kInt, sql), kInt, true, false};
}

Bound round(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("round", expr, 2, 3);
  const std::vector<Bound> args = bound_args(binder, expr, scope);
  const Bound value = is_number(args[0].type) && args[0].type.id != TypeId::bit ? args[0] : converted(args[0], kFloat);
  const Type type = value.type.id == TypeId::tiny_int || value.type.id == TypeId::small_int ? kInt : value.type;
  const std::string sql[] = {value.sql, converted(args[1], kInt).sql,
                             args.size() > 2 ? converted(args[2], kInt).sql : "0"};
  return {call_sql("round", type, sql), type, true, false};
}

Bound str(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("str", expr, 1, 3);
  const std::vector<Bound> args = bound_args(binder, expr, scope);
  const std::string sql[] = {converted(args[0], kFloat).sql, args.size() > 1 ? converted(args[1], kInt).sql : "10",
                             args.size() > 2 ? converted(args[2], kInt).sql : "0"};
  constexpr Type kText{.id = TypeId::varchar, .length = 30};
  return {call_sql("str", kText, sql), kText, true, false};
}

Bound pi(Binder&, const Expr& expr, const Scope&) {
  check_arguments("pi", expr, 0, 0);
  return {"3.14159265358979312", kFloat, false, false};
}

/// Stands for a sql_variant: its type is that of the value the property has.
Bound server_property(Binder& binder, const Expr& expr, const Scope& scope) {
  check_arguments("serverproperty", expr, 1, 1);
  const Expr& name = *expr.args[0];
  if (name.kind != ExprKind::literal || !std::holds_alternative<std::string>(name.value)) {
    const std::string args[] = {literal_sql(std::string("serverproperty"), {.id = TypeId::varchar}),
                                binder.expression(name, scope).sql};
    const Bound value{call_sql("system", kNvarchar, args, true), kNvarchar, true, false};
    return value;
  }
  const std::optional<Value> value = binder.catalog().server_property(std::get<std::string>(name.value));
  if (!value || is_null(*value)) return {"NULL", kSysname, true, false};
  if (std::holds_alternative<std::string>(*value)) {
    const Type type{.id = TypeId::nvarchar,
                    .length = std::max(128, static_cast<int>(text_length(std::get<std::string>(*value))))};
    return {literal_sql(*value, type), type, true, false};
  }
  const Type type{.id = std::holds_alternative<double>(*value) ? TypeId::floating : TypeId::integer};
  return {literal_sql(*value, type), type, true, false};
}

}  // namespace

void check_arguments(std::string_view name, const Expr& expr, std::size_t least, std::size_t most) {
  if (expr.args.size() >= least && expr.args.size() <= most && !expr.star) return;
  if (least == most) fail(174, fmt::format("The {} function requires {} argument(s).", name, least), 15, 1, expr.line);
  fail(189, fmt::format("The {} function requires {} to {} arguments.", name, least, most), 15, 1, expr.line);
}

std::optional<Bound> special_call(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope) {
  if (std::optional<Bound> aggregate = aggregate_call(binder, name, expr, scope)) return aggregate;
  if (std::optional<Bound> date = date_call(binder, name, expr, scope)) return date;
  using Bind = Bound (*)(Binder&, const Expr&, const Scope&);
  static const std::map<std::string_view, Bind> kSpecial = {
      {"isnull", replace_null},
      {"coalesce", coalesce},
      {"nullif", null_if},
      {"iif", iif},
      {"choose", choose},
      {"datalength", data_length},
      {"round", round},
      {"str", str},
      {"charindex", char_index},
      {"pi", pi},
      {"serverproperty", server_property},
  };
  const auto found = kSpecial.find(name);
  if (found == kSpecial.end()) return {};
  return found->second(binder, expr, scope);
}

}  // namespace dba::sandbox::sqlserver::tsql
