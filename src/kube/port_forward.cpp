#include <algorithm>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/pod_streams.hpp"
#include "dba/platform/wait.hpp"

#include "kubectl_forward.hpp"
#include "pod_stream.hpp"

namespace dba::kube {

namespace {

/// What may wait for a local reader that is slower than the pod; then nothing more is read.
constexpr std::size_t kBacklog = 262144;
/// After the local side has sent its last byte, how long the pod may still be silent before it counts as finished:
/// this protocol has no way to tell the pod about it.
constexpr auto kSilenceAfterEnd = std::chrono::seconds(5);
constexpr char kData = 0, kError = 1;
constexpr std::string_view kNormalClosure("\x03\xe8", 2);

/// Carries one connection: our end of a pair of sockets on one side, the WebSocket on the other.
/// @source port-forward over WebSocket, subprotocol v4.channel.k8s.io: the first byte of a message is its channel, the
/// first two bytes of a channel are the port.
class Connection {
 public:
  Connection(std::unique_ptr<WebSocket> remote, platform::FileDescriptor local)
      : remote_(std::move(remote)), local_(std::move(local)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~Connection() {
    thread_.request_stop();
    wakeup_.notify();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool ended() const { return ended_.load(); }
  std::string problem() const {
    const std::scoped_lock lock(mutex_);
    return problem_;
  }

 private:
  void serve(const std::stop_token& stop) {
    try {
      while (!stop.stop_requested() && carry()) wait();
    } catch (const Error& e) {
      tell(e.info().cause.empty() ? e.info().message : e.info().cause);
    }
    // First: whoever sees the end may ask at once what it was for.
    ended_ = true;
    local_.close();
  }

  /// Moves what can be moved now. False when there is nothing left to do.
  bool carry() {
    if (to_local_.size() < kBacklog) {
      if (!remote_->receive()) remote_open_ = false;
      take_messages();
    }
    if (!to_local_.empty() && platform::send_some(local_, to_local_) == platform::Transfer::closed) return false;
    if (local_open_ && remote_->unsent() < kBacklog) read_local();
    if (!remote_->flush()) remote_open_ = false;
    if (!remote_open_ && to_local_.empty()) return false;
    return local_open_ || platform::system_clock().steady_now() < finished_by();
  }

  void read_local() {
    std::string message(1, kData);
    const platform::Transfer transfer = platform::receive_some(local_, message, kLongestPayload - 1);
    if (transfer == platform::Transfer::some) remote_->send(Opcode::binary, message);
    if (transfer != platform::Transfer::closed) return;
    local_open_ = false;
    local_ended_at_ = platform::system_clock().steady_now();
  }

  platform::SteadyTime finished_by() const {
    return std::max(local_ended_at_, remote_->last_heard()) + kSilenceAfterEnd;
  }

  void take_messages() {
    while (auto message = remote_->next()) {
      if (message->opcode == Opcode::close) {
        remote_open_ = false;
        return;
      }
      if (message->payload.empty()) continue;
      const char channel = message->payload.front();
      if (channel != kData && channel != kError) continue;
      std::string_view bytes = std::string_view(message->payload).substr(1);
      std::size_t& seen = port_bytes_seen_[channel == kData ? 0 : 1];
      const std::size_t port_bytes = std::min<std::size_t>(2 - seen, bytes.size());
      seen += port_bytes;
      bytes.remove_prefix(port_bytes);
      if (channel == kData) {
        to_local_ += bytes;
      } else if (!bytes.empty()) {
        tell(bytes);
      }
    }
  }

  void tell(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    problem_ += text;
  }

  void wait() {
    const auto now = platform::system_clock().steady_now();
    if (now - remote_->last_heard() >= kDeadAfter) throw Error(ExitCode::unexpected, "the API server went silent");
    if (now - remote_->last_heard() >= kPingAfter && now - pinged_at_ >= kPingAfter) {
      remote_->send(Opcode::ping, "");
      remote_->flush();
      pinged_at_ = now;
    }
    const bool room = to_local_.size() < kBacklog;
    std::vector<platform::Interest> interests{
        {local_.get(), local_open_ && remote_->unsent() < kBacklog, !to_local_.empty()},
        {remote_->socket(), remote_open_ && room, remote_->unsent() > 0}};
    auto until = now + kPingAfter;
    if (!local_open_) until = std::min(until, finished_by());
    platform::wait_for(interests, wakeup_, until);
    wakeup_.clear();
  }

  std::unique_ptr<WebSocket> remote_;
  platform::FileDescriptor local_;
  platform::Wakeup wakeup_;
  std::string to_local_;
  bool remote_open_ = true, local_open_ = true;
  platform::SteadyTime local_ended_at_{}, pinged_at_{};
  std::size_t port_bytes_seen_[2] = {0, 0};
  mutable std::mutex mutex_;
  std::string problem_;  ///< Guarded by mutex_.
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

}  // namespace

struct PortForward::Impl {
  Impl(Client& client_in, PodPort target_in) : client(client_in), target(std::move(target_in)) {}
  Client& client;
  const PodPort target;

  std::mutex mutex;
  std::list<Connection> connections;        ///< Guarded by mutex, as the next ones.
  std::unique_ptr<KubectlForward> kubectl;  ///< Once a WebSocket could not be had.
  std::string problem;

  void forget_ended();
  void check_pod() const;
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

platform::FileDescriptor PortForward::Impl::connect_by_kubectl(const NoWebSocket& why, platform::SteadyTime deadline,
                                                               const std::stop_token& stop) {
  const std::scoped_lock lock(mutex);
  if (!kubectl) {
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
  impl_->connections.emplace_back(std::move(socket), std::move(ours));
  return std::move(theirs);
}

std::string PortForward::problem() const {
  const std::scoped_lock lock(impl_->mutex);
  impl_->forget_ended();
  return impl_->problem;
}

}  // namespace dba::kube
