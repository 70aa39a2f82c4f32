#pragma once
// The flags of `up` and `run`: what kind of world it is.

#include <vector>

#include "dba/cli/spec.hpp"

#include "commands/simulation.hpp"

namespace dba::sandbox::commands {

/// --name, --seed, --speed, --clusters, --with, --populate, --fault. `options` must outlive parsing.
std::vector<cli::Flag> simulation_flags(SimulationOptions& options, std::optional<std::string>& name);

}  // namespace dba::sandbox::commands
