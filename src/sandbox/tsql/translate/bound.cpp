#include "tsql/translate/bound.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/functions/runtime.hpp"
#include "tsql/store/connection.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {

namespace {

bool is_integer_text(const std::string& sql) {
  const std::size_t first = sql.starts_with('-') ? 1 : 0;
  return sql.size() > first && sql.find_first_not_of("0123456789", first) == std::string::npos;
}

std::string arguments(std::span<const std::string> args, int number, const Type& result) {
  std::string sql = "(";
  for (const std::string& arg : args) sql += arg + ",";
  return fmt::format("{}{},{})", sql, number, type_code(result));
}

}  // namespace

std::string call_sql(std::string_view function, const Type& result, std::span<const std::string> args,
                     bool may_differ) {
  const int number = function_number(function);
  const bool one_value =
      !may_differ && !args.empty() && std::ranges::all_of(args.first(args.size() - 1), is_integer_text);
  if (!one_value) return (may_differ ? "v" : "f") + arguments(args, number, result);
  std::string numbers = fmt::format("{},{}", number, type_code(result));
  for (const std::string& arg : args.first(args.size() - 1)) numbers += "," + arg;
  return fmt::format("({} -> '{}')", args.back(), numbers);
}

std::string aggregate_sql(std::string_view function, const Type& result, std::span<const std::string> args) {
  return "a" + arguments(args, aggregate_number(function), result);
}

std::string literal_sql(const Value& value, const Type& type) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    // The smallest one cannot be written as a number with a sign.
    return *integer == INT64_MIN ? "(-9223372036854775807-1)" : fmt::format("{}", *integer);
  }
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{:.17e}", *number);
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return "NULL";
  return is_bytes(type) ? quoted_bytes(*text) : quoted_text(*text);
}

Bound cast_to(const Bound& expr, const Type& to, int style, bool attempt) {
  if (expr.null_literal) return {"NULL", to, true, false};
  check_convertible(expr.type, to);
  const std::string args[] = {fmt::format("{}", type_code(expr.type)), fmt::format("{}", style), expr.sql};
  return {call_sql(attempt ? "try_convert" : "convert", to, args), to, expr.nullable || attempt, false};
}

Bound converted(const Bound& expr, const Type& to) {
  if (expr.null_literal) return {"NULL", to, true, false};
  const bool same = expr.type == to;
  // Variable lengths that have room enough: the value stays what it is.
  const bool roomier = expr.type.id == to.id && !is_fixed_length(to) && (is_text(to) || is_bytes(to)) &&
                       (to.length < 0 || (expr.type.length >= 0 && to.length >= expr.type.length));
  const bool wider = is_integer(expr.type) && is_integer(to) && expr.type.id != TypeId::bit && to.id > expr.type.id;
  const bool unicode = is_text(expr.type) && to.id == TypeId::nvarchar &&
                       (to.length < 0 || (expr.type.length >= 0 && to.length >= expr.type.length));
  if (same || roomier || wider || unicode) return {expr.sql, to, expr.nullable, false};
  return cast_to(expr, to, -1, false);
}

std::string_view collation_of(const Type& type) {
  if (is_text(type)) return " COLLATE CI";
  if (is_exact(type)) return " COLLATE DEC";
  if (type.id == TypeId::datetime_offset) return " COLLATE DTO";
  return "";
}

std::string collated(const Bound& expr) { return expr.sql + std::string(collation_of(expr.type)); }

Type common_type_of(std::span<const Bound> exprs) {
  std::optional<Type> type;
  for (const Bound& expr : exprs) {
    if (expr.null_literal) continue;
    type = type ? common_type(*type, expr.type) : expr.type;
  }
  return type.value_or(kInt);
}

}  // namespace dba::sandbox::sqlserver::tsql
