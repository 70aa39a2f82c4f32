#include "dba/base/utf16.hpp"

#include "dba/base/utf8.hpp"

namespace dba {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

}  // namespace

std::u16string to_utf16(std::string_view utf8) {
  std::u16string units;
  units.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint read = decode_utf8(utf8, at);
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

std::string from_utf16(std::u16string_view utf16) {
  std::string text;
  text.reserve(utf16.size());
  Utf16Reader reader;
  reader.append(utf16, text);
  reader.finish(text);
  return text;
}

void Utf16Reader::append(std::u16string_view units, std::string& into) {
  for (const char32_t unit : units) {
    const bool is_high = unit >= 0xD800 && unit < 0xDC00, is_low = unit >= 0xDC00 && unit < 0xE000;
    if (is_low && high_ != 0) {
      append_utf8(into, 0x10000 + ((high_ - 0xD800) << 10U) + (unit - 0xDC00));
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

}  // namespace dba
