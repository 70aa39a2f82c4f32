#pragma once
// What a command has to make of a fault: the exit codes and the words that are right, by what the fault met.

#include <set>
#include <string>
#include <vector>

#include "e2e/faults/fault.hpp"
#include "e2e/faults/fault_proxy.hpp"

namespace dba::faults {

/// How a command depends on its requests: patterns of "METHOD target". What none of them matches is essential.
struct Dependence {
  std::string optional = "^$";  ///< Without the answer it does the same and warns at most (marks, Events).
  std::string partial = "^$";   ///< Without the answer it still succeeds and says that something is unknown.
  std::string gate = "^$";      ///< Without the answer it cannot vouch for health: exit 10.
  std::string follows = "watch=true|fieldSelector=metadata.name";  ///< Taken up again until --timeout.
  int failure = 1;  ///< Exit code of an unexpected error; diff, where 1 has a meaning, has another.
};

struct Expectation {
  std::set<int> codes{0};
  std::string words{};   ///< Pattern that stderr matches when the command failed; empty = anything.
  bool partial = false;  ///< It succeeded, and says that something is unknown.
};

/// The machine's word for a read that ended with this kind of fault: `reason` of the Error object.
std::string reason_for(FaultKind kind);

/// @param always the fault met every request from its first on, so that repeating did not help
Expectation expect(const std::vector<SeenRequest>& seen, FaultKind kind, bool always, const Dependence& dependence);

}  // namespace dba::faults
