#include "tds/guid.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace dba::sandbox::sqlserver::tds {

namespace {

/// Which byte is the n-th of the text; the same the other way round.
constexpr std::array<std::size_t, kGuidSize> kOrder{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

}  // namespace

std::string format_guid(std::string_view bytes) {
  std::string text;
  for (const std::size_t at : kOrder) {
    const std::size_t written = text.size();
    if (written == 8 || written == 13 || written == 18 || written == 23) text += '-';
    text += fmt::format("{:02X}", static_cast<unsigned char>(bytes[at]));
  }
  return text;
}

std::optional<std::string> parse_guid(std::string_view text) {
  std::string digits;
  for (const char letter : text) {
    if (letter != '-' && letter != '{' && letter != '}') digits += letter;
  }
  if (digits.size() != 2 * kGuidSize || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    return std::nullopt;
  }
  std::string bytes(kGuidSize, '\0');
  for (std::size_t i = 0; i < kGuidSize; ++i) {
    unsigned char byte = 0;
    std::from_chars(&digits[2 * i], &digits[2 * i] + 2, byte, 16);
    bytes[kOrder[i]] = static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace dba::sandbox::sqlserver::tds
