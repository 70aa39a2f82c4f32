#pragma once
// TCP on the loopback interface, for what stands behind pods and Services.

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "streaming/pod_backend.hpp"

namespace dba::sandbox::streaming {

/// @throws Error (unexpected) "dial tcp 127.0.0.1:1433: connect: connection refused".
std::unique_ptr<ByteStream> connect_tcp(const std::string& host, std::uint16_t port);

/// Copies both ways until both sides have ended, one cannot be written any more, or `stop`.
void relay(ByteStream& left, ByteStream& right, const std::stop_token& stop);

/// Any number of loopback ports with one thread that accepts; each connection gets a thread of its own.
class TcpListeners {
 public:
  using OnConnect = std::function<void(std::unique_ptr<ByteStream> peer, const std::stop_token& stop)>;

  TcpListeners();
  ~TcpListeners();  ///< Ends all connections.
  TcpListeners(const TcpListeners&) = delete;
  TcpListeners& operator=(const TcpListeners&) = delete;
  std::uint16_t open(OnConnect on_connect);  ///< A free port of 127.0.0.1. @throws Error (unexpected)
  void close(std::uint16_t port);            ///< Connections that are open stay.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::streaming
