#include "text_cells.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace dba::sql {

void append_hex(const void* bytes, std::size_t size, std::string& into) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto* begin = static_cast<const unsigned char*>(bytes);
  for (const unsigned char* byte = begin; byte != begin + size; ++byte) {
    into += kDigits[*byte >> 4];
    into += kDigits[*byte & 0xf];
  }
}

void add_leading_zero(std::string& decimal) {
  const std::size_t sign = decimal.starts_with('-') ? 1 : 0;
  if (decimal.size() > sign && decimal[sign] == '.') decimal.insert(sign, 1, '0');
}

std::string format_floating(double value) { return fmt::format("{}", value); }

std::string format_timestamp(const TimestampParts& parts, int digits) {
  std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.year, parts.month, parts.day, parts.hour,
                                 parts.minute, parts.second);
  if (digits <= 0) return text;
  const std::string fraction = fmt::format("{:09}", parts.nanoseconds);
  return fmt::format("{}.{}", text, fraction.substr(0, static_cast<std::size_t>(std::min(digits, 9))));
}

}  // namespace dba::sql
