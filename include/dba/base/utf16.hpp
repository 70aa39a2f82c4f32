#pragma once
// UTF-16, as ODBC, TDS and some editors write text, and UTF-8.

#include <cstddef>
#include <string>
#include <string_view>

namespace dba {

std::u16string to_utf16(std::string_view utf8);     ///< What is no UTF-8 becomes U+FFFD.
std::string from_utf16(std::u16string_view utf16);  ///< Half a surrogate pair becomes U+FFFD.

/// Turns UTF-16 that comes in pieces into UTF-8; a surrogate pair may be split over two of them.
class Utf16Reader {
 public:
  void append(std::u16string_view units, std::string& into);
  void finish(std::string& into);  ///< A high surrogate that nothing followed.

 private:
  char32_t high_ = 0;
};

}  // namespace dba
