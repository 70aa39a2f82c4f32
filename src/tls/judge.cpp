// Reads certificates and says what they are.

#include <array>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "dba/tls/certificates.hpp"

#include "openssl.hpp"
#include "subject.hpp"

namespace dba::tls {

namespace {

std::string serial_text(const X509& certificate) {
  const NumberHandle number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  require(number != nullptr, "read a serial number");
  const std::unique_ptr<char, Deleter<[](char* text) { OPENSSL_free(text); }>> text(BN_bn2hex(number.get()));
  require(text != nullptr, "read a serial number");
  return text.get();
}

std::string key_text(EVP_PKEY* key) {
  if (key == nullptr) return "unknown";
  if (EVP_PKEY_is_a(key, "RSA") == 1) return fmt::format("RSA {}", EVP_PKEY_get_bits(key));
  if (EVP_PKEY_is_a(key, "EC") == 1) return fmt::format("ECDSA P-{}", EVP_PKEY_get_bits(key));
  const char* name = EVP_PKEY_get0_type_name(key);
  return name == nullptr ? "unknown" : name;
}

std::string fingerprint(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  require(X509_digest(&certificate, EVP_sha256(), digest.data(), &length) == 1, "digest a certificate");
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest[i]);
  return text;
}

bool verified_by(X509& certificate, EVP_PKEY* authority_key) {
  const bool good = authority_key != nullptr && X509_verify(&certificate, authority_key) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace

CertificateFacts read_certificate(std::string_view pem) {
  const CertificateHandle certificate = load_certificate(pem);
  X509& x509 = *certificate;
  const bool key_usage_given = (X509_get_extension_flags(&x509) & EXFLAG_KUSAGE) != 0;
  CertificateFacts facts;
  facts.subject = name_text(*X509_get_subject_name(&x509));
  facts.issuer = name_text(*X509_get_issuer_name(&x509));
  facts.serial = serial_text(x509);
  facts.not_before = wall_time(X509_get0_notBefore(&x509));
  facts.not_after = wall_time(X509_get0_notAfter(&x509));
  facts.is_ca = (X509_get_extension_flags(&x509) & EXFLAG_CA) != 0;
  facts.can_sign_certificates = !key_usage_given || (X509_get_key_usage(&x509) & KU_KEY_CERT_SIGN) != 0;
  facts.self_signed = X509_NAME_cmp(X509_get_subject_name(&x509), X509_get_issuer_name(&x509)) == 0 &&
                      verified_by(x509, X509_get0_pubkey(&x509));
  facts.key_description = key_text(X509_get0_pubkey(&x509));
  facts.sha256_fingerprint = fingerprint(x509);
  return facts;
}

bool key_matches(std::string_view certificate_pem, const Secret& key_pem) {
  const CertificateHandle certificate = load_certificate(certificate_pem);
  const KeyHandle key = load_private_key(key_pem);
  const bool matches = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return matches;
}

bool signed_by(std::string_view certificate_pem, std::string_view authority_pem) {
  const CertificateHandle certificate = load_certificate(certificate_pem);
  const CertificateHandle authority = load_certificate(authority_pem);
  return verified_by(*certificate, X509_get0_pubkey(authority.get()));
}

}  // namespace dba::tls
