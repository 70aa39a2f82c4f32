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
std::string status_of(const Json& object, std::string_view type) {
  const Json* condition = codec::condition_of(object, type);
  return condition == nullptr ? "" : codec::string_at(*condition, {"status"});
}

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

struct ReadyPods {
  std::ptrdiff_t ready = 0;
  int wanted = 0;
};

/// The arbiter's pod is wanted as well; one that is about to go counts for nothing.
ReadyPods count_pods(const Json& database, const std::vector<Json>& pods) {
  const auto ready = std::count_if(pods.begin(), pods.end(), [](const Json& pod) {
    return is_condition_true(pod, "Ready") && !is_being_deleted(pod);
  });
  return {.ready = ready, .wanted = replicas_of(database) + (has_arbiter(database) ? 1 : 0)};
}

/// "2 of 3 pods are ready; sales-2 mssql: ImagePullBackOff: …"
std::string pods_text(const Json& database, const std::vector<Json>& pods) {
  const ReadyPods count = count_pods(database, pods);
  std::string text = fmt::format("{} of {} pods are ready", count.ready, count.wanted);
  for (const Json& pod : pods) {
    if (const std::string trouble = pod_trouble(pod); !trouble.empty()) {
      text += fmt::format("; {} {}", codec::name_of(pod), trouble);
    }
  }
  return text;
}

/// What speaks against a phase Ready; empty when nothing does.
std::string doubt_about_ready(const Json& database, const std::vector<Json>* pods) {
  const std::string by_conditions = phase_from_conditions(database);
  if (!by_conditions.empty() && by_conditions != "Ready")
    return fmt::format("the phase is Ready, but by its conditions it is {}", by_conditions);
  if (pods == nullptr) return {};
  const ReadyPods count = count_pods(database, *pods);
  return count.ready < count.wanted ? "the phase is Ready, but " + pods_text(database, *pods) : "";
}

std::string waiting_text(const Json& database, const std::vector<Json>* pods) {
  if (is_condition_true(database, "HealthCheckPaused")) return "its health checks are paused";
  if (is_condition_true(database, "DataRestoreStarted") && !is_condition_true(database, "DataRestored"))
    return "waiting for its data to be restored";
  if (!is_condition_true(database, "ProvisioningStarted")) return "waiting for the KubeDB operator to begin";
  if (!is_condition_true(database, "ReplicaReady"))
    return "waiting for the replicas" + (pods == nullptr ? "" : ": " + pods_text(database, *pods));
  if (topology_of(database) != Topology::standalone && !is_condition_true(database, "AGPrimaryReplicaReady")) {
    return "waiting for the availability group to get a primary";
  }
  if (!is_condition_true(database, "AcceptingConnection")) return "waiting for SQL Server to accept connections";
  if (!is_condition_true(database, "Ready")) return "waiting for every replica to be healthy";
  if (!is_condition_true(database, "Provisioned")) return "waiting for the operator to finish provisioning";
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

bool is_condition_true(const Json& object, std::string_view type) { return status_of(object, type) == "True"; }

std::string phase_from_conditions(const Json& database) {
  const bool provisioned = is_condition_true(database, "Provisioned");
  if (is_condition_true(database, "HealthCheckPaused")) return "Unknown";
  if (is_condition_true(database, "Halted")) return "Halted";
  const std::string restored = status_of(database, "DataRestored");
  if (is_condition_true(database, "DataRestoreStarted") && restored.empty()) return "DataRestoring";
  if (restored == "False") return "NotReady";
  if (is_false(database, "AcceptingConnection") && provisioned) return "NotReady";
  if (is_false(database, "ReplicaReady") && provisioned) return "Critical";
  if (is_false(database, "Ready") && provisioned) return "Critical";
  if (is_condition_true(database, "Ready") && provisioned) return "Ready";
  return is_condition_true(database, "ProvisioningStarted") ? "Provisioning" : "";
}

std::string phase_of(const Json& database) { return codec::string_at(database, {"status", "phase"}); }

bool is_being_deleted(const Json& object) {
  return codec::find_at(object, {"metadata", "deletionTimestamp"}) != nullptr;
}

Progress provisioning_progress(const Json& database, const std::vector<Json>* pods) {
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
    progress.text = doubt_about_ready(database, pods);
    if (!progress.text.empty()) return progress;
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
