#include "phase.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"

#include "topology.hpp"

namespace dba::mssql {

namespace {

/// "True", "False", "Unknown"; empty when the condition is absent.
std::string status_of(const Json& database, std::string_view type) {
  const Json* condition = codec::condition_of(database, type);
  return condition == nullptr ? "" : codec::string_at(*condition, {"status"});
}

bool is_true(const Json& database, std::string_view type) { return status_of(database, type) == "True"; }
bool is_false(const Json& database, std::string_view type) { return status_of(database, type) == "False"; }

const Json* newest_condition(const Json& database) {
  const Json* conditions = codec::find_at(database, {"status", "conditions"});
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  const Json* newest = nullptr;
  const auto time_of = [](const Json& condition) { return codec::string_at(condition, {"lastTransitionTime"}); };
  for (const Json& condition : *conditions) {
    if (newest == nullptr || time_of(condition) >= time_of(*newest)) newest = &condition;
  }
  return newest;
}

std::string condition_text(const Json& condition) {
  std::string text =
      fmt::format("{}={}", codec::string_at(condition, {"type"}), codec::string_at(condition, {"status"}));
  if (const std::string reason = codec::string_at(condition, {"reason"}); !reason.empty()) text += " " + reason;
  if (const std::string message = codec::string_at(condition, {"message"}); !message.empty()) text += ": " + message;
  return text;
}

bool is_ready(const Json& pod) {
  const Json* ready = codec::condition_of(pod, "Ready");
  return ready != nullptr && codec::string_at(*ready, {"status"}) == "True";
}

/// "2 of 3 pods are ready; sales-2: mssql: ImagePullBackOff: …"
std::string replicas_text(const Json& database, const std::vector<Json>& pods) {
  const auto ready = std::count_if(pods.begin(), pods.end(), is_ready);
  const int wanted = replicas_of(database) + (has_arbiter(database) ? 1 : 0);
  std::string text = fmt::format("waiting for the replicas: {} of {} pods are ready", ready, wanted);
  for (const Json& pod : pods) {
    if (const std::string trouble = pod_trouble(pod); !trouble.empty()) {
      text += fmt::format("; {} {}", codec::name_of(pod), trouble);
    }
  }
  return text;
}

std::string waiting_text(const Json& database, const std::vector<Json>& pods) {
  if (is_true(database, "HealthCheckPaused")) return "its health checks are paused";
  if (is_true(database, "DataRestoreStarted") && !is_true(database, "DataRestored"))
    return "waiting for its data to be restored";
  if (!is_true(database, "ProvisioningStarted")) return "waiting for the KubeDB operator to begin";
  if (!is_true(database, "ReplicaReady")) return replicas_text(database, pods);
  if (topology_of(database) != Topology::standalone && !is_true(database, "AGPrimaryReplicaReady")) {
    return "waiting for the availability group to get a primary";
  }
  if (!is_true(database, "AcceptingConnection")) return "waiting for SQL Server to accept connections";
  if (!is_true(database, "Ready")) return "waiting for every replica to be healthy";
  if (!is_true(database, "Provisioned")) return "waiting for the operator to finish provisioning";
  return "waiting for the operator to report the phase Ready";
}

/// "mssql: ImagePullBackOff: …" of the first container that waits for a reason that is a failure.
std::string waiting_trouble(const Json& pod, const char* list_name) {
  static constexpr std::array<std::string_view, 9> kFailures{
      "ImagePullBackOff",  "ErrImagePull",         "InvalidImageName",  "CrashLoopBackOff",
      "RunContainerError", "CreateContainerError", "ImageInspectError", "CreateContainerConfigError",
      "StartError"};
  const Json* statuses = codec::find_at(pod, {"status", list_name});
  if (statuses == nullptr || !statuses->is_array()) return {};
  for (const Json& status : *statuses) {
    const std::string reason = codec::string_at(status, {"state", "waiting", "reason"});
    if (std::find(kFailures.begin(), kFailures.end(), reason) == kFailures.end()) continue;
    const std::string message = codec::string_at(status, {"state", "waiting", "message"});
    return fmt::format("{}: {}{}{}", codec::string_at(status, {"name"}), reason, message.empty() ? "" : ": ", message);
  }
  return {};
}

}  // namespace

std::string phase_from_conditions(const Json& database) {
  const bool provisioned = is_true(database, "Provisioned");
  if (is_true(database, "HealthCheckPaused")) return "Unknown";
  if (is_true(database, "Halted")) return "Halted";
  const std::string restored = status_of(database, "DataRestored");
  if (is_true(database, "DataRestoreStarted") && restored.empty()) return "DataRestoring";
  if (restored == "False") return "NotReady";
  if (is_false(database, "AcceptingConnection") && provisioned) return "NotReady";
  if (is_false(database, "ReplicaReady") && provisioned) return "Critical";
  if (is_false(database, "Ready") && provisioned) return "Critical";
  if (is_true(database, "Ready") && provisioned) return "Ready";
  return is_true(database, "ProvisioningStarted") ? "Provisioning" : "";
}

std::string phase_of(const Json& database) { return codec::string_at(database, {"status", "phase"}); }

bool is_being_deleted(const Json& object) {
  return codec::find_at(object, {"metadata", "deletionTimestamp"}) != nullptr;
}

Progress provisioning_progress(const Json& database, const std::vector<Json>& pods) {
  Progress progress{.phase = phase_of(database)};
  if (progress.phase.empty()) progress.phase = phase_from_conditions(database);
  if (progress.phase.empty()) progress.phase = "Pending";
  if (const Json* newest = newest_condition(database)) progress.newest = condition_text(*newest);
  if (is_being_deleted(database)) {
    progress.state = Progress::State::never;
    progress.text = "it is being deleted";
  } else if (codec::bool_at(database, {"spec", "halted"}) || progress.phase == "Halted") {
    progress.state = Progress::State::never;
    progress.text = "it is halted (spec.halted is true)";
  } else if (progress.phase == "Ready") {
    progress.state = Progress::State::ready;
    progress.text = "it is ready";
  } else {
    progress.text = waiting_text(database, pods);
  }
  return progress;
}

std::string pod_trouble(const Json& pod) {
  const Json* scheduled = codec::condition_of(pod, "PodScheduled");
  if (scheduled != nullptr && codec::string_at(*scheduled, {"reason"}) == "Unschedulable") {
    return fmt::format("cannot be scheduled: {}", codec::string_at(*scheduled, {"message"}));
  }
  for (const char* list_name : {"initContainerStatuses", "containerStatuses"}) {
    if (std::string trouble = waiting_trouble(pod, list_name); !trouble.empty()) return trouble;
  }
  const std::string phase = phase_of(pod);
  if (phase == "Failed") {
    const std::string reason = codec::string_at(pod, {"status", "reason"});
    return fmt::format("has failed{}{}", reason.empty() ? "" : ": ", reason);
  }
  if (phase == "Succeeded") return "has ended";
  return {};
}

}  // namespace dba::mssql
