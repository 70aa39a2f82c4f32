// Makes CA certificates and signs server certificates with them.

#include <array>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "dba/base/text.hpp"
#include "dba/tls/certificates.hpp"

#include "certificate_parts.hpp"
#include "openssl.hpp"
#include "subject.hpp"

namespace dba::tls {

namespace {

constexpr int kMaximumDays = 36500;
constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*";
constexpr std::string_view kAddressLetters = "0123456789abcdefABCDEF.:";

struct KeyTypeRow {
  KeyType type;
  std::string_view word;
  std::string_view description;
};
constexpr std::array kKeyTypes{
    KeyTypeRow{KeyType::rsa2048, "rsa2048", "RSA 2048"},
    KeyTypeRow{KeyType::rsa3072, "rsa3072", "RSA 3072"},
    KeyTypeRow{KeyType::rsa4096, "rsa4096", "RSA 4096"},
    KeyTypeRow{KeyType::ecdsa_p256, "ecdsap256", "ECDSA P-256"},
    KeyTypeRow{KeyType::ecdsa_p384, "ecdsap384", "ECDSA P-384"},
};

void set_validity(X509& certificate, WallTime from, int days) {
  const std::time_t start = std::chrono::system_clock::to_time_t(from);
  require(ASN1_TIME_set(X509_getm_notBefore(&certificate), start) != nullptr &&
              ASN1_TIME_adj(X509_getm_notAfter(&certificate), start, days, 0) != nullptr,
          "set the dates of a certificate");
}

/// All of a certificate but its extensions and signature. @throws Error (usage) for days outside 1 … 36500.
CertificateHandle make_certificate(X509_NAME& subject, X509_NAME& issuer, EVP_PKEY& key, WallTime from, int days) {
  if (days < 1 || days > kMaximumDays) {
    throw usage_error(fmt::format("a certificate cannot be valid for {} days, use 1 to {}", days, kMaximumDays));
  }
  CertificateHandle certificate(X509_new());
  require(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "make a certificate");
  set_random_serial(*certificate);
  set_validity(*certificate, from, days);
  require(X509_set_subject_name(certificate.get(), &subject) == 1 &&
              X509_set_issuer_name(certificate.get(), &issuer) == 1 && X509_set_pubkey(certificate.get(), &key) == 1,
          "fill in a certificate");
  return certificate;
}

KeyPair sign(X509& certificate, EVP_PKEY& key, EVP_PKEY& signing_key) {
  require(X509_sign(&certificate, &signing_key, EVP_sha256()) > 0, "sign a certificate");
  return {.certificate_pem = certificate_pem(certificate), .key_pem = key_pem(key)};
}

/// "DNS:localhost,IP:127.0.0.1". Separators inside a name would let it smuggle in another one, so they are refused.
std::string alternative_names(const ServerCertificateRequest& request) {
  std::vector<std::string> names;
  const auto add = [&names](std::string_view kind, const std::string& name) {
    if (name.empty() || name.find_first_not_of(kind == "IP" ? kAddressLetters : kNameLetters) != std::string::npos) {
      throw usage_error(fmt::format("\"{}\" cannot be a name in a certificate", name));
    }
    names.push_back(fmt::format("{}:{}", kind, name));
  };
  for (const std::string& name : request.dns_names) add("DNS", name);
  for (const std::string& address : request.ip_addresses) add("IP", address);
  if (names.empty()) throw usage_error("a server certificate needs at least one name or address");
  return join(names, ",");
}

}  // namespace

KeyType parse_key_type(std::string_view flag, std::string_view text) {
  std::string word = to_lower(text);
  std::erase(word, '-');
  for (const KeyTypeRow& row : kKeyTypes) {
    if (row.word == word) return row.type;
  }
  throw usage_error(
      fmt::format("{}: \"{}\" is not one of rsa2048, rsa3072, rsa4096, ecdsa-p256, ecdsa-p384", flag, text));
}

std::string_view key_type_description(KeyType type) {
  for (const KeyTypeRow& row : kKeyTypes) {
    if (row.type == type) return row.description;
  }
  return {};
}

KeyPair make_certificate_authority(const AuthorityRequest& request) {
  const NameHandle name = make_name(request.subject);
  const KeyHandle key = make_key(request.key_type);
  const CertificateHandle certificate = make_certificate(*name, *name, *key, request.not_before, request.days);
  add_extension(*certificate, *certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(*certificate, *certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(*certificate, *certificate, NID_subject_key_identifier, "hash");
  add_extension(*certificate, *certificate, NID_authority_key_identifier, "keyid:always");
  return sign(*certificate, *key, *key);
}

KeyPair make_server_certificate(const ServerCertificateRequest& request, const KeyPair& authority) {
  const CertificateHandle issuer = load_certificate(authority.certificate_pem);
  const KeyHandle issuer_key = load_private_key(authority.key_pem);
  const std::string alt_names = alternative_names(request);
  const NameHandle name = make_name(request.subject);
  const KeyHandle key = make_key(request.key_type);
  const CertificateHandle certificate =
      make_certificate(*name, *X509_get_subject_name(issuer.get()), *key, request.not_before, request.days);
  add_extension(*certificate, *issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(*certificate, *issuer, NID_key_usage, "critical,digitalSignature,keyEncipherment");
  add_extension(*certificate, *issuer, NID_ext_key_usage, "serverAuth");
  add_extension(*certificate, *issuer, NID_subject_alt_name, alt_names.c_str());
  add_extension(*certificate, *issuer, NID_subject_key_identifier, "hash");
  add_extension(*certificate, *issuer, NID_authority_key_identifier, "keyid:always");
  return sign(*certificate, *key, *issuer_key);
}

}  // namespace dba::tls
