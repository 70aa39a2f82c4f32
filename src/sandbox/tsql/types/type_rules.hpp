#pragma once
// What T-SQL says about types: their names, which one two operands meet in, what arithmetic makes of them.
// @source learn.microsoft.com: "Data type precedence", "Precision, scale, and length", "Data types"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// The type of a name in lower case with what was in its parentheses (-1 = max).
/// @throws SqlError 2715 (no such type), 1001, 131, 2750 (sizes out of range)
Type get_type(std::string_view name, std::span<const int> sizes, int line);
/// The name without sizes: "int", "nvarchar".
std::string type_name(TypeId id);
/// As a column list shows it: "nvarchar(128)", "decimal(10,2)", "varbinary(max)".
std::string format_type(const Type& type);

/// A type as one number, for SQL text handed to the store, and back.
std::int64_t type_code(const Type& type);
Type type_of_code(std::int64_t code);

bool is_text(const Type& type);          ///< char … nvarchar
bool is_unicode(const Type& type);       ///< nchar, nvarchar
bool is_fixed_length(const Type& type);  ///< char, nchar, binary
bool is_bytes(const Type& type);         ///< binary, varbinary
bool is_integer(const Type& type);       ///< bit … bigint
bool is_exact(const Type& type);         ///< decimal, money
bool is_float(const Type& type);         ///< real, float
bool is_number(const Type& type);
bool is_temporal(const Type& type);  ///< date … datetimeoffset

/// The type two operands are brought to for comparing, CASE, UNION, COALESCE.
/// @throws SqlError 206 when the types do not go together
Type common_type(const Type& a, const Type& b);
/// The type of a + b, a - b and so on. @throws SqlError 8117, 402
Type arithmetic_type(std::string_view operation, const Type& a, const Type& b);
/// Integers as the decimal they fit into, money as decimal(19,4).
Type as_decimal(const Type& type);

/// How many characters of code page 1252 or units of UTF-16 a UTF-8 text has.
std::size_t text_length(std::string_view utf8);
/// The text with what is not in code page 1252 made "?": what is left when it becomes (var)char.
std::string to_code_page(std::string_view utf8);
/// The first `units` UTF-16 units, never half a character.
std::string text_prefix(std::string_view utf8, std::size_t units);

}  // namespace dba::sandbox::sqlserver::tsql
