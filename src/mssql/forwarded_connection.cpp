#include "forwarded_connection.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "dba/base/error.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/wait.hpp"

namespace dba::mssql {

namespace {

constexpr auto kConnectWithin = std::chrono::seconds(30);
/// What may wait for a slow reader; then its writer waits as well.
constexpr std::size_t kBacklog = 262144;
constexpr std::size_t kPiece = 65536;

/// One direction: bytes are read here and written there, and so is the end.
struct Lane {
  const platform::FileDescriptor& from;
  const platform::FileDescriptor& to;
  std::string bytes{};
  bool reading = true, writing = true;

  /// Moves what can be moved now. @returns false when the whole connection is over
  bool move() {
    if (reading && bytes.size() < kBacklog && platform::receive_some(from, bytes, kPiece) == platform::Transfer::closed)
      reading = false;
    if (!bytes.empty() && platform::send_some(to, bytes) == platform::Transfer::closed) return false;
    if (!reading && bytes.empty() && std::exchange(writing, false)) platform::end_sending(to);
    return true;
  }
  bool wants_bytes() const { return reading && bytes.size() < kBacklog; }
};

}  // namespace

ForwardedConnection::ForwardedConnection(std::shared_ptr<kube::PortForward> tunnel, platform::FileDescriptor local,
                                         std::function<void(const std::string& why)> on_failure)
    : tunnel_(std::move(tunnel)), local_(std::move(local)), on_failure_(std::move(on_failure)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

ForwardedConnection::~ForwardedConnection() {
  thread_.request_stop();
  wakeup_.notify();
}

void ForwardedConnection::serve(const std::stop_token& stop) {
  try {
    const platform::FileDescriptor remote =
        tunnel_->connect(platform::system_clock().steady_now() + kConnectWithin, stop);
    pump(remote, stop);
    if (const std::string words = tunnel_->problem(); !words.empty() && !stop.stop_requested()) on_failure_(words);
  } catch (const Error& error) {
    if (!stop.stop_requested()) on_failure_(why(error));
  }
  local_.close();
  ended_ = true;
}

void ForwardedConnection::pump(const platform::FileDescriptor& remote, const std::stop_token& stop) {
  Lane up{.from = local_, .to = remote}, down{.from = remote, .to = local_};
  while (!stop.stop_requested()) {
    if (!up.move() || !down.move() || !down.writing) return;
    std::vector<platform::Interest> interests{{local_.get(), up.wants_bytes(), !down.bytes.empty()},
                                              {remote.get(), down.wants_bytes(), !up.bytes.empty()}};
    platform::wait_for(interests, wakeup_, std::nullopt);
    wakeup_.clear();
  }
}

}  // namespace dba::mssql
