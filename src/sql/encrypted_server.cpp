#include "encrypted_server.hpp"

#include <utility>

#include "dba/platform/wait.hpp"

namespace dba::sql {

namespace {

tls::ClientOptions tls_options(const TlsPolicy& policy) {
  tls::ClientOptions options;
  options.verify = policy.verify;
  options.authorities_pem = policy.authorities_pem;
  options.expected_names = policy.expected_names;
  if (!policy.expected_names.empty()) options.server_name = policy.expected_names.front();
  // Inside TDS 7 there is no place for what TLS 1.3 sends after its handshake.
  options.at_most_tls_1_2 = true;
  return options;
}

SqlError closed_early() {
  return {Phase::connect, Failure::unreachable, "the connection was closed before SQL Server answered"};
}

}  // namespace

struct EncryptedServer::Patience {
  platform::SteadyTime deadline;
  const std::stop_token& stop;
  const platform::Wakeup& wakeup;

  void wait(const platform::FileDescriptor& socket, bool writing) const {
    std::vector<platform::Interest> interests{{socket.get(), !writing, writing}};
    const bool in_time = platform::wait_for(interests, wakeup, deadline);
    if (stop.stop_requested())
      throw SqlError(Phase::connect, Failure::interrupted, "interrupted while connecting to SQL Server");
    if (!in_time)
      throw SqlError(Phase::connect, Failure::timed_out, "SQL Server did not answer in time while connecting");
  }
};

EncryptedServer::EncryptedServer(platform::FileDescriptor socket, const TlsPolicy& policy,
                                 platform::SteadyTime deadline, const std::stop_token& stop)
    : socket_(std::move(socket)), tls_(tls_options(policy)) {
  const platform::Wakeup wakeup;
  const platform::StopNotice notice(stop, wakeup);
  const Patience patience{deadline, stop, wakeup};
  try {
    exchange_prelogin(patience);
    shake_hands(patience);
  } catch (const SqlError&) {
    throw;
  } catch (const Error& e) {
    const Failure failure = prelogin_.version.empty() ? Failure::unreachable : Failure::tls;
    throw SqlError(Phase::connect, failure, e.info().message, {Diagnostic{.message = e.info().cause}});
  }
  trust_ = {policy.verify, tls_.version()};
}

void EncryptedServer::send_all(std::string bytes, const Patience& patience) {
  while (!bytes.empty()) {
    const platform::Transfer transfer = platform::send_some(socket_, bytes);
    if (transfer == platform::Transfer::closed) throw closed_early();
    if (transfer == platform::Transfer::would_block) patience.wait(socket_, true);
  }
}

std::string EncryptedServer::receive_packet(const Patience& patience) {
  while (true) {
    const auto length = packet_length(received_);
    if (length && received_.size() >= *length) {
      std::string payload = received_.substr(kPacketHeader, *length - kPacketHeader);
      received_.erase(0, *length);
      return payload;
    }
    const platform::Transfer transfer = platform::receive_some(socket_, received_, kPiece);
    if (transfer == platform::Transfer::closed) throw closed_early();
    if (transfer == platform::Transfer::would_block) patience.wait(socket_, false);
  }
}

void EncryptedServer::exchange_prelogin(const Patience& patience) {
  send_all(packet(PacketType::prelogin, prelogin_request()), patience);
  prelogin_ = parse_prelogin(receive_packet(patience));
  if (prelogin_.encryption != Encryption::on && prelogin_.encryption != Encryption::required) {
    throw SqlError(Phase::connect, Failure::tls, "SQL Server offers no encryption, and nothing is sent without");
  }
}

void EncryptedServer::shake_hands(const Patience& patience) {
  const auto send_what_is_due = [&] {
    const std::string due = tls_.take();
    if (!due.empty()) send_all(packet(PacketType::prelogin, due), patience);
  };
  try {
    while (!tls_.handshake()) {
      send_what_is_due();
      tls_.feed(receive_packet(patience));
    }
  } catch (const Error&) {
    // The alert that tells the server why.
    const std::string due = tls_.take();
    std::string last = packet(PacketType::prelogin, due);
    if (!due.empty()) static_cast<void>(platform::send_some(socket_, last));
    throw;
  }
  send_what_is_due();
}

bool EncryptedServer::receive(std::string& into) {
  const platform::Transfer transfer = platform::receive_some(socket_, received_, kPiece);
  tls_.feed(std::exchange(received_, {}));
  return tls_.read(into) && transfer != platform::Transfer::closed;
}

void EncryptedServer::send(std::string_view plain) {
  tls_.write(plain);
  unsent_ += tls_.take();
}

bool EncryptedServer::flush() {
  while (!unsent_.empty()) {
    const platform::Transfer transfer = platform::send_some(socket_, unsent_);
    if (transfer == platform::Transfer::would_block) return true;
    if (transfer == platform::Transfer::closed) {
      unsent_.clear();
      return false;
    }
  }
  return true;
}

}  // namespace dba::sql
