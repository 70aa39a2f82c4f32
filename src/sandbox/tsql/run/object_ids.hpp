#pragma once
// Ids of schemas, and of system views: those are negative, and the same wherever they are asked for.

#include <array>
#include <cstdint>
#include <string_view>

namespace dba::sandbox::sqlserver::tsql {

/// In the order of their schema_id, which begins with 1. @source learn.microsoft.com: sys.schemas
inline constexpr std::array<std::string_view, 4> kSchemas{"dbo", "guest", "INFORMATION_SCHEMA", "sys"};

/// @param name "sys.databases", in lower case
constexpr std::int64_t view_object_id(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return -static_cast<std::int64_t>(hash % 1'000'000'000U) - 1;
}

}  // namespace dba::sandbox::sqlserver::tsql
