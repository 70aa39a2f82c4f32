#include "support/test_pki.hpp"

#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace dba::test {

namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

Bio reading(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

template <class Write>
std::string written(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void set_serial(X509* certificate) {
  long serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial & 0x7fffffff);
}

void extend(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  const std::unique_ptr<X509_EXTENSION, Free> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  X509_add_ext(certificate, extension.get(), -1);
}

void set_name(X509_NAME* name, const std::string& common_name) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1,
                             -1, 0);
}

Certificate unsigned_certificate(const LeafOptions& options, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  set_serial(certificate.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.valid_from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), options.valid_to_seconds);
  X509_set_pubkey(certificate.get(), key);
  set_name(X509_get_subject_name(certificate.get()), options.common_name);
  extend(certificate.get(), NID_subject_alt_name, options.alt_names);
  return certificate;
}

TestKeyPair as_pem(X509* certificate, EVP_PKEY* key) {
  return {written([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); }),
          written([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); })};
}

}  // namespace

TestAuthority::TestAuthority(const std::string& common_name, const std::string& key_usage) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate authority = unsigned_certificate({.common_name = common_name, .alt_names = ""}, key.get());
  X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get()));
  extend(authority.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(authority.get(), NID_key_usage, key_usage);
  X509_sign(authority.get(), key.get(), EVP_sha256());
  pair_ = as_pem(authority.get(), key.get());
}

TestKeyPair TestAuthority::issue(const LeafOptions& options) const {
  const Certificate issuer(PEM_read_bio_X509(reading(pair_.certificate_pem).get(), nullptr, nullptr, nullptr));
  const Key issuer_key(PEM_read_bio_PrivateKey(reading(pair_.key_pem).get(), nullptr, nullptr, nullptr));
  const Key key(EVP_EC_gen("P-256"));
  const Certificate leaf = unsigned_certificate(options, key.get());
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer.get()));
  X509_sign(leaf.get(), issuer_key.get(), EVP_sha256());
  return as_pem(leaf.get(), key.get());
}

}  // namespace dba::test
