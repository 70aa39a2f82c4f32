#include "dba/tls/server.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "memory_session.hpp"
#include "shared_context.hpp"

namespace dba::tls {

namespace {

/// The certificates after the first one, which lead to the authority.
void add_chain(SSL_CTX& context, const std::string& pem) {
  const BioHandle bio = reader(pem);
  bool own = true;
  while (CertificateHandle certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    // What is added is not copied.
    if (!own) require(SSL_CTX_add_extra_chain_cert(&context, certificate.release()) == 1, "keep a chain");
    own = false;
  }
  ERR_clear_error();
}

/// Chooses by the list that the session holds; without one, nothing is agreed on.
/// @source RFC 7301: no protocol in common ends the handshake
int on_offer(SSL* session, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
             unsigned offered_size, void* /*unused*/) {
  const auto& ours = *static_cast<const std::string*>(SSL_get_ex_data(session, 0));
  if (ours.empty()) return SSL_TLSEXT_ERR_NOACK;
  unsigned char* chosen = nullptr;  // into one of the two lists; OpenSSL only reads it
  const int verdict = SSL_select_next_proto(&chosen, out_size, unsigned_bytes(ours), static_cast<unsigned>(ours.size()),
                                            offered, offered_size);
  *out = chosen;
  return verdict == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

ContextHandle new_server_context(const ServerOptions& options) {
  ContextHandle context = new_context(TLS_server_method(), options.at_most_tls_1_2);
  // A session is never taken up again; with TLS 1.3 tickets would be sent after the handshake all the same.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  const CertificateHandle certificate = load_certificate(options.certificate_pem);
  const KeyHandle key = load_private_key(options.key_pem);
  if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    throw Error(ExitCode::usage, "the server's certificate and key do not serve TLS", openssl_reason());
  }
  add_chain(*context, options.certificate_pem);
  SSL_CTX_set_alpn_select_cb(context.get(), on_offer, nullptr);
  return context;
}

ContextHandle server_context(const ServerOptions& options) {
  return shared_context(
      {"server", options.at_most_tls_1_2 ? "1.2" : "", options.certificate_pem, options.key_pem.reveal()},
      [&options] { return new_server_context(options); });
}

class ServerSession : public MemorySession {
 public:
  explicit ServerSession(const ServerOptions& options)
      : MemorySession(server_context(options), "client", ExitCode::unexpected),
        protocols_(protocol_list(options.protocols)) {
    require(SSL_set_ex_data(handle(), 0, &protocols_) == 1, "prepare TLS");
    SSL_set_accept_state(handle());
  }

 private:
  std::string protocols_;
};

}  // namespace

Server::Server(const ServerOptions& options) : Session(std::make_unique<ServerSession>(options)) {}

std::string Server::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(session().handle(), &name, &size);
  return size == 0 ? std::string() : std::string(reinterpret_cast<const char*>(name), size);
}

}  // namespace dba::tls
