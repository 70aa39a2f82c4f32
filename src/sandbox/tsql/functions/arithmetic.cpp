#include "tsql/functions/arithmetic.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "tsql/errors.hpp"
#include "tsql/functions/runtime.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/decimal.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

[[noreturn]] void fail_overflow(const Type& type) {
  fail(8115,
       fmt::format("Arithmetic overflow error converting expression to data type {}.",
                   type.id == TypeId::decimal ? "numeric" : type_name(type.id)),
       16, 2);
}

[[noreturn]] void fail_divisor() { fail(8134, "Divide by zero error encountered."); }

std::int64_t on_integers(char operation, std::int64_t a, std::int64_t b, const Type& result) {
  std::int64_t value = 0;
  bool overflow = false;
  switch (operation) {
    case '+':
      overflow = __builtin_add_overflow(a, b, &value);
      break;
    case '-':
      overflow = __builtin_sub_overflow(a, b, &value);
      break;
    case '*':
      overflow = __builtin_mul_overflow(a, b, &value);
      break;
    default:
      if (b == 0) fail_divisor();
      if (b == -1) {
        overflow = operation == '/' && __builtin_sub_overflow(std::int64_t{0}, a, &value);
      } else {
        value = operation == '/' ? a / b : a % b;
      }
  }
  if (overflow) fail_overflow(result);
  return value;
}

double on_doubles(char operation, double a, double b, const Type& result) {
  if ((operation == '/' || operation == '%') && b == 0) fail_divisor();
  const double value = operation == '+'   ? a + b
                       : operation == '-' ? a - b
                       : operation == '*' ? a * b
                       : operation == '/' ? a / b
                                          : std::fmod(a, b);
  if (!std::isfinite(value)) fail_overflow(result);
  return value;
}

Decimal decimal_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return decimal_from(*integer);
  return *parse_decimal(text_of(value));
}

std::string on_decimals(char operation, const Decimal& a, const Decimal& b, const Type& result) {
  const Type type = as_decimal(result);
  if ((operation == '/' || operation == '%') && b.digits == 0) fail_divisor();
  const std::optional<Decimal> value = operation == '+'   ? add(a, b, type.scale)
                                       : operation == '-' ? add(a, negated(b), type.scale)
                                       : operation == '*' ? multiply(a, b, type.scale)
                                       : operation == '/' ? divide(a, b, type.scale)
                                                          : remainder(a, b, type.scale);
  if (!value || !fits(*value, type.precision)) fail_overflow(result);
  return format_decimal(*value);
}

/// Datetimes are numbers of days since 1900-01-01.
std::string on_moments(char operation, const Value& a, const Value& b, const Type& result) {
  const Moment x = parse_moment(text_of(a)).value_or(Moment{}), y = parse_moment(text_of(b)).value_or(Moment{});
  const std::int64_t zero = *day_number(1900, 1, 1), way = operation == '-' ? -1 : 1;
  const std::optional<Moment> day = date_add(x, DatePart::day, (y.days - zero) * way);
  const std::optional<Moment> moment = day ? date_add(*day, DatePart::microsecond, y.ticks / 10 * way) : std::nullopt;
  const std::optional<Moment> kept = moment ? rounded(*moment, result) : std::nullopt;
  if (!kept) fail(517, "Adding a value to a 'datetime' column caused an overflow.");
  return format_moment(*kept, result);
}

template <char Operation>
Value run(Environment&, const Type& result, std::span<const Value> args) {
  return calculate(Operation, args[0], args[1], result);
}

Value negate(Environment&, const Type& result, std::span<const Value> args) {
  return calculate('-', std::int64_t{0}, args[0], result);
}

template <typename Work>
Value on_bits(const Type& result, std::span<const Value> args, Work work) {
  return checked_integer(work(integer_of(args[0]), integer_of(args[1])), result);
}

Value bit_and(Environment&, const Type& result, std::span<const Value> args) {
  return on_bits(result, args, [](std::int64_t a, std::int64_t b) { return a & b; });
}
Value bit_or(Environment&, const Type& result, std::span<const Value> args) {
  return on_bits(result, args, [](std::int64_t a, std::int64_t b) { return a | b; });
}
Value bit_xor(Environment&, const Type& result, std::span<const Value> args) {
  return on_bits(result, args, [](std::int64_t a, std::int64_t b) { return a ^ b; });
}
Value bit_not(Environment&, const Type& result, std::span<const Value> args) {
  const std::int64_t value = integer_of(args[0]);
  if (result.id == TypeId::bit) return std::int64_t{value == 0};
  return result.id == TypeId::tiny_int ? ~value & 0xFF : ~value;
}

/// args: a value, then an operation, the type of its result and a value, as often as you like: a + b - c.
Value chain(Environment& environment, const Type&, std::span<const Value> args) {
  Value value = args[0];
  for (std::size_t i = 1; i + 2 < args.size(); i += 3) {
    const char operation = text_of(args[i])[0];
    const Type type = type_of_code(integer_of(args[i + 1]));
    const Value both[] = {value, args[i + 2]};
    value = operation == '&'   ? bit_and(environment, type, both)
            : operation == '|' ? bit_or(environment, type, both)
            : operation == '^' ? bit_xor(environment, type, both)
                               : calculate(operation, value, args[i + 2], type);
  }
  return value;
}

/// args: the type it comes from, the style, the value.
Value convert_value(Environment&, const Type& result, std::span<const Value> args) {
  return convert(args[2], type_of_code(integer_of(args[0])), result, static_cast<int>(integer_of(args[1])));
}

Value try_convert_value(Environment& environment, const Type& result, std::span<const Value> args) {
  try {
    return convert_value(environment, result, args);
  } catch (const SqlError& error) {
    if (error.message().number == 281 || error.message().number == 529) throw;
    return {};
  }
}

}  // namespace

Value calculate(char operation, const Value& a, const Value& b, const Type& result) {
  if (is_integer(result)) return checked_integer(on_integers(operation, integer_of(a), integer_of(b), result), result);
  if (is_float(result)) return on_doubles(operation, double_of(a), double_of(b), result);
  if (is_exact(result)) return on_decimals(operation, decimal_of(a), decimal_of(b), result);
  if (is_temporal(result)) return on_moments(operation, a, b, result);
  const std::string joined = text_of(a) + text_of(b);
  if (is_bytes(result)) return result.length < 0 ? joined : joined.substr(0, static_cast<std::size_t>(result.length));
  return result.length < 0 ? joined : text_prefix(joined, static_cast<std::size_t>(result.length));
}

std::span<const RuntimeFunction> arithmetic_functions() {
  static constexpr auto kAll = std::to_array<RuntimeFunction>({{"+", &run<'+'>},
                                                               {"-", &run<'-'>},
                                                               {"*", &run<'*'>},
                                                               {"/", &run<'/'>},
                                                               {"%", &run<'%'>},
                                                               {"&", &bit_and},
                                                               {"|", &bit_or},
                                                               {"^", &bit_xor},
                                                               {"~", &bit_not},
                                                               {"negate", &negate},
                                                               {"chain", &chain},
                                                               {"convert", &convert_value},
                                                               {"try_convert", &try_convert_value}});
  return kAll;
}

}  // namespace dba::sandbox::sqlserver::tsql
