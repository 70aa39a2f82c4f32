#pragma once
// A TLS session without a socket: the peer's bytes go in, bytes for the peer come out. Whoever carries them decides how
// (SQL Server wraps its handshake into packets of its own) and when to give up.

#include <memory>
#include <string>
#include <string_view>

namespace dba::tls {

class MemorySession;

/// What both sides, Client and Server, do. Their failures have exit code sql_unreachable for a client, unexpected for
/// a server.
class Session {
 public:
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Goes on with the handshake as far as the fed bytes allow; true when it is complete. Send what take() holds after
  /// every call, also before reporting a failure (the peer's log tells why then).
  /// @throws Error with what is wrong with the server's certificate, or OpenSSL's reason.
  bool handshake();
  void feed(std::string_view from_peer);  ///< Bytes that came from the peer, in order.
  std::string take();                     ///< What is to be sent to the peer; empty = nothing.
  /// Appends what the fed bytes decrypt to. False once the peer has closed its side.
  /// @throws Error for bytes that are no TLS of this session.
  bool read(std::string& into);
  void write(std::string_view plain);  ///< take() then holds it encrypted.
  std::string version() const;         ///< "TLSv1.2"; after the handshake.

 protected:
  explicit Session(std::unique_ptr<MemorySession> session);
  const MemorySession& session() const { return *session_; }

 private:
  std::unique_ptr<MemorySession> session_;
};

}  // namespace dba::tls
