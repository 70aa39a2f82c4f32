#pragma once
// CAST and CONVERT: a value of one type as a value of another.

#include <string>
#include <string_view>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// Whether there is a conversion at all. @throws SqlError 529
void check_convertible(const Type& from, const Type& to);

/// The value as CONVERT(to, value, style) gives it: text cut to the length, fixed lengths padded.
/// @param style -1 = none given
/// @throws SqlError 245, 248, 8114, 8115, 220, 232, 235, 241, 242, 8169, 281
Value convert(const Value& value, const Type& from, const Type& to, int style = -1);

/// The whole number 64 bits hold, brought into an integer type. @throws SqlError 8115, 220
Value checked_integer(std::int64_t value, const Type& to);

std::string hex_text(std::string_view bytes);  ///< Upper case, two digits a byte.

}  // namespace dba::sandbox::sqlserver::tsql
