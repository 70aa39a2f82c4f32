#include "streaming/websocket_frames.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

namespace {

using namespace dba::sandbox::streaming;

/// A frame as a client sends it: masked with 01 02 03 04.
std::string client_frame(unsigned first, std::string payload) {
  const std::string mask("\x01\x02\x03\x04");
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    frame += static_cast<char>(0x80U | 126U);
    frame += static_cast<char>(payload.size() >> 8U & 0xffU);
    frame += static_cast<char>(payload.size() & 0xffU);
  }
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame + payload;
}

}  // namespace

TEST_CASE("the accept key is that of RFC 6455") {
  CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("frames of the server carry their length in one, three or nine bytes and no mask") {
  CHECK(websocket_frame(WebSocketKind::binary, "ab") == std::string("\x82\x02"
                                                                    "ab"));
  CHECK(websocket_frame(WebSocketKind::close, close_payload(1000)) == std::string("\x88\x02\x03\xe8"));
  CHECK(websocket_frame(WebSocketKind::binary, std::string(300, 'x')).substr(0, 4) == std::string("\x82\x7e\x01\x2c"));
  CHECK(websocket_frame(WebSocketKind::binary, std::string(70'000, 'x')).substr(0, 10) ==
        std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x11\x70", 10));
}

TEST_CASE("a message arrives whole however it is cut up") {
  const std::string bytes = client_frame(0x82, "hello") + client_frame(0x02, "in ") + client_frame(0x89, "ping") +
                            client_frame(0x80, "pieces") + client_frame(0x82, std::string(300, 'z'));
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, bytes.size()}) {
    CAPTURE(step);
    WebSocketReader reader;
    std::vector<std::pair<WebSocketKind, std::string>> messages;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.feed(std::string_view(bytes).substr(at, step));
      while (const auto message = reader.next()) messages.emplace_back(message->kind, message->payload);
    }
    REQUIRE(messages.size() == 4);
    CHECK(messages[0] == std::pair(WebSocketKind::binary, std::string("hello")));
    CHECK(messages[1] == std::pair(WebSocketKind::ping, std::string("ping")));
    CHECK(messages[2] == std::pair(WebSocketKind::binary, std::string("in pieces")));
    CHECK(messages[3] == std::pair(WebSocketKind::binary, std::string(300, 'z')));
  }
}

TEST_CASE("what no client may send is refused") {
  struct Row {
    const char* what;
    std::string bytes;
  };
  for (const Row& row :
       {Row{"no mask", std::string("\x82\x01x")}, Row{"an extension", client_frame(0xc2, "x")},
        Row{"a lone continuation", client_frame(0x80, "x")}, Row{"an unknown opcode", client_frame(0x83, "x")},
        Row{"a long ping", client_frame(0x89, std::string(200, 'x'))},
        Row{"a huge message", std::string("\x82\xff\x00\x00\x00\x00\x7f\xff\xff\xff\x01\x02\x03\x04", 14)}}) {
    CAPTURE(row.what);
    WebSocketReader reader;
    reader.feed(row.bytes);
    CHECK_THROWS_AS(reader.next(), dba::Error);
  }
}
