#include "dba/mssql/forward_service.hpp"

#include <algorithm>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"
#include "dba/platform/wait.hpp"

#include "follow_object.hpp"
#include "forwarded_connection.hpp"

namespace dba::mssql {

namespace {

/// The pod new connections go to, or why there is none.
struct Target {
  SqlPod pod{};
  std::string why{};
};

Target target_of(const RoleReport& roles, const ForwardRequest& request) {
  if (request.replica.empty() && request.role == WantedRole::primary) {
    if (roles.primary_state != PrimaryState::one) return {.why = role_summary(roles)};
    for (const ReplicaRole& row : roles.replicas) {
      if (row.pod == roles.primary) return {.pod = {row.pod, row.uid}};
    }
  }
  for (const ReplicaRole& row : roles.replicas) {
    const bool wanted =
        request.replica.empty() ? row.label_role == kRoleSecondary && row.ready : row.pod == request.replica;
    if (wanted && is_live(row)) return {.pod = {row.pod, row.uid}};
  }
  return {.why = request.replica.empty() ? "no live pod is labelled secondary and ready"
                                         : fmt::format("there is no live pod \"{}\"", request.replica)};
}

/// Whether a pod that was forwarded to is still there; its role does not matter without --follow.
bool is_alive(const RoleReport& roles, const SqlPod& pod) {
  return std::any_of(roles.replicas.begin(), roles.replicas.end(),
                     [&pod](const ReplicaRole& row) { return row.uid == pod.uid && row.ended.empty(); });
}

class Forwarder {
 public:
  Forwarder(kube::Client& client, const ForwardRequest& request, ForwardListener& listener)
      : client_(client), request_(request), listener_(listener) {}

  void run() {
    listen();
    set_target(first_target());
    for (std::size_t i = 0; i < listeners_.size(); ++i)
      listener_.listening(request_.addresses[i], listeners_[i].port, target_.pod.pod);

    const platform::StopNotice notice(client_.stop(), wakeup_);
    const std::jthread follower([this](const std::stop_token& stop) { follow(stop); });
    while (!client_.stop().stop_requested()) {
      throw_if_lost();
      accept();
    }
    throw_if_stopped(client_);
  }

 private:
  void listen() {
    for (const std::string& address : request_.addresses) {
      const std::uint16_t port = listeners_.empty() ? request_.local_port : listeners_.front().port;
      try {
        listeners_.push_back(platform::listen_on(address, port));
      } catch (const Error& error) {
        ErrorInfo info = error.info();
        if (request_.local_port != 0)
          info.hint =
              fmt::format("kubectl dba mssql port-forward {} -n {} :{}", request_.name, request_.ns, request_.port);
        throw Error(std::move(info));
      }
    }
  }

  Target first_target() const {
    const RoleReport roles = read_roles(client_, request_.ns, request_.name);
    Target target = target_of(roles, request_);
    if (target.why.empty()) return target;
    if (request_.replica.empty() && request_.role == WantedRole::secondary && roles.replicas_wanted == 1)
      throw Error(ExitCode::refused,
                  fmt::format("database \"{}\" has one replica: it has no secondary", request_.name));
    throw Error(request_.replica.empty() ? ExitCode::unhealthy : ExitCode::denied, target.why);
  }

  void set_target(Target target) {
    std::list<ForwardedConnection> ended;
    {
      const std::scoped_lock lock(mutex_);
      ended.swap(connections_);
      target_ = std::move(target);
      tunnel_.reset();
      if (!target_.why.empty()) return;
      tunnel_ = std::make_shared<kube::PortForward>(
          client_,
          kube::PodPort{.ns = request_.ns, .pod = target_.pod.pod, .port = request_.port, .uid = target_.pod.uid});
    }
  }

  /// On a thread of its own: watches the roles for as long as somebody wants to forward.
  void follow(const std::stop_token& stop) {
    try {
      follow_roles(client_, request_.ns, request_.name, [&](const RoleReport& roles) {
        if (!stop.stop_requested()) take(roles);
        return !stop.stop_requested() && !lost();
      });
    } catch (const Error& error) {
      if (is_interrupt(error)) return;
      lose(error);
    }
  }

  void take(const RoleReport& roles) {
    if (!request_.follow) {
      if (!is_alive(roles, target_.pod)) lose(Error(ExitCode::unexpected, "lost connection to pod"));
      return;
    }
    Target now = target_of(roles, request_);
    if (now.pod.uid == target_.pod.uid && now.why == target_.why) return;
    const std::string pod = now.pod.pod, reason = now.why;
    set_target(std::move(now));
    tell([&] { listener_.moved(pod, reason); });
  }

  void lose(const Error& error) {
    const std::scoped_lock lock(mutex_);
    lost_ = error;
    wakeup_.notify();
  }

  bool lost() const {
    const std::scoped_lock lock(mutex_);
    return lost_.has_value();
  }

  void throw_if_lost() const {
    const std::scoped_lock lock(mutex_);
    if (lost_) throw Error(*lost_);
  }

  /// Waits for connections and takes them.
  void accept() {
    std::vector<platform::Interest> interests;
    for (const platform::Listener& listener : listeners_)
      interests.push_back({.descriptor = listener.descriptor.get(), .reading = true});
    platform::wait_for(interests, wakeup_, std::nullopt);
    wakeup_.clear();
    for (const platform::Listener& listener : listeners_) {
      while (true) {
        platform::FileDescriptor connection = platform::accept_connection(listener);
        if (!connection.is_open()) break;
        tell([&] { listener_.connection(listener.port); });
        start(std::move(connection));
      }
    }
  }

  void start(platform::FileDescriptor local) {
    std::string problem;
    {
      const std::scoped_lock lock(mutex_);
      connections_.remove_if([](const ForwardedConnection& connection) { return connection.ended(); });
      problem = target_.why;
      if (tunnel_) {
        connections_.emplace_back(tunnel_, std::move(local),
                                  [this](const std::string& why) { tell([&] { listener_.failed(why); }); });
      }
    }
    if (!problem.empty()) tell([&] { listener_.failed(problem); });
  }

  void tell(const std::function<void()>& what) {
    const std::scoped_lock lock(telling_);
    what();
  }

  kube::Client& client_;
  const ForwardRequest& request_;
  ForwardListener& listener_;
  platform::Wakeup wakeup_{};
  std::vector<platform::Listener> listeners_{};
  std::mutex telling_{};
  mutable std::mutex mutex_{};
  Target target_{};  ///< Guarded by mutex_ as the next ones; read without by the one thread that changes it.
  std::shared_ptr<kube::PortForward> tunnel_{};
  std::optional<Error> lost_{};
  std::list<ForwardedConnection> connections_{};
};

}  // namespace

void forward_port(kube::Client& client, const ForwardRequest& request, ForwardListener& listener) {
  Forwarder(client, request, listener).run();
}

}  // namespace dba::mssql
