#include <list>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/pod_streams.hpp"
#include "dba/platform/socket.hpp"

#include "kubectl_forward.hpp"
#include "pod_stream.hpp"
#include "port_connection.hpp"

namespace dba::kube {

struct PortForward::Impl {
  Impl(Client& client_in, PodPort target_in) : client(client_in), target(std::move(target_in)) {}
  Client& client;
  const PodPort target;

  std::mutex mutex;
  std::list<PortConnection> connections;    ///< Guarded by mutex, as the next ones.
  std::unique_ptr<KubectlForward> kubectl;  ///< Once a WebSocket could not be had.
  std::string problem;

  void forget_ended();
  void check_pod() const;
  /// To the kubectl that forwards already; closed without one.
  platform::FileDescriptor connect_to_running_kubectl();
  platform::FileDescriptor connect_by_kubectl(const NoWebSocket& why, platform::SteadyTime deadline,
                                              const std::stop_token& stop);
};

/// Keeps the words of those that ended.
void PortForward::Impl::forget_ended() {
  for (auto connection = connections.begin(); connection != connections.end();) {
    if (!connection->ended()) {
      ++connection;
      continue;
    }
    if (std::string words = connection->problem(); !words.empty()) problem = std::move(words);
    connection = connections.erase(connection);
  }
}

/// Asked after the connection stands: then a pod of the right UID is the one that it leads to.
void PortForward::Impl::check_pod() const {
  if (target.uid.empty()) return;
  const Json pod = client.get(resources::pods, target.ns, target.pod);
  if (pod.at("metadata").value("uid", "") == target.uid) return;
  throw Error(ExitCode::unexpected, fmt::format("pod \"{}\" is another one now: it was recreated", target.pod));
}

platform::FileDescriptor PortForward::Impl::connect_to_running_kubectl() {
  const std::scoped_lock lock(mutex);
  if (!kubectl || kubectl->ended()) return {};
  return platform::connect_to_loopback(kubectl->port());
}

platform::FileDescriptor PortForward::Impl::connect_by_kubectl(const NoWebSocket& why, platform::SteadyTime deadline,
                                                               const std::stop_token& stop) {
  const std::scoped_lock lock(mutex);
  if (!kubectl || kubectl->ended()) {
    const Credential credential = client.impl().options.credentials->current(stop);
    kubectl = KubectlForward::start(client.config(), credential, target, why, deadline, stop);
  }
  return platform::connect_to_loopback(kubectl->port());
}

PortForward::PortForward(Client& client, PodPort target) : impl_(std::make_unique<Impl>(client, std::move(target))) {}

PortForward::~PortForward() = default;

platform::FileDescriptor PortForward::connect(platform::SteadyTime deadline, const std::stop_token& stop) {
  const PodSubresource what{impl_->target.ns,
                            impl_->target.pod,
                            "portforward",
                            fmt::format("?ports={}", impl_->target.port),
                            {"v4.channel.k8s.io"}};
  if (auto connection = impl_->connect_to_running_kubectl(); connection.is_open()) {
    impl_->check_pod();
    return connection;
  }
  std::unique_ptr<WebSocket> socket;
  try {
    socket = open_pod_stream(impl_->client.impl(), what, deadline, stop);
  } catch (const NoWebSocket& why) {
    auto connection = impl_->connect_by_kubectl(why, deadline, stop);
    impl_->check_pod();
    return connection;
  }
  impl_->check_pod();
  auto [ours, theirs] = platform::connected_pair();
  const std::scoped_lock lock(impl_->mutex);
  impl_->forget_ended();
  const auto on_end = [&client = impl_->client, pod = what.pod](const PortTraffic& traffic) {
    client.impl().trace(fmt::format("Tunnel to pod {} ended: {} round trips, {} bytes out, {} bytes in", pod,
                                    traffic.round_trips, traffic.bytes_out, traffic.bytes_in));
  };
  impl_->connections.emplace_back(std::move(socket), std::move(ours), PortLimits{}, on_end);
  return std::move(theirs);
}

std::string PortForward::problem() const {
  const std::scoped_lock lock(impl_->mutex);
  impl_->forget_ended();
  return impl_->problem.empty() && impl_->kubectl ? impl_->kubectl->errors() : impl_->problem;
}

}  // namespace dba::kube
