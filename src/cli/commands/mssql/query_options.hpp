#pragma once
// What `query` was told, and the flags that say whom it is for.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "dba/cli/spec.hpp"
#include "dba/mssql/query_target.hpp"

#include "sql_flags.hpp"

namespace dba::cli {

struct QueryOptions {
  std::string name{}, output{}, role{};
  std::optional<std::string> text{}, file{};
  mssql::TargetWish target{};
  mssql::SessionWish session{};
  SqlOptions sql{.timeout = std::chrono::seconds(0)};
};

/// @throws Error (usage) for targets that exclude each other
mssql::TargetWish target_of(const QueryOptions& options);

/// --role, --replica, --all-replicas, --database, --read-only
std::vector<Flag> target_flags(QueryOptions& options);

}  // namespace dba::cli
