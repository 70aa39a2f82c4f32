#include "tds/text.hpp"

#include <algorithm>
#include <array>

#include "dba/base/utf16.hpp"
#include "dba/base/utf8.hpp"

#include "tds/bytes.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr char16_t kReplacement = 0xfffd;

/// What Windows-1252 has at 0x80 … 0x9f, where Latin-1 has control characters. The five holes stay as they are.
/// @source Unicode's mapping table CP1252.TXT
constexpr std::array<char16_t, 32> kHigh{0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                         0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
                                         0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                         0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

char byte_of(char32_t point) {
  if (point < 0x80 || (point >= 0xa0 && point < 0x100)) return static_cast<char>(point);
  const auto* const found = std::find(kHigh.begin(), kHigh.end(), point);
  return found == kHigh.end() ? '?' : static_cast<char>(0x80 + (found - kHigh.begin()));
}

}  // namespace

std::string to_utf16(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() * 2);
  for (const char16_t unit : dba::to_utf16(utf8)) append_le(out, unit, 2);
  return out;
}

std::string from_utf16(std::string_view utf16) {
  std::u16string units;
  units.reserve(utf16.size() / 2);
  ByteReader reader(utf16);
  while (reader.rest().size() > 1) units += static_cast<char16_t>(reader.u16());
  if (!reader.empty()) units += kReplacement;
  return dba::from_utf16(units);
}

std::string to_code_page(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint point = decode_utf8(utf8, at);
    at += point.length;
    out.append(point.valid && point.value > 0xffff ? 2 : 1, point.valid ? byte_of(point.value) : '?');
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
