#include "numbers.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace dba::codec {

namespace {

/// d.ddd × 10^exponent, shortest.
struct Decimal {
  std::string sign{};
  std::string digits{};
  int exponent = 0;
};

template <typename Number>
Decimal shortest_decimal(Number value) {
  std::array<char, 64> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value), std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  Decimal decimal{.sign = std::signbit(value) ? "-" : "", .digits = std::string(text.substr(0, e))};
  if (decimal.digits.size() > 1) decimal.digits.erase(1, 1);
  const std::string_view exponent = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), decimal.exponent);
  return decimal;
}

std::string plain_layout(const Decimal& decimal) {
  const std::string& digits = decimal.digits;
  if (decimal.exponent < 0) {
    return decimal.sign + "0." + std::string(static_cast<std::size_t>(-decimal.exponent - 1), '0') + digits;
  }
  const std::size_t whole = static_cast<std::size_t>(decimal.exponent) + 1;
  if (digits.size() <= whole) return decimal.sign + digits + std::string(whole - digits.size(), '0');
  return decimal.sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string scientific_layout(const Decimal& decimal, int exponent_width) {
  std::string mantissa = decimal.sign + decimal.digits.substr(0, 1);
  if (decimal.digits.size() > 1) mantissa += "." + decimal.digits.substr(1);
  return fmt::format("{}e{}{:0{}}", mantissa, decimal.exponent < 0 ? '-' : '+', std::abs(decimal.exponent),
                     exponent_width);
}

template <typename Number>
std::string format_like_go(Number value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  const Decimal decimal = shortest_decimal(value);
  const bool plain = decimal.exponent >= -4 && decimal.exponent < 6;
  return plain ? plain_layout(decimal) : scientific_layout(decimal, 2);
}

}  // namespace

std::string json_number(double value) {
  if (!std::isfinite(value)) return "null";
  const Decimal decimal = shortest_decimal(value);
  const bool plain = decimal.exponent >= -6 && decimal.exponent < 21;
  return plain ? plain_layout(decimal) : scientific_layout(decimal, 1);
}

std::string go_number(double value) { return format_like_go(value); }

std::string go_number(float value) { return format_like_go(value); }

}  // namespace dba::codec
