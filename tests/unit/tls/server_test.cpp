#include "dba/tls/server.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"
#include "dba/tls/certificates.hpp"
#include "dba/tls/client.hpp"

using namespace dba;
using namespace dba::tls;

namespace {

const WallTime kNow = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());

KeyPair make_authority(const std::string& name) {
  return make_certificate_authority({{{"CN", name}}, KeyType::ecdsa_p256, 2, kNow - std::chrono::hours(24)});
}

const KeyPair& authority() {
  static const KeyPair pair = make_authority("sales authority");
  return pair;
}

KeyPair certificate_for(const std::string& name, int days_ago_made = 0) {
  const WallTime made = kNow - std::chrono::hours(24 * days_ago_made);
  return make_server_certificate({{{"CN", name}}, {name}, {}, KeyType::ecdsa_p256, 1, made}, authority());
}

ServerOptions serving(const KeyPair& pair) { return {pair.certificate_pem, pair.key_pem}; }

ClientOptions expecting(const std::string& name) {
  return {.authorities_pem = authority().certificate_pem, .expected_names = {name}, .server_name = name};
}

/// Carries the bytes of both until neither has any; what went wrong on each side.
struct Handshake {
  bool client_done = false, server_done = false;
  std::string client_failure{}, server_failure{};

  Handshake(Client& client, Server& server) {
    for (int turn = 0; turn < 10; ++turn) {
      client_done = attempt(client, client_failure);
      server.feed(client.take());
      server_done = attempt(server, server_failure);
      client.feed(server.take());
    }
  }

  template <typename Side>
  static bool attempt(Side& side, std::string& failure) {
    try {
      return side.handshake();
    } catch (const Error& error) {
      if (failure.empty()) failure = error.info().message + ": " + error.info().cause;
      return false;
    }
  }
};

}  // namespace

TEST_CASE("client and server agree on the newest TLS, or on 1.2 when one of them goes no further") {
  struct Row {
    const char* name;
    bool client_1_2, server_1_2;
    const char* version;
  };
  for (const Row& row : {Row{"both newest", false, false, "TLSv1.3"}, Row{"old client", true, false, "TLSv1.2"},
                         Row{"old server", false, true, "TLSv1.2"}}) {
    SUBCASE(row.name) {
      ClientOptions wanted = expecting("sales-0");
      wanted.at_most_tls_1_2 = row.client_1_2;
      ServerOptions served = serving(certificate_for("sales-0"));
      served.at_most_tls_1_2 = row.server_1_2;
      Client client(wanted);
      Server server(served);
      const Handshake handshake(client, server);
      CHECK(handshake.client_failure == "");
      CHECK(handshake.server_failure == "");
      REQUIRE(handshake.client_done);
      REQUIRE(handshake.server_done);
      CHECK(client.version() == row.version);
      CHECK(server.version() == row.version);
      CHECK(server.protocol() == "");
    }
  }
}

TEST_CASE("nothing follows the server's handshake: no ticket that a reader of packets would not expect") {
  Client client(expecting("sales-0"));
  Server server(serving(certificate_for("sales-0")));
  const Handshake handshake(client, server);
  REQUIRE(handshake.client_done);
  CHECK(server.take() == "");
}

TEST_CASE("big data goes both ways whole") {
  Client client(expecting("sales-0"));
  Server server(serving(certificate_for("sales-0")));
  const Handshake handshake(client, server);
  REQUIRE(handshake.server_done);
  std::string sent(3'000'000, 'x');
  for (std::size_t i = 0; i < sent.size(); i += 1021) sent[i] = static_cast<char>(i);
  std::string received;
  client.write(sent);
  server.feed(client.take());
  CHECK(server.read(received));
  CHECK(received == sent);
  received.clear();
  server.write(sent);
  server.write("");
  const std::string wire = server.take();
  for (std::size_t at = 0; at < wire.size(); at += 10'007) {
    client.feed(std::string_view(wire).substr(at, 10'007));
    CHECK(client.read(received));
  }
  CHECK(received == sent);
}

TEST_CASE("a client refuses a certificate that is not the server's, and the server hears of it") {
  struct Row {
    const char* name;
    const char* expected_name;
    const KeyPair trusted;
    int days_ago_made;
    std::string client_failure;
    const char* server_failure;
  };
  const std::string_view trust = "the server's certificate is not to be trusted: ";
  for (const Row& row :
       {Row{"another name", "sales-1", authority(), 0, "the server's certificate is not for sales-1: it is for sales-0",
            "sslv3 alert bad certificate"},
        Row{"another authority", "sales-0", make_authority("somebody else"), 0,
            "the server's certificate is not to be trusted: unable to get local issuer certificate",
            "tlsv1 alert unknown ca"},
        Row{"another authority of the same name", "sales-0", make_authority("sales authority"), 0,
            "the server's certificate is not to be trusted: ", ""},
        Row{"expired", "sales-0", authority(), 2,
            "the server's certificate expired at " + format_rfc3339(kNow - std::chrono::hours(24)) +
                ": its subject is CN=sales-0",
            "sslv3 alert certificate expired"},
        Row{"not valid yet", "sales-0", authority(), -1,
            "the server's certificate is not valid before " + format_rfc3339(kNow + std::chrono::hours(24)) +
                ": its subject is CN=sales-0",
            "sslv3 alert bad certificate"}}) {
    SUBCASE(row.name) {
      ClientOptions wanted = expecting(row.expected_name);
      wanted.authorities_pem = row.trusted.certificate_pem;
      Client client(wanted);
      Server server(serving(certificate_for("sales-0", row.days_ago_made)));
      const Handshake handshake(client, server);
      CHECK_FALSE(handshake.client_done);
      // OpenSSL's words for a chain whose signature is wrong differ by key type.
      if (row.client_failure == trust) {
        CHECK(handshake.client_failure.starts_with(trust));
      } else {
        CHECK(handshake.client_failure == row.client_failure);
        CHECK(handshake.server_failure ==
              std::string("the TLS handshake with the client failed: ") + row.server_failure);
      }
    }
  }
}

TEST_CASE("an authority that has run out is told from the server's own certificate") {
  const WallTime made = kNow - std::chrono::hours(48);
  const KeyPair old = make_certificate_authority({{{"CN", "old authority"}}, KeyType::ecdsa_p256, 1, made});
  const KeyPair leaf =
      make_server_certificate({{{"CN", "sales-0"}}, {"sales-0"}, {}, KeyType::ecdsa_p256, 30, made}, old);
  Client client({.authorities_pem = old.certificate_pem, .expected_names = {"sales-0"}});
  Server server(serving(leaf));
  CHECK(Handshake(client, server).client_failure == "an authority of the server's certificate expired at " +
                                                        format_rfc3339(kNow - std::chrono::hours(24)) +
                                                        ": its subject is CN=old authority");
}

TEST_CASE("without verification any certificate will do") {
  Client client({.verify = false});
  Server server(serving(certificate_for("sales-0", 2)));
  CHECK(Handshake(client, server).client_done);
}

TEST_CASE("a protocol is agreed on when both name one, and refused when none is in common") {
  struct Row {
    const char* name;
    std::vector<std::string> offered, served;
    std::string agreed, failure;
  };
  for (const Row& row :
       {Row{"in common", {"http/1.1", "tds/8.0"}, {"tds/8.0"}, "tds/8.0", ""},
        Row{"the server's preference", {"a", "b"}, {"b", "a"}, "b", ""},
        Row{"the client offers none", {}, {"tds/8.0"}, "", ""}, Row{"the server knows none", {"tds/8.0"}, {}, "", ""},
        Row{"nothing in common",
            {"h2"},
            {"tds/8.0"},
            "",
            "the TLS handshake with the client failed: no application protocol"}}) {
    SUBCASE(row.name) {
      ClientOptions wanted = expecting("sales-0");
      wanted.protocols = row.offered;
      ServerOptions served = serving(certificate_for("sales-0"));
      served.protocols = row.served;
      Client client(wanted);
      Server server(served);
      const Handshake handshake(client, server);
      CHECK(handshake.server_failure == row.failure);
      CHECK(handshake.client_done == row.failure.empty());
      CHECK(server.protocol() == row.agreed);
    }
  }
}

TEST_CASE("bytes that are no TLS end a handshake with a reason, on either side") {
  Client client(expecting("sales-0"));
  CHECK_FALSE(client.handshake());
  client.feed("HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK_THROWS_WITH_AS(client.handshake(), "the TLS handshake failed", Error);
  Server server(serving(certificate_for("sales-0")));
  CHECK_FALSE(server.handshake());
  server.feed("GET / HTTP/1.1\r\n\r\n");
  CHECK_THROWS_WITH_AS(server.handshake(), "the TLS handshake with the client failed", Error);
}

TEST_CASE("a handshake that breaks off is simply not complete") {
  Client client(expecting("sales-0"));
  Server server(serving(certificate_for("sales-0")));
  CHECK_FALSE(client.handshake());
  const std::string hello = client.take();
  for (const char byte : hello.substr(0, hello.size() - 1)) {
    server.feed({&byte, 1});
    REQUIRE_FALSE(server.handshake());
    REQUIRE(server.take() == "");
  }
  server.feed(hello.substr(hello.size() - 1));
  CHECK_FALSE(server.handshake());
  CHECK(server.take() != "");
}

TEST_CASE("bytes of another session are refused after the handshake, on either side") {
  Client client(expecting("sales-0"));
  Server server(serving(certificate_for("sales-0")));
  const Handshake handshake(client, server);
  REQUIRE(handshake.server_done);
  std::string received;
  server.feed("no record of TLS at all");
  CHECK_THROWS_WITH_AS(server.read(received), "what the client sent is not of this TLS session", Error);
  client.feed("no record of TLS at all");
  CHECK_THROWS_WITH_AS(client.read(received), "what the server sent is not of this TLS session", Error);
}

TEST_CASE("a server is not made of what does not belong together") {
  const KeyPair one = certificate_for("sales-0"), other = certificate_for("sales-0");
  CHECK_THROWS_WITH_AS(Server({"", one.key_pem}), "there is no PEM certificate in it", Error);
  CHECK_THROWS_WITH_AS(Server({one.certificate_pem, Secret("")}), "there is no PEM private key in it", Error);
  CHECK_THROWS_WITH_AS(Server({one.certificate_pem, other.key_pem}),
                       "the server's certificate and key do not serve TLS", Error);
}

TEST_CASE("a client is not made without anything to check a certificate by") {
  CHECK_THROWS_AS(Client({.expected_names = {"sales-0"}}), Error);
  CHECK_THROWS_AS(Client({.authorities_pem = authority().certificate_pem}), Error);
}

TEST_CASE("the chain to an authority goes with the certificate") {
  const WallTime from = kNow - std::chrono::hours(1), to = kNow + std::chrono::hours(1);
  const KeyPair middle = issue_certificate({.subject = {{"CN", "middle"}},
                                            .is_ca = true,
                                            .key_type = KeyType::ecdsa_p256,
                                            .not_before = from,
                                            .not_after = to},
                                           &authority());
  const KeyPair leaf =
      make_server_certificate({{{"CN", "sales-0"}}, {"sales-0"}, {}, KeyType::ecdsa_p256, 1, from}, middle);
  Client client(expecting("sales-0"));
  Server server({leaf.certificate_pem + middle.certificate_pem, leaf.key_pem});
  const Handshake handshake(client, server);
  CHECK(handshake.client_failure == "");
  CHECK(handshake.client_done);
}
