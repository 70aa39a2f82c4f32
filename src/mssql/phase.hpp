#pragma once
// The phase of a database as its conditions give it, and what a provisioning database is waiting for.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::mssql {

/// The operator's own rule, first match wins; empty when nothing has started.
/// @source KubeDB apimachinery pkg/phase PhaseFromCondition
std::string phase_from_conditions(const Json& database);
/// status.phase as the server reports it; empty when absent.
std::string phase_of(const Json& database);
/// Somebody has deleted the object; it is there only until its finalizers are done, whatever its phase says.
bool is_being_deleted(const Json& object);

/// Whether the condition `type` of an object is there, and "True".
bool is_condition_true(const Json& object, std::string_view type);

struct Progress {
  enum class State { ready, going_on, never };
  State state = State::going_on;
  std::string phase{};   ///< Reported, else derived from the conditions; "Pending" when there is neither.
  std::string text{};    ///< What it is waiting for, or why it will never be ready: one clause.
  std::string newest{};  ///< Newest condition: "ReplicaReady=False SomeReplicasNotReady: …"; empty when none.
};
/// A reported phase Ready is not believed while the conditions it is made of say otherwise, or fewer pods are ready
/// than are wanted: the operator looks every ten seconds. status.observedGeneration is not looked at: it is often
/// missing or behind. @source KubeDB: phase by PhaseFromCondition, healthChecker.periodSeconds
/// @param pods its pods, also to name a container that cannot start or a pod that cannot be scheduled; nullptr = they
///             cannot be seen, and the database's word has to do
Progress provisioning_progress(const Json& database, const std::vector<Json>* pods);

/// Why a pod does not run, in one clause ("cannot be scheduled: 0/3 nodes …", "mssql: ImagePullBackOff: …"); empty when
/// nothing is known to be wrong.
std::string pod_trouble(const Json& pod);

}  // namespace dba::mssql
