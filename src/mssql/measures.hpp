#pragma once
// Numbers of databases, of which the row of a replica shows the worst.

#include <cstdint>
#include <optional>
#include <string>

#include "dba/mssql/replicas.hpp"

namespace dba::mssql {

using Measure = std::optional<std::int64_t> DatabaseState::*;

/// The greatest over the databases of a replica, 0 without any; absent when that of one is not known.
std::optional<std::int64_t> worst_of(const ReplicaState& replica, Measure measure);

/// When the replica last took part in a commit, in ISO form; empty when it is not known. The newest of its databases:
/// an idle one says nothing about the others, and how far each is behind is RPO.
std::string last_commit_of(const ReplicaState& replica);

}  // namespace dba::mssql
