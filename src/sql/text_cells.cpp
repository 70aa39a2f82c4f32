#include "text_cells.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/utf8.hpp"

namespace dba::sql {

namespace {

constexpr char32_t kReplacement = 0xfffd;

}  // namespace

void Utf16Reader::append(const char16_t* units, std::size_t count, std::string& into) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t unit = units[i];
    const bool is_high = unit >= 0xd800 && unit < 0xdc00, is_low = unit >= 0xdc00 && unit < 0xe000;
    if (is_low && high_ != 0) {
      append_utf8(into, 0x10000 + ((high_ - 0xd800) << 10) + (unit - 0xdc00));
      high_ = 0;
      continue;
    }
    finish(into);
    if (is_high) {
      high_ = unit;
    } else {
      append_utf8(into, is_low ? kReplacement : unit);
    }
  }
}

void Utf16Reader::finish(std::string& into) {
  if (high_ != 0) append_utf8(into, kReplacement);
  high_ = 0;
}

std::u16string to_utf16(std::string_view text) {
  std::u16string units;
  units.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint read = decode_utf8(text, at);
    at += read.length;
    const char32_t point = read.valid ? read.value : kReplacement;
    if (point < 0x10000) {
      units += static_cast<char16_t>(point);
    } else {
      units += static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10U));
      units += static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FFU));
    }
  }
  return units;
}

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
