#include "tds/packets.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "hex.hpp"

using namespace dba;
using namespace dba::sandbox::sqlserver::tds;
using test::bytes;
using test::hex;

namespace {

std::string from_client(PacketType type, std::string_view payload, int status = 1) {
  std::string out = packet(type, payload, true, 0, 1);
  out[1] = static_cast<char>(status);
  return out;
}

}  // namespace

TEST_CASE("a packet is its header and its payload") {
  CHECK(hex(packet(PacketType::response, "ab", true, 51, 1)) == "04 01 00 0a 00 33 01 00 61 62");
  CHECK(hex(packet(PacketType::response, "", false, 300, 255)) == "04 00 00 08 01 2c ff 00");
}

TEST_CASE("a message is split over packets of 4096 bytes") {
  const std::string wire = packets(PacketType::prelogin, std::string(4088 + 5, 'x'));
  CHECK(hex(wire.substr(0, 8)) == "12 00 10 00 00 00 01 00");
  CHECK(hex(wire.substr(4096)) == "12 01 00 0d 00 00 02 00 78 78 78 78 78");
  CHECK(packets(PacketType::prelogin, std::string(4088, 'x')).size() == 4096);
}

TEST_CASE("messages are put together however their bytes come") {
  const std::string wire = from_client(PacketType::batch, "se", 0) + from_client(PacketType::batch, "lect") +
                           from_client(PacketType::procedure, "", 0x09) +
                           from_client(PacketType::transaction, "t", 0x11);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{9}, wire.size()}) {
    CAPTURE(piece);
    MessageReader reader(100);
    std::vector<Incoming> messages;
    for (std::size_t at = 0; at < wire.size(); at += piece) {
      reader.feed(std::string_view(wire).substr(at, piece));
      while (auto message = reader.next()) messages.push_back(std::move(*message));
    }
    REQUIRE(messages.size() == 3);
    CHECK(messages[0] == Incoming{PacketType::batch, false, false, "select"});
    CHECK(messages[1] == Incoming{PacketType::procedure, true, false, ""});
    CHECK(messages[2] == Incoming{PacketType::transaction, true, true, "t"});
    CHECK(reader.take_rest() == "");
  }
}

TEST_CASE("an attention ends what the client had begun to send") {
  MessageReader reader(100);
  reader.feed(from_client(PacketType::batch, "half", 0) + from_client(PacketType::attention, "") +
              from_client(PacketType::batch, "whole"));
  CHECK(reader.next() == Incoming{.type = PacketType::attention});
  CHECK(reader.next() == Incoming{.type = PacketType::batch, .payload = "whole"});
  CHECK(reader.next() == std::nullopt);
}

TEST_CASE("a message that its sender tells to ignore is ignored") {
  MessageReader reader(100);
  reader.feed(from_client(PacketType::batch, "half", 0) + from_client(PacketType::batch, "", 0x03) +
              from_client(PacketType::batch, "whole"));
  CHECK(reader.next() == Incoming{.type = PacketType::batch, .payload = "whole"});
}

TEST_CASE("what follows the last whole message can be had as it came") {
  MessageReader reader(100);
  reader.feed(from_client(PacketType::prelogin, "p") + "\x17\x03\x03");
  CHECK(reader.next()->payload == "p");
  CHECK(reader.take_rest() == "\x17\x03\x03");
}

TEST_CASE("what is no packet, or too much, is refused") {
  struct Row {
    const char* name;
    std::string wire;
    const char* why;
  };
  for (const Row& row : {Row{"HTTP", "GET / HTTP/1.1\r\n", "there is no packet of type 0x47"},
                         Row{"a server's packet", bytes("04 01 00 08 00 00 01 00"), "there is no packet of type 0x04"},
                         Row{"shorter than its header", bytes("01 01 00 07 00 00 01 00"), "a packet of 7 bytes"},
                         Row{"longer than any", bytes("01 01 ff ff 00 00 01 00"), "a packet of 65535 bytes"},
                         Row{"a message inside another",
                             from_client(PacketType::batch, "a", 0) + from_client(PacketType::procedure, "b"),
                             "a message begins inside another"},
                         Row{"too long",
                             from_client(PacketType::batch, std::string(60, 'x'), 0) +
                                 from_client(PacketType::batch, std::string(41, 'x')),
                             "a message of more than 100 bytes"}}) {
    SUBCASE(row.name) {
      MessageReader reader(100);
      reader.feed(row.wire);
      const std::string message = std::string("what the client sent is not TDS: ") + row.why;
      CHECK_THROWS_WITH_AS(reader.next(), message.c_str(), Error);
    }
  }
}

TEST_CASE("the longest packet and the longest message are taken") {
  MessageReader reader(kMostPacketSize);
  reader.feed(from_client(PacketType::batch, std::string(kMostPacketSize - kPacketHeader, 'x')));
  CHECK(reader.next()->payload.size() == kMostPacketSize - kPacketHeader);
}
