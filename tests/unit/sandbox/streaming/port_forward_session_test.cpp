#include <doctest/doctest.h>

#include "session_fixture.hpp"
#include "streaming/spdy_frames.hpp"

using dba::test::RawClient;
using dba::test::SessionServer;
using namespace dba::sandbox::streaming;

namespace {

std::string bytes(std::string_view text) { return std::string(text); }

/// The client half of a SPDY connection, over whatever carries its bytes.
class SpdyClient {
 public:
  SpdyClient(std::function<void(const std::string&)> send, std::function<std::string()> receive)
      : send_(std::move(send)), receive_(std::move(receive)) {}

  void send(const SpdyFrame& frame) { send_(writer_.write(frame)); }
  /// The next frame other than WINDOW_UPDATE; "closed" when there is none.
  std::string next() {
    while (true) {
      while (const auto frame = reader_.next()) {
        const char* const fin = frame->fin ? " fin" : "";
        if (frame->type == SpdyType::window_update) continue;
        if (frame->type == SpdyType::data) return fmt::format("data {}{} {}", frame->stream, fin, frame->payload);
        if (frame->type == SpdyType::syn_reply) return fmt::format("reply {}{}", frame->stream, fin);
        if (frame->type == SpdyType::ping) return fmt::format("ping {}", frame->number);
        return "something else";
      }
      const std::string more = receive_();
      if (more.empty()) return "closed";
      reader_.feed(more);
    }
  }
  void open_pair(std::uint32_t first, const std::string& request, const std::string& port) {
    send({.type = SpdyType::syn_stream,
          .stream = first,
          .headers = {{"streamtype", "error"}, {"port", port}, {"requestid", request}}});
    send({.type = SpdyType::data, .stream = first, .fin = true});
    send({.type = SpdyType::syn_stream,
          .stream = first + 2,
          .headers = {{"streamtype", "data"}, {"port", port}, {"requestid", request}}});
  }

 private:
  std::function<void(const std::string&)> send_;
  std::function<std::string()> receive_;
  SpdyWriter writer_{};
  SpdyReader reader_{};
};

SpdyClient tunnel_client(RawClient& client) {
  return {[&client](const std::string& frame) { client.send_message(frame); },
          [&client] {
            const std::string frame = client.read_frame();
            return frame.starts_with("2:") ? frame.substr(2) : std::string();
          }};
}

void speak_spdy(SpdyClient& spdy) {
  spdy.open_pair(1, "0", "7");
  CHECK(spdy.next() == "reply 1");
  CHECK(spdy.next() == "reply 3");
  spdy.send({.type = SpdyType::data, .stream = 3, .payload = "hello"});
  CHECK(spdy.next() == "data 3 HELLO");
  spdy.send({.type = SpdyType::ping, .number = 11});
  CHECK(spdy.next() == "ping 11");
  // A second connection beside the first.
  spdy.open_pair(5, "1", "7");
  CHECK(spdy.next() == "reply 5");
  CHECK(spdy.next() == "reply 7");
  spdy.send({.type = SpdyType::data, .stream = 7, .payload = "two"});
  CHECK(spdy.next() == "data 7 TWO");
  spdy.send({.type = SpdyType::data, .stream = 3, .payload = "one"});
  CHECK(spdy.next() == "data 3 ONE");
  // The client's end makes the pod end, and both streams of the pair with it.
  spdy.send({.type = SpdyType::data, .stream = 3, .fin = true});
  CHECK(spdy.next() == "data 3 fin ");
  CHECK(spdy.next() == "data 1 fin ");
  CHECK(spdy.next() == "data 3 fin ");
  // Nothing listens: the reason stands on the error stream.
  spdy.open_pair(9, "2", "80");
  CHECK(spdy.next() == "reply 9");
  CHECK(spdy.next() == "reply 11");
  CHECK(spdy.next() ==
        "data 9 error forwarding port 80 to pod u-1, uid : dial tcp 127.0.0.1:80: connect: connection refused");
  CHECK(spdy.next() == "data 9 fin ");
  CHECK(spdy.next() == "data 11 fin ");
}

}  // namespace

TEST_CASE("port-forward over v4: the port on each channel first, data both ways, a close frame at the end") {
  SessionServer server;
  RawClient client(server);
  const std::string head = client.open_websocket("/portforward?ports=7", "v4.channel.k8s.io");
  CHECK(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(client.read_frame() == bytes(std::string_view("2:\0\x07\0", 5)));
  CHECK(client.read_frame() == bytes(std::string_view("2:\x01\x07\0", 5)));
  client.send_message(bytes(std::string_view("\0ab", 3)));
  CHECK(client.read_frame() == bytes(std::string_view("2:\0AB", 5)));
  client.send_frame(8, "\x03\xe8");
  CHECK(client.read_frame() == "8:\x03\xe8");
  CHECK(client.read_frame().empty());
}

TEST_CASE("port-forward over v4: a refused port says why on its error channel, then the connection ends") {
  SessionServer server;
  RawClient client(server);
  client.open_websocket("/portforward?ports=1433", "v4.channel.k8s.io");
  CHECK(client.read_frame() == bytes(std::string_view("2:\0\x99\x05", 5)));
  CHECK(client.read_frame() == bytes(std::string_view("2:\x01\x99\x05", 5)));
  CHECK(client.read_frame() ==
        "2:\x01"
        "error forwarding port 1433 to pod u-1, uid : dial tcp 127.0.0.1:1433: connect: connection refused");
  CHECK(client.read_frame() == "8:\x03\xe8");
}

TEST_CASE("port-forward over v4: the pod's end is the end") {
  SessionServer server;
  RawClient client(server);
  client.open_websocket("/portforward?ports=9", "v4.channel.k8s.io");
  CHECK(client.read_frame() == bytes(std::string_view("2:\0\x09\0", 5)));
  CHECK(client.read_frame() == bytes(std::string_view("2:\x01\x09\0", 5)));
  CHECK(client.read_frame() == "8:\x03\xe8");
}

TEST_CASE("port-forward over v4: several ports have a pair of channels each") {
  SessionServer server;
  RawClient client(server);
  client.open_websocket("/portforward?ports=7,7&ports=7", "v4.channel.k8s.io");
  for (unsigned channel = 0; channel < 6; ++channel) {
    CHECK(client.read_frame() ==
          "2:" + std::string(1, static_cast<char>(channel)) + bytes(std::string_view("\x07\0", 2)));
  }
  client.send_message("\x04third");
  CHECK(client.read_frame() == "2:\x04THIRD");
}

TEST_CASE("ports that are none are refused before the upgrade") {
  for (const char* const ports : {"0", "70000", "http", "7,x"}) {
    CAPTURE(ports);
    SessionServer server;
    RawClient client(server);
    CHECK(client.open_websocket(std::string("/portforward?ports=") + ports, "v4.channel.k8s.io")
              .starts_with("HTTP/1.1 400 Bad Request\r\n"));
  }
}

TEST_CASE("a megabyte goes through and comes back, however slowly it is read") {
  SessionServer server;
  RawClient client(server);
  client.open_websocket("/portforward?ports=7", "v4.channel.k8s.io");
  client.read_frame();
  client.read_frame();
  constexpr int kMessages = 64;
  std::jthread sender([&client] {
    for (int i = 0; i < kMessages; ++i) client.send_message(std::string(1, '\0') + std::string(16'000, 'a'));
  });
  std::size_t total = 0;
  while (total < kMessages * 16'000U) {
    const std::string frame = client.read_frame();
    REQUIRE(frame.size() > 3);
    CHECK(frame.find_first_not_of('A', 3) == std::string::npos);
    total += frame.size() - 3;
  }
  CHECK(total == kMessages * 16'000U);
}

TEST_CASE("kubectl's tunnel: SPDY/3.1 in WebSocket messages") {
  SessionServer server;
  RawClient client(server);
  const std::string head = client.open_websocket("/portforward", "SPDY/3.1+portforward.k8s.io");
  CHECK(head.find("Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n") != std::string::npos);
  SpdyClient spdy = tunnel_client(client);
  speak_spdy(spdy);
}

TEST_CASE("the plain SPDY/3.1 upgrade of older clients") {
  SessionServer server;
  RawClient client(server);
  const std::string head = client.request("POST /portforward",
                                          "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n"
                                          "X-Stream-Protocol-Version: portforward.k8s.io\r\n");
  CHECK(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(head.find("X-Stream-Protocol-Version: portforward.k8s.io\r\n") != std::string::npos);
  SpdyClient spdy([&client](const std::string& frame) { client.send(frame); }, [&client] { return client.read(1); });
  speak_spdy(spdy);
}

TEST_CASE("garbage in the tunnel ends it") {
  SessionServer server;
  RawClient client(server);
  client.open_websocket("/portforward", "SPDY/3.1+portforward.k8s.io");
  client.send_message("GET / HTTP/1.1\r\n\r\n\x80\x02 this is not SPDY");
  CHECK(client.read_frame().empty());
}

TEST_CASE("exec over plain SPDY/3.1 runs when all its streams are there") {
  SessionServer server;
  RawClient client(server);
  const std::string head = client.request("POST /exec?command=cat&stdin=true&stdout=true",
                                          "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n"
                                          "X-Stream-Protocol-Version: v4.channel.k8s.io\r\n");
  CHECK(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  SpdyClient spdy([&client](const std::string& frame) { client.send(frame); }, [&client] { return client.read(1); });
  for (const auto& [id, kind] : {std::pair(1U, "error"), std::pair(3U, "stdin"), std::pair(5U, "stdout")}) {
    spdy.send({.type = SpdyType::syn_stream, .stream = id, .headers = {{"streamtype", kind}}});
    CHECK(spdy.next() == fmt::format("reply {}", id));
  }
  spdy.send({.type = SpdyType::data, .stream = 3, .payload = "x"});
  CHECK(spdy.next() == "data 5 <x>");
  spdy.send({.type = SpdyType::data, .stream = 3, .fin = true});
  CHECK(spdy.next() == "data 1 {\"metadata\":{},\"status\":\"Success\"}");
}
