#pragma once
// What a command has to make of a fault: the exit codes and the words that are right, by what the fault met.

#include <set>
#include <string>
#include <vector>

#include "e2e/faults/fault.hpp"
#include "e2e/faults/fault_proxy.hpp"

namespace dba::faults {

struct Expectation {
  std::set<int> codes{0};
  std::string words{};  ///< Pattern that stderr matches when the command failed; empty = anything.
};

/// @param optional pattern of "METHOD target" of the requests that the command can do without
/// @param always   the fault met every request from its first on, so that repeating did not help
Expectation expect(const std::vector<SeenRequest>& seen, FaultKind kind, bool always, const std::string& optional);

}  // namespace dba::faults
