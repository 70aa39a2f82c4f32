#pragma once
// Text as it goes over the wire: UTF-16, and the code page of the one collation there is.

#include <string>
#include <string_view>

namespace dba::sandbox::sqlserver::tds {

/// SQL_Latin1_General_CP1_CI_AS: LCID 0x0409, flags 0x0d0, sort id 0x34. @source [MS-TDS] 2.2.5.1.2
inline constexpr std::string_view kCollation{"\x09\x04\xd0\x00\x34", 5};

std::string to_utf16(std::string_view utf8);     ///< Little-endian; broken bytes become U+FFFD.
std::string from_utf16(std::string_view utf16);  ///< Torn surrogates and an odd last byte become U+FFFD.

/// Windows-1252; what it does not have becomes "?", once for each of its units of UTF-16.
std::string to_code_page(std::string_view utf8);
std::string from_code_page(std::string_view bytes);

}  // namespace dba::sandbox::sqlserver::tds
