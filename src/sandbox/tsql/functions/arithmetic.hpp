#pragma once
// + - * / % on two values, exact for everything but real and float.

#include <string_view>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// @param operation "+", "-", "*", "/" or "%"; neither value is NULL
/// @throws SqlError 8115 (overflow), 8134 (divide by zero)
Value calculate(char operation, const Value& a, const Value& b, const Type& result);

}  // namespace dba::sandbox::sqlserver::tsql
