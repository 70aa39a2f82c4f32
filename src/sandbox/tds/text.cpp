#include "tds/text.hpp"

#include <algorithm>
#include <array>

#include "dba/base/utf8.hpp"

#include "tds/bytes.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr char32_t kReplacement = 0xfffd;

/// What Windows-1252 has at 0x80 … 0x9f, where Latin-1 has control characters. The five holes stay as they are.
/// @source Unicode's mapping table CP1252.TXT
constexpr std::array<char16_t, 32> kHigh{0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                         0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
                                         0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                         0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

bool is_high_surrogate(char32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

char to_code_page(char32_t point) {
  if (point < 0x80 || (point >= 0xa0 && point < 0x100)) return static_cast<char>(point);
  const auto* const found = std::find(kHigh.begin(), kHigh.end(), point);
  return found == kHigh.end() ? '?' : static_cast<char>(0x80 + (found - kHigh.begin()));
}

}  // namespace

std::string to_utf16(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() * 2);
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint point = decode_utf8(utf8, at);
    at += point.length;
    const char32_t value = point.valid ? point.value : kReplacement;
    if (value < 0x10000) {
      append_le(out, value, 2);
    } else {
      append_le(out, 0xd800 + ((value - 0x10000) >> 10U), 2);
      append_le(out, 0xdc00 + ((value - 0x10000) & 0x3ffU), 2);
    }
  }
  return out;
}

std::string from_utf16(std::string_view utf16) {
  std::string out;
  out.reserve(utf16.size() / 2);
  const auto unit_at = [&](std::size_t at) -> char32_t {
    if (at + 1 >= utf16.size()) return kReplacement;
    return static_cast<char32_t>(static_cast<unsigned char>(utf16[at]) | static_cast<unsigned char>(utf16[at + 1])
                                                                             << 8);
  };
  for (std::size_t at = 0; at < utf16.size(); at += 2) {
    const char32_t unit = unit_at(at);
    if (is_high_surrogate(unit) && at + 2 < utf16.size() && is_low_surrogate(unit_at(at + 2))) {
      at += 2;
      append_utf8(out, 0x10000 + ((unit - 0xd800) << 10U) + (unit_at(at) - 0xdc00));
    } else {
      append_utf8(out, unit);
    }
  }
  return out;
}

std::string to_code_page(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint point = decode_utf8(utf8, at);
    at += point.length;
    out += point.valid ? to_code_page(point.value) : '?';
  }
  return out;
}

std::string from_code_page(std::string_view bytes) {
  std::string out;
  for (const char raw : bytes) {
    const auto byte = static_cast<unsigned char>(raw);
    append_utf8(out, byte >= 0x80 && byte < 0xa0 ? kHigh[byte - 0x80U] : byte);
  }
  return out;
}

}  // namespace dba::sandbox::sqlserver::tds
