// PRELOGIN and LOGIN7: what comes in, what goes out.

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "fake_instance.hpp"
#include "hex.hpp"
#include "tds/login.hpp"
#include "tds/login_answer.hpp"
#include "tds/prelogin.hpp"

using namespace dba;
using namespace dba::sandbox::sqlserver;
using namespace dba::sandbox::sqlserver::tds;
using test::bytes;
using test::hex;
using test::utf16_hex;

namespace {

/// As FreeTDS 1.3 and Microsoft's driver 18.6 send it. @param encryption its value
std::string freetds_prelogin(const std::string& encryption) {
  return bytes("00 001a 0006 01 0020 0001 02 0021 000c 03 002d 0004 04 0031 0001 ff 090000000000" + encryption +
               "4d5353514c53657276657200 01020304 00");
}
std::string microsoft_prelogin(const std::string& encryption) {
  return bytes("00 001f 0006 01 0025 0001 02 0026 0001 03 0027 0004 04 002b 0001 05 002c 0024 ff 120600020000" +
               encryption + "00 00000000 00") +
         std::string(36, '\x2a');
}

const ServerIdentity kServer{.name = "fake", .major = 16, .minor = 0, .build = 4049};

/// FreeTDS: user sa, password x, host vm, server 127.0.0.1.
const std::string kFreetdsLogin =
    bytes(R"(99 00 00 00 04 00 00 74 00 10 00 00 06 83 f2 f8 8e 4a 00 00 00 00 00 00 e0 03 00 18
  88 ff ff ff 36 04 00 00
  5e 00 02 00  62 00 02 00  66 00 01 00  68 00 00 00  68 00 09 00  7a 00 04 00  7e 00 00 00  7e 00 0a 00  92 00 00 00
  02 fc 00 00 00 01  92 00 00 00  92 00 00 00  92 00 00 00  00 00 00 00
  76 00 6d 00 73 00 61 00 22 a5 31 00 32 00 37 00 2e 00 30 00 2e 00 30 00 2e 00 31 00 92 00 00 00 75 00 73 00 5f 00 65
  00 6e 00 67 00 6c 00 69 00 73 00 68 00 0a 01 00 00 00 01 ff)");

std::string with(std::string login, std::size_t at, const std::string& replacement) {
  return login.replace(at, replacement.size(), replacement);
}

}  // namespace

TEST_CASE("a PRELOGIN is read from either driver") {
  for (const auto& prelogin : {freetds_prelogin("01"), microsoft_prelogin("01")}) {
    CHECK(parse_prelogin(prelogin).encryption == Encryption::on);
    CHECK_FALSE(parse_prelogin(prelogin).asks_federated);
  }
  CHECK(parse_prelogin(microsoft_prelogin("02")).encryption == Encryption::not_supported);
}

TEST_CASE("the answer names the server's version and insists on encryption") {
  CHECK(hex(prelogin_answer({}, kServer, Encryption::required)) ==
        "00 00 1a 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 00 04 00 22 00 01 ff 10 00 0f d1 00 00 03 00 00");
  CHECK(hex(prelogin_answer({.asks_federated = true}, kServer, Encryption::on)) ==
        "00 00 1f 00 06 01 00 25 00 01 02 00 26 00 01 03 00 27 00 00 04 00 27 00 01 06 00 28 00 01 ff "
        "10 00 0f d1 00 00 01 00 00 00");
}

TEST_CASE("whatever a client prefers, everything is encrypted") {
  CHECK(forced(Encryption::off) == Encryption::required);
  CHECK(forced(Encryption::on) == Encryption::on);
  CHECK(forced(Encryption::not_supported) == Encryption::required);
  CHECK(forced(Encryption::required) == Encryption::on);
}

TEST_CASE("a broken PRELOGIN is refused") {
  for (const char* broken : {"", "00", "ff", "01 0006 0001", "01 0006 0001 ff", "01 0007 0001 ff 01",
                             "01 ffff ffff ff 01", "01 0006 0001 ff 04", "01 0006 0002 ff 01 01"}) {
    CAPTURE(broken);
    CHECK_THROWS_AS(parse_prelogin(bytes(broken)), Error);
  }
}

TEST_CASE("a LOGIN7 of FreeTDS is read") {
  REQUIRE(kFreetdsLogin.size() == 153);
  const Login login = parse_login(kFreetdsLogin);
  CHECK(login.request.user == "sa");
  CHECK(login.request.password == "x");
  CHECK(login.request.host == "vm");
  CHECK(login.request.application == "");
  CHECK(login.request.database == "");
  CHECK_FALSE(login.request.read_only_intent);
  CHECK(login.version == kTds74);
  CHECK(login.packet_size == 4096);
  CHECK_FALSE(login.integrated);
  CHECK(login.extended);
  CHECK(login.features == std::vector<std::uint8_t>{0x0a});
}

TEST_CASE("flags of a LOGIN7 are read") {
  CHECK(parse_login(with(kFreetdsLogin, 26, "\x20")).request.read_only_intent);
  CHECK(parse_login(with(kFreetdsLogin, 25, "\x83")).integrated);
  CHECK_FALSE(parse_login(with(kFreetdsLogin, 27, "\x08")).extended);
}

TEST_CASE("a LOGIN7 that points outside of itself is refused") {
  for (std::size_t size = 0; size < kFreetdsLogin.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(parse_login(kFreetdsLogin.substr(0, size)), Error);
  }
  struct Row {
    const char* name;
    std::size_t at;
    std::string replacement;
  };
  for (const Row& row :
       {Row{"the user's offset", 40, bytes("ff ff")}, Row{"the user's length", 42, bytes("ff ff")},
        Row{"a length of one too many", 42, bytes("1d 00")}, Row{"the database's length", 70, bytes("04 00")},
        Row{"the extension's pointer", 56, bytes("98 00")}, Row{"the extension's offset", 122, bytes("ff ff ff ff")},
        Row{"a feature's length", 147, bytes("ff ff ff ff")}}) {
    SUBCASE(row.name) { CHECK_THROWS_AS(parse_login(with(kFreetdsLogin, row.at, row.replacement)), Error); }
  }
}

TEST_CASE("version and packet size are agreed on") {
  CHECK(agreed_version(0x71000001) == 0);
  CHECK(agreed_version(0x72090002) == 0);
  CHECK(agreed_version(kTds73A) == kTds73B);
  CHECK(agreed_version(kTds73B) == kTds73B);
  CHECK(agreed_version(kTds74) == kTds74);
  CHECK(agreed_version(0x7400ffff) == kTds74);
  CHECK(agreed_version(kTds80) == kTds80);
  CHECK(agreed_packet_size(0) == 4096);
  CHECK(agreed_packet_size(100) == 512);
  CHECK(agreed_packet_size(8000) == 8000);
  CHECK(agreed_packet_size(65535) == 32767);
}

TEST_CASE("the answer to a login is what both drivers take") {
  test::FakeInstance instance;
  Login login = parse_login(kFreetdsLogin);
  login.request.password = "secret";
  const LoginAnswer answer = log_in(instance, login);
  REQUIRE(answer.session != nullptr);
  CHECK(hex(welcome_tokens(answer, login, kServer)) ==
        "e3 1b 00 01 06 6d 00 61 00 73 00 74 00 65 00 72 00 06 6d 00 61 00 73 00 74 00 65 00 72 00 "
        "ab 60 00 45 16 00 00 02 00 25 00 " +
            utf16_hex("Changed database context to 'master'.") +
            " 04 66 00 61 00 6b 00 65 00 00 01 00 00 00 "
            "e3 08 00 07 05 09 04 d0 00 34 00 "
            "e3 17 00 02 0a 75 00 73 00 5f 00 65 00 6e 00 67 00 6c 00 69 00 73 00 68 00 00 "
            "ab 64 00 47 16 00 00 01 00 27 00 " +
            utf16_hex("Changed language setting to us_english.") +
            " 04 66 00 61 00 6b 00 65 00 00 01 00 00 00 "
            "ad 32 00 01 74 00 00 04 14 4d 00 69 00 63 00 72 00 6f 00 73 00 6f 00 66 00 74 00 20 00 53 00 51 00 4c 00 "
            "20 00 "
            "53 00 65 00 72 00 76 00 65 00 72 00 10 00 0f d1 "
            "e3 13 00 04 04 34 00 30 00 39 00 36 00 04 34 00 30 00 39 00 36 00 "
            "ae 0a 01 00 00 00 01 ff "
            "fd 00 00 00 00 00 00 00 00 00 00 00 00");
}

TEST_CASE("features are named only to a client that asked") {
  test::FakeInstance instance;
  Login login = parse_login(kFreetdsLogin);
  login.request.password = "secret";
  const auto welcome = [&] { return hex(welcome_tokens(log_in(instance, login), login, kServer)); };
  const std::string done = "fd 00 00 00 00 00 00 00 00 00 00 00 00", packet_size = "34 00 30 00 39 00 36 00 ";
  login.features = {0x01, 0x10, 0x0b};
  CHECK(welcome().ends_with(packet_size + "ae ff " + done));
  login.extended = false;
  CHECK(welcome().ends_with(packet_size + done));
}

TEST_CASE("a refused login says why") {
  struct Row {
    const char* name;
    Login login;
    Message told;
  };
  for (const Row& row :
       {Row{"wrong password",
            {.request = {.user = "sa", .password = "x"}},
            {18456, 14, 1, "Login failed for user 'sa'."}},
        Row{"Windows",
            {.integrated = true},
            {18452, 14, 1,
             "Login failed. The login is from an untrusted domain and cannot be used with Integrated "
             "authentication."}},
        Row{"too old",
            {.version = 0x72090002},
            {17836, 14, 1, "The client speaks TDS 0x72090002; this simulated server speaks TDS 7.3, 7.4 and 8.0."}}}) {
    SUBCASE(row.name) {
      test::FakeInstance instance;
      const LoginAnswer answer = log_in(instance, row.login);
      CHECK(answer.session == nullptr);
      REQUIRE(answer.messages.size() == 1);
      CHECK(answer.messages[0] == row.told);
    }
  }
  LoginAnswer answer;
  answer.messages = {{18456, 14, 1, "x"}};
  CHECK(hex(refusal_tokens(answer, kServer)) ==
        "aa 18 00 18 48 00 00 01 0e 01 00 78 00 04 66 00 61 00 6b 00 65 00 00 01 00 00 00 "
        "fd 02 00 00 00 00 00 00 00 00 00 00 00");
}
