#pragma once
// The other side of port-forward and exec: an API server that does with a WebSocket what the test says, and the program
// that uses the local end of a forwarded connection. Programs that include this link dba_sandbox_streaming.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dba/platform/file_descriptor.hpp"

#include "streaming/websocket_frames.hpp"
#include "support/scripted_server.hpp"

namespace dba::test {

/// The API server's end of one WebSocket.
class PodPeer {
 public:
  /// Accepts the upgrade. @param protocol empty = the first one offered
  PodPeer(const ReceivedRequest& request, ServerConnection& connection, std::string protocol)
      : connection_(connection) {
    const std::string offered = request.header("Sec-WebSocket-Protocol");
    if (protocol.empty()) protocol = offered.substr(0, offered.find(','));
    connection_.send(
        fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: {}\r\nSec-WebSocket-Protocol: {}\r\n\r\n",
                    sandbox::streaming::websocket_accept(request.header("Sec-WebSocket-Key")), protocol));
  }

  void send(int channel, std::string_view bytes) {
    send_frame(sandbox::streaming::WebSocketKind::binary, std::string(1, static_cast<char>(channel)).append(bytes));
  }
  /// What a port-forward begins with: the port on both channels.
  void open_port() {
    send(0, "\x99\x05");
    send(1, "\x99\x05");
  }
  void close() { send_frame(sandbox::streaming::WebSocketKind::close, sandbox::streaming::close_payload(1000)); }
  void send_frame(sandbox::streaming::WebSocketKind kind, std::string_view payload) {
    connection_.send(sandbox::streaming::websocket_frame(kind, payload));
  }

  /// The next bytes of a channel, that many unless the client ends before.
  std::string receive(int channel, std::size_t size) {
    std::string& got = received_[channel];
    while (got.size() < size && take_message()) {
    }
    std::string bytes = got.substr(0, size);
    got.erase(0, size);
    return bytes;
  }
  /// What has come on a channel beyond that, without waiting.
  std::string take_received(int channel) { return std::exchange(received_[channel], {}); }
  /// A ping and its pong: when it returns true, whatever the client knew before the ping it has acted upon.
  bool answers_ping() {
    send_frame(sandbox::streaming::WebSocketKind::ping, "ping");
    for (const std::size_t before = pongs_; pongs_ == before;) {
      if (!take_message()) return false;
    }
    return true;
  }
  bool wait_for_ping() {
    for (const std::size_t before = pings_; pings_ == before;) {
      if (!take_message()) return false;
    }
    return true;
  }
  /// The close frame that the client ended with; empty when it just went away.
  std::string wait_for_end() {
    while (take_message()) {
    }
    return close_;
  }

 private:
  /// False when there will be no more.
  bool take_message() {
    using Kind = sandbox::streaming::WebSocketKind;
    auto message = reader_.next();
    while (!message) {
      const std::string bytes = connection_.read();
      if (bytes.empty()) return false;
      reader_.feed(bytes);
      message = reader_.next();
    }
    if (message->kind == Kind::close) close_ = message->payload;
    if (message->kind == Kind::pong) ++pongs_;
    if (message->kind == Kind::ping) ++pings_;
    if (message->kind == Kind::binary) received_[message->payload.at(0) & 0xff] += message->payload.substr(1);
    return message->kind != Kind::close;
  }

  ServerConnection& connection_;
  sandbox::streaming::WebSocketReader reader_{};
  std::map<int, std::string> received_{};
  std::size_t pongs_ = 0, pings_ = 0;
  std::string close_{};
};

/// Accepts the upgrade and plays that; then the connection is cut.
inline ScriptedServer::Handler accepts(std::function<void(PodPeer&)> play, std::string protocol = "") {
  return [=](const ReceivedRequest& request, ServerConnection& connection) {
    PodPeer peer(request, connection, protocol);
    play(peer);
    connection.close();
  };
}

/// The local end of a connection, used as a program uses it: reads and writes wait.
class LocalEnd {
 public:
  explicit LocalEnd(platform::FileDescriptor socket) : socket_(std::move(socket)) {
    ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) & ~O_NONBLOCK);
  }
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  /// That many bytes, or all until the end.
  std::string read(std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const ssize_t count = ::recv(socket_.get(), bytes.data() + got, size - got, 0);
      if (count <= 0) break;
      got += static_cast<std::size_t>(count);
    }
    bytes.resize(got);
    return bytes;
  }
  std::string read_to_end() const {
    std::string all;
    for (std::string piece = read(65536); !piece.empty(); piece = read(65536)) all += piece;
    return all;
  }
  void end_sending() const { ::shutdown(socket_.get(), SHUT_WR); }

 private:
  platform::FileDescriptor socket_;
};

/// So many bytes that no two places of them look alike.
inline std::string distinct_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24U);
  }
  return bytes;
}

}  // namespace dba::test
