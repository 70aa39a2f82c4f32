#include "text_cells.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace dba::sql {

namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

void append_utf8(std::uint32_t point, std::string& into) {
  const auto byte = [&](std::uint32_t value) { into += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xc0 | point >> 6);
    byte(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    byte(0xe0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3f));
    byte(0x80 | (point & 0x3f));
  } else {
    byte(0xf0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3f));
    byte(0x80 | (point >> 6 & 0x3f));
    byte(0x80 | (point & 0x3f));
  }
}

}  // namespace

void Utf16Reader::append(const char16_t* units, std::size_t count, std::string& into) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t unit = units[i];
    const bool is_high = unit >= 0xd800 && unit < 0xdc00, is_low = unit >= 0xdc00 && unit < 0xe000;
    if (is_low && high_ != 0) {
      append_utf8(0x10000 + ((high_ - 0xd800) << 10) + (unit - 0xdc00), into);
      high_ = 0;
      continue;
    }
    finish(into);
    if (is_high) {
      high_ = unit;
    } else {
      append_utf8(is_low ? kReplacement : unit, into);
    }
  }
}

void Utf16Reader::finish(std::string& into) {
  if (high_ != 0) append_utf8(kReplacement, into);
  high_ = 0;
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
