#include "tsql/types/convert_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/convert_bytes.hpp"
#include "tsql/types/moment.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// "1e+006": C's exponent with the three digits SQL Server writes.
std::string three_digit_exponent(std::string text) {
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return text;
  while (text.size() - e - 2 < 3) text.insert(e + 2, 1, '0');
  return text;
}

std::string float_text(double number, const Type& from, int style) {
  if (style == 1) return three_digit_exponent(fmt::format("{:.7e}", number));
  if (style == 2) return three_digit_exponent(fmt::format("{:.{}e}", number, from.id == TypeId::real ? 7 : 15));
  if (style == 3) return three_digit_exponent(fmt::format("{:.{}e}", number, from.id == TypeId::real ? 8 : 16));
  return three_digit_exponent(fmt::format("{:.6g}", number));
}

std::string money_text(const std::string& canonical, int style) {
  if (style == 2 || style == 126) return canonical;
  std::string text = format_decimal(*rescale(*parse_decimal(canonical), 2));
  if (style != 1) return text;
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = text.find('.'); at > first + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string moment_text(const std::string& canonical, const Type& from, int style) {
  const bool old = from.id == TypeId::datetime || from.id == TypeId::small_datetime;
  if (style < 0) {
    if (!old) return canonical;
    style = 0;
  }
  const std::optional<std::string> text = format_style(*parse_moment(canonical), from, style);
  if (!text) {
    fail(281, fmt::format("{} is not a valid style number when converting from {} to a character string.", style,
                          type_name(from.id)));
  }
  return *text;
}

std::string raw_text(const Value& value, const Type& from, const Type& to, int style) {
  if (is_integer(from)) return fmt::format("{}", std::get<std::int64_t>(value));
  if (is_float(from)) return float_text(std::get<double>(value), from, style);
  const std::string& text = std::get<std::string>(value);
  if (from.id == TypeId::money) return money_text(text, style);
  if (is_temporal(from)) return moment_text(text, from, style);
  if (is_bytes(from)) return text_of_bytes(text, to, style);
  if (is_text(from) && !is_unicode(to)) return to_code_page(text);
  return text;
}

}  // namespace

Value integer_from_text(std::string_view text, const Type& from, const Type& to) {
  const std::string_view digits = trimmed(text);
  if (to.id == TypeId::bit) {
    const std::string word = to_lower(digits);
    if (word == "true" || word == "false") return std::int64_t{word == "true"};
  }
  if (digits.empty()) return std::int64_t{0};
  std::string_view number = digits;
  if (number.starts_with('+')) number.remove_prefix(1);
  std::int64_t value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool whole = read.ptr == number.data() + number.size() && !number.empty();
  if (whole && read.ec == std::errc()) {
    if (to.id == TypeId::bit) return std::int64_t{value != 0};
    const bool small = to.id == TypeId::tiny_int || to.id == TypeId::small_int;
    const bool fits = to.id == TypeId::big_int ||
                      (to.id == TypeId::integer && value == static_cast<std::int32_t>(value)) ||
                      (to.id == TypeId::small_int && value == static_cast<std::int16_t>(value)) ||
                      (to.id == TypeId::tiny_int && value >= 0 && value <= 255);
    if (fits) return value;
    if (small) {
      fail(244, fmt::format("The conversion of the {} value '{}' overflowed an {} column. Use a larger integer column.",
                            type_name(from.id), text, to.id == TypeId::tiny_int ? "INT1" : "INT2"));
    }
  }
  if (to.id == TypeId::big_int) {
    if (whole) fail(8115, "Arithmetic overflow error converting expression to data type bigint.", 16, 2);
    fail(8114, fmt::format("Error converting data type {} to bigint.", type_name(from.id)), 16, 5);
  }
  if (whole && to.id == TypeId::integer) {
    fail(248, fmt::format("The conversion of the {} value '{}' overflowed an int column.", type_name(from.id), text));
  }
  fail(245, fmt::format("Conversion failed when converting the {} value '{}' to data type {}.", type_name(from.id),
                        text, type_name(to.id)));
}

std::optional<double> float_from_text(std::string_view text) {
  std::string_view number = trimmed(text);
  if (number.empty()) return 0.0;
  if (number.starts_with('+')) number.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  if (read.ec != std::errc() || read.ptr != number.data() + number.size() || !std::isfinite(value)) return {};
  return value;
}

std::optional<Decimal> money_from_text(std::string_view text) {
  std::string digits;
  for (const char c : trimmed(text)) {
    if (c != ',' && c != '$') digits += c;
  }
  return digits.empty() ? Decimal{} : parse_decimal(digits);
}

std::optional<std::string> guid_from_text(std::string_view text) {
  if (text.starts_with('{')) text = text.substr(1, 36);
  if (text.size() < 36) return {};
  std::string guid(text.substr(0, 36));
  for (std::size_t i = 0; i < guid.size(); ++i) {
    char& c = guid[i];
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return {};
  }
  return guid;
}

std::string fitted_text(std::string text, const Type& to) {
  if (to.length < 0) return text;
  const auto most = static_cast<std::size_t>(to.length);
  const std::size_t length = text_length(text);
  if (length > most) return text_prefix(text, most);
  if (is_fixed_length(to)) text.append(most - length, ' ');
  return text;
}

Value text_from(const Value& value, const Type& from, const Type& to, int style) {
  std::string text = raw_text(value, from, to, style);
  const bool too_long = to.length >= 0 && text_length(text) > static_cast<std::size_t>(to.length);
  if (too_long && is_number(from)) {
    // A star is what an integer leaves in a (var)char too short for it.
    if (is_integer(from) && from.id != TypeId::big_int && !is_unicode(to)) return fitted_text("*", to);
    fail(8115,
         fmt::format("Arithmetic overflow error converting {} to data type {}.",
                     is_exact(from)   ? "numeric"
                     : is_float(from) ? "float"
                                      : "expression",
                     type_name(to.id)),
         16, 5);
  }
  if (too_long && from.id == TypeId::unique_identifier)
    fail(8170, "Insufficient result space to convert uniqueidentifier value to char.", 16, 2);
  return fitted_text(std::move(text), to);
}

}  // namespace dba::sandbox::sqlserver::tsql
