#include "openssl.hpp"

#include <ctime>
#include <limits>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace dba::tls {

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no details" : reason;
}

void require(bool success, std::string_view what) {
  if (success) return;
  throw Error(ExitCode::unexpected, fmt::format("cannot {}", what), openssl_reason());
}

BioHandle reader(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw usage_error("a PEM text of more than 2 GiB is no certificate or key");
  }
  BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  require(bio != nullptr, "read from memory");
  return bio;
}

std::string contents(BIO& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&memory, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Secret secret_contents(BIO& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&memory, &data);
  if (size <= 0) return {};
  const auto length = static_cast<std::size_t>(size);
  Secret secret{std::string(data, length)};
  OPENSSL_cleanse(data, length);
  return secret;
}

WallTime wall_time(const ASN1_TIME* time) {
  std::tm parts{};
  require(ASN1_TIME_to_tm(time, &parts) == 1, "read the dates of a certificate");
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

CertificateHandle load_certificate(std::string_view pem) {
  if (pem.find("-----BEGIN ") == std::string_view::npos) {
    throw usage_error("there is no PEM certificate in it", "convert it: openssl x509 -in FILE -out ca.crt");
  }
  const BioHandle bio = reader(pem);
  CertificateHandle certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) {
    throw Error(ExitCode::usage, "its certificate cannot be read", openssl_reason());
  }
  ERR_clear_error();
  return certificate;
}

namespace {

/// OpenSSL would ask the terminal for a passphrase; remembers that it wanted to and gives none.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

KeyHandle load_private_key(const Secret& pem) {
  if (pem.reveal().find("PRIVATE KEY-----") == std::string::npos) {
    throw usage_error("there is no PEM private key in it");
  }
  bool asked = false;
  const BioHandle bio = reader(pem.reveal());
  KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &asked));
  if (key != nullptr) {
    ERR_clear_error();
    return key;
  }
  const std::string reason = openssl_reason();
  if (asked) {
    throw usage_error("the private key is encrypted with a passphrase, which cert-manager cannot use",
                      "decrypt it first: openssl pkey -in FILE -out ca.key");
  }
  throw Error(ExitCode::usage, "its private key cannot be read", reason);
}

}  // namespace dba::tls
