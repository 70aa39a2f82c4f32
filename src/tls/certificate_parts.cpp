#include "certificate_parts.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace dba::tls {

namespace {

constexpr int kSerialBits = 127;  // Positive and within the 20 octets of RFC 5280, far beyond guessing.

}  // namespace

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

void add_extension(X509& certificate, X509& issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  require(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1, "extend a certificate");
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

}  // namespace dba::tls
