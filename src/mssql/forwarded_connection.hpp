#pragma once
// One connection on its way from a local socket through a tunnel.

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "dba/kube/pod_streams.hpp"
#include "dba/platform/socket.hpp"

namespace dba::mssql {

class ForwardedConnection {
 public:
  /// Starts at once, on a thread of its own. @param on_failure gets words for the user
  ForwardedConnection(std::shared_ptr<kube::PortForward> tunnel, platform::FileDescriptor local,
                      std::function<void(const std::string& why)> on_failure);
  ~ForwardedConnection();  ///< Ends it.
  ForwardedConnection(const ForwardedConnection&) = delete;
  ForwardedConnection& operator=(const ForwardedConnection&) = delete;

  bool ended() const { return ended_; }

 private:
  void serve(const std::stop_token& stop);
  void pump(const platform::FileDescriptor& remote, const std::stop_token& stop);

  std::shared_ptr<kube::PortForward> tunnel_;
  platform::FileDescriptor local_;
  std::function<void(const std::string& why)> on_failure_;
  platform::Wakeup wakeup_{};
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

}  // namespace dba::mssql
