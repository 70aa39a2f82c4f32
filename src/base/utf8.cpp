#include "dba/base/utf8.hpp"

namespace dba {

namespace {

bool is_scalar_value(char32_t value) { return value < 0xD800 || (value > 0xDFFF && value <= 0x10FFFF); }

/// Bytes that a sequence starting with `lead` has; 0 for a byte that cannot start one.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

}  // namespace

CodePoint decode_utf8(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const auto lead = static_cast<unsigned char>(text[at]);
  const CodePoint broken{.value = lead, .length = 1, .valid = false};
  const std::size_t length = sequence_length(lead);
  if (length == 0 || text.size() - at < length) return broken;
  if (length == 1) return {.value = lead, .length = 1, .valid = true};
  char32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0U) != 0x80) return broken;
    value = value << 6 | (next & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || !is_scalar_value(value)) return broken;
  return {.value = value, .length = length, .valid = true};
}

void append_utf8(std::string& out, char32_t value) {
  if (!is_scalar_value(value)) value = 0xFFFD;
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((value >> shift) & 0x3FU)); };
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xC0U | value >> 6);
    tail(0);
  } else if (value < 0x10000) {
    out += static_cast<char>(0xE0U | value >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | value >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!point.valid) return false;
    at += point.length;
  }
  return true;
}

}  // namespace dba
