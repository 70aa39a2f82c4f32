// How pods are printed: what their containers are doing, boiled down to one word.
// @source kube-apiserver 1.36.

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "http/table_text.hpp"

namespace dba::sandbox::http {

namespace {

/// What the loops over a pod's containers find out.
struct PodSummary {
  std::int64_t restarts = 0, ready = 0, total = 0;
  std::string last_restart{};  ///< RFC 3339; those sort as text.
  std::string reason{};
};

const Json* state_of(const Json& container, std::string_view state) {
  const Json* found = codec::find_at(container, {"state", state});
  return found != nullptr && found->is_object() ? found : nullptr;
}

void count_restarts(PodSummary& pod, const Json& container) {
  pod.restarts += number_at(container, {"restartCount"});
  pod.last_restart = std::max(pod.last_restart, codec::string_at(container, {"lastState", "terminated", "finishedAt"}));
}

/// "Error", else "Signal:9", else "ExitCode:1".
std::string terminated_reason(const Json& terminated) {
  const std::string reason = codec::string_at(terminated, {"reason"});
  if (!reason.empty()) return reason;
  const std::int64_t signal = number_at(terminated, {"signal"});
  return signal != 0 ? fmt::format("Signal:{}", signal)
                     : fmt::format("ExitCode:{}", number_at(terminated, {"exitCode"}));
}

bool is_sidecar(const Json& pod, const std::string& name) {
  const std::vector<const Json*> containers = items_at(pod, {"spec", "initContainers"});
  return std::any_of(containers.begin(), containers.end(), [&name](const Json* container) {
    return codec::string_at(*container, {"name"}) == name &&
           codec::string_at(*container, {"restartPolicy"}) == "Always";
  });
}

/// What the first init container that is not through says; absent when all are.
std::optional<std::string> initialising(const Json& pod, PodSummary& all, PodSummary& sidecars) {
  std::size_t index = 0;
  for (const Json* container : items_at(pod, {"status", "initContainerStatuses"})) {
    const std::size_t position = index++;
    const bool sidecar = is_sidecar(pod, codec::string_at(*container, {"name"}));
    count_restarts(all, *container);
    if (sidecar) count_restarts(sidecars, *container);
    const Json* terminated = state_of(*container, "terminated");
    if (terminated != nullptr && number_at(*terminated, {"exitCode"}) == 0) continue;
    if (sidecar && codec::bool_at(*container, {"started"})) {
      if (codec::bool_at(*container, {"ready"})) ++sidecars.ready;
      continue;
    }
    if (terminated != nullptr) return "Init:" + terminated_reason(*terminated);
    const std::string waiting = codec::string_at(*container, {"state", "waiting", "reason"});
    if (!waiting.empty() && waiting != "PodInitializing") return "Init:" + waiting;
    return fmt::format("Init:{}/{}", position, size_at(pod, {"spec", "initContainers"}));
  }
  return std::nullopt;
}

bool condition_true(const Json& pod, std::string_view type) {
  const Json* condition = codec::condition_of(pod, type);
  return condition != nullptr && codec::string_at(*condition, {"status"}) == "True";
}

/// The main containers, last one first: the first one's word stands.
void sum_containers(const Json& pod, PodSummary& summary) {
  bool running = false;
  std::string failed;
  std::vector<const Json*> containers = items_at(pod, {"status", "containerStatuses"});
  std::reverse(containers.begin(), containers.end());
  for (const Json* container : containers) {
    count_restarts(summary, *container);
    const std::string waiting = codec::string_at(*container, {"state", "waiting", "reason"});
    const Json* terminated = state_of(*container, "terminated");
    if (!waiting.empty()) {
      summary.reason = waiting;
    } else if (terminated != nullptr) {
      summary.reason = terminated_reason(*terminated);
      if (number_at(*terminated, {"exitCode"}) != 0) failed = summary.reason;
    } else if (codec::bool_at(*container, {"ready"}) && state_of(*container, "running") != nullptr) {
      running = true;
      ++summary.ready;
    }
  }
  if (summary.reason != "Completed") return;
  if (running && condition_true(pod, "Ready")) {
    summary.reason = "Running";
  } else if (!failed.empty()) {
    summary.reason = failed;
  } else if (running) {
    summary.reason = "NotReady";
  }
}

PodSummary summarise(const Json& pod) {
  const std::string phase = codec::string_at(pod, {"status", "phase"});
  PodSummary summary, sidecars;
  summary.total = static_cast<std::int64_t>(size_at(pod, {"spec", "containers"}));
  for (const Json* container : items_at(pod, {"spec", "initContainers"})) {
    if (codec::string_at(*container, {"restartPolicy"}) == "Always") ++summary.total;
  }
  summary.reason = or_text(codec::string_at(pod, {"status", "reason"}), phase);
  const Json* scheduled = codec::condition_of(pod, "PodScheduled");
  if (scheduled != nullptr && codec::string_at(*scheduled, {"reason"}) == "SchedulingGated") {
    summary.reason = "SchedulingGated";
  }
  const std::optional<std::string> initial = initialising(pod, summary, sidecars);
  summary.ready = sidecars.ready;
  if (initial) summary.reason = *initial;
  if (!initial || condition_true(pod, "Initialized")) {
    summary.restarts = sidecars.restarts;
    summary.last_restart = sidecars.last_restart;
    sum_containers(pod, summary);
  }
  if (is_terminating(pod)) {
    if (codec::string_at(pod, {"status", "reason"}) == "NodeLost") {
      summary.reason = "Unknown";
    } else if (phase != "Succeeded" && phase != "Failed") {
      summary.reason = "Terminating";
    }
  }
  return summary;
}

std::string readiness_gates(const Json& pod) {
  const std::vector<const Json*> gates = items_at(pod, {"spec", "readinessGates"});
  if (gates.empty()) return "<none>";
  const auto met = std::count_if(gates.begin(), gates.end(), [&pod](const Json* gate) {
    return condition_true(pod, codec::string_at(*gate, {"conditionType"}));
  });
  return fmt::format("{}/{}", met, gates.size());
}

std::string pod_ip(const Json& pod) {
  const std::vector<const Json*> addresses = items_at(pod, {"status", "podIPs"});
  const std::string first = addresses.empty() ? "" : codec::string_at(*addresses.front(), {"ip"});
  return or_text(first.empty() ? codec::string_at(pod, {"status", "podIP"}) : first, "<none>");
}

Json pod_cells(const Json& pod, WallTime now) {
  const PodSummary summary = summarise(pod);
  std::string restarts = std::to_string(summary.restarts);
  if (summary.restarts != 0 && !summary.last_restart.empty()) {
    restarts += fmt::format(" ({} ago)", since(summary.last_restart, now));
  }
  return Json::array({codec::name_of(pod), fmt::format("{}/{}", summary.ready, summary.total), summary.reason, restarts,
                      age_of(pod, now), pod_ip(pod), or_text(codec::string_at(pod, {"spec", "nodeName"}), "<none>"),
                      or_text(codec::string_at(pod, {"status", "nominatedNodeName"}), "<none>"), readiness_gates(pod)});
}

}  // namespace

std::span<const TableKind> pod_tables() {
  static const std::vector<TableKind> kinds{
      {"",
       "pods",
       {kNameColumn,
        {"Ready", "The aggregate readiness state of this pod for accepting traffic."},
        {"Status", "The aggregate status of the containers in this pod."},
        {"Restarts", "How often the containers in this pod have been restarted, and when last."},
        kAgeColumn,
        {"IP", "The pod's address.", "string", 1},
        {"Node", "The node that runs the pod.", "string", 1},
        {"Nominated Node", "The node the pod may be moved to.", "string", 1},
        {"Readiness Gates", "How many extra conditions for readiness are met.", "string", 1}},
       pod_cells}};
  return kinds;
}

}  // namespace dba::sandbox::http
