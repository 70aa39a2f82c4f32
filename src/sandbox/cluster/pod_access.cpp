#include "cluster/pod_access.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

#include "streaming/tcp.hpp"

namespace dba::sandbox::cluster {

namespace {

const Json* container_spec(const Json& pod, const std::string& container) {
  for (const char* const list : {"containers", "initContainers"}) {
    const Json* const specs = codec::find_at(pod, {"spec", list});
    if (specs == nullptr || !specs->is_array()) continue;
    for (const Json& spec : *specs) {
      if (codec::string_at(spec, {"name"}) == container) return &spec;
    }
  }
  return nullptr;
}

/// "name: value" of a Secret or ConfigMap key that an env entry or a mounted file takes.
std::string decoded(const Json& object, const std::string& key) {
  const std::string text = codec::string_at(object, {"data", key});
  if (codec::string_at(object, {"kind"}) != "Secret") return text;
  try {
    return base64_decode(text);
  } catch (const Error&) {
    return {};
  }
}

std::string env_value(const api::Api& api, const Json& pod, const Json& entry) {
  if (entry.contains("value")) return codec::string_at(entry, {"value"});
  const std::string ns = codec::namespace_of(pod);
  for (const auto& [field, kind] : {std::pair("secretKeyRef", "Secret"), std::pair("configMapKeyRef", "ConfigMap")}) {
    const Json* const source = codec::find_at(entry, {"valueFrom", field});
    if (source == nullptr) continue;
    const api::Object object = api.find(type_of("v1", kind), ns, codec::string_at(*source, {"name"}));
    return object ? decoded(*object, codec::string_at(*source, {"key"})) : std::string();
  }
  const std::string path = codec::string_at(entry, {"valueFrom", "fieldRef", "fieldPath"});
  if (path == "metadata.name") return codec::name_of(pod);
  if (path == "metadata.namespace") return ns;
  if (path == "status.podIP") return codec::string_at(pod, {"status", "podIP"});
  return {};
}

std::map<std::string, std::string> environment_of(const api::Api& api, const Json& pod, const Json& spec) {
  std::map<std::string, std::string> environment{
      {"HOME", "/"},
      {"HOSTNAME", codec::name_of(pod)},
      {"KUBERNETES_SERVICE_HOST", "10.96.0.1"},
      {"KUBERNETES_SERVICE_PORT", "443"},
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
  for (const Json& entry : spec.value("env", Json::array())) {
    environment[codec::string_at(entry, {"name"})] = env_value(api, pod, entry);
  }
  return environment;
}

/// The files of mounted Secrets and ConfigMaps.
void add_mounted_files(const api::Api& api, const Json& pod, const Json& spec,
                       std::map<std::string, std::string>& files) {
  const Json* const volumes = codec::find_at(pod, {"spec", "volumes"});
  if (volumes == nullptr || !volumes->is_array()) return;
  for (const Json& mount : spec.value("volumeMounts", Json::array())) {
    const auto volume = std::ranges::find_if(*volumes, [&](const Json& candidate) {
      return codec::string_at(candidate, {"name"}) == codec::string_at(mount, {"name"});
    });
    if (volume == volumes->end()) continue;
    const std::string secret = codec::string_at(*volume, {"secret", "secretName"});
    const std::string map = codec::string_at(*volume, {"configMap", "name"});
    if (secret.empty() && map.empty()) continue;
    const api::Object object = api.find(type_of("v1", secret.empty() ? "ConfigMap" : "Secret"),
                                        codec::namespace_of(pod), secret.empty() ? map : secret);
    const Json* const data = object ? codec::find_at(*object, {"data"}) : nullptr;
    if (data == nullptr || !data->is_object()) continue;
    const std::string path = codec::string_at(mount, {"mountPath"});
    const std::string only = codec::string_at(mount, {"subPath"});
    for (const auto& [key, value] : data->items()) {
      if (only.empty()) files[path + "/" + key] = decoded(*object, key);
      if (only == key) files[path] = decoded(*object, key);
    }
  }
}

}  // namespace

api::Object PodAccess::find_pod(const streaming::PodRef& target) const {
  const api::Object pod = context_.api.find(informers_.pods.type(), target.ns, target.pod);
  const bool other = pod && !target.uid.empty() && codec::uid_of(*pod) != target.uid;
  if (!pod || other) throw Error(ExitCode::denied, fmt::format("pods \"{}\" not found", target.pod));
  return pod;
}

Surroundings PodAccess::surroundings(const api::Object& pod, const std::string& container) {
  Surroundings result;
  result.hostname = codec::name_of(*pod);
  result.clock = &context_.world.clock;
  if (const Json* const spec = container_spec(*pod, container)) {
    result.environment = environment_of(context_.api, *pod, *spec);
    if (container == "mssql") {
      result.files["/opt/mssql/bin/sqlservr"] = "";
      result.files["/opt/mssql-tools18/bin/sqlcmd"] = "";
      result.files["/var/opt/mssql/mssql.conf"] = "[language]\nlcid = 1033\n";
    }
    result.files["/etc/hostname"] = result.hostname + "\n";
    add_mounted_files(context_.api, *pod, *spec, result.files);
  }
  result.has_sqlcmd = container == "mssql";
  if (result.has_sqlcmd) {
    const std::lock_guard lock(mutex_);
    result.pod = {codec::namespace_of(*pod), codec::name_of(*pod), codec::uid_of(*pod), container};
    result.sqlcmd = sqlcmd_;
  }
  kubelet_.with_runtime(*pod, [&](PodRuntime& runtime) {
    if (const Container* const target = runtime.find(container)) result.has_shell = has_shell(*target);
  });
  result.processes = [this, pod, container] {
    return kubelet_.with_runtime(*pod, [&](PodRuntime& runtime) {
      const Container* const target = runtime.find(container);
      std::vector<Process> processes = target == nullptr ? std::vector<Process>() : target->processes.all();
      for (Process& process : processes) process.stopped = process.stopped || runtime.frozen;
      return processes;
    });
  };
  result.signal = [this, pod, container](int pid, int signal) {
    return kubelet_.signal(*pod, container, pid, signal, SignalOrigin::inside);
  };
  result.run_in_background = [this](std::function<void(const std::stop_token&)> work) {
    const std::lock_guard lock(mutex_);
    background_.emplace_back([work = std::move(work)](const std::stop_token& stop) { work(stop); });
  };
  return result;
}

streaming::ExecResult PodAccess::exec(const streaming::ExecRequest& request, const streaming::ExecStreams& streams,
                                      const std::stop_token& stop) {
  const std::string& container = request.target.container;
  try {
    const api::Object pod = find_pod(request.target);
    std::string id;
    bool running = false;
    kubelet_.with_runtime(*pod, [&](PodRuntime& runtime) {
      const Container* const target = runtime.find(container);
      running = target != nullptr && target->state == ContainerState::running;
      if (running) id = target->id.substr(target->id.rfind('/') + 1);
    });
    if (!running) return {.exit_code = 0, .failure = fmt::format("container not found (\"{}\")", container)};
    Shell shell(surroundings(pod, container), stop);
    if (request.command.empty() || !shell.knows(request.command.front())) {
      // @source containerd 2.x and runc
      return {.exit_code = 0,
              .failure =
                  fmt::format("failed to exec in container: failed to start "
                              "exec \"{}\": OCI runtime exec failed: exec failed: unable to start container process: "
                              "exec: \"{}\": executable file not found in $PATH",
                              id, request.command.empty() ? "" : request.command.front())};
    }
    ShellStreams io{[] { return std::nullopt; }, streams.write_stdout, streams.write_stderr};
    if (request.use_stdin) io.read = [&] { return streams.read_stdin(stop); };
    if (request.tty) io.err = io.out;
    const auto silence = [](std::string_view) {};
    if (!io.out) io.out = silence;
    if (!io.err) io.err = silence;
    return {.exit_code = shell.run(request.command, io), .failure = {}};
  } catch (const Error& error) {
    return {.exit_code = 0, .failure = error.info().message};
  }
}

void PodAccess::set_listener(PodListener listener) {
  const std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
}

void PodAccess::set_sqlcmd(PodProgram sqlcmd) {
  const std::lock_guard lock(mutex_);
  sqlcmd_ = std::move(sqlcmd);
}

std::unique_ptr<streaming::ByteStream> PodAccess::connect(const streaming::PodRef& target, int port) {
  const api::Object pod = find_pod(target);
  PodListener listener;
  {
    const std::lock_guard lock(mutex_);
    listener = listener_;
  }
  if (listener) {
    if (auto stream = listener(target, port)) return stream;
  }
  const std::string address = codec::annotation_of(*pod, fmt::format("sandbox/port.{}", port));
  const std::size_t colon = address.rfind(':');
  unsigned number = 0;
  if (colon != std::string::npos) std::from_chars(address.data() + colon + 1, address.data() + address.size(), number);
  if (number > 0 && number <= 0xffffU) {
    return streaming::connect_tcp(address.substr(0, colon), static_cast<std::uint16_t>(number));
  }
  // @source containerd 2.x internal/cri/server/sandbox_portforward_linux.go
  throw Error(
      ExitCode::unexpected,
      fmt::format("failed to execute portforward in network namespace \"/var/run/netns/cni-{}\": failed to connect to "
                  "localhost:{} inside namespace \"{}\", IPv4: dial tcp4 127.0.0.1:{}: connect: connection refused "
                  "IPv6 dial tcp6 [::1]:{}: connect: connection refused ",
                  codec::uid_of(*pod), port, codec::uid_of(*pod), port, port));
}

void PodAccess::logs(const streaming::LogRequest& request, const std::function<bool(std::string_view)>& sink,
                     const std::stop_token& stop) {
  std::shared_ptr<LogRing> ring;
  try {
    const api::Object pod = find_pod(request.target);
    kubelet_.with_runtime(*pod, [&](PodRuntime& runtime) {
      if (const Container* const target = runtime.find(request.target.container)) {
        ring = request.previous ? target->previous_log : target->log;
      }
    });
  } catch (const Error&) {
    return;  // Gone between the request and now: an empty log.
  }
  if (ring) ring->read(request, context_.world.clock.wall_now(), sink, stop);
}

}  // namespace dba::sandbox::cluster
