#pragma once
// A TLS session whose bytes travel through memory: what its two sides, client and server, have in common.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

#include "dba/base/exit_code.hpp"

#include "openssl.hpp"

namespace dba::tls {

using ContextHandle = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using SessionHandle = std::unique_ptr<SSL, Deleter<SSL_free>>;

/// A context for TLS 1.2 and later. @throws Error (unexpected) when memory is out.
ContextHandle new_context(const SSL_METHOD* method, bool at_most_tls_1_2);

/// ALPN's list as it goes over the wire: each protocol with its length before it.
std::string protocol_list(const std::vector<std::string>& protocols);

inline const unsigned char* unsigned_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

class MemorySession {
 public:
  /// @param peer what the other side is called in messages: "server"
  /// @param failure the exit code of errors that are the peer's doing
  MemorySession(ContextHandle context, std::string_view peer, ExitCode failure);
  virtual ~MemorySession() = default;
  MemorySession(const MemorySession&) = delete;
  MemorySession& operator=(const MemorySession&) = delete;

  SSL* handle() const { return session_.get(); }
  bool handshake();
  void feed(std::string_view from_peer);
  std::string take();
  bool read(std::string& into);
  void write(std::string_view plain);

 protected:
  /// Why the handshake has failed; OpenSSL's queue of errors still holds its reason.
  virtual Error refusal() const;

 private:
  ContextHandle context_;
  SessionHandle session_;
  BIO* from_peer_;  ///< Owned by the session, as the next one.
  BIO* to_peer_;
  std::string_view peer_;
  ExitCode failure_;
};

}  // namespace dba::tls
