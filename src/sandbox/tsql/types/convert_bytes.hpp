#pragma once
// Conversions from and to binary types.

#include <cstdint>
#include <string>
#include <string_view>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// Any value as bytes of type `to`: cut to its length, padded with zeros when it is binary.
/// @throws SqlError 8114 (style 1 or 2: not hexadecimal)
Value bytes_from(const Value& value, const Type& from, const Type& to, int style);
/// The last bytes as a big-endian number, as many as `to` has.
std::int64_t integer_from_bytes(std::string_view bytes, const Type& to);
std::string guid_from_bytes(std::string_view bytes);
/// Style 1: "0x0A", 2: "0A", else the bytes as characters of the target type.
std::string text_of_bytes(std::string_view bytes, const Type& to, int style);

}  // namespace dba::sandbox::sqlserver::tsql
