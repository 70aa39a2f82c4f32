#include "measures.hpp"

#include <algorithm>

namespace dba::mssql {

std::optional<std::int64_t> worst_of(const ReplicaState& replica, Measure measure) {
  std::int64_t worst = 0;
  for (const DatabaseState& database : replica.databases) {
    if (!(database.*measure)) return std::nullopt;
    worst = std::max(worst, *(database.*measure));
  }
  return worst;
}

std::string last_commit_of(const ReplicaState& replica) {
  std::string newest;
  for (const DatabaseState& database : replica.databases)
    newest = std::max(newest, database.last_commit_time.value_or(""));
  return newest;
}

}  // namespace dba::mssql
