#include "yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

#include "dba/base/text.hpp"

namespace dba::codec {

namespace {

using Kind = PlainScalar::Kind;

std::optional<PlainScalar> find_word(std::string_view text) {
  using Words3 = std::array<std::string_view, 3>;
  static constexpr std::array<std::string_view, 11> kTrue{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                          "True", "TRUE", "on",  "On",  "ON"};
  static constexpr std::array<std::string_view, 11> kFalse{"n",     "N",     "no",  "No",  "NO", "false",
                                                           "False", "FALSE", "off", "Off", "OFF"};
  static constexpr std::array<std::string_view, 5> kNull{"", "~", "null", "Null", "NULL"};
  static constexpr Words3 kNan{".nan", ".NaN", ".NAN"};
  static constexpr Words3 kInfinite{".inf", ".Inf", ".INF"};
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (contains(kTrue, text)) return PlainScalar{.kind = Kind::boolean, .boolean = true};
  if (contains(kFalse, text)) return PlainScalar{.kind = Kind::boolean};
  if (contains(kNull, text)) return PlainScalar{.kind = Kind::null};
  if (contains(kNan, text)) return PlainScalar{.kind = Kind::real, .real = std::nan("")};
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (contains(kInfinite, text)) return PlainScalar{.kind = Kind::real, .real = negative ? -kInfinity : kInfinity};
  return std::nullopt;
}

/// The base that Go's ParseInt(…, 0, …) sees in the digits; its prefix is taken off.
int take_base(std::string_view& digits) {
  if (!digits.starts_with('0')) return 10;
  const char mark = digits.size() >= 3 ? digits[1] : '\0';
  int base = 8;
  if (mark == 'x' || mark == 'X') base = 16;
  if (mark == 'b' || mark == 'B') base = 2;
  const bool marked = base != 8 || mark == 'o' || mark == 'O';
  digits.remove_prefix(marked ? 2 : 1);
  return base;
}

/// An integer, or a real when it needs more than 63 bits; `text` has no underscores.
std::optional<PlainScalar> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool sign = negative || text.starts_with('+');
  std::string_view digits = text.substr(sign ? 1 : 0);
  if (digits == "0") return PlainScalar{.kind = Kind::integer};
  if (digits.empty()) return std::nullopt;
  const int base = take_base(digits);
  std::uint64_t magnitude = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (magnitude <= kMax) {
    const auto value = static_cast<std::int64_t>(magnitude);
    return PlainScalar{.kind = Kind::integer, .integer = negative ? -value : value};
  }
  if (negative && magnitude == kMax + 1) {
    return PlainScalar{.kind = Kind::integer, .integer = std::numeric_limits<std::int64_t>::min()};
  }
  if (sign) return std::nullopt;
  return PlainScalar{.kind = Kind::real, .real = static_cast<double>(magnitude)};
}

std::size_t count_digits(std::string_view text) { return std::min(text.find_first_not_of("0123456789"), text.size()); }

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_real_shaped(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t whole = count_digits(text);
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::size_t fraction = count_digits(text);
    if (whole == 0 && fraction == 0) return false;
    text.remove_prefix(fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && count_digits(text) == text.size();
}

std::optional<PlainScalar> parse_real(const std::string& text) {
  if (!is_real_shaped(text)) return std::nullopt;
  const double value = std::strtod(text.c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;
  return PlainScalar{.kind = Kind::real, .real = value};
}

/// Takes one or two digits with a value up to `largest`.
bool take_number(std::string_view& text, int smallest, int largest) {
  const std::size_t count = std::min<std::size_t>(2, count_digits(text));
  int value = 0;
  std::from_chars(text.data(), text.data() + count, value);
  text.remove_prefix(count);
  return count > 0 && value >= smallest && value <= largest;
}

bool take_char(std::string_view& text, std::string_view choices) {
  if (text.empty() || choices.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// 2006-1-2, optionally with a time of day, a fraction and (after T) a zone.
bool is_timestamp(std::string_view text) {
  if (count_digits(text) != 4) return false;
  text.remove_prefix(4);
  if (!take_char(text, "-") || !take_number(text, 1, 12) || !take_char(text, "-") || !take_number(text, 1, 31))
    return false;
  if (text.empty()) return true;
  const bool zoned = text.front() != ' ';
  if (!take_char(text, "Tt ") || !take_number(text, 0, 23) || !take_char(text, ":") || !take_number(text, 0, 59) ||
      !take_char(text, ":") || !take_number(text, 0, 59)) {
    return false;
  }
  if (take_char(text, ".")) text.remove_prefix(count_digits(text));
  if (!zoned || text == "Z") return zoned == (text == "Z");
  return take_char(text, "+-") && take_number(text, 0, 24) && take_char(text, ":") && take_number(text, 0, 60) &&
         text.empty();
}

}  // namespace

PlainScalar resolve_plain(std::string_view text) {
  if (const auto word = find_word(text)) return *word;
  if (text.front() == '.') return parse_real(std::string(text)).value_or(PlainScalar{});
  const bool numeric = text.find_first_of("+-0123456789") == 0;
  if (!numeric) return {};
  if (is_timestamp(text)) return {.kind = Kind::timestamp};
  std::string plain(text);
  std::erase(plain, '_');
  if (const auto integer = parse_integer(plain)) return *integer;
  return parse_real(plain).value_or(PlainScalar{});
}

bool is_sexagesimal(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (count_digits(text) == 0) return false;
  text.remove_prefix(std::min(text.find_first_not_of("0123456789_"), text.size()));
  if (!text.starts_with(':')) return false;
  while (take_char(text, ":")) {
    if (!take_number(text, 0, 59)) return false;
  }
  if (take_char(text, ".")) text.remove_prefix(std::min(text.find_first_not_of("0123456789_"), text.size()));
  return text.empty();
}

}  // namespace dba::codec
