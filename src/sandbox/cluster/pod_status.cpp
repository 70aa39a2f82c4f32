#include "cluster/pod_status.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

namespace dba::sandbox::cluster {

namespace {

Json terminated_state(int code, const std::string& reason, WallTime from, WallTime until, const std::string& id) {
  return {{"terminated",
           {{"containerID", id},
            {"exitCode", code},
            {"finishedAt", format_rfc3339(until)},
            {"reason", reason},
            {"startedAt", format_rfc3339(from)}}}};
}

Json state_of(const Container& container) {
  switch (container.state) {
    case ContainerState::running:
      return {{"running", {{"startedAt", format_rfc3339(container.started_at)}}}};
    case ContainerState::terminated:
      return terminated_state(container.exit_code, container.exit_reason, container.started_at, container.finished_at,
                              container.id);
    case ContainerState::waiting:
      break;
  }
  Json waiting = Json::object();
  if (!container.waiting_message.empty()) waiting["message"] = container.waiting_message;
  waiting["reason"] = container.waiting_reason;
  return {{"waiting", waiting}};
}

Json status_of(const Container& container) {
  Json status = Json::object();
  if (!container.id.empty()) status["containerID"] = container.id;
  status["image"] = container.image;
  status["imageID"] = container.id.empty() ? "" : container.image;
  status["lastState"] = container.last_id.empty()
                            ? Json::object()
                            : terminated_state(container.last_exit_code, container.last_reason, container.last_started,
                                               container.last_finished, container.last_id);
  status["name"] = container.name;
  const bool completed = container.init && container.state == ContainerState::terminated && container.exit_code == 0;
  status["ready"] = container.init ? completed : container.ready;
  status["restartCount"] = container.restarts;
  status["started"] = container.state == ContainerState::running;
  status["state"] = state_of(container);
  return status;
}

struct Condition {
  std::string type{};
  bool holds = false;
  std::string reason{}, message{};
};

/// As the API server stores them: lastProbeTime first, reason and message only where it is False.
void put_condition(Json& conditions, const Condition& condition, WallTime now) {
  const std::string status = condition.holds ? "True" : "False";
  const auto known = std::ranges::find_if(
      conditions, [&](const Json& entry) { return codec::string_at(entry, {"type"}) == condition.type; });
  std::string since = format_rfc3339(now);
  if (known != conditions.end() && codec::string_at(*known, {"status"}) == status) {
    since = codec::string_at(*known, {"lastTransitionTime"}, since);
  }
  Json made{{"lastProbeTime", nullptr}, {"lastTransitionTime", since}};
  if (!condition.holds && !condition.message.empty()) made["message"] = condition.message;
  if (!condition.holds && !condition.reason.empty()) made["reason"] = condition.reason;
  made["status"] = status;
  made["type"] = condition.type;
  if (known != conditions.end()) {
    *known = std::move(made);
  } else {
    conditions.push_back(std::move(made));
  }
}

std::vector<std::string> unready(const PodRuntime& runtime, bool init) {
  std::vector<std::string> names;
  for (const Container& container : runtime.containers) {
    if (container.init != init) continue;
    const bool done =
        init ? container.state == ContainerState::terminated && container.exit_code == 0 : container.ready;
    if (!done) names.push_back(container.name);
  }
  return names;
}

/// The first readiness gate that does not hold; empty when all do.
std::string closed_gate(const Json& pod) {
  const Json* const gates = codec::find_at(pod, {"spec", "readinessGates"});
  if (gates == nullptr || !gates->is_array()) return {};
  for (const Json& gate : *gates) {
    std::string type = codec::string_at(gate, {"conditionType"});
    const Json* const condition = codec::condition_of(pod, type);
    if (condition == nullptr || codec::string_at(*condition, {"status"}) != "True") return type;
  }
  return {};
}

void put_conditions(Json& conditions, const Json& pod, PodRuntime& runtime, WallTime now) {
  const bool mounted = runtime.stage > Stage::mounting;
  put_condition(conditions, {"PodReadyToStartContainers", mounted && !runtime.ip.empty(), {}, {}}, now);
  const std::vector<std::string> starting = unready(runtime, true);
  put_condition(conditions,
                {"Initialized", starting.empty(), "ContainersNotInitialized",
                 fmt::format("containers with incomplete status: [{}]", join(starting, " "))},
                now);
  const std::vector<std::string> waiting = unready(runtime, false);
  const std::string gate = closed_gate(pod);
  const bool ready = waiting.empty() && gate.empty();
  const std::string text = fmt::format("containers with unready status: [{}]", join(waiting, " "));
  const bool known = codec::condition_of(pod, "Ready") != nullptr;
  if (!known || runtime.ready != ready) {
    if (!waiting.empty()) {
      put_condition(conditions, {"Ready", false, "ContainersNotReady", text}, now);
    } else {
      put_condition(conditions,
                    {"Ready", ready, "ReadinessGatesNotReady",
                     fmt::format("corresponding condition of pod readiness gate \"{}\" does not exist.", gate)},
                    now);
    }
  }
  runtime.pending_ready = ready;
  put_condition(conditions, {"ContainersReady", waiting.empty(), "ContainersNotReady", text}, now);
  put_condition(conditions, {"PodScheduled", true, {}, {}}, now);
}

std::string phase_of(const Json& pod, const PodRuntime& runtime) {
  const std::string policy = codec::string_at(pod, {"spec", "restartPolicy"}, "Always");
  bool started = false;
  bool over = policy != "Always";
  bool failed = false;
  for (const Container& container : runtime.containers) {
    if (container.init) continue;
    started = started || !container.id.empty();
    const bool ended = container.state == ContainerState::terminated && (policy == "Never" || container.exit_code == 0);
    over = over && ended;
    failed = failed || container.exit_code != 0;
  }
  if (!started) return "Pending";
  if (over) return failed ? "Failed" : "Succeeded";
  return "Running";
}

std::string qos_class(const Json& pod) {
  const Json* const containers = codec::find_at(pod, {"spec", "containers"});
  bool any = false;
  bool all = true;
  if (containers == nullptr || !containers->is_array()) return "BestEffort";
  for (const Json& container : *containers) {
    const Json* const limits = codec::find_at(container, {"resources", "limits"});
    const Json* const requests = codec::find_at(container, {"resources", "requests"});
    any = any || (limits != nullptr && !limits->empty()) || (requests != nullptr && !requests->empty());
    for (const std::string_view name : {"cpu", "memory"}) {
      const std::string limit = codec::string_at(container, {"resources", "limits", name});
      all = all && !limit.empty() && codec::string_at(container, {"resources", "requests", name}, limit) == limit;
    }
  }
  if (!any) return "BestEffort";
  return all ? "Guaranteed" : "Burstable";
}

}  // namespace

Json with_status(const Json& pod, PodRuntime& runtime, WallTime now) {
  Json result = pod;
  const Json* const found = codec::find_at(pod, {"status"});
  const Json old = found != nullptr && found->is_object() ? *found : Json::object();
  Json conditions = old.contains("conditions") && old["conditions"].is_array() ? old["conditions"] : Json::array();
  put_conditions(conditions, pod, runtime, now);
  Json containers = Json::array();
  Json init_containers = Json::array();
  for (const Container& container : runtime.containers) {
    (container.init ? init_containers : containers).push_back(status_of(container));
  }
  Json status{{"conditions", std::move(conditions)}, {"containerStatuses", std::move(containers)}};
  if (!runtime.host_ip.empty()) {
    status["hostIP"] = runtime.host_ip;
    status["hostIPs"] = Json::array({Json{{"ip", runtime.host_ip}}});
  }
  if (!init_containers.empty()) status["initContainerStatuses"] = std::move(init_containers);
  status["phase"] = phase_of(pod, runtime);
  if (!runtime.ip.empty()) {
    status["podIP"] = runtime.ip;
    status["podIPs"] = Json::array({Json{{"ip", runtime.ip}}});
  }
  status["qosClass"] = old.contains("qosClass") ? old["qosClass"] : Json(qos_class(pod));
  status["startTime"] = codec::string_at(old, {"startTime"}, format_rfc3339(now));
  for (const auto& [name, value] : old.items()) {
    if (!status.contains(name)) status[name] = value;
  }
  result["status"] = std::move(status);
  return result;
}

void mark_written(PodRuntime& runtime) {
  runtime.ready = runtime.pending_ready;
  for (Container& container : runtime.containers) container.written_ready = container.ready;
}

void adopt_readiness(PodRuntime& runtime, const Json& pod) {
  const Json* const list = codec::find_at(pod, {"status", "containerStatuses"});
  if (list == nullptr || !list->is_array()) return;
  for (const Json& status : *list) {
    Container* const container = runtime.find(codec::string_at(status, {"name"}));
    if (container == nullptr || codec::string_at(status, {"containerID"}, container->id) != container->id) continue;
    const bool ready = codec::bool_at(status, {"ready"});
    if (container->state != ContainerState::running || ready == container->written_ready) continue;
    container->ready = container->written_ready = ready;
  }
}

}  // namespace dba::sandbox::cluster
