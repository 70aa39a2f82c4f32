// The encrypted connection to the server and the loopback connection in front of it, against the wire of the simulated
// server and against peers that do not behave.

#include "relay.hpp"

#include <thread>

#include <doctest/doctest.h>

#include "dba/platform/socket.hpp"

#include "unit/sandbox/tds/raw_client.hpp"

using namespace dba;
using namespace dba::sql;
using namespace std::chrono_literals;
using test::bytes;
using test::FakeSqlServer;
using test::RawClient;

namespace {

platform::SteadyTime in(std::chrono::nanoseconds wait) { return platform::system_clock().steady_now() + wait; }

TlsPolicy trusting(const std::string& name = "sales-0") {
  return {true, test::server_certificate().authority_pem, {name}};
}

EncryptedServer connect(std::uint16_t port, const TlsPolicy& policy, std::chrono::nanoseconds wait = 30s,
                        const std::stop_token& stop = {}) {
  return {platform::connect_to_loopback(port), policy, in(wait), stop};
}

std::string failure_of(const std::function<void()>& attempt) {
  try {
    attempt();
    return "no failure";
  } catch (const SqlError& error) {
    return fmt::format("{}: {} / {}", failure_name(error.failure()), error.info().message, error.info().cause);
  }
}

/// What a test does with each connection.
class Peer {
 public:
  using OnConnect = std::function<void(sandbox::streaming::ByteStream& client)>;
  explicit Peer(OnConnect on_connect) {
    port = listeners_.open([act = std::move(on_connect)](std::unique_ptr<sandbox::streaming::ByteStream> client,
                                                         const std::stop_token& stop) {
      act(*client);
      std::array<char, 4096> buffer{};
      while (!stop.stop_requested() && client->read(buffer.data(), buffer.size(), 100ms) != std::size_t{0}) continue;
    });
  }
  std::uint16_t port = 0;

 private:
  sandbox::streaming::TcpListeners listeners_{};
};

Peer::OnConnect sends(std::string answer) {
  return [answer](sandbox::streaming::ByteStream& client) { client.write(answer); };
}

/// The answer to a PRELOGIN. @param encryption what it says of that
std::string prelogin_answer_with(const char* encryption) {
  return packet(PacketType::response,
                bytes("00 001a 0006 01 0020 0001 02 0021 0001 03 0022 0000 04 0022 0001 ff 10000fd10000" +
                      std::string(encryption) + "00 00"));
}

/// A driver's connection to a relay.
RawClient driver_of(const Relay& relay) {
  return RawClient(sandbox::streaming::connect_tcp("127.0.0.1", relay.port()));
}

RelayEnd end_of(const Relay& relay) {
  while (relay.ended() == RelayEnd::none) std::this_thread::yield();
  return relay.ended();
}

}  // namespace

TEST_CASE("the server is asked for encryption, and its certificate is checked") {
  FakeSqlServer server;
  const EncryptedServer encrypted = connect(server.port, trusting());
  CHECK(encrypted.trust().verified);
  CHECK(encrypted.trust().tls_version == "TLSv1.2");
}

TEST_CASE("a certificate is checked only when that is asked for") {
  FakeSqlServer server;
  const EncryptedServer encrypted = connect(server.port, {.verify = false});
  CHECK_FALSE(encrypted.trust().verified);
  CHECK(encrypted.trust().tls_version == "TLSv1.2");
}

TEST_CASE("a server that is not to be trusted is not talked to") {
  FakeSqlServer server;
  CHECK(failure_of([&] { connect(server.port, trusting("sales-1")); }) ==
        "tls: the server's certificate is not for sales-1 / it is for sales-0, localhost");
  const auto now = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
  const auto other = tls::make_certificate_authority({{{"CN", "other"}}, tls::KeyType::ecdsa_p256, 2, now});
  CHECK(failure_of([&] {
          connect(server.port, {true, other.certificate_pem, {"sales-0"}});
        }) == "tls: the server's certificate is not to be trusted / unable to get local issuer certificate");
  CHECK(server.instance.logins().empty());
}

TEST_CASE("a certificate that has run out is refused, with the day it did") {
  FakeSqlServer server;
  const auto now = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
  const WallTime made = now - std::chrono::hours(72);
  const auto authority = tls::make_certificate_authority({{{"CN", "authority"}}, tls::KeyType::ecdsa_p256, 30, made});
  const auto leaf = tls::make_server_certificate(
      {{{"CN", "sales-0"}}, {"sales-0"}, {}, tls::KeyType::ecdsa_p256, 1, made}, authority);
  server.instance.server.certificate_pem = leaf.certificate_pem;
  server.instance.server.key_pem = leaf.key_pem.reveal();
  CHECK(failure_of([&] {
          connect(server.port, {true, authority.certificate_pem, {"sales-0"}});
        }) == "tls: the server's certificate expired at " + format_rfc3339(now - std::chrono::hours(48)) +
                  " / its subject is CN=sales-0");
  CHECK(server.instance.logins().empty());
}

TEST_CASE("peers that are no SQL Server, or one that does not encrypt, are told apart") {
  struct Row {
    const char* name;
    Peer::OnConnect act;
    std::string failure;
  };
  for (const Row& row :
       {Row{"no encryption", sends(prelogin_answer_with("02")),
            "tls: SQL Server offers no encryption, and nothing is sent without / "},
        Row{"encryption of the login alone", sends(prelogin_answer_with("00")),
            "tls: SQL Server offers no encryption, and nothing is sent without / "},
        Row{"another protocol", sends("HTTP/1.1 400 Bad Request\r\n\r\n"),
            "unreachable: what answers there is not SQL Server / "},
        Row{"a broken answer", sends(packet(PacketType::response, "no options")),
            "unreachable: what answers there is not SQL Server / "},
        Row{"hangs up", [](sandbox::streaming::ByteStream& client) { client.close_write(); },
            "unreachable: the connection was closed before SQL Server answered / "},
        Row{"hangs up in the middle of a packet",
            [](sandbox::streaming::ByteStream& client) {
              client.write(prelogin_answer_with("01").substr(0, 20));
              client.close_write();
            },
            "unreachable: the connection was closed before SQL Server answered / "},
        Row{"no TLS", sends(prelogin_answer_with("01") + packet(PacketType::prelogin, "no TLS at all")),
            "tls: the TLS handshake failed / wrong version number"}}) {
    SUBCASE(row.name) {
      const Peer peer(row.act);
      CHECK(failure_of([&] { connect(peer.port, trusting()); }) == row.failure);
    }
  }
}

TEST_CASE("a server that stalls keeps nobody beyond the deadline") {
  for (const char* answer : {"nothing", "prelogin"}) {
    CAPTURE(answer);
    const Peer peer(sends(answer == std::string("nothing") ? "" : prelogin_answer_with("01")));
    CHECK(failure_of([&] { connect(peer.port, trusting(), 200ms); }) ==
          "timed-out: SQL Server did not answer in time while connecting / ");
  }
}

TEST_CASE("a handshake that stalls is interrupted by the user") {
  std::stop_source stop;
  const Peer peer([&](sandbox::streaming::ByteStream& client) {
    client.write(prelogin_answer_with("01"));
    std::array<char, 4096> buffer{};
    std::size_t received = 0;  // more than a PRELOGIN: the handshake has begun
    while (received < 100) received += client.read(buffer.data(), buffer.size(), 1s).value_or(0);
    stop.request_stop();
  });
  CHECK(failure_of([&] { connect(peer.port, trusting(), 30s, stop.get_token()); }) ==
        "interrupted: interrupted while connecting to SQL Server / ");
}

TEST_CASE("a driver talks through the relay in clear, and the server hears it encrypted") {
  FakeSqlServer server;
  const Relay relay(connect(server.port, trusting()), in(60s), {});
  RawClient driver = driver_of(relay);
  driver.send(test::PacketType::prelogin, RawClient::prelogin(0));
  CHECK(driver.receive_hex().ends_with("ff 10 00 0f d1 00 00 02 00 00"));
  driver.log_in();
  driver.send_batch("…");
  CHECK(driver.receive_hex() == "fd 00 00 00 00 00 00 00 00 00 00 00 00");
  driver.hang_up();
  CHECK(end_of(relay) == RelayEnd::driver_closed);
}

TEST_CASE("a relay ends for what ends it, and the driver sees its connection closed") {
  FakeSqlServer server;
  std::stop_source stop;
  struct Row {
    const char* name;
    std::function<void(Relay&)> cut;
    RelayEnd end;
  };
  for (const Row& row : {Row{"a deadline", [](Relay& relay) { relay.set_deadline(in(0s)); }, RelayEnd::deadline},
                         Row{"the user", [&](Relay&) { stop.request_stop(); }, RelayEnd::interrupted},
                         Row{"the server",
                             [&](Relay&) {
                               server.instance.kill({596, 21, 1, "killed"});
                             },
                             RelayEnd::server_closed}}) {
    SUBCASE(row.name) {
      Relay relay(connect(server.port, trusting()), in(60s), stop.get_token());
      RawClient driver = driver_of(relay);
      driver.send(test::PacketType::prelogin, RawClient::prelogin(0));
      driver.receive();
      driver.log_in();
      row.cut(relay);
      while (driver.receive()) continue;
      CHECK(end_of(relay) == row.end);
      // The server is not left with a client that will never come back.
      const auto patience = in(30s);
      while (server.instance.open_sessions > 0 && platform::system_clock().steady_now() < patience) {
        std::this_thread::yield();
      }
      CHECK(server.instance.open_sessions == 0);
    }
  }
}

TEST_CASE("a driver that never comes is not waited for beyond the deadline") {
  FakeSqlServer server;
  Relay relay(connect(server.port, trusting()), in(0s), {});
  CHECK(end_of(relay) == RelayEnd::deadline);
}

TEST_CASE("what a driver sends that is no PRELOGIN breaks its relay alone") {
  FakeSqlServer server;
  const Relay relay(connect(server.port, trusting()), in(60s), {});
  RawClient driver = driver_of(relay);
  driver.send_bytes("GET / HTTP/1.1\r\n\r\n");
  CHECK(driver.is_closed());
  CHECK(end_of(relay) == RelayEnd::broken);
}
