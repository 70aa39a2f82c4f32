// How a pod gets from being scheduled to running, and to its end.

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/kubelet.hpp"
#include "cluster/pod_volumes.hpp"

namespace dba::sandbox::cluster {

namespace {

using std::chrono::seconds;

constexpr seconds kFirstBackOff{10};
constexpr seconds kMostBackOff{300};
constexpr seconds kForgetCrashes{600};
constexpr seconds kDefaultGrace{30};

void sooner(std::optional<platform::SteadyTime>& next, platform::SteadyTime when) {
  if (!next || when < *next) next = when;
}

const Json* spec_of(const Json& pod, const Container& container) {
  const Json* const list = codec::find_at(pod, {"spec", container.init ? "initContainers" : "containers"});
  if (list == nullptr || !list->is_array()) return nullptr;
  const auto found =
      std::ranges::find_if(*list, [&](const Json& spec) { return codec::string_at(spec, {"name"}) == container.name; });
  return found == list->end() ? nullptr : &*found;
}

EventText container_event(const Container& container, std::string type, std::string reason, std::string message) {
  return {std::move(type), std::move(reason), std::move(message), "kubelet",
          fmt::format("spec.{}{{{}}}", container.init ? "initContainers" : "containers", container.name)};
}

void wait_as(PodRuntime& runtime, std::string_view reason, bool init) {
  for (Container& container : runtime.containers) {
    if (container.init == init && container.id.empty()) container.waiting_reason = reason;
  }
}

}  // namespace

void Kubelet::step(const Json& pod, PodRuntime& runtime, Outcome& outcome) {
  const platform::SteadyTime now = context_.world.clock.steady_now();
  outcome.write = true;
  if (runtime.stage == Stage::scheduling) {
    runtime.stage = Stage::mounting;
    runtime.due = now + pause(pod, "mount", 50, 250);
    const api::Object node = informers_.nodes.find("/" + codec::string_at(pod, {"spec", "nodeName"}));
    if (node) runtime.host_ip = codec::annotation_of(*node, "sandbox/address");
    const bool has_init = std::ranges::any_of(runtime.containers, &Container::init);
    wait_as(runtime, has_init ? "PodInitializing" : "ContainerCreating", false);
    wait_as(runtime, has_init ? "PodInitializing" : "ContainerCreating", true);
  }
  if (runtime.stage == Stage::mounting && !mount(pod, runtime, outcome)) return;
  if (runtime.stage == Stage::initializing && !initialize(pod, runtime, outcome)) return;
  run_containers(pod, runtime, outcome);
}

bool Kubelet::mount(const Json& pod, PodRuntime& runtime, Outcome& outcome) {
  const platform::SteadyTime now = context_.world.clock.steady_now();
  if (runtime.due && now < *runtime.due) {
    sooner(outcome.next, *runtime.due);
    return false;
  }
  const std::string unbound = claim_problem(context_.api, pod);
  const std::optional<MissingVolume> missing = find_missing_volume(context_.api, pod);
  if (missing || !unbound.empty()) {
    if (missing) outcome.events.push_back({"Warning", missing->reason, missing->message, "kubelet", {}});
    sooner(outcome.next, now + std::min(seconds(1 << std::min(runtime.retries++, 6)), seconds(120)));
    return false;
  }
  runtime.ip = free_address();
  runtime.stage = Stage::initializing;
  return true;
}

bool Kubelet::initialize(const Json& pod, PodRuntime& runtime, Outcome& outcome) {
  const platform::SteadyTime now = context_.world.clock.steady_now();
  for (Container& container : runtime.containers) {
    if (!container.init || container.state == ContainerState::terminated) continue;
    if (container.state == ContainerState::waiting) {
      start_container(pod, runtime, container, outcome);
      container.due = now + pause(pod, "init " + container.name, 100, 300);
    }
    if (now < container.due) {
      sooner(outcome.next, container.due);
      return false;
    }
    container.state = ContainerState::terminated;
    container.finished_at = context_.world.clock.wall_now();
    container.exit_reason = "Completed";
    container.log->close();
  }
  runtime.stage = Stage::running;
  for (Container& container : runtime.containers) {
    if (!container.init) container.due = now + pause(pod, "start " + container.name, 50, 250);
  }
  return true;
}

void Kubelet::run_containers(const Json& pod, PodRuntime& runtime, Outcome& outcome) {
  const platform::SteadyTime now = context_.world.clock.steady_now();
  const std::string policy = codec::string_at(pod, {"spec", "restartPolicy"}, "Always");
  for (Container& container : runtime.containers) {
    if (container.init) continue;
    if (container.state == ContainerState::running && container.ending && now >= container.due) {
      end_container(pod, container, *std::exchange(container.ending, {}), outcome);
    }
    if (container.state == ContainerState::running && container.ready_at && now >= *container.ready_at) {
      container.ready_at.reset();
      container.ready = true;
    }
    const bool over = container.state == ContainerState::terminated &&
                      (policy == "Never" || (policy == "OnFailure" && container.exit_code == 0));
    if (container.state != ContainerState::running && !over) {
      if (now >= container.due) {
        start_container(pod, runtime, container, outcome);
      } else {
        sooner(outcome.next, container.due);
      }
    }
    if (container.ending) sooner(outcome.next, container.due);
    if (container.ready_at) sooner(outcome.next, *container.ready_at);
  }
}

void Kubelet::start_container(const Json& pod, PodRuntime& runtime, Container& container, Outcome& outcome) {
  const WallTime now = context_.world.clock.wall_now();
  if (!container.id.empty()) {
    if (container.state == ContainerState::terminated) {
      container.last_id = container.id;
      container.last_reason = container.exit_reason;
      container.last_exit_code = container.exit_code;
      container.last_started = container.started_at;
      container.last_finished = container.finished_at;
    }
    ++container.restarts;
    container.previous_log = std::exchange(container.log, std::make_shared<LogRing>());
  }
  world::Random ids(context_.world.seed,
                    fmt::format("container {} {} {}", runtime.uid, container.name, container.restarts));
  container.id = "containerd://" + ids.text(64, "0123456789abcdef");
  container.state = ContainerState::running;
  container.exit_code = 0;
  container.started_at = now;
  container.began = context_.world.clock.steady_now();
  container.processes = boot_processes(container, now);
  outcome.events.push_back(
      container_event(container, "Normal", "Pulled",
                      fmt::format("Container image \"{}\" already present on machine", container.image)));
  outcome.events.push_back(container_event(container, "Normal", "Created", "Created container: " + container.name));
  outcome.events.push_back(container_event(container, "Normal", "Started", "Started container " + container.name));
  if (container.init) return;
  const Json* const spec = spec_of(pod, container);
  const Json* const probe = spec == nullptr ? nullptr : codec::find_at(*spec, {"readinessProbe"});
  container.ready = probe == nullptr;
  container.ready_at.reset();
  if (probe != nullptr) {
    container.ready_at = container.began + seconds(codec::int_at(*probe, {"initialDelaySeconds"}).value_or(0)) +
                         pause(pod, "ready " + container.name, 100, 500);
  }
}

void Kubelet::end_container(const Json& pod, Container& container, int exit_code, Outcome& outcome) {
  const platform::SteadyTime now = context_.world.clock.steady_now();
  container.state = ContainerState::terminated;
  container.exit_code = exit_code;
  container.exit_reason = exit_code == 0 ? "Completed" : "Error";
  container.finished_at = context_.world.clock.wall_now();
  container.ready = false;
  container.ready_at.reset();
  container.processes = {};
  container.log->close();
  if (now - container.began > kForgetCrashes) container.back_off = seconds(0);
  if (container.back_off == seconds(0)) {
    container.due = now + pause(pod, fmt::format("restart {} {}", container.name, container.restarts), 500, 1500);
    container.back_off = kFirstBackOff;
    return;
  }
  container.last_id = container.id;
  container.last_reason = container.exit_reason;
  container.last_exit_code = container.exit_code;
  container.last_started = container.started_at;
  container.last_finished = container.finished_at;
  container.state = ContainerState::waiting;
  container.waiting_reason = "CrashLoopBackOff";
  const std::string place = fmt::format("{}_{}({})", codec::name_of(pod), codec::namespace_of(pod), codec::uid_of(pod));
  container.waiting_message = fmt::format("back-off {}s restarting failed container={} pod={}",
                                          container.back_off.count(), container.name, place);
  container.due = now + container.back_off;
  container.back_off = std::min(container.back_off * 2, kMostBackOff);
  outcome.events.push_back(
      container_event(container, "Warning", "BackOff",
                      fmt::format("Back-off restarting failed container {} in pod {}", container.name, place)));
}

void Kubelet::stop(const Json& pod, PodRuntime& runtime, Outcome& outcome) {
  const platform::SteadyTime now = context_.world.clock.steady_now();
  const seconds grace{codec::int_at(pod, {"metadata", "deletionGracePeriodSeconds"}).value_or(kDefaultGrace.count())};
  const bool any = std::ranges::any_of(
      runtime.containers, [](const Container& container) { return container.state == ContainerState::running; });
  const bool stuck = runtime.frozen || std::ranges::any_of(runtime.containers, [](const Container& container) {
                       return container.freeze_fault.has_value();
                     });
  const auto wanted = !any    ? std::chrono::nanoseconds(0)
                      : stuck ? std::chrono::nanoseconds(grace)
                              : std::min<std::chrono::nanoseconds>(pause(pod, "stop", 800, 2000), grace);
  if (runtime.stage != Stage::stopping) {
    runtime.stage = Stage::stopping;
    runtime.due = now + wanted;
    for (const Container& container : runtime.containers) {
      if (container.state != ContainerState::running) continue;
      outcome.events.push_back(container_event(container, "Normal", "Killing", "Stopping container " + container.name));
    }
  }
  // A second request may leave less time than the first one did.
  runtime.due = std::min(*runtime.due, now + std::chrono::nanoseconds(grace));
  if (now < *runtime.due) {
    sooner(outcome.next, *runtime.due);
    return;
  }
  for (Container& container : runtime.containers) {
    if (container.state != ContainerState::running) continue;
    container.state = ContainerState::terminated;
    container.exit_code = stuck ? 137 : 0;
    container.exit_reason = stuck ? "Error" : "Completed";
    container.finished_at = context_.world.clock.wall_now();
    container.ready = false;
    container.log->close();
  }
  const Json* const finalizers = codec::find_at(pod, {"metadata", "finalizers"});
  const bool held = finalizers != nullptr && !finalizers->empty();
  outcome.write = held;
  outcome.remove = !held || grace > seconds(0);
}

}  // namespace dba::sandbox::cluster
