#include "websocket_frames.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

using namespace dba;
using namespace dba::kube;

namespace {

constexpr Mask kNoMask{0, 0, 0, 0};

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

/// All messages that come out when the bytes are fed in pieces of that size: "opcode:payload".
std::vector<std::string> messages(const std::string& all, std::size_t piece) {
  FrameReader reader;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < all.size(); at += piece) {
    reader.feed(std::string_view(all).substr(at, piece));
    while (const auto message = reader.next()) {
      out.push_back(std::to_string(static_cast<int>(message->opcode)) + ":" + message->payload);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the answer to a key is the one of the RFC") {
  CHECK(accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("a frame of ours is masked and tells its length in the shortest way") {
  CHECK(client_frame(Opcode::close, "\x03\xe8", kNoMask) == bytes({0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8}));
  CHECK(client_frame(Opcode::binary, "abc", {1, 2, 3, 4}) ==
        bytes({0x82, 0x83, 1, 2, 3, 4, 'a' ^ 1, 'b' ^ 2, 'c' ^ 3}));
  CHECK(client_frame(Opcode::binary, std::string(125, 'x'), kNoMask).substr(0, 2) == bytes({0x82, 0x80 | 125}));
  CHECK(client_frame(Opcode::binary, std::string(126, 'x'), kNoMask).substr(0, 4) == bytes({0x82, 0x80 | 126, 0, 126}));
  CHECK(client_frame(Opcode::binary, std::string(65535, 'x'), kNoMask).substr(0, 4) ==
        bytes({0x82, 0x80 | 126, 0xff, 0xff}));
  CHECK(client_frame(Opcode::binary, std::string(65536, 'x'), kNoMask).substr(0, 10) ==
        bytes({0x82, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST_CASE("messages come out whole wherever the bytes are cut, control frames between fragments") {
  const std::string all = bytes({0x82, 3, 0, 0x99, 0x05}) +                   // one message
                          bytes({0x02, 2, 1, 'a'}) + bytes({0x89, 1, 'p'}) +  // first fragment, a ping
                          bytes({0x00, 1, 'b'}) + bytes({0x80, 1, 'c'}) +     // the rest
                          bytes({0x82, 126, 0, 130}) + std::string(130, 'y') + bytes({0x88, 2, 0x03, 0xe8});
  const std::vector<std::string> wanted{bytes({'2', ':', 0, 0x99, 0x05}), "9:p", bytes({'2', ':', 1, 'a', 'b', 'c'}),
                                        "2:" + std::string(130, 'y'), "8:\x03\xe8"};
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    CAPTURE(piece);
    CHECK(messages(all, piece) == wanted);
  }
}

TEST_CASE("what no server may send ends the reading") {
  const std::string broken[] = {
      bytes({0xc2, 0}),                            // reserved bits
      bytes({0x82, 0x81, 0, 0, 0, 0, 'a'}),        // masked
      bytes({0x80, 1, 'a'}),                       // continuation of nothing
      bytes({0x02, 1, 'a', 0x82, 1, 'b'}),         // a message inside another one
      bytes({0x89, 126, 0, 126}),                  // a long ping
      bytes({0x09, 0}),                            // a fragmented ping
      bytes({0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0}),  // 4 GiB
  };
  for (const std::string& text : broken) {
    CAPTURE(text);
    CHECK_THROWS_AS(messages(text, text.size()), Error);
  }
}
