#include "tds/decimal.hpp"

#include <algorithm>

namespace dba::sandbox::sqlserver::tds {

namespace {

/// Multiplies by ten and adds a digit. False when it does not fit.
bool push_digit(std::string& bytes, unsigned digit) {
  unsigned carry = digit;
  for (char& byte : bytes) {
    carry += static_cast<unsigned char>(byte) * 10U;
    byte = static_cast<char>(carry & 0xffU);
    carry >>= 8U;
  }
  return carry == 0;
}

/// Divides by ten; the remainder.
unsigned pop_digit(std::string& bytes) {
  unsigned remainder = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    const unsigned value = remainder << 8U | static_cast<unsigned char>(*byte);
    *byte = static_cast<char>(value / 10);
    remainder = value % 10;
  }
  return remainder;
}

bool is_zero(std::string_view bytes) { return bytes.find_first_not_of('\0') == std::string_view::npos; }

}  // namespace

std::optional<Magnitude> parse_decimal(std::string_view text, int scale, std::size_t size) {
  Magnitude result{text.starts_with('-'), std::string(size, '\0')};
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto point = std::min(text.find('.'), text.size());
  std::string fraction(text.substr(std::min(point + 1, text.size())));
  const auto digits = static_cast<std::size_t>(scale);
  if (fraction.find_first_not_of('0', std::min(digits, fraction.size())) != std::string::npos) return std::nullopt;
  fraction.resize(digits, '0');
  const std::string all = std::string(text.substr(0, point)) + fraction;
  if (all.empty() || all.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  for (const char digit : all) {
    if (!push_digit(result.bytes, static_cast<unsigned>(digit - '0'))) return std::nullopt;
  }
  if (is_zero(result.bytes)) result.negative = false;
  return result;
}

std::string format_decimal(const Magnitude& magnitude, int scale) {
  std::string left = magnitude.bytes, reversed;
  for (int digit = 0; digit < scale; ++digit) reversed += static_cast<char>('0' + pop_digit(left));
  if (scale > 0) reversed += '.';
  do {
    reversed += static_cast<char>('0' + pop_digit(left));
  } while (!is_zero(left));
  if (magnitude.negative) reversed += '-';
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

std::size_t decimal_size(int precision) {
  if (precision <= 9) return 4;
  if (precision <= 19) return 8;
  return precision <= 28 ? 12 : 16;
}

}  // namespace dba::sandbox::sqlserver::tds
