#pragma once
// Whether there is what a fault is aimed at.

#include <string>
#include <vector>

#include "api/api.hpp"
#include "world/faults.hpp"

namespace dba::sandbox::commands {

/// @param databases every MSSQLServer of the world
/// @returns what is not there, and what is instead; empty when the target is good
std::string missing_target(const world::FaultTarget& target, const std::vector<api::Object>& databases);

/// The same of a database that is loaded with three replicas.
std::string missing_member(const world::FaultTarget& target, std::int64_t replicas);

}  // namespace dba::sandbox::commands
