#pragma once
// The loopback connection that a driver is given. It can be cut at a deadline, which ends every call of every driver:
// both ignore their own time-outs in some phases.

#include <atomic>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "dba/platform/clock.hpp"
#include "dba/platform/socket.hpp"

#include "encrypted_server.hpp"

namespace dba::sql {

/// Why a relay carries nothing any more.
enum class RelayEnd { none, deadline, interrupted, server_closed, driver_closed, broken };

class Relay {
 public:
  /// Listens at once and serves one connection.
  Relay(EncryptedServer server, platform::SteadyTime deadline, const std::stop_token& stop);
  ~Relay();  ///< Cuts what is left.
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  std::uint16_t port() const { return listener_.port; }
  const Trust& trust() const { return server_.trust(); }
  void set_deadline(std::optional<platform::SteadyTime> deadline);  ///< Absent = none.
  RelayEnd ended() const { return end_.load(); }

 private:
  void serve(const std::stop_token& own_stop);
  RelayEnd carry(const std::stop_token& own_stop);
  RelayEnd wait_for_driver(const std::stop_token& own_stop);
  RelayEnd answer_prelogin(const std::stop_token& own_stop);
  RelayEnd pump(const std::stop_token& own_stop);
  RelayEnd wait(bool read_driver, bool read_server, const std::stop_token& own_stop);

  platform::Listener listener_;
  platform::FileDescriptor driver_;
  EncryptedServer server_;
  platform::Wakeup wakeup_;
  std::stop_token stop_;
  mutable std::mutex mutex_;
  std::optional<platform::SteadyTime> deadline_;
  std::string to_driver_, from_driver_;
  std::atomic<RelayEnd> end_ = RelayEnd::none;
  std::jthread thread_;
};

}  // namespace dba::sql
