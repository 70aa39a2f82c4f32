#pragma once
// Conversions from and to character types.

#include <optional>
#include <string>
#include <string_view>

#include "tds/session.hpp"
#include "tsql/types/decimal.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// @throws SqlError 245, 248, 244, 8114
Value integer_from_text(std::string_view text, const Type& from, const Type& to);
std::optional<double> float_from_text(std::string_view text);
std::optional<Decimal> money_from_text(std::string_view text);  ///< "$1,234.50"
std::optional<std::string> guid_from_text(std::string_view text);

/// Any value as text of type `to`. @throws SqlError 281 (no such style), 8115 (does not fit)
Value text_from(const Value& value, const Type& from, const Type& to, int style);
/// Cut to the length of `to`, padded when it is char or nchar.
std::string fitted_text(std::string text, const Type& to);

}  // namespace dba::sandbox::sqlserver::tsql
