#include "dba/tls/client.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "memory_session.hpp"

namespace dba::tls {

namespace {

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
  MemorySession session;
  std::vector<std::string> expected_names{};
  std::string shown_names{};  ///< Those of a certificate that was refused for its name.

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

namespace {

MemorySession new_session(const ClientOptions& options) {
  ContextHandle context = new_context(TLS_client_method(), options.at_most_tls_1_2);
  if (options.verify) trust(*context, options.authorities_pem);
  return {std::move(context), "server", ExitCode::sql_unreachable};
}

}  // namespace

Client::Client(const ClientOptions& options) : impl_(new Impl{new_session(options), options.expected_names}) {
  SSL* session = impl_->session.handle();
  SSL_set_connect_state(session);
  if (options.verify) {
    expect_names(*session, options.expected_names);
    require(SSL_set_ex_data(session, 0, impl_.get()) == 1, "prepare TLS");
    SSL_set_verify(session, SSL_VERIFY_PEER, Impl::on_verified);
  }
  if (!options.server_name.empty()) {
    // What the macro SSL_set_tlsext_host_name does, without its old cast.
    std::string name = options.server_name;
    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  const std::string protocols = protocol_list(options.protocols);
  if (!protocols.empty()) {
    const auto length = static_cast<unsigned>(protocols.size());
    require(SSL_set_alpn_protos(session, unsigned_bytes(protocols), length) == 0, "offer a protocol");
  }
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Error Client::Impl::refusal() const {
  const long verdict = SSL_get_verify_result(session.handle());
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
  SSL* session = impl_->session.handle();
  const int result = SSL_do_handshake(session);
  if (result == 1) return true;
  if (SSL_get_error(session, result) == SSL_ERROR_WANT_READ) return false;
  throw impl_->refusal();
}

void Client::feed(std::string_view from_peer) { impl_->session.feed(from_peer); }
std::string Client::take() { return impl_->session.take(); }
bool Client::read(std::string& into) { return impl_->session.read(into); }
void Client::write(std::string_view plain) { impl_->session.write(plain); }
std::string Client::version() const { return SSL_get_version(impl_->session.handle()); }

}  // namespace dba::tls
