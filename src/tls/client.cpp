#include "dba/tls/client.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "openssl.hpp"

namespace dba::tls {

namespace {

using ContextHandle = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using SessionHandle = std::unique_ptr<SSL, Deleter<SSL_free>>;

/// Every certificate of the text becomes an authority that a chain may end in, a root or not.
void trust(SSL_CTX& context, const std::string& pem) {
  X509_STORE* store = SSL_CTX_get_cert_store(&context);
  const BioHandle bio = reader(pem);
  int count = 0;
  while (const CertificateHandle authority{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    require(X509_STORE_add_cert(store, authority.get()) == 1, "keep an authority");
    ++count;
  }
  ERR_clear_error();
  if (count == 0) throw usage_error("there is no certificate of an authority to check the server's against");
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
}

void expect_names(SSL& session, const std::vector<std::string>& names) {
  if (names.empty()) throw usage_error("there is no name to check the server's certificate against");
  SSL_set_hostflags(&session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  for (const std::string& name : names) require(SSL_add1_host(&session, name.c_str()) == 1, "expect a name");
}

/// The list as it goes over the wire: each protocol with its length before it.
std::string wire_form(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) wire += static_cast<char>(protocol.size()) + protocol;
  return wire;
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// The DNS names a certificate is for, as an error message lists them.
std::string names_of(const X509* certificate) {
  std::vector<std::string> names;
  auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type != GEN_DNS) continue;
    names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                       static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  GENERAL_NAMES_free(all);
  return names.empty() ? "no DNS name" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

struct Client::Impl {
  ContextHandle context;
  SessionHandle session;
  BIO* from_peer = nullptr;  ///< Owned by the session, as the next one.
  BIO* to_peer = nullptr;
  std::vector<std::string> expected_names;
  std::string shown_names;  ///< Those of a certificate that was refused for its name.

  Error refusal() const;
  static int on_verified(int good, X509_STORE_CTX* chain);
};

/// Keeps the names of a certificate that is for somebody else: OpenSSL does not hand out one that it refused.
int Client::Impl::on_verified(int good, X509_STORE_CTX* chain) {
  if (X509_STORE_CTX_get_error(chain) == X509_V_ERR_HOSTNAME_MISMATCH) {
    const auto* session = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    static_cast<Impl*>(SSL_get_ex_data(session, 0))->shown_names = names_of(X509_STORE_CTX_get0_cert(chain));
  }
  return good;
}

Client::Client(const ClientOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->context.reset(SSL_CTX_new(TLS_client_method()));
  require(impl_->context != nullptr, "prepare TLS");
  SSL_CTX_set_min_proto_version(impl_->context.get(), TLS1_2_VERSION);
  if (options.at_most_tls_1_2) SSL_CTX_set_max_proto_version(impl_->context.get(), TLS1_2_VERSION);
  if (options.verify) trust(*impl_->context, options.authorities_pem);
  impl_->session.reset(SSL_new(impl_->context.get()));
  require(impl_->session != nullptr, "prepare TLS");
  SSL* session = impl_->session.get();
  impl_->from_peer = BIO_new(BIO_s_mem());
  impl_->to_peer = BIO_new(BIO_s_mem());
  require(impl_->from_peer != nullptr && impl_->to_peer != nullptr, "prepare TLS");
  SSL_set_bio(session, impl_->from_peer, impl_->to_peer);
  SSL_set_connect_state(session);
  if (options.verify) {
    expect_names(*session, options.expected_names);
    require(SSL_set_ex_data(session, 0, impl_.get()) == 1, "prepare TLS");
    SSL_set_verify(session, SSL_VERIFY_PEER, Impl::on_verified);
  }
  impl_->expected_names = options.expected_names;
  if (!options.server_name.empty()) {
    // What the macro SSL_set_tlsext_host_name does, without its old cast.
    std::string name = options.server_name;
    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  const std::string protocols = wire_form(options.protocols);
  if (!protocols.empty()) {
    const auto length = static_cast<unsigned>(protocols.size());
    require(SSL_set_alpn_protos(session, bytes(protocols), length) == 0, "offer a protocol");
  }
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Error Client::Impl::refusal() const {
  const long verdict = SSL_get_verify_result(session.get());
  if (verdict == X509_V_OK) {
    return Error(ExitCode::sql_unreachable, "the TLS handshake failed", openssl_reason());
  }
  ERR_clear_error();
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH) {
    return Error(ExitCode::sql_unreachable,
                 fmt::format("the server's certificate is not for {}", fmt::join(expected_names, " or ")),
                 fmt::format("it is for {}", shown_names));
  }
  return Error(ExitCode::sql_unreachable, "the server's certificate is not to be trusted",
               X509_verify_cert_error_string(verdict));
}

bool Client::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(impl_->session.get());
  if (result == 1) return true;
  if (SSL_get_error(impl_->session.get(), result) == SSL_ERROR_WANT_READ) return false;
  throw impl_->refusal();
}

void Client::feed(std::string_view from_peer) {
  if (from_peer.empty()) return;
  const int size = static_cast<int>(from_peer.size());
  require(BIO_write(impl_->from_peer, from_peer.data(), size) == size, "keep what the server sent");
}

std::string Client::take() {
  std::string out = contents(*impl_->to_peer);
  require(out.empty() || BIO_reset(impl_->to_peer) == 1, "forget what was sent");
  return out;
}

bool Client::read(std::string& into) {
  char buffer[16384];
  while (true) {
    ERR_clear_error();
    const int count = SSL_read(impl_->session.get(), buffer, sizeof buffer);
    if (count > 0) {
      into.append(buffer, static_cast<std::size_t>(count));
      continue;
    }
    const int error = SSL_get_error(impl_->session.get(), count);
    if (error == SSL_ERROR_WANT_READ) return true;
    if (error == SSL_ERROR_ZERO_RETURN) return false;
    throw Error(ExitCode::sql_unreachable, "what the server sent is not of this TLS session", openssl_reason());
  }
}

void Client::write(std::string_view plain) {
  if (plain.empty()) return;
  const int size = static_cast<int>(plain.size());
  if (SSL_write(impl_->session.get(), plain.data(), size) != size) {
    throw Error(ExitCode::sql_unreachable, "cannot encrypt for the server", openssl_reason());
  }
}

std::string Client::version() const { return SSL_get_version(impl_->session.get()); }

}  // namespace dba::tls
