// Issues certificates the way a certificate controller does: any mix of names and usages, signed by a CA or by itself.

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "dba/base/text.hpp"
#include "dba/tls/certificates.hpp"

#include "certificate_parts.hpp"
#include "openssl.hpp"
#include "subject.hpp"

namespace dba::tls {

namespace {

using NamesHandle = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;

void add_text(GENERAL_NAMES& names, int type, const std::string& text) {
  GENERAL_NAME* const name = GENERAL_NAME_new();
  ASN1_IA5STRING* const value = ASN1_IA5STRING_new();
  require(
      name != nullptr && value != nullptr && ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1,
      "name a certificate");
  GENERAL_NAME_set0_value(name, type, value);
  require(sk_GENERAL_NAME_push(&names, name) > 0, "name a certificate");
}

void add_address(GENERAL_NAMES& names, const std::string& text) {
  ASN1_OCTET_STRING* const value = a2i_IPADDRESS(text.c_str());
  if (value == nullptr) throw usage_error(fmt::format("\"{}\" is not an IP address", text));
  GENERAL_NAME* const name = GENERAL_NAME_new();
  require(name != nullptr, "name a certificate");
  GENERAL_NAME_set0_value(name, GEN_IPADD, value);
  require(sk_GENERAL_NAME_push(&names, name) > 0, "name a certificate");
}

void add_names(X509& certificate, const LeafRequest& request) {
  const NamesHandle names(GENERAL_NAMES_new());
  require(names != nullptr, "name a certificate");
  for (const std::string& name : request.dns_names) add_text(*names, GEN_DNS, name);
  for (const std::string& address : request.ip_addresses) add_address(*names, address);
  for (const std::string& uri : request.uris) add_text(*names, GEN_URI, uri);
  for (const std::string& email : request.emails) add_text(*names, GEN_EMAIL, email);
  if (sk_GENERAL_NAME_num(names.get()) == 0) return;
  require(X509_add1_ext_i2d(&certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1,
          "name a certificate");
}

void set_dates(X509& certificate, const LeafRequest& request) {
  const auto set = [](ASN1_TIME* field, WallTime time) {
    require(ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(time)) != nullptr,
            "set the dates of a certificate");
  };
  set(X509_getm_notBefore(&certificate), request.not_before);
  set(X509_getm_notAfter(&certificate), request.not_after);
}

void add_usages(X509& certificate, X509& issuer, const LeafRequest& request) {
  add_extension(certificate, issuer, NID_basic_constraints, request.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add_extension(certificate, issuer, NID_key_usage,
                request.is_ca ? "critical,digitalSignature,keyEncipherment,keyCertSign"
                              : "critical,digitalSignature,keyEncipherment");
  std::vector<std::string> purposes;
  if (request.server_auth) purposes.emplace_back("serverAuth");
  if (request.client_auth) purposes.emplace_back("clientAuth");
  if (!purposes.empty()) add_extension(certificate, issuer, NID_ext_key_usage, join(purposes, ",").c_str());
  if (request.is_ca) add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
}

}  // namespace

KeyPair issue_certificate(const LeafRequest& request, const KeyPair* authority) {
  const NameHandle subject = request.subject.empty() ? NameHandle(X509_NAME_new()) : make_name(request.subject);
  const KeyHandle key = make_key(request.key_type);
  const CertificateHandle certificate(X509_new());
  require(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "make a certificate");
  const CertificateHandle issuer = authority == nullptr ? nullptr : load_certificate(authority->certificate_pem);
  const KeyHandle issuer_key = authority == nullptr ? nullptr : load_private_key(authority->key_pem);
  set_random_serial(*certificate);
  set_dates(*certificate, request);
  require(
      X509_set_subject_name(certificate.get(), subject.get()) == 1 &&
          X509_set_issuer_name(certificate.get(), issuer ? X509_get_subject_name(issuer.get()) : subject.get()) == 1 &&
          X509_set_pubkey(certificate.get(), key.get()) == 1,
      "fill in a certificate");
  add_usages(*certificate, issuer ? *issuer : *certificate, request);
  if (issuer) add_extension(*certificate, *issuer, NID_authority_key_identifier, "keyid");
  add_names(*certificate, request);
  require(X509_sign(certificate.get(), issuer_key ? issuer_key.get() : key.get(), EVP_sha256()) > 0,
          "sign a certificate");
  return {.certificate_pem = certificate_pem(*certificate), .key_pem = key_pem(*key)};
}

}  // namespace dba::tls
