#pragma once
// What a Kubernetes cluster does by itself, with KubeDB or without: kubelets, EndpointSlices, volumes, default service
// accounts, namespaces, and cert-manager's controllers. Talks to the Api directly; never knows about MSSQLServer.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.hpp"
#include "streaming/pod_backend.hpp"
#include "world/world.hpp"

namespace dba::sandbox::cluster {

/// Where a port of a Service can be reached from this machine.
struct ServiceAddress {
  std::string ns{}, service{}, port_name{};
  int port = 0;                     ///< The Service's own.
  std::string address{};            ///< "127.0.0.1:43211"
  std::vector<std::string> pods{};  ///< Those that new connections go to at present.
};

/// Opens a connection to something that listens on a port of a pod in this process; null when nothing does.
using PodListener = std::function<std::unique_ptr<streaming::ByteStream>(const streaming::PodRef& target, int port)>;

/// What a program run in a container sees of it.
struct ProgramCall {
  streaming::PodRef pod{};
  std::vector<std::string> argv{};
  std::map<std::string, std::string> environment{};
  std::map<std::string, std::string> files{};
  std::function<std::optional<std::string>()> read{};  ///< A chunk of standard input; absent = it has ended.
  std::function<void(std::string_view)> out{}, err{};
  std::stop_token stop{};
};
/// Runs it. @returns the exit code
using PodProgram = std::function<int(const ProgramCall& call)>;

class Cluster {
 public:
  /// Creates the nodes, namespaces default, demo, kube-system, cert-manager and the StorageClasses; adds the API
  /// server's built-in admission; starts the threads.
  Cluster(api::Api& api, world::World& world);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// exec, port-forward and logs. A port leads where `set_listener` says, else where the pod's annotation
  /// "sandbox/port.PORT" says ("127.0.0.1:14330"), else nowhere: connection refused.
  streaming::PodBackend& pods();
  void set_listener(PodListener listener);
  /// What sqlcmd does in the database's containers; without it, it cannot connect.
  void set_sqlcmd(PodProgram sqlcmd);
  /// The loopback listeners of Services with a cluster address, by namespace and name.
  std::vector<ServiceAddress> services() const;
  /// Adds a line to a container's log. Whoever has only a Kubernetes client sets the pod's annotation "sandbox/log"
  /// instead: each new value's lines "CONTAINER TEXT" are added.
  void append_log(const std::string& ns, const std::string& pod, const std::string& container, const std::string& line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::cluster
