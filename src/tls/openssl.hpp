#pragma once
// OpenSSL's handles with owners, and its error queue as a failure of ours.

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "dba/base/error.hpp"
#include "dba/base/secret.hpp"
#include "dba/base/timestamp.hpp"

namespace dba::tls {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

using BioHandle = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using NumberHandle = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, Deleter<X509_free>>;
using NameHandle = std::unique_ptr<X509_NAME, Deleter<X509_NAME_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

/// The newest entry of OpenSSL's error queue, which is emptied; "no details" when there is none.
std::string openssl_reason();
/// For calls that fail only when memory or randomness is out. @throws Error (unexpected) with OpenSSL's reason.
void require(bool success, std::string_view what);

/// A read-only BIO over `text`, which must outlive it.
BioHandle reader(std::string_view text);
std::string contents(BIO& memory);
Secret secret_contents(BIO& memory);

WallTime wall_time(const ASN1_TIME* time);

/// The first certificate. @throws Error (usage).
CertificateHandle load_certificate(std::string_view pem);
/// @throws Error (usage): no private key, encrypted, unreadable. Never asks for a passphrase.
KeyHandle load_private_key(const Secret& pem);

}  // namespace dba::tls
