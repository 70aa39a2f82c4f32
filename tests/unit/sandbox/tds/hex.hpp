#pragma once
// Bytes as tests write them: "d1 01 00".

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace dba::test {

inline std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    out += fmt::format("{}{:02x}", out.empty() ? "" : " ", static_cast<unsigned char>(byte));
  }
  return out;
}

/// Blanks and line ends between the pairs of digits are skipped.
inline std::string bytes(std::string_view digits) {
  std::string out, pair;
  for (const char letter : digits) {
    if (letter == ' ' || letter == '\n') continue;
    pair += letter;
    if (pair.size() < 2) continue;
    out += static_cast<char>(std::stoi(pair, nullptr, 16));
    pair.clear();
  }
  return out;
}

/// As bytes() and hex() would write it.
inline std::string utf16_hex(std::string_view ascii) {
  std::string wide;
  for (const char letter : ascii) wide += std::string{letter, '\0'};
  return hex(wide);
}

}  // namespace dba::test
