#pragma once
// UTF-8, one code point at a time. Broken bytes are reported, never skipped silently.

#include <cstddef>
#include <string>
#include <string_view>

namespace dba {

struct CodePoint {
  char32_t value = 0;      ///< The broken byte itself when not `valid`.
  std::size_t length = 0;  ///< Bytes read: 1 to 4; 1 when not `valid`; 0 at the end of the text.
  bool valid = false;      ///< False for overlong forms, surrogates, values past U+10FFFF and torn sequences.
};

/// The code point that starts at byte `at`.
CodePoint decode_utf8(std::string_view text, std::size_t at);
/// @param value a Unicode scalar value; anything else becomes U+FFFD.
void append_utf8(std::string& out, char32_t value);
bool is_valid_utf8(std::string_view text);  ///< Without overlong forms and surrogates.

}  // namespace dba
