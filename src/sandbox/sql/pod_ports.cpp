#include "sql/pod_ports.hpp"

#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

namespace dba::sandbox::sqlserver {

namespace {

constexpr int kTries = 20;
constexpr std::chrono::milliseconds kPause{500};

}  // namespace

PodPorts::PodPorts(kube::Client& client, std::shared_ptr<SqlServers> servers)
    : client_(client), servers_(std::move(servers)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void PodPorts::tell(const MemberChange& change) {
  if (change.ordinal < 0) return;
  const std::lock_guard lock(mutex_);
  const auto known = open_.find({change.ns, change.pod});
  if (known != open_.end() && (!change.running || known->second.uid != change.uid)) {
    listeners_.close(known->second.port);
    open_.erase(known);
  }
  if (!change.running || open_.contains({change.ns, change.pod})) return;
  const streaming::PodRef pod{.ns = change.ns, .pod = change.pod, .uid = change.uid};
  const std::uint16_t port = listeners_.open(
      [servers = servers_, pod](std::unique_ptr<streaming::ByteStream> peer, const std::stop_token& stop) {
        servers->serve(pod, std::move(peer), stop);
      });
  open_[{change.ns, change.pod}] = {change.uid, port};
  marks_.push_back({change.ns, change.pod, change.uid, fmt::format("127.0.0.1:{}", port)});
  changed_.notify_all();
}

void PodPorts::run(const std::stop_token& stop) {
  while (true) {
    Mark mark;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !marks_.empty(); })) return;
      mark = std::move(marks_.front());
      marks_.pop_front();
    }
    write(mark, stop);
  }
}

/// The uid in the patch keeps it from another pod of the name.
void PodPorts::write(const Mark& mark, const std::stop_token& stop) {
  const Json patch{{"metadata", {{"uid", mark.uid}, {"annotations", {{"sandbox/port.1433", mark.address}}}}}};
  for (int attempt = 0; attempt < kTries && !stop.stop_requested(); ++attempt) {
    try {
      client_.merge_patch(kube::resources::pods, mark.ns, mark.pod, patch);
      return;
    } catch (const kube::ApiError& error) {
      using Kind = kube::ApiError::Kind;
      // The pod has gone, or it is another one.
      if (error.kind() == Kind::not_found || error.kind() == Kind::conflict) return;
    } catch (const Error&) {
      // Not reachable at the moment.
    }
    client_.clock().sleep_until(client_.clock().steady_now() + kPause, stop);
  }
}

}  // namespace dba::sandbox::sqlserver
