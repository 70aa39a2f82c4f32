#include "key_pair.hpp"

#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace dba::kube {

namespace {

struct OpensslDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, OpensslDeleter>;

Owned<BIO> open_text(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Owned<X509> first_certificate(const std::string& pem) {
  const Owned<BIO> bio = open_text(pem);
  Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate;
}

/// An encrypted key must fail, not ask on the terminal.
int no_password(char*, int, int, void*) { return -1; }

Owned<EVP_PKEY> private_key(const Secret& pem) {
  const Owned<BIO> bio = open_text(pem.reveal());
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  return key;
}

bool has_pem(const std::string& text) { return text.find("-----BEGIN ") != std::string::npos; }

}  // namespace

bool has_certificate(const std::string& pem) {
  const Owned<BIO> bio = open_text(pem);
  for (;;) {
    const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    ERR_clear_error();
    if (certificate != nullptr) return true;
    if (reason == PEM_R_NO_START_LINE) return false;  // Else this block is broken, but there may be others.
  }
}

std::string key_pair_problem(const std::string& certificate_pem, const Secret& key_pem) {
  if (!has_pem(certificate_pem)) return "tls: failed to find any PEM data in certificate input";
  if (!has_pem(key_pem.reveal())) return "tls: failed to find any PEM data in key input";
  const Owned<X509> certificate = first_certificate(certificate_pem);
  if (certificate == nullptr) return "tls: failed to parse certificate";
  const Owned<EVP_PKEY> key = private_key(key_pem);
  if (key == nullptr) return "tls: failed to parse private key";
  const bool match = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return match ? "" : "tls: private key does not match public key";
}

}  // namespace dba::kube
