#pragma once
// A TLS server without a socket, of the same shape as Client: the simulated SQL Server shakes hands inside packets of
// its own.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/secret.hpp"

namespace dba::tls {

struct ServerOptions {
  std::string certificate_pem{};  ///< The server's own first, then those that lead to its authority.
  Secret key_pem{};
  /// ALPN, in order of preference: a client that offers protocols has to offer one of these. Empty = none is agreed on.
  std::vector<std::string> protocols{};
  bool at_most_tls_1_2 = false;
};

class Server {
 public:
  /// @throws Error (usage) when certificate or key cannot be read, or do not belong together.
  explicit Server(const ServerOptions& options);
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;

  /// Goes on with the handshake as far as the fed bytes allow; true when it is complete. Send what take() holds after
  /// every call, also before giving up.
  /// @throws Error (unexpected) with OpenSSL's reason.
  bool handshake();
  void feed(std::string_view from_peer);
  std::string take();  ///< What is to be sent to the peer; empty = nothing.
  /// Appends what the fed bytes decrypt to. False once the peer has closed its side.
  /// @throws Error (unexpected) for bytes that are no TLS of this session.
  bool read(std::string& into);
  void write(std::string_view plain);  ///< take() then holds it encrypted.
  std::string version() const;         ///< "TLSv1.2"; after the handshake.
  std::string protocol() const;        ///< The one agreed on by ALPN; empty = none.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::tls
