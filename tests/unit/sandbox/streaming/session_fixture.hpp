#pragma once
// A server with a fake pod behind it, and a client that writes its bytes by hand.

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/platform/clock.hpp"

#include "streaming/byte_pipe.hpp"
#include "streaming/session.hpp"

namespace dba::test {

namespace streaming = sandbox::streaming;

/// Echoes stdin and exits with the number in `exit N`; port 7 echoes in upper case, 9 closes at once, others refuse.
class FakePods final : public streaming::PodBackend {
 public:
  ~FakePods() override {
    for (std::jthread& thread : threads_) thread.join();
  }

  streaming::ExecResult exec(const streaming::ExecRequest& request, const streaming::ExecStreams& streams,
                             const std::stop_token& stop) override {
    if (request.command.front() == "nothing")
      return {.exit_code = 0, .failure = "exec: \"nothing\": executable file not found in $PATH"};
    if (request.command.front() == "flood") {
      for (int i = 0; i < 400; ++i) streams.write_stdout(std::string(10'000, 'f'));
      return {};
    }
    if (request.command.front() == "exit") return {.exit_code = std::stoi(request.command.back()), .failure = {}};
    streams.write_stderr("listening\n");
    while (const auto chunk = streams.read_stdin(stop)) streams.write_stdout("<" + *chunk + ">");
    if (stop.stop_requested()) stopped = true;
    return {};
  }

  std::unique_ptr<streaming::ByteStream> connect(const streaming::PodRef&, int port) override {
    if (port != 7 && port != 9)
      throw Error(ExitCode::unexpected, fmt::format("dial tcp 127.0.0.1:{}: connect: connection refused", port));
    auto [near, far] = streaming::make_byte_pipe();
    if (port == 9) return std::move(near);
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([far = std::move(far)] {
      std::string buffer(64 * 1024, '\0');
      while (true) {
        const auto count = far->read(buffer.data(), buffer.size(), std::chrono::hours(1));
        if (!count || *count == 0) return;
        std::string answer = buffer.substr(0, *count);
        std::ranges::transform(answer, answer.begin(), [](char letter) {
          return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
        });
        if (!far->write(answer)) return;
      }
    });
    return std::move(near);
  }

  void logs(const streaming::LogRequest& request, const std::function<bool(std::string_view)>& sink,
            const std::stop_token&) override {
    sink(fmt::format("follow={} previous={} timestamps={} tail={} since={} limit={}\n", request.follow,
                     request.previous, request.timestamps, request.tail_lines.value_or(-1),
                     request.since_seconds.value_or(-1), request.limit_bytes.value_or(-1)));
  }

  std::atomic<bool> stopped = false;

 private:
  std::mutex mutex_{};
  std::vector<std::jthread> threads_{};
};

class SessionServer {
 public:
  SessionServer()
      : world(platform::system_clock(), 1, 1.0),
        socket_(Poco::Net::SocketAddress("127.0.0.1", 0)),
        server_(new Factory(*this), socket_, new Poco::Net::HTTPServerParams) {
    server_.start();
  }
  SessionServer(const SessionServer&) = delete;
  SessionServer& operator=(const SessionServer&) = delete;
  ~SessionServer() {
    stop.request_stop();
    server_.stopAll(true);
    while (server_.currentConnections() > 0) std::this_thread::yield();
  }
  Poco::Net::SocketAddress address() const { return socket_.address(); }

  FakePods pods{};
  sandbox::world::World world;
  std::stop_source stop{};

 private:
  struct Handler final : Poco::Net::HTTPRequestHandler {
    explicit Handler(SessionServer& owner) : server(owner) {}
    SessionServer& server;
    void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
      const streaming::SessionContext context{
          .pods = server.pods,
          .world = server.world,
          .target = {.ns = "demo", .pod = "sales-0", .uid = "u-1", .container = "mssql"},
          .victim = {.ns = "demo", .database = "sales", .ordinal = 0, .role = ""},
          .stop = server.stop.get_token()};
      const std::string& uri = request.getURI();
      if (uri.starts_with("/exec")) return streaming::serve_exec(request, response, context);
      if (uri.starts_with("/portforward")) return streaming::serve_port_forward(request, response, context);
      streaming::serve_log(request, response, context);
    }
  };
  struct Factory final : Poco::Net::HTTPRequestHandlerFactory {
    explicit Factory(SessionServer& owner) : server(owner) {}
    SessionServer& server;
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
      return new Handler(server);
    }
  };
  Poco::Net::ServerSocket socket_;
  Poco::Net::HTTPServer server_;
};

/// A connection of a client that knows nothing but bytes.
class RawClient {
 public:
  explicit RawClient(const SessionServer& server) : socket_(server.address()) {
    socket_.setReceiveTimeout(Poco::Timespan(30, 0));
  }
  void send(std::string_view bytes) { socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size())); }
  /// Sends a request head and reads the response's, which is returned.
  std::string request(const std::string& line, const std::string& headers) {
    send(line + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    return read_until("\r\n\r\n");
  }
  std::string read_until(const std::string& end) {
    while (buffer_.find(end) == std::string::npos && more()) {
    }
    const std::size_t at =
        std::min(buffer_.find(end), buffer_.size() - std::min(end.size(), buffer_.size())) + end.size();
    std::string text = buffer_.substr(0, at);
    buffer_.erase(0, at);
    return text;
  }
  /// Exactly that many bytes; fewer when the server has closed.
  std::string read(std::size_t count) {
    while (buffer_.size() < count && more()) {
    }
    std::string text = buffer_.substr(0, count);
    buffer_.erase(0, text.size());
    return text;
  }
  std::string read_rest() {
    while (more()) {
    }
    return std::exchange(buffer_, {});
  }

  /// WebSocket: opens with the subprotocol; the response head is returned.
  std::string open_websocket(const std::string& path, const std::string& protocol) {
    return request("GET " + path,
                   "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " +
                       protocol + "\r\n");
  }
  void send_frame(unsigned opcode, std::string payload) {
    std::string frame(1, static_cast<char>(0x80U | opcode));
    if (payload.size() < 126) {
      frame += static_cast<char>(0x80U | payload.size());
    } else {
      frame += static_cast<char>(0x80U | 126U);
      frame += static_cast<char>(payload.size() >> 8U & 0xffU);
      frame += static_cast<char>(payload.size() & 0xffU);
    }
    const std::string mask = "mask";
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    send(frame + mask + payload);
  }
  void send_message(std::string payload) { send_frame(2, std::move(payload)); }
  /// The next frame: opcode as a digit, ":", payload. Empty: the connection is closed.
  std::string read_frame() {
    const std::string head = read(2);
    if (head.size() < 2) return {};
    std::size_t length = static_cast<unsigned char>(head[1]);
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (extra != 0) {
      length = 0;
      for (const char byte : read(extra)) length = length << 8U | static_cast<unsigned char>(byte);
    }
    return fmt::format("{}:", static_cast<unsigned char>(head[0]) & 0x0fU) + read(length);
  }

 private:
  Poco::Net::StreamSocket socket_;
  std::string buffer_{};

  bool more() {
    char chunk[16 * 1024];
    try {
      const int count = socket_.receiveBytes(chunk, sizeof chunk);
      if (count <= 0) return false;
      buffer_.append(chunk, static_cast<std::size_t>(count));
      return true;
    } catch (const Poco::Exception&) {
      return false;
    }
  }
};

}  // namespace dba::test
