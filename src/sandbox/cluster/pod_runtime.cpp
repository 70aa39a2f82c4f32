#include "cluster/pod_runtime.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace dba::sandbox::cluster {

namespace {

constexpr int kServerPid = 9;

WallTime time_at(const Json& object, codec::Path path, WallTime fallback) {
  return try_parse_rfc3339(codec::string_at(object, path)).value_or(fallback);
}

void add_containers(PodRuntime& runtime, const Json& pod, std::string_view list, bool init) {
  const Json* const specs = codec::find_at(pod, {"spec", list});
  if (specs == nullptr || !specs->is_array()) return;
  for (const Json& spec : *specs) {
    Container container;
    container.name = codec::string_at(spec, {"name"});
    container.image = codec::string_at(spec, {"image"});
    container.init = init;
    runtime.containers.push_back(std::move(container));
  }
}

/// Takes over what the status of an already running pod says.
void adopt_status(PodRuntime& runtime, const Json& pod, WallTime now) {
  for (Container& container : runtime.containers) {
    const Json* const list =
        codec::find_at(pod, {"status", container.init ? "initContainerStatuses" : "containerStatuses"});
    container.state = container.init ? ContainerState::terminated : ContainerState::running;
    container.exit_reason = "Completed";
    container.started_at = container.finished_at = now;
    if (!container.init) container.processes = boot_processes(container, now);
    if (list == nullptr || !list->is_array()) continue;
    const auto found = std::ranges::find_if(
        *list, [&](const Json& status) { return codec::string_at(status, {"name"}) == container.name; });
    if (found == list->end()) continue;
    container.id = codec::string_at(*found, {"containerID"});
    container.restarts = static_cast<int>(codec::int_at(*found, {"restartCount"}).value_or(0));
    container.ready = container.written_ready = codec::bool_at(*found, {"ready"});
    container.started_at = time_at(*found, {"state", container.init ? "terminated" : "running", "startedAt"}, now);
    container.finished_at = time_at(*found, {"state", "terminated", "finishedAt"}, container.started_at);
    if (!container.init) container.processes = boot_processes(container, container.started_at);
  }
  const Json* const ready = codec::condition_of(pod, "Ready");
  if (ready != nullptr) runtime.ready = codec::string_at(*ready, {"status"}) == "True";
  runtime.ip = codec::string_at(pod, {"status", "podIP"});
  runtime.host_ip = codec::string_at(pod, {"status", "hostIP"});
  runtime.stage = Stage::running;
}

/// "registry/path/name:tag@digest" → "name"
std::string image_name(const std::string& image) {
  std::string name = image.substr(0, image.find('@'));
  if (const std::size_t slash = name.rfind('/'); slash != std::string::npos) name.erase(0, slash + 1);
  return name.substr(0, name.find(':'));
}

}  // namespace

Container* PodRuntime::find(std::string_view container) {
  const auto found = std::ranges::find(containers, container, &Container::name);
  return found == containers.end() ? nullptr : &*found;
}

PodRuntime* PodTable::find(const std::string& key) {
  const auto found = pods_.find(key);
  return found == pods_.end() ? nullptr : &found->second;
}

void PodTable::erase(const std::string& key) {
  const auto found = pods_.find(key);
  if (found == pods_.end()) return;
  for (const Container& container : found->second.containers) container.log->close();
  pods_.erase(found);
}

PodRuntime make_runtime(const Json& pod, WallTime now) {
  PodRuntime runtime;
  runtime.uid = codec::uid_of(pod);
  add_containers(runtime, pod, "initContainers", true);
  add_containers(runtime, pod, "containers", false);
  if (codec::string_at(pod, {"status", "phase"}) == "Running") adopt_status(runtime, pod, now);
  return runtime;
}

bool has_shell(const Container& container) { return container.name != "mssql-coordinator"; }

ProcessTable boot_processes(const Container& container, WallTime now) {
  if (container.name == "mssql") {
    const std::string server = "/opt/mssql/bin/sqlservr";
    return ProcessTable({{.pid = 1, .parent = 0, .name = "sqlservr", .command = server, .started = now},
                         {.pid = kServerPid, .parent = 1, .name = "sqlservr", .command = server, .started = now}});
  }
  const std::string name = has_shell(container) ? image_name(container.image) : container.name;
  return ProcessTable({{.pid = 1, .parent = 0, .name = name, .command = name, .started = now}});
}

}  // namespace dba::sandbox::cluster
