#include "memory_session.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

namespace dba::tls {

ContextHandle new_context(const SSL_METHOD* method, bool at_most_tls_1_2) {
  ContextHandle context(SSL_CTX_new(method));
  require(context != nullptr, "prepare TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (at_most_tls_1_2) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  return context;
}

std::string protocol_list(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) wire += static_cast<char>(protocol.size()) + protocol;
  return wire;
}

MemorySession::MemorySession(ContextHandle context, std::string_view peer, ExitCode failure)
    : context_(std::move(context)),
      session_(SSL_new(context_.get())),
      from_peer_(BIO_new(BIO_s_mem())),
      to_peer_(BIO_new(BIO_s_mem())),
      peer_(peer),
      failure_(failure) {
  require(session_ != nullptr && from_peer_ != nullptr && to_peer_ != nullptr, "prepare TLS");
  SSL_set_bio(session_.get(), from_peer_, to_peer_);
}

bool MemorySession::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  if (result == 1) return true;
  if (SSL_get_error(session_.get(), result) == SSL_ERROR_WANT_READ) return false;
  throw refusal();
}

Error MemorySession::refusal() const {
  return {failure_, fmt::format("the TLS handshake with the {} failed", peer_), openssl_reason()};
}

void MemorySession::feed(std::string_view from_peer) {
  if (from_peer.empty()) return;
  const int size = static_cast<int>(from_peer.size());
  require(BIO_write(from_peer_, from_peer.data(), size) == size, fmt::format("keep what the {} sent", peer_));
}

std::string MemorySession::take() {
  std::string out = contents(*to_peer_);
  require(out.empty() || BIO_reset(to_peer_) == 1, "forget what was sent");
  return out;
}

bool MemorySession::read(std::string& into) {
  char buffer[16384];
  while (true) {
    ERR_clear_error();
    const int count = SSL_read(session_.get(), buffer, sizeof buffer);
    if (count > 0) {
      into.append(buffer, static_cast<std::size_t>(count));
      continue;
    }
    const int error = SSL_get_error(session_.get(), count);
    if (error == SSL_ERROR_WANT_READ) return true;
    if (error == SSL_ERROR_ZERO_RETURN) return false;
    throw Error(failure_, fmt::format("what the {} sent is not of this TLS session", peer_), openssl_reason());
  }
}

void MemorySession::write(std::string_view plain) {
  if (plain.empty()) return;
  ERR_clear_error();
  const int size = static_cast<int>(plain.size());
  if (SSL_write(session_.get(), plain.data(), size) != size) {
    throw Error(failure_, fmt::format("cannot encrypt for the {}", peer_), openssl_reason());
  }
}

}  // namespace dba::tls
