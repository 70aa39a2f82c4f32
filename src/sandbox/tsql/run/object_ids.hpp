#pragma once
// object_ids of system views: negative, and the same wherever they are asked for.

#include <cstdint>
#include <string_view>

namespace dba::sandbox::sqlserver::tsql {

/// @param name "sys.databases", in lower case
constexpr std::int64_t view_object_id(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return -static_cast<std::int64_t>(hash % 1'000'000'000U) - 1;
}

}  // namespace dba::sandbox::sqlserver::tsql
