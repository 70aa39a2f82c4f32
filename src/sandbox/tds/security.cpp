#include "tds/security.hpp"

#include "dba/platform/clock.hpp"
#include "dba/tls/certificates.hpp"

#include "tds/bytes.hpp"
#include "tds/prelogin.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr char kTlsHandshake = 0x16;  ///< First byte of a TLS record with a ClientHello.

/// @source SQL Server makes itself one of this name when it has none
const tls::KeyPair& own_certificate() {
  static const tls::KeyPair pair = [] {
    const WallTime now = platform::system_clock().wall_now();
    return tls::issue_certificate({.subject = {{"CN", "SSL_Self_Signed_Fallback"}},
                                   .server_auth = true,
                                   .key_type = tls::KeyType::ecdsa_p256,
                                   .not_before = now - std::chrono::hours(1),
                                   .not_after = now + std::chrono::hours(24 * 365)},
                                  nullptr);
  }();
  return pair;
}

tls::ServerOptions tls_options(const ServerIdentity& server) {
  if (server.certificate_pem.empty()) return {own_certificate().certificate_pem, own_certificate().key_pem};
  return {server.certificate_pem, Secret(server.key_pem)};
}

/// Goes on with a handshake; on failure the client is still told why.
template <typename Send>
bool advance(tls::Server& tls, const Send& send) {
  const auto send_what_is_due = [&] {
    if (const std::string due = tls.take(); !due.empty()) send(due);
  };
  try {
    const bool done = tls.handshake();
    send_what_is_due();
    return done;
  } catch (const Error&) {
    send_what_is_due();
    throw;
  }
}

/// The client's PRELOGIN, answered. False: the client has gone.
template <typename Choose>
bool exchange_prelogin(Channel& channel, MessageReader& reader, const ServerIdentity& server, const Choose& choose) {
  const auto message = receive_message(channel, reader);
  if (!message) return false;
  if (message->type != PacketType::prelogin) throw broken("it does not begin with a PRELOGIN");
  const Prelogin asked = parse_prelogin(message->payload);
  const std::string answer = prelogin_answer(asked, server, choose(asked.encryption));
  return channel.send(packets(PacketType::response, answer));
}

/// TDS 8: TLS first. @source [MS-TDS] 2.2.1, ALPN "tds/8.0"
bool secure_strictly(Channel& channel, const ServerIdentity& server, const std::string& hello) {
  tls::ServerOptions options = tls_options(server);
  options.protocols = {"tds/8.0"};
  tls::Server tls(options);
  tls.feed(hello);
  while (!advance(tls, [&](const std::string& due) { channel.send(due); })) {
    std::string bytes;
    if (channel.receive(bytes) == Received::over) return false;
    tls.feed(bytes);
  }
  channel.encrypt(std::move(tls), {});
  MessageReader reader(kMostBeforeLogin);
  return exchange_prelogin(channel, reader, server, [](Encryption asked) { return asked; });
}

/// TDS 7: the handshake travels in packets, and what follows it does not.
bool secure_inside(Channel& channel, const ServerIdentity& server, const std::string& begin) {
  MessageReader reader(kMostBeforeLogin);
  reader.feed(begin);
  if (!exchange_prelogin(channel, reader, server, forced)) return false;
  tls::ServerOptions options = tls_options(server);
  options.at_most_tls_1_2 = true;
  tls::Server tls(options);
  while (!advance(tls, [&](const std::string& due) { channel.send(packets(PacketType::prelogin, due)); })) {
    const auto message = receive_message(channel, reader);
    if (!message) return false;
    if (message->type != PacketType::prelogin) throw broken("the client does not encrypt");
    tls.feed(message->payload);
  }
  channel.encrypt(std::move(tls), reader.take_rest());
  return true;
}

}  // namespace

std::optional<Incoming> receive_message(Channel& channel, MessageReader& reader) {
  while (true) {
    if (auto message = reader.next()) return message;
    std::string bytes;
    if (channel.receive(bytes) == Received::over) return std::nullopt;
    reader.feed(bytes);
  }
}

bool secure(Channel& channel, const ServerIdentity& server) {
  std::string begin;
  while (begin.empty()) {
    if (channel.receive(begin) == Received::over) return false;
  }
  return begin[0] == kTlsHandshake ? secure_strictly(channel, server, begin) : secure_inside(channel, server, begin);
}

}  // namespace dba::sandbox::sqlserver::tds
