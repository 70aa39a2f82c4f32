#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "raw_client.hpp"

namespace dba::sandbox::http {
namespace {

/// Every command answers each piece of its input.
class EchoingPods : public streaming::PodBackend {
 public:
  streaming::ExecResult exec(const streaming::ExecRequest&, const streaming::ExecStreams& streams,
                             const std::stop_token& stop) override {
    while (const auto piece = streams.read_stdin(stop)) streams.write_stdout("<" + *piece + ">");
    return {};
  }
  std::unique_ptr<streaming::ByteStream> connect(const streaming::PodRef&, int) override { return nullptr; }
  void logs(const streaming::LogRequest&, const std::function<bool(std::string_view)>&,
            const std::stop_token&) override {}
};

/// A masked binary WebSocket frame on the channel of stdin.
std::string stdin_frame(std::string_view text) {
  const std::string payload = std::string(1, '\0') + std::string(text);
  std::string frame = "\x82";
  frame += static_cast<char>(0x80U | payload.size());
  return frame + std::string(4, '\0') + payload;  // A mask of zeros changes nothing.
}

/// Every command writes more than all buffers on the way hold.
class FloodingPods final : public EchoingPods {
 public:
  static constexpr int kPieces = 1000;
  static std::string piece(int number) { return std::string(16 * 1024, static_cast<char>('a' + number % 26)); }
  streaming::ExecResult exec(const streaming::ExecRequest&, const streaming::ExecStreams& streams,
                             const std::stop_token&) override {
    for (int i = 0; i < kPieces; ++i) streams.write_stdout(piece(i));
    return {};
  }
};

/// The pod sales-0 with a session in it.
struct PodSession {
  TestServer server{};
  std::optional<RawClient> client{};

  explicit PodSession(streaming::PodBackend& pods) {
    server.server = std::make_unique<Server>(server.api, pods, server.world, ServerOptions{.port = 0});
    server.api.create(server.type("", "v1", "pods"), "demo",
                      codec::parse_json(R"({"apiVersion":"v1","kind":"Pod",
      "metadata":{"name":"sales-0"},"spec":{"nodeName":"node-0","containers":[{"name":"mssql","image":"x"}]}})",
                                        "the pod"));
    client.emplace(server);
    client->request("GET", "/api/v1/namespaces/demo/pods/sales-0/exec?command=cat&stdin=true&stdout=true", "",
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n");
    const auto head = client->response(true);
    REQUIRE(head);
    REQUIRE(head->code == 101);
    REQUIRE(client->bytes(3) == std::string("\x82\x01\x01"));  // The empty first message on stdout.
  }
};

TEST_CASE("a client that reads more slowly than a command writes loses nothing over TLS") {
  FloodingPods pods;
  PodSession session(pods);
  for (int i = 0; i < FloodingPods::kPieces; ++i) {
    CAPTURE(i);
    const std::string frame = "\x82\x7e\x40\x01\x01" + FloodingPods::piece(i);
    std::string read;
    // Small bites leave the server with full buffers again and again.
    while (read.size() < frame.size()) {
      const auto bite = session.client->bytes(std::min<std::size_t>(512, frame.size() - read.size()));
      REQUIRE(bite);
      read += *bite;
    }
    REQUIRE(read == frame);
  }
}

TEST_CASE("what a command answers goes out at once, though the client sends nothing more over TLS") {
  EchoingPods pods;
  PodSession session(pods);
  RawClient& client = *session.client;
  for (int i = 0; i < 20; ++i) {
    const std::string text = fmt::format("line {:02}", i);
    REQUIRE(client.send(stdin_frame(text)));
    const std::string wanted = "\x01<" + text + ">";
    REQUIRE(client.bytes(2 + wanted.size()) == std::string("\x82") + static_cast<char>(wanted.size()) + wanted);
  }
}

}  // namespace
}  // namespace dba::sandbox::http
