#pragma once
// The steps that every certificate is made of.

#include "dba/tls/certificates.hpp"

#include "openssl.hpp"

namespace dba::tls {

KeyHandle make_key(KeyType type);
void set_random_serial(X509& certificate);
/// Adds an extension in OpenSSL's text form ("critical,CA:TRUE"). `value` must not hold foreign text unchecked.
void add_extension(X509& certificate, X509& issuer, int nid, const char* value);
std::string certificate_pem(X509& certificate);
Secret key_pem(EVP_PKEY& key);  ///< PKCS#8.

}  // namespace dba::tls
