#include <doctest/doctest.h>

#include "sql_fault_runs.hpp"

namespace dba::cli {

TEST_CASE(
    "whatever the servers do, 510 runs of replicas, roles and query end in time, with the exit code that follows") {
  for (std::uint32_t seed = 0; seed < 170; ++seed) run_against_faults(seed);
}

}  // namespace dba::cli
