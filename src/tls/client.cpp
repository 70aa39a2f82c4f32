#include "dba/tls/client.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "dba/base/timestamp.hpp"

#include "memory_session.hpp"
#include "shared_context.hpp"
#include "subject.hpp"

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

ContextHandle client_context(const ClientOptions& options) {
  const auto trusted = options.verify ? std::string_view(options.authorities_pem) : std::string_view();
  return shared_context({"client", options.verify ? "verify" : "", options.at_most_tls_1_2 ? "1.2" : "", trusted}, [&] {
    ContextHandle context = new_context(TLS_client_method(), options.at_most_tls_1_2);
    if (options.verify) trust(*context, options.authorities_pem);
    return context;
  });
}

class ClientSession : public MemorySession {
 public:
  explicit ClientSession(const ClientOptions& options)
      : MemorySession(client_context(options), "server", ExitCode::sql_unreachable),
        expected_names_(options.expected_names) {
    SSL_set_connect_state(handle());
    if (!options.verify) return;
    expect_names(*handle(), expected_names_);
    require(SSL_set_ex_data(handle(), 0, this) == 1, "prepare TLS");
    SSL_set_verify(handle(), SSL_VERIFY_PEER, on_verified);
  }

 protected:
  Error refusal() const override {
    if (refused_ == nullptr) return {ExitCode::sql_unreachable, "the TLS handshake failed", openssl_reason()};
    ERR_clear_error();
    if (verdict_ == X509_V_ERR_HOSTNAME_MISMATCH) {
      return {ExitCode::sql_unreachable,
              fmt::format("the server's certificate is not for {}", fmt::join(expected_names_, " or ")),
              fmt::format("it is for {}", names_of(refused_.get()))};
    }
    const bool expired = verdict_ == X509_V_ERR_CERT_HAS_EXPIRED;
    if (expired || verdict_ == X509_V_ERR_CERT_NOT_YET_VALID) {
      const auto* time = expired ? X509_get0_notAfter(refused_.get()) : X509_get0_notBefore(refused_.get());
      return {
          ExitCode::sql_unreachable,
          fmt::format("{} {} {}", is_servers_ ? "the server's certificate" : "an authority of the server's certificate",
                      expired ? "expired at" : "is not valid before", format_rfc3339(wall_time(time))),
          fmt::format("its subject is {}", name_text(*X509_get_subject_name(refused_.get())))};
    }
    return {ExitCode::sql_unreachable, "the server's certificate is not to be trusted",
            X509_verify_cert_error_string(verdict_)};
  }

 private:
  /// Keeps what was refused and why: OpenSSL does not hand it out any more.
  static int on_verified(int good, X509_STORE_CTX* chain) {
    if (good == 1) return good;
    const auto* handle = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& self = *static_cast<ClientSession*>(SSL_get_ex_data(handle, 0));
    X509* const certificate = X509_STORE_CTX_get_current_cert(chain);
    if (X509_up_ref(certificate) == 1) self.refused_.reset(certificate);
    self.verdict_ = X509_STORE_CTX_get_error(chain);
    self.is_servers_ = X509_STORE_CTX_get_error_depth(chain) == 0;
    return good;
  }

  std::vector<std::string> expected_names_;
  CertificateHandle refused_{};
  int verdict_ = X509_V_OK;
  bool is_servers_ = true;  ///< Not one of those that lead to its authority.
};

}  // namespace

Client::Client(const ClientOptions& options) : Session(std::make_unique<ClientSession>(options)) {
  SSL* handle = session().handle();
  if (!options.server_name.empty()) {
    // What the macro SSL_set_tlsext_host_name does, without its old cast.
    std::string name = options.server_name;
    SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  const std::string protocols = protocol_list(options.protocols);
  if (!protocols.empty()) {
    const auto length = static_cast<unsigned>(protocols.size());
    require(SSL_set_alpn_protos(handle, unsigned_bytes(protocols), length) == 0, "offer a protocol");
  }
}

}  // namespace dba::tls
