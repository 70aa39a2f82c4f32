#pragma once
// Keys and certificates made and judged in memory with OpenSSL; no file is written, no child process sees a key.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dba/base/secret.hpp"
#include "dba/base/timestamp.hpp"

namespace dba::tls {

enum class KeyType { rsa2048, rsa3072, rsa4096, ecdsa_p256, ecdsa_p384 };

struct AuthorityRequest {
  /// Distinguished name in order, e.g. {"CN","MSSQLServer"},{"O","kubedb"}.
  std::vector<std::pair<std::string, std::string>> subject{};
  KeyType key_type = KeyType::rsa2048;
  int days = 365;
  WallTime not_before{};
};

struct KeyPair {
  std::string certificate_pem{};
  Secret key_pem{};
};

/// A self-signed CA certificate (CA:TRUE, keyCertSign, cRLSign, random serial) and its key (PKCS#8 PEM).
/// @throws Error (usage) for an empty or malformed subject, or days outside 1 … 36500.
KeyPair make_certificate_authority(const AuthorityRequest& request);

struct ServerCertificateRequest {
  std::vector<std::pair<std::string, std::string>> subject{};
  std::vector<std::string> dns_names{}, ip_addresses{};  ///< subjectAltName; at least one.
  KeyType key_type = KeyType::ecdsa_p256;
  int days = 365;
  WallTime not_before{};
};

/// A certificate for a TLS server (CA:FALSE, serverAuth, random serial) signed by `authority`, and its key.
/// @throws Error (usage) for a bad subject or address, no name at all, days outside 1 … 36500, or an unreadable CA.
KeyPair make_server_certificate(const ServerCertificateRequest& request, const KeyPair& authority);

/// A certificate as cert-manager issues it for a Certificate object.
struct LeafRequest {
  std::vector<std::pair<std::string, std::string>> subject{};  ///< May be empty.
  std::vector<std::string> dns_names{}, ip_addresses{}, uris{}, emails{};
  bool server_auth = false, client_auth = false;  ///< Extended key usages.
  bool is_ca = false;
  KeyType key_type = KeyType::rsa2048;
  WallTime not_before{}, not_after{};
};

/// Makes a key and a certificate for it, signed by `authority`; without one, by the new key itself.
/// @throws Error (usage) for a bad subject or address, or an unreadable authority.
KeyPair issue_certificate(const LeafRequest& request, const KeyPair* authority);

/// "/CN=MSSQLServer/O=kubedb" or "CN=MSSQLServer,O=kubedb" → pairs. @throws Error (usage) naming what is wrong.
std::vector<std::pair<std::string, std::string>> parse_subject(std::string_view text);

/// Those pairs as CertificateFacts::subject shows them (RFC 2253: last one first). @throws Error (usage) for a bad
/// pair.
std::string format_subject(const std::vector<std::pair<std::string, std::string>>& subject);

/// "rsa2048", "ecdsa-p256" … in any case, hyphens optional. @throws Error (usage) naming `flag` and the choices.
KeyType parse_key_type(std::string_view flag, std::string_view text);
/// As CertificateFacts::key_description: "RSA 2048", "ECDSA P-256".
std::string_view key_type_description(KeyType type);

/// What we judge a certificate by.
struct CertificateFacts {
  std::string subject{}, issuer{}, serial{};  ///< RFC 2253 names, hex serial.
  WallTime not_before{}, not_after{};
  bool is_ca = false;
  bool can_sign_certificates = false;  ///< keyCertSign, or no key usage at all.
  bool self_signed = false;
  std::string key_description{};     ///< "RSA 2048", "ECDSA P-256"
  std::string sha256_fingerprint{};  ///< "AB:CD:…"
};

/// Facts of the first certificate of a PEM text. @throws Error (usage) when there is none.
CertificateFacts read_certificate(std::string_view pem);
/// Whether the private key belongs to the (first) certificate. @throws Error (usage) for an unreadable or encrypted
/// key.
bool key_matches(std::string_view certificate_pem, const Secret& key_pem);
/// Whether `certificate_pem` was signed by the key of `authority_pem` (signature only, not dates).
bool signed_by(std::string_view certificate_pem, std::string_view authority_pem);

}  // namespace dba::tls
