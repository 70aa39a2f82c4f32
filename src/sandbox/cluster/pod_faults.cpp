#include "cluster/pod_faults.hpp"

#include <algorithm>
#include <csignal>

#include <nlohmann/json.hpp>

#include "streaming/session.hpp"

namespace dba::sandbox::cluster {

namespace {

bool is_coordinator(const world::Fault& fault) {
  const auto found = fault.request.settings.find("process");
  return found != fault.request.settings.end() && found->second == "coordinator";
}

}  // namespace

PodFaults::PodFaults(Context context, Informers& informers, Kubelet& kubelet)
    : context_(context),
      informers_(informers),
      kubelet_(kubelet),
      controller_(context.loop.add([this](const std::string&) { reconcile(); })) {
  Loop& loop = context_.loop;
  const std::size_t controller = controller_;
  context_.fault_changes.subscribe([&loop, controller] { loop.enqueue(controller, "all"); });
}

void PodFaults::reconcile() {
  const std::vector<world::Fault> faults = context_.world.faults.all();
  const bool any = std::ranges::any_of(faults, [](const world::Fault& fault) {
    return fault.request.name == "kill-process" || fault.request.name == "freeze";
  });
  if (any || !frozen_.empty()) {
    for (const api::Object& pod : informers_.pods.all()) {
      const world::Victim victim = streaming::victim_of_pod(*pod);
      const std::optional<world::Fault> frozen = context_.world.faults.active("freeze", victim);
      // What a STOP from inside has frozen is one process, not the member.
      freeze(*pod, frozen && !frozen->request.settings.contains("process"));
      kill(*pod);
    }
  }
  if (const auto next = context_.world.faults.next_change()) {
    context_.loop.enqueue(controller_, "all", *next - context_.world.clock.steady_now());
  }
}

void PodFaults::freeze(const Json& pod, bool on) {
  const std::string key = key_of(pod);
  if (on == frozen_.contains(key)) return;
  kubelet_.with_runtime(pod, [&](PodRuntime& runtime) { runtime.frozen = on; });
  if (on) {
    frozen_.insert(key);
  } else {
    frozen_.erase(key);
  }
  kubelet_.enqueue(key);
}

void PodFaults::kill(const Json& pod) {
  const world::Victim victim = streaming::victim_of_pod(pod);
  const std::optional<world::Fault> fault = context_.world.faults.active("kill-process", victim);
  if (!fault) return;
  const std::string container = is_coordinator(*fault) ? "mssql-coordinator" : "mssql";
  int pid = 0;
  std::string id;
  kubelet_.with_runtime(pod, [&](PodRuntime& runtime) {
    const Container* const target = runtime.find(container);
    if (target == nullptr || target->state != ContainerState::running || target->ending) return;
    for (const Process& process : target->processes.all()) pid = std::max(pid, process.pid);
    id = target->id;
  });
  // Without times= a fault ends one run of the container; with it, run after run.
  const std::string run = fault->request.times ? id : key_of(pod);
  if (pid == 0 || !killed_.emplace(fault->id, run).second) return;
  if (!context_.world.faults.strikes("kill-process", victim)) return;
  kubelet_.signal(pod, container, pid, SIGKILL, SignalOrigin::outside);
}

}  // namespace dba::sandbox::cluster
