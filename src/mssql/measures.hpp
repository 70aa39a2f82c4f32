#pragma once
// Numbers of databases, of which the row of a replica shows the worst.

#include <cstdint>
#include <optional>

#include "dba/mssql/replicas.hpp"

namespace dba::mssql {

using Measure = std::optional<std::int64_t> DatabaseState::*;

/// The greatest over the databases of a replica, 0 without any; absent when that of one is not known.
std::optional<std::int64_t> worst_of(const ReplicaState& replica, Measure measure);

}  // namespace dba::mssql
