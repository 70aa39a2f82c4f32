#pragma once
// One connection to a port of a pod: a local socket on one side, a WebSocket on the other, a thread in between.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "dba/platform/clock.hpp"
#include "dba/platform/file_descriptor.hpp"
#include "dba/platform/socket.hpp"

#include "curl_websocket.hpp"

namespace dba::kube {

struct PortLimits {
  SilenceLimits silence{std::chrono::seconds(30), std::chrono::seconds(60)};
  /// After the local side has sent its last byte, how long the pod may still be silent before it counts as finished:
  /// this protocol has no way to tell the pod about it.
  std::chrono::milliseconds finished_after{5'000};
};

/// What went through. A round trip is something sent that something came back after.
struct PortTraffic {
  std::size_t round_trips = 0, bytes_out = 0, bytes_in = 0;
};

/// @source port-forward over WebSocket, subprotocol v4.channel.k8s.io: the first byte of a message is its channel, the
/// first two bytes of a channel are the port.
class PortConnection {
 public:
  /// @param on_end called once, in a thread of its own
  PortConnection(std::unique_ptr<WebSocket> remote, platform::FileDescriptor local, const PortLimits& limits = {},
                 std::function<void(const PortTraffic&)> on_end = {});
  ~PortConnection();  ///< Ends it at once; the other side is told.
  PortConnection(const PortConnection&) = delete;
  PortConnection& operator=(const PortConnection&) = delete;

  bool ended() const { return ended_.load(); }
  /// The other side's words about what went wrong; empty = none. Complete before the local socket is closed.
  std::string problem() const;

 private:
  void serve(const std::stop_token& stop);
  bool carry();
  void read_local();
  void take_messages();
  void tell(std::string_view text);
  void wait();
  bool may_receive() const;
  bool may_send() const;
  platform::SteadyTime silent_since() const;
  platform::SteadyTime finished_by() const;

  std::unique_ptr<WebSocket> remote_;
  platform::FileDescriptor local_;
  const PortLimits limits_;
  platform::Wakeup wakeup_;
  std::string to_local_;
  bool remote_open_ = true, local_open_ = true;
  platform::SteadyTime last_sent_at_{}, unheard_at_{};
  std::size_t port_bytes_seen_[2] = {0, 0};
  PortTraffic traffic_{};
  bool unanswered_ = false;  ///< Nothing has come since the local side last sent.
  const std::function<void(const PortTraffic&)> on_end_;
  mutable std::mutex mutex_;
  std::string problem_;  ///< Guarded by mutex_.
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

}  // namespace dba::kube
