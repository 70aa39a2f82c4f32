#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "tsql/errors.hpp"
#include "tsql/functions/arithmetic.hpp"
#include "tsql/functions/runtime.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/convert_text.hpp"
#include "tsql/types/decimal.hpp"
#include "tsql/types/type_rules.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

[[noreturn]] void fail_domain() { fail(3623, "An invalid floating point operation occurred."); }

bool is_negative(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->starts_with('-');
  return double_of(value) < 0;
}

Value absolute(Environment&, const Type& result, std::span<const Value> args) {
  return is_negative(args[0]) ? calculate('-', std::int64_t{0}, args[0], result) : args[0];
}

Value sign(Environment&, const Type& result, std::span<const Value> args) {
  const double value = double_of(args[0]);
  return convert(std::int64_t{value > 0} - std::int64_t{value < 0}, kInt, result);
}

/// Up for ceiling, down for floor.
Value whole(const Type& result, const Value& value, bool up) {
  if (is_integer(result)) return value;
  if (is_float(result)) return up ? std::ceil(double_of(value)) : std::floor(double_of(value));
  const Decimal exact = *parse_decimal(text_of(value));
  const Decimal cut = truncate_to(exact, 0);
  const bool away = cut != exact && exact.negative != up;
  Decimal answer = cut;
  if (away) answer = *add(cut, Decimal{exact.negative, 1, 0}, 0);
  return format_decimal(*rescale(answer, as_decimal(result).scale));
}

Value ceiling(Environment&, const Type& result, std::span<const Value> args) { return whole(result, args[0], true); }
Value floor(Environment&, const Type& result, std::span<const Value> args) { return whole(result, args[0], false); }

/// args: value, digits, 0 = round, else cut off
Value round(Environment&, const Type& result, std::span<const Value> args) {
  const int digits = static_cast<int>(std::clamp<std::int64_t>(integer_of(args[1]), -40, 40));
  const bool cut = integer_of(args[2]) != 0;
  if (is_float(result)) {
    const double factor = std::pow(10.0, digits), scaled = double_of(args[0]) * factor;
    return std::isfinite(scaled) ? (cut ? std::trunc(scaled) : std::round(scaled)) / factor : double_of(args[0]);
  }
  const Decimal value = is_integer(result) ? decimal_from(integer_of(args[0])) : *parse_decimal(text_of(args[0]));
  if (digits >= value.scale) return args[0];
  Decimal kept = cut ? truncate_to(value, digits) : rescale(value, digits).value_or(value);
  if (digits < 0) {
    for (int power = digits; power < 0; ++power) kept.digits *= 10;
    kept.scale = 0;
  }
  if (is_integer(result)) return checked_integer(std::stoll(format_decimal(kept)), result);
  const std::optional<Decimal> fitted = rescale(kept, as_decimal(result).scale);
  if (!fitted || !fits(*fitted, as_decimal(result).precision)) {
    fail(8115, "Arithmetic overflow error converting expression to data type numeric.", 16, 2);
  }
  return format_decimal(*fitted);
}

Value power(Environment&, const Type& result, std::span<const Value> args) {
  const double value = std::pow(double_of(args[0]), double_of(args[1]));
  if (!std::isfinite(value)) fail_domain();
  return convert(value, kFloat, result);
}

template <double (*Function)(double)>
Value real_function(Environment&, const Type&, std::span<const Value> args) {
  const double value = Function(double_of(args[0]));
  if (!std::isfinite(value)) fail_domain();
  return value;
}

double square(double x) { return x * x; }
double degrees(double x) { return x * 180 / std::numbers::pi; }
double radians(double x) { return x * std::numbers::pi / 180; }

Value logarithm(Environment&, const Type&, std::span<const Value> args) {
  const double value = std::log(double_of(args[0])) / (args.size() > 1 ? std::log(double_of(args[1])) : 1.0);
  if (!std::isfinite(value)) fail_domain();
  return value;
}

Value random(Environment& environment, const Type&, std::span<const Value>) {
  return static_cast<double>(environment.random() >> 11) * 0x1.0p-53;
}

Value is_numeric(Environment&, const Type&, std::span<const Value> args) {
  const auto* text = std::get_if<std::string>(&args[0]);
  if (text == nullptr) return std::int64_t{!is_null(args[0])};
  const bool number = parse_decimal(*text) || (!text->empty() && (money_from_text(*text) || float_from_text(*text)));
  return std::int64_t{number && text->find_first_not_of(' ') != std::string::npos};
}

/// Not the server's own sum, but one that as well depends on nothing but the values.
Value checksum(Environment&, const Type&, std::span<const Value> args) {
  std::uint32_t sum = 2166136261U;
  for (const Value& arg : args) {
    std::string text = std::visit(
        [](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
            return std::string("\x01");
          } else {
            return fmt::format("{}", value);
          }
        },
        arg);
    for (const char c : text + '\0') sum = (sum ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return std::int64_t{static_cast<std::int32_t>(sum)};
}

}  // namespace

std::span<const RuntimeFunction> number_functions() {
  static constexpr auto kAll = std::to_array<RuntimeFunction>({
      {"abs", &absolute},
      {"sign", &sign},
      {"ceiling", &ceiling},
      {"floor", &floor},
      {"round", &round},
      {"power", &power},
      {"sqrt", &real_function<std::sqrt>},
      {"square", &real_function<square>},
      {"exp", &real_function<std::exp>},
      {"log10", &real_function<std::log10>},
      {"sin", &real_function<std::sin>},
      {"cos", &real_function<std::cos>},
      {"tan", &real_function<std::tan>},
      {"degrees", &real_function<degrees>},
      {"radians", &real_function<radians>},
      {"log", &logarithm},
      {"rand", &random},
      {"isnumeric", &is_numeric, false},
      {"checksum", &checksum, false},
  });
  return kAll;
}

}  // namespace dba::sandbox::sqlserver::tsql
