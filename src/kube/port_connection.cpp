#include "port_connection.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "dba/base/error.hpp"
#include "dba/platform/wait.hpp"

#include "pod_stream.hpp"

namespace dba::kube {

namespace {

/// What may wait for a local reader that is slower than the pod; then nothing more is read. The same the other way.
constexpr std::size_t kBacklog = 262144;
constexpr char kData = 0, kError = 1;

}  // namespace

PortConnection::PortConnection(std::unique_ptr<WebSocket> remote, platform::FileDescriptor local,
                               const PortLimits& limits, std::function<void(const PortTraffic&)> on_end)
    : remote_(std::move(remote)), local_(std::move(local)), limits_(limits), on_end_(std::move(on_end)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

PortConnection::~PortConnection() {
  thread_.request_stop();
  wakeup_.notify();
}

std::string PortConnection::problem() const {
  const std::scoped_lock lock(mutex_);
  return problem_;
}

void PortConnection::serve(const std::stop_token& stop) {
  try {
    while (!stop.stop_requested() && carry()) wait();
    if (remote_open_) {
      remote_->send(Opcode::close, kNormalClosure);
      remote_->flush();
    }
  } catch (const Error& e) {
    tell(why(e));
  }
  remote_.reset();
  if (on_end_) on_end_(traffic_);
  // First: whoever sees the end may ask at once what it was for.
  ended_ = true;
  local_.close();
}

bool PortConnection::may_receive() const { return remote_open_ && to_local_.size() < kBacklog; }

bool PortConnection::may_send() const { return remote_open_ && local_open_ && remote_->unsent() < kBacklog; }

/// Moves what can be moved now. False when there is nothing left to do.
bool PortConnection::carry() {
  if (may_receive()) {
    if (!remote_->receive()) remote_open_ = false;
    take_messages();
  }
  if (!to_local_.empty() && platform::send_some(local_, to_local_) == platform::Transfer::closed) return false;
  if (may_send()) read_local();
  if (!remote_->flush()) remote_open_ = false;
  if (!to_local_.empty()) return true;
  if (!remote_open_) return false;
  if (remote_->unsent() > 0) last_sent_at_ = platform::system_clock().steady_now();
  return local_open_ || platform::system_clock().steady_now() < finished_by();
}

void PortConnection::read_local() {
  std::string message(1, kData);
  const platform::Transfer transfer = platform::receive_some(local_, message, kLongestPayload - 1);
  if (transfer == platform::Transfer::some) {
    remote_->send(Opcode::binary, message);
    traffic_.bytes_out += message.size() - 1;
    unanswered_ = true;
  }
  if (transfer != platform::Transfer::closed) return;
  local_open_ = false;
  last_sent_at_ = platform::system_clock().steady_now();
}

/// What a pod does not say while nobody listens to it, or after it has ended, is no silence.
platform::SteadyTime PortConnection::silent_since() const { return std::max(remote_->last_heard(), unheard_at_); }

platform::SteadyTime PortConnection::finished_by() const {
  return std::max(last_sent_at_, silent_since()) + limits_.finished_after;
}

void PortConnection::take_messages() {
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
      traffic_.bytes_in += bytes.size();
      if (!bytes.empty() && std::exchange(unanswered_, false)) ++traffic_.round_trips;
    } else if (!bytes.empty()) {
      tell(bytes);
    }
  }
}

void PortConnection::tell(std::string_view text) {
  const std::scoped_lock lock(mutex_);
  problem_ += text;
}

void PortConnection::wait() {
  const auto now = platform::system_clock().steady_now();
  if (may_receive() && remote_->has_more()) return;
  if (!may_receive()) unheard_at_ = now;
  if (now - silent_since() >= limits_.silence.dead_after)
    throw Error(ExitCode::unexpected, "the API server went silent");
  if (remote_open_) remote_->ping_if_silent(limits_.silence.ping_after);
  std::vector<platform::Interest> interests{{local_.get(), may_send(), !to_local_.empty()},
                                            {remote_->socket(), may_receive(), remote_->unsent() > 0}};
  auto until = now + limits_.silence.ping_after;
  if (!local_open_ && to_local_.empty()) until = std::min(until, finished_by());
  platform::wait_for(interests, wakeup_, until);
  wakeup_.clear();
}

}  // namespace dba::kube
