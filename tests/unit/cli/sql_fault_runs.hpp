#pragma once
// Seeded runs of the commands that talk to SQL Server, with servers that freeze, are slow, break off, refuse and lie.

#include <cstdint>

namespace dba::cli {

/// Runs replicas, roles and query against three servers whose faults follow from `seed`. Whatever they do, a command
/// ends within its time-out and a second, and its exit code follows from what could be known.
void run_against_faults(std::uint32_t seed);

}  // namespace dba::cli
