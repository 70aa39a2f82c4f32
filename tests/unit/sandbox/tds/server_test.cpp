// Whole connections: encryption, and clients that do not behave.

#include "tds/server.hpp"

#include <doctest/doctest.h>

#include "served.hpp"

using namespace dba;
using namespace dba::sandbox;
using namespace dba::sandbox::sqlserver;
using test::bytes;
using test::FakeInstance;
using test::hex;
using test::kDone;
using test::PacketType;
using test::RawClient;
using test::Served;

TEST_CASE("TLS inside TDS: a client is served whatever it says of encryption") {
  for (const char asked : {'\0', '\1', '\3'}) {
    CAPTURE(static_cast<int>(asked));
    Served served;
    const std::string answer = served.client->encrypt_inside(RawClient::prelogin(asked));
    CHECK(hex(answer).ends_with(asked == 0 ? "10 00 0f d1 00 00 03 00 00" : "10 00 0f d1 00 00 01 00 00"));
    served.client->log_in();
    served.client->send_batch("…");
    CHECK(served.client->receive_hex() == kDone);
  }
}

TEST_CASE("a client that does not encrypt is told so, and not let in") {
  Served served;
  served.client->send(PacketType::prelogin, RawClient::prelogin(2));
  CHECK(served.client->receive_hex().ends_with("10 00 0f d1 00 00 03 00 00"));
  served.client->send(PacketType::login, RawClient::login());
  CHECK(served.client->is_closed());
  served.server.join();
  CHECK(served.instance.logins().empty());
}

TEST_CASE("strict mode: TLS first, then PRELOGIN and login inside it") {
  for (const std::vector<std::string>& protocols : {std::vector<std::string>{"tds/8.0"}, std::vector<std::string>{}}) {
    Served served;
    CHECK(served.client->encrypt_around(protocols) == "TLSv1.3");
    served.client->send(PacketType::prelogin, RawClient::prelogin(2));
    CHECK(served.client->receive_hex().ends_with("10 00 0f d1 00 00 02 00 00"));
    served.client->log_in();
    served.client->send_batch("…");
    CHECK(served.client->receive_hex() == kDone);
  }
}

TEST_CASE("strict mode is not for clients of other protocols") {
  Served served;
  CHECK_THROWS_AS(served.client->encrypt_around({"h2"}), Error);
  served.server.join();
}

TEST_CASE("a server without a certificate makes itself one") {
  Served served(false);
  served.log_in();
  served.client->send_batch("…");
  CHECK(served.client->receive_hex() == kDone);
}

TEST_CASE("a frozen server takes bytes, answers nothing, and goes on where it was when it thaws") {
  Served served;
  served.log_in();
  served.instance.stands_still = true;
  served.client->send_batch("…");
  CHECK_FALSE(served.client->hears_something());
  CHECK(served.instance.requests().empty());
  served.instance.stands_still = false;
  CHECK(served.client->receive_hex() == kDone);
}

TEST_CASE("a server that freezes in the middle of a batch says nothing more until it thaws") {
  Served served;
  served.log_in();
  served.instance.on_run = [&](const Request&, ResultSink& sink, const std::stop_token&) {
    served.instance.stands_still = true;
    sink.done(std::nullopt, false);
  };
  served.client->send_batch("…");
  CHECK_FALSE(served.client->hears_something());
  served.instance.stands_still = false;
  CHECK(served.client->receive_hex() == kDone);
}

TEST_CASE("a stop ends a connection wherever it stands") {
  SUBCASE("silent") {
    Served served;
    served.log_in();
    served.stop.request_stop();
    served.server.join();
  }
  SUBCASE("before its first byte") {
    Served served;
    served.stop.request_stop();
    served.server.join();
  }
  SUBCASE("frozen") {
    Served served;
    served.log_in();
    served.instance.stands_still = true;
    served.client->send_batch("…");
    served.stop.request_stop();
    served.server.join();
  }
  SUBCASE("while the client does not read") {
    Served served;
    served.log_in();
    std::atomic<int> rows = 0;
    served.instance.on_run = [&](const Request&, ResultSink& sink, const std::stop_token&) {
      sink.columns({{"", {TypeId::varchar, 8000}}});
      while (sink.row({std::string(8000, 'x')})) {
        ++rows;
        rows.notify_all();
      }
    };
    served.client->send_batch("…");
    rows.wait(0);
    served.stop.request_stop();
    served.server.join();
    CHECK(served.instance.open_sessions == 0);
  }
}

TEST_CASE("a client may vanish after any byte of its way to the login") {
  std::string way = tds::packets(PacketType::prelogin, RawClient::prelogin());
  tls::Client tls({.verify = false, .at_most_tls_1_2 = true});
  tls.handshake();
  way += tds::packets(PacketType::prelogin, tls.take());
  for (std::size_t size = 0; size <= way.size(); ++size) {
    Served served;
    served.client->send_bytes(std::string_view(way).substr(0, size));
    served.client->hang_up();
    served.server.join();
    CHECK(served.instance.logins().empty());
  }
}

TEST_CASE("bytes that dribble are a login and a request like any other") {
  Served served;
  served.client->encrypt_inside(RawClient::prelogin());
  const auto dribble = [&](std::string_view message) {
    for (const char byte : message) served.client->send_bytes({&byte, 1});
  };
  dribble(tds::packets(PacketType::login, RawClient::login()));
  CHECK(served.client->receive().has_value());
  dribble(tds::packets(PacketType::batch, RawClient::wide("select")));
  CHECK(served.client->receive_hex() == kDone);
}

TEST_CASE("garbage ends a connection, in clear and behind TLS") {
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\x16\x03\x01\xff\xff") + std::string(100, 'x'),
        bytes("12 01 00 08 00 00 00 00"), bytes("12 01 00 09 00 00 00 00 ff"), std::string(200'000, '\0'),
        tds::packets(PacketType::prelogin, std::string(70'000, '\0')),
        tds::packets(PacketType::prelogin, RawClient::prelogin()) +
            tds::packets(PacketType::prelogin, "no TLS at all")}) {
    CAPTURE(hex(garbage.substr(0, 20)));
    Served served;
    served.client->send_bytes(garbage);
    while (served.client->receive()) continue;
    served.server.join();
  }
  Served served;
  served.log_in();
  served.client->send_bytes("garbage");
  CHECK(served.client->is_closed());
  served.server.join();
  CHECK(served.instance.open_sessions == 0);
}
