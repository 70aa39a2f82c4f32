#pragma once
// Names of databases, tables and columns: upper and lower case are the same.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dba/base/text.hpp"

namespace dba::sandbox::sqlserver {

inline bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && to_lower(a) == to_lower(b);
}

/// The one of `names` that is meant, in its own spelling.
inline std::optional<std::string> find_name(std::span<const std::string> names, std::string_view meant) {
  for (const std::string& name : names) {
    if (same_name(name, meant)) return name;
  }
  return std::nullopt;
}

}  // namespace dba::sandbox::sqlserver
