#pragma once
// The server's end of a relayed connection: asked for encryption and shaken hands with before any driver is started, so
// that what goes wrong there has one clear reason and one deadline whatever the driver.

#include <stop_token>
#include <string>
#include <string_view>

#include "dba/platform/clock.hpp"
#include "dba/platform/file_descriptor.hpp"
#include "dba/platform/socket.hpp"
#include "dba/sql/connector.hpp"
#include "dba/tls/client.hpp"

#include "tds_wire.hpp"

namespace dba::sql {

inline constexpr std::size_t kPiece = 65536;  ///< Bytes read from a socket at once.

class EncryptedServer {
 public:
  /// @param socket connected, not blocking
  /// @throws SqlError unreachable, tls, timed_out or interrupted.
  EncryptedServer(platform::FileDescriptor socket, const TlsPolicy& policy, platform::SteadyTime deadline,
                  const std::stop_token& stop);

  const platform::FileDescriptor& socket() const { return socket_; }
  const PreloginResponse& prelogin() const { return prelogin_; }
  const Trust& trust() const { return trust_; }

  /// Appends what has come in, decrypted. False when the server has closed the connection.
  bool receive(std::string& into);
  void send(std::string_view plain);
  /// Sends what the socket takes of that. False when the connection is gone, and what it did not take with it.
  bool flush();
  bool has_unsent() const { return !unsent_.empty(); }
  void close() { socket_.close(); }

 private:
  struct Patience;  // until when, and what wakes us before
  void exchange_prelogin(const Patience& patience);
  void shake_hands(const Patience& patience);
  void send_all(std::string bytes, const Patience& patience);
  std::string receive_packet(const Patience& patience);  // its payload

  platform::FileDescriptor socket_;
  tls::Client tls_;
  std::string received_, unsent_;  // as on the wire
  PreloginResponse prelogin_;
  Trust trust_;
};

}  // namespace dba::sql
