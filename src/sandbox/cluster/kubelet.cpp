#include "cluster/kubelet.hpp"

#include <algorithm>
#include <csignal>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "cluster/pod_status.hpp"
#include "cluster/pod_volumes.hpp"
#include "streaming/session.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr std::string_view kLogAnnotation = "sandbox/log";

bool is_deleting(const Json& object) { return codec::find_at(object, {"metadata", "deletionTimestamp"}) != nullptr; }

bool is_over(const Json& pod) {
  const std::string phase = codec::string_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

std::string instance_of(const Json& pod) { return codec::label_of(pod, "app.kubernetes.io/instance"); }

}  // namespace

Kubelet::Kubelet(Context context, Informers& informers, PodTable& table)
    : context_(context),
      informers_(informers),
      table_(table),
      controller_(context.loop.add([this](const std::string& key) { reconcile(key); })) {
  informers_.pods.on_change([this](const api::Object& before, const api::Object& now) {
    note_address(before, now);
    take_log_annotation(before, now);
    enqueue(key_of(now ? *now : *before));
  });
  informers_.nodes.on_change([this](const api::Object&, const api::Object&) { wake_waiting(""); });
  for (Informer* const waited_for : {&informers_.secrets, &informers_.config_maps, &informers_.claims}) {
    waited_for->on_change([this](const api::Object&, const api::Object& now) {
      if (now) wake_waiting(codec::namespace_of(*now));
    });
  }
}

void Kubelet::wake_waiting(const std::string& ns) {
  std::vector<std::string> keys;
  {
    const auto lock = table_.lock();
    for (const auto& [key, runtime] : table_.all()) {
      if (runtime.stage < Stage::initializing && (ns.empty() || key.starts_with(ns + "/"))) keys.push_back(key);
    }
  }
  for (const std::string& key : keys) enqueue(key);
}

PodRuntime* Kubelet::runtime_for(const std::string& key, const Json& pod) {
  PodRuntime* known = table_.find(key);
  if (known != nullptr && known->uid == codec::uid_of(pod)) return known;
  table_.erase(key);
  return &(table_.at(key) = make_runtime(pod, context_.world.clock.wall_now()));
}

void Kubelet::reconcile(const std::string& key) {
  const auto [ns, name] = split_key(key);
  const api::Object pod = context_.api.find(informers_.pods.type(), ns, name);
  Outcome outcome;
  Json after;
  {
    const auto lock = table_.lock();
    const PodRuntime* const known = pod ? table_.find(key) : nullptr;
    if (!pod) {
      table_.erase(key);
      return;
    }
    const bool deleting = is_deleting(*pod);
    const bool running = codec::string_at(*pod, {"status", "phase"}) == "Running";
    if (!deleting && (is_over(*pod) || (running && (known == nullptr || known->uid != codec::uid_of(*pod))))) return;
    PodRuntime& runtime = *runtime_for(key, *pod);
    if (deleting) {
      stop(*pod, runtime, outcome);
    } else if (!codec::string_at(*pod, {"spec", "nodeName"}).empty()) {
      adopt_readiness(runtime, *pod);
      step(*pod, runtime, outcome);
    }
    after = with_status(*pod, runtime, context_.world.clock.wall_now());
  }
  for (const EventText& event : outcome.events) context_.events.record(*pod, event);
  if (outcome.next) {
    context_.loop.enqueue(controller_, key, *outcome.next - context_.world.clock.steady_now());
  }
  if (!is_deleting(*pod) && codec::string_at(*pod, {"spec", "nodeName"}).empty()) return schedule(*pod);
  if (outcome.write) {
    write_status(context_.api, informers_.pods.type(), *pod, after, "kubelet");
    const auto lock = table_.lock();
    PodRuntime* const runtime = table_.find(key);
    if (runtime != nullptr && runtime->uid == codec::uid_of(*pod)) mark_written(*runtime);
  }
  if (outcome.remove) {
    context_.api.remove(informers_.pods.type(), ns, name, {.grace_seconds = 0, .uid = codec::uid_of(*pod)});
  }
}

void Kubelet::schedule(const Json& pod) {
  const std::string ns = codec::namespace_of(pod);
  const std::string name = codec::name_of(pod);
  std::map<std::string, std::size_t> load;
  const std::vector<api::Object> nodes = informers_.nodes.all();
  for (const api::Object& node : nodes) {
    if (!codec::bool_at(*node, {"spec", "unschedulable"})) load[codec::name_of(*node)] = 0;
  }
  std::string problem = claim_problem(context_.api, pod);
  if (problem.empty() && load.empty()) {
    problem = fmt::format("{0} node(s) were unschedulable", nodes.size());
  }
  if (!problem.empty()) {
    const std::string text = fmt::format(
        "0/{0} nodes are available: {1}. preemption: 0/{0} nodes are available: {0} Preemption is not helpful for "
        "scheduling.",
        nodes.size(), problem);
    context_.events.record(pod, {"Warning", "FailedScheduling", text, "default-scheduler", {}});
    Json waiting = pod;
    waiting["status"]["phase"] = "Pending";
    set_condition(waiting["status"], {"PodScheduled", "False", "Unschedulable", text}, context_.world.clock.wall_now());
    write_status(context_.api, informers_.pods.type(), pod, waiting, "kube-scheduler");
    context_.loop.enqueue(controller_, key_of(pod), std::chrono::seconds(1));
    return;
  }
  const std::string instance = instance_of(pod);
  for (const api::Object& other : informers_.pods.matching(ns, {{"app.kubernetes.io/instance", instance}})) {
    const auto found = load.find(codec::string_at(*other, {"spec", "nodeName"}));
    if (found != load.end()) ++found->second;
  }
  const auto chosen = std::ranges::min_element(load, {}, [](const auto& entry) { return entry.second; });
  Json placed = pod;
  placed["spec"]["nodeName"] = chosen->first;
  context_.api.update(informers_.pods.type(), ns, name, std::move(placed), "", {.field_manager = "kube-scheduler"});
  context_.events.record(pod, {"Normal",
                               "Scheduled",
                               fmt::format("Successfully assigned {}/{} to {}", ns, name, chosen->first),
                               "default-scheduler",
                               {}});
}

SignalEffect Kubelet::signal(const Json& pod, const std::string& container, int pid, int number, SignalOrigin origin) {
  const world::Victim victim = streaming::victim_of_pod(pod);
  if (origin == SignalOrigin::inside && number != 0 && context_.world.faults.strikes("ignore-fault", victim)) {
    return SignalEffect::none;
  }
  const std::string key = key_of(pod);
  SignalEffect effect = SignalEffect::no_such_process;
  std::optional<std::uint64_t> thawed;
  {
    const auto lock = table_.lock();
    Container* const target = runtime_for(key, pod)->find(container);
    if (target == nullptr || target->state != ContainerState::running) return effect;
    effect = target->processes.send(pid, number, origin);
    const platform::SteadyTime now = context_.world.clock.steady_now();
    if (effect == SignalEffect::ended) {
      target->ending = number == SIGTERM || number == SIGINT ? 0 : 128 + number;
      target->due = now;
    } else if (effect == SignalEffect::child_died) {
      target->ending = 128 + number;
      target->due = now + pause(pod, "launcher", 100, 400);
    }
    if (effect != SignalEffect::none && effect != SignalEffect::stopped)
      thawed = std::exchange(target->freeze_fault, {});
  }
  if (thawed) context_.world.faults.clear(*thawed);
  if (effect == SignalEffect::stopped && origin == SignalOrigin::inside) {
    // Whoever asks the world whether this member stands still gets the same answer as from fault freeze.
    world::FaultRequest freeze;
    freeze.name = "freeze";
    freeze.target = {.ns = victim.ns, .database = victim.database, .member = std::to_string(victim.ordinal)};
    freeze.settings = {{"process", container}};
    const std::uint64_t id = context_.world.faults.set(std::move(freeze));
    const auto lock = table_.lock();
    if (Container* const target = runtime_for(key, pod)->find(container)) target->freeze_fault = id;
  }
  enqueue(key);
  return effect;
}

void Kubelet::append_log(const std::string& key, const std::string& container, const std::string& line) {
  const auto lock = table_.lock();
  PodRuntime* const runtime = table_.find(key);
  Container* const target = runtime == nullptr ? nullptr : runtime->find(container);
  if (target != nullptr) target->log->append(context_.world.clock.wall_now(), line);
}

void Kubelet::note_address(const api::Object& before, const api::Object& now) {
  const std::string old = before ? codec::string_at(*before, {"status", "podIP"}) : "";
  const std::string current = now ? codec::string_at(*now, {"status", "podIP"}) : "";
  if (old == current) return;
  const auto lock = table_.lock();
  addresses_.erase(old);
  if (!current.empty()) addresses_.insert(current);
}

std::string Kubelet::free_address() {
  while (true) {
    std::string address = fmt::format("10.244.{}.{}", (next_address_ >> 8U) & 0xffU, next_address_ & 0xffU);
    ++next_address_;
    if (addresses_.insert(address).second) return address;
  }
}

void Kubelet::take_log_annotation(const api::Object& before, const api::Object& now) {
  if (!now) return;
  const std::string text = codec::annotation_of(*now, kLogAnnotation);
  if (text.empty() || (before && codec::annotation_of(*before, kLogAnnotation) == text)) return;
  const auto lock = table_.lock();
  PodRuntime& runtime = *runtime_for(key_of(*now), *now);
  for (const std::string& line : split(text, '\n')) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos) continue;
    if (Container* const target = runtime.find(std::string_view(line).substr(0, blank))) {
      target->log->append(context_.world.clock.wall_now(), line.substr(blank + 1));
    }
  }
}

std::chrono::nanoseconds Kubelet::pause(const Json& pod, std::string_view what, int least_millis,
                                        int most_millis) const {
  return draw(context_.world, fmt::format("kubelet {} {} {}", key_of(pod), codec::uid_of(pod), what),
              std::chrono::milliseconds(least_millis), std::chrono::milliseconds(most_millis));
}

}  // namespace dba::sandbox::cluster
