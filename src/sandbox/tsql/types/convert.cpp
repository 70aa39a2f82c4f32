#include "tsql/types/convert.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/types/convert_bytes.hpp"
#include "tsql/types/convert_text.hpp"
#include "tsql/types/decimal.hpp"
#include "tsql/types/moment.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

const std::string& text_of(const Value& value) { return std::get<std::string>(value); }

struct Range {
  std::int64_t least, most;
};

Range range_of(TypeId id) {
  if (id == TypeId::tiny_int) return {0, 255};
  if (id == TypeId::small_int) return {-32768, 32767};
  if (id == TypeId::integer)
    return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
  return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
}

[[noreturn]] void fail_overflow(std::string_view what, const Type& to) {
  fail(8115,
       fmt::format("Arithmetic overflow error converting {} to data type {}.", what,
                   to.id == TypeId::decimal ? "numeric" : type_name(to.id)),
       16, 2);
}

Value decimal_value(const std::optional<Decimal>& value, const Type& to, std::string_view from) {
  const std::optional<Decimal> scaled = value ? rescale(*value, to.scale) : std::nullopt;
  if (!scaled || !fits(*scaled, to.precision)) fail_overflow(from, to);
  return format_decimal(*scaled);
}

Value money_value(const std::optional<Decimal>& value, std::string_view from) {
  return decimal_value(value, {.id = TypeId::decimal, .precision = 19, .scale = 4}, from);
}

std::int64_t whole_part(const Decimal& value, const Type& from, const Type& to) {
  const Decimal whole = truncate_to(value, 0);
  const Digits most = static_cast<Digits>(std::numeric_limits<std::int64_t>::max()) + (whole.negative ? 1U : 0U);
  if (whole.digits > most) fail_overflow(from.id == TypeId::money ? "money" : "numeric", to);
  const auto magnitude = static_cast<std::uint64_t>(whole.digits);
  return static_cast<std::int64_t>(whole.negative ? ~magnitude + 1 : magnitude);
}

/// Days since 1900-01-01, as numbers stand for datetimes.
double serial_of(const Moment& moment) {
  return static_cast<double>(moment.days - *day_number(1900, 1, 1)) +
         static_cast<double>(moment.ticks) / static_cast<double>(kTicksPerDay);
}

Value to_integer(const Value& value, const Type& from, const Type& to) {
  if (is_text(from)) return integer_from_text(text_of(value), from, to);
  if (is_integer(from)) return checked_integer(std::get<std::int64_t>(value), to);
  if (is_float(from)) {
    const double number = std::get<double>(value);
    if (to.id == TypeId::bit) return std::int64_t{number != 0};
    if (!(number > -9.3e18 && number < 9.3e18))
      fail(232, fmt::format("Arithmetic overflow error for type {}, value = {:f}.", type_name(to.id), number), 16, 3);
    const double whole = std::trunc(number);
    if (whole >= 9223372036854775808.0 || whole < -9223372036854775808.0) fail_overflow("expression", to);
    return checked_integer(static_cast<std::int64_t>(whole), to);
  }
  if (is_exact(from)) {
    const Decimal number = *parse_decimal(text_of(value));
    if (to.id == TypeId::bit) return std::int64_t{number.digits != 0};
    const std::int64_t whole = whole_part(number, from, to);
    const Range range = range_of(to.id);
    if (whole < range.least || whole > range.most) fail_overflow(from.id == TypeId::money ? "money" : "numeric", to);
    return whole;
  }
  if (is_bytes(from)) return checked_integer(integer_from_bytes(text_of(value), to), to);
  return checked_integer(static_cast<std::int64_t>(std::floor(serial_of(*parse_moment(text_of(value))) + 0.5)), to);
}

Value to_floating(const Value& value, const Type& from, const Type& to) {
  double number = 0;
  if (is_text(from)) {
    const std::optional<Decimal> exact = parse_decimal(text_of(value));
    const std::optional<double> read = float_from_text(text_of(value));
    if (!read && !exact)
      fail(8114, fmt::format("Error converting data type {} to {}.", type_name(from.id), type_name(to.id)), 16, 5);
    number = read ? *read : to_double(*exact);
  } else if (is_integer(from)) {
    number = static_cast<double>(std::get<std::int64_t>(value));
  } else if (is_float(from)) {
    number = std::get<double>(value);
  } else if (is_exact(from)) {
    number = to_double(*parse_decimal(text_of(value)));
  } else {
    number = serial_of(*parse_moment(text_of(value)));
  }
  if (to.id == TypeId::real) {
    if (std::fabs(number) > static_cast<double>(std::numeric_limits<float>::max())) fail_overflow("expression", to);
    number = static_cast<double>(static_cast<float>(number));
  }
  return number;
}

std::string_view word_of(const Type& from) {
  if (is_text(from)) return is_unicode(from) ? "nvarchar" : "varchar";
  if (is_float(from)) return from.id == TypeId::real ? "real" : "float";
  return is_exact(from) ? "numeric" : "expression";
}

std::optional<Decimal> exact_of(const Value& value, const Type& from, const Type& to) {
  if (is_text(from)) {
    const std::optional<Decimal> read =
        to.id == TypeId::money ? money_from_text(text_of(value)) : parse_decimal(text_of(value));
    if (!read && to.id == TypeId::money)
      fail(235, "Cannot convert a char value to money. The char value has incorrect syntax.");
    if (!read) fail(8114, fmt::format("Error converting data type {} to numeric.", type_name(from.id)), 16, 5);
    return read;
  }
  if (is_integer(from)) return decimal_from(std::get<std::int64_t>(value));
  if (is_float(from)) return decimal_from(std::get<double>(value), to.id == TypeId::money ? 4 : to.scale);
  if (is_exact(from)) return parse_decimal(text_of(value));
  if (is_bytes(from)) return decimal_from(integer_from_bytes(text_of(value), {.id = TypeId::big_int}));
  return decimal_from(serial_of(*parse_moment(text_of(value))), 10);
}

Value to_moment(const Value& value, const Type& from, const Type& to, int style) {
  std::optional<Moment> moment;
  if (is_text(from)) {
    const int kind = style % 100;  // 3, 4, 5 and 103, 104, 105: the day comes first
    moment = parse_moment(text_of(value), kind >= 3 && kind <= 5);
    if (!moment) fail(241, "Conversion failed when converting date and/or time from character string.");
  } else if (is_temporal(from)) {
    moment = parse_moment(text_of(value));
  } else {
    const double serial = is_integer(from) ? static_cast<double>(std::get<std::int64_t>(value))
                          : is_float(from) ? std::get<double>(value)
                                           : to_double(*parse_decimal(text_of(value)));
    const double day = std::floor(serial);
    if (day < -53690 || day > 2958463) fail_overflow("expression", to);
    moment = Moment{*day_number(1900, 1, 1) + static_cast<std::int64_t>(day),
                    static_cast<std::int64_t>((serial - day) * static_cast<double>(kTicksPerDay)), 0};
  }
  const std::optional<Moment> kept = rounded(*moment, to);
  if (!kept) {
    fail(242,
         fmt::format("The conversion of a {} data type to a {} data type resulted in an out-of-range value.",
                     type_name(from.id), type_name(to.id)),
         16, 3);
  }
  return format_moment(*kept, to);
}

Value to_guid(const Value& value, const Type& from) {
  if (is_bytes(from)) return guid_from_bytes(text_of(value));
  const std::optional<std::string> guid = guid_from_text(text_of(value));
  if (!guid) fail(8169, "Conversion failed when converting from a character string to uniqueidentifier.", 16, 2);
  return *guid;
}

}  // namespace

Value checked_integer(std::int64_t value, const Type& to) {
  if (to.id == TypeId::bit) return std::int64_t{value != 0};
  const Range range = range_of(to.id);
  if (value >= range.least && value <= range.most) return value;
  if (to.id == TypeId::integer) fail_overflow("expression", to);
  fail(220, fmt::format("Arithmetic overflow error for data type {}, value = {}.", type_name(to.id), value), 16, 2);
}

void check_convertible(const Type& from, const Type& to) {
  const bool from_guid = from.id == TypeId::unique_identifier, to_guid = to.id == TypeId::unique_identifier;
  const bool old_temporal = from.id == TypeId::datetime || from.id == TypeId::small_datetime;
  bool allowed = true;
  if (from_guid) allowed = to_guid || is_text(to) || is_bytes(to);
  if (to_guid) allowed = from_guid || is_text(from) || is_bytes(from);
  if (is_temporal(from) && is_number(to)) allowed = old_temporal;
  if (is_number(from) && is_temporal(to)) allowed = to.id == TypeId::datetime || to.id == TypeId::small_datetime;
  if (from.id == TypeId::date && to.id == TypeId::time) allowed = false;
  if (from.id == TypeId::time && to.id == TypeId::date) allowed = false;
  if (is_bytes(from) && (is_float(to) || is_temporal(to))) allowed = false;
  if (is_float(from) && is_bytes(to)) allowed = false;
  if (!allowed)
    fail(529,
         fmt::format("Explicit conversion from data type {} to {} is not allowed.", type_name(from.id),
                     type_name(to.id)),
         16, 2);
}

Value convert(const Value& value, const Type& from, const Type& to, int style) {
  if (std::holds_alternative<std::monostate>(value)) return value;
  if (is_integer(to)) return to_integer(value, from, to);
  if (is_float(to)) return to_floating(value, from, to);
  if (to.id == TypeId::decimal) return decimal_value(exact_of(value, from, to), to, word_of(from));
  if (to.id == TypeId::money) return money_value(exact_of(value, from, to), word_of(from));
  if (is_temporal(to)) return to_moment(value, from, to, style);
  if (to.id == TypeId::unique_identifier) return from.id == to.id ? value : to_guid(value, from);
  if (is_bytes(to)) return bytes_from(value, from, to, style);
  return text_from(value, from, to, style);
}

}  // namespace dba::sandbox::sqlserver::tsql
