#include "tds_wire.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "unit/sandbox/tds/hex.hpp"

using namespace dba;
using namespace dba::sql;
using test::bytes;
using test::hex;

namespace {

/// What SQL Server 2022 answers to a client that wants encryption.
const std::string kAnswer = bytes(
    "00001a00060100200001020021000103002200000400220001ff10000fd100000100"
    "00");

}  // namespace

TEST_CASE("a prelogin asks for encryption of everything") {
  CHECK(hex(packet(PacketType::prelogin, prelogin_request())) ==
        "12 01 00 2f 00 00 00 00 "
        "00 00 1a 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 04 04 00 26 00 01 ff "
        "12 06 00 02 00 00 "
        "01 "
        "00 "
        "00 00 00 00 "
        "00");
}

TEST_CASE("an answer is read: its version, and whether it encrypts") {
  const PreloginResponse response = parse_prelogin(kAnswer);
  CHECK(hex(response.version) == "10 00 0f d1 00 00");
  CHECK(response.encryption == Encryption::on);
}

TEST_CASE("the driver hears the server's version, and no encryption") {
  const std::string plain = prelogin_answer(parse_prelogin(kAnswer), prelogin_request());
  CHECK(hex(plain) ==
        "00 00 1a 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 00 04 00 22 00 01 ff 10 00 0f d1 00 00 02 00 00");
  const std::string asks_federated = bytes(
      "06000b0001000010"
      "0000ff00");
  CHECK_THROWS(static_cast<void>(prelogin_answer(parse_prelogin(kAnswer), asks_federated)));
  const std::string federated = bytes("0600060001ff01");
  CHECK(parse_prelogin(prelogin_answer(parse_prelogin(kAnswer), federated)).encryption == Encryption::not_supported);
  CHECK(hex(prelogin_answer(parse_prelogin(kAnswer), federated)).ends_with("ff 10 00 0f d1 00 00 02 00 00 00"));
}

TEST_CASE("what is no prelogin is told from one, wherever it is cut") {
  for (std::size_t length = 0; length < kAnswer.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(parse_prelogin(std::string_view(kAnswer).substr(0, length)), Error);
  }
  CHECK_THROWS_AS(parse_prelogin("HTTP/1.1 400 Bad Request\r\n\r\n"), Error);
  std::string unknown = kAnswer;
  unknown[32] = 9;
  CHECK_THROWS_AS(parse_prelogin(unknown), Error);
}

TEST_CASE("a packet tells its length") {
  CHECK(packet_length("") == std::nullopt);
  CHECK(packet_length(std::string_view("\x04\x01\x00\x2b\x00\x00\x01", 7)) == std::nullopt);
  CHECK(packet_length(std::string_view("\x04\x01\x00\x2b\x00\x00\x01\x00", 8)) == 43);
  CHECK_THROWS_AS(packet_length(std::string_view("\x04\x01\x00\x07\x00\x00\x01\x00", 8)), Error);
}
