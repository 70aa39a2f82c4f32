// Makes CA certificates.

#include <array>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "dba/base/text.hpp"
#include "dba/tls/certificates.hpp"

#include "openssl.hpp"
#include "subject.hpp"

namespace dba::tls {

namespace {

constexpr int kSerialBits = 127;  // Positive and within the 20 octets of RFC 5280, far beyond guessing.
constexpr int kMaximumDays = 36500;

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

KeyHandle make_key(KeyType type) {
  KeyHandle key;
  switch (type) {
    case KeyType::rsa2048:
      key.reset(EVP_RSA_gen(2048));
      break;
    case KeyType::rsa3072:
      key.reset(EVP_RSA_gen(3072));
      break;
    case KeyType::rsa4096:
      key.reset(EVP_RSA_gen(4096));
      break;
    case KeyType::ecdsa_p256:
      key.reset(EVP_EC_gen("P-256"));
      break;
    case KeyType::ecdsa_p384:
      key.reset(EVP_EC_gen("P-384"));
      break;
  }
  require(key != nullptr, "make a private key");
  return key;
}

void set_random_serial(X509& certificate) {
  const NumberHandle serial(BN_new());
  require(serial != nullptr && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&certificate)) != nullptr,
          "draw a serial number");
}

void add_extension(X509& certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  require(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1, "extend a certificate");
}

void set_validity(X509& certificate, WallTime from, int days) {
  const std::time_t start = std::chrono::system_clock::to_time_t(from);
  require(ASN1_TIME_set(X509_getm_notBefore(&certificate), start) != nullptr &&
              ASN1_TIME_adj(X509_getm_notAfter(&certificate), start, days, 0) != nullptr,
          "set the dates of a certificate");
}

std::string certificate_pem(X509& certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr && PEM_write_bio_X509(bio.get(), &certificate) == 1, "write a certificate");
  return contents(*bio);
}

Secret key_pem(EVP_PKEY& key) {
  const BioHandle bio(BIO_new(BIO_s_secmem()));
  require(bio != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "write a private key");
  return secret_contents(*bio);
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
  if (request.days < 1 || request.days > kMaximumDays) {
    throw usage_error(
        fmt::format("a certificate cannot be valid for {} days, use 1 to {}", request.days, kMaximumDays));
  }
  const NameHandle name = make_name(request.subject);
  const KeyHandle key = make_key(request.key_type);
  const CertificateHandle certificate(X509_new());
  require(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "make a certificate");
  set_random_serial(*certificate);
  set_validity(*certificate, request.not_before, request.days);
  require(X509_set_subject_name(certificate.get(), name.get()) == 1 &&
              X509_set_issuer_name(certificate.get(), name.get()) == 1 &&
              X509_set_pubkey(certificate.get(), key.get()) == 1,
          "fill in a certificate");
  add_extension(*certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(*certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(*certificate, NID_subject_key_identifier, "hash");
  add_extension(*certificate, NID_authority_key_identifier, "keyid:always");
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "sign a certificate");
  return {.certificate_pem = certificate_pem(*certificate), .key_pem = key_pem(*key)};
}

}  // namespace dba::tls
