#include "http/identity.hpp"

#include <chrono>
#include <random>

#include <Poco/Crypto/EVPPKey.h>
#include <Poco/Crypto/X509Certificate.h>
#include <Poco/MemoryStream.h>
#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/tls/certificates.hpp"

namespace dba::sandbox::http {

namespace {

constexpr int kDays = 365;
constexpr int kTokenWords = 8;  // Of 32 bits.

Poco::Net::Context::Ptr server_context(const tls::KeyPair& pair) {
  Poco::Net::Context::Params params;
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;
  Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
  Poco::MemoryInputStream certificate(pair.certificate_pem.data(),
                                      static_cast<std::streamsize>(pair.certificate_pem.size()));
  context->useCertificate(Poco::Crypto::X509Certificate(certificate));
  const std::string& key_pem = pair.key_pem.reveal();
  Poco::MemoryInputStream key(key_pem.data(), static_cast<std::streamsize>(key_pem.size()));
  context->usePrivateKey(Poco::Crypto::EVPPKey(static_cast<std::istream*>(nullptr), &key));
  return context;
}

}  // namespace

Identity make_identity(WallTime now) {
  const WallTime start = now - std::chrono::hours(1);  // Clocks differ a little.
  const tls::KeyPair authority = tls::make_certificate_authority({.subject = {{"CN", "kubectl-dba-sandbox"}},
                                                                  .key_type = tls::KeyType::ecdsa_p256,
                                                                  .days = kDays,
                                                                  .not_before = start});
  const tls::KeyPair server = tls::make_server_certificate({.subject = {{"CN", "kube-apiserver"}},
                                                            .dns_names = {"localhost"},
                                                            .ip_addresses = {"127.0.0.1", "::1"},
                                                            .days = kDays,
                                                            .not_before = start},
                                                           authority);
  return {.ca_pem = authority.certificate_pem, .context = server_context(server)};
}

Secret make_token() {
  std::random_device random;
  std::string token;
  for (int i = 0; i < kTokenWords; ++i) token += fmt::format("{:08x}", random());
  return Secret(std::move(token));
}

bool bears_token(std::string_view authorization, const Secret& token) {
  constexpr std::string_view kScheme = "bearer ";
  if (to_lower(authorization.substr(0, kScheme.size())) != kScheme) return false;
  const std::string given = trim(authorization.substr(kScheme.size()));
  const std::string& wanted = token.reveal();
  unsigned int difference = given.size() == wanted.size() ? 0 : 1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const char other = given.empty() ? '\0' : given[i % given.size()];
    difference |= static_cast<unsigned int>(wanted[i] != other);
  }
  return difference == 0;
}

}  // namespace dba::sandbox::http
