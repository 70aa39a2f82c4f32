#pragma once
// Looking into values.

#include <cstdint>
#include <string>
#include <variant>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

inline bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

inline std::string text_or_empty(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

inline std::int64_t integer_or_zero(const Value& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer == nullptr ? 0 : *integer;
}

}  // namespace dba::sandbox::sqlserver::tsql
