#include "dba/base/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

[[noreturn]] void fail(std::size_t position) {
  throw usage_error(fmt::format("illegal base64 data at input byte {}", position));
}

std::size_t skip_line_breaks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '\n' || text[at] == '\r')) ++at;
  return at;
}

/// The padding of a group with `filled` letters; `at` is its first '='. Nothing but line breaks may follow.
void check_padding(std::string_view text, std::size_t at, std::size_t filled) {
  if (filled < 2) fail(at);
  std::size_t next = skip_line_breaks(text, at + 1);
  if (filled == 2) {
    if (next == text.size()) fail(text.size());
    if (text[next] != '=') fail(next - 1);
    next = skip_line_breaks(text, next + 1);
  }
  if (next < text.size()) fail(next);
}

void append_group(std::string& out, std::uint32_t bits, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>((bits >> (16 - 8 * i)) & 0xFF);
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) out += i <= count ? kAlphabet[(bits >> (18 - 6 * i)) & 63] : '=';
  }
  return out;
}

std::string base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  std::size_t filled = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      check_padding(text, at, filled);
      append_group(out, bits << (6 * (4 - filled)), filled - 1);
      return out;
    }
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) fail(at);
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++filled < 4) continue;
    append_group(out, bits, 3);
    bits = 0;
    filled = 0;
  }
  if (filled != 0) fail(text.size() - filled);
  return out;
}

}  // namespace dba
