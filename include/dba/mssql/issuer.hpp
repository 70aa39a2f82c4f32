#pragma once
// The cert-manager issuer every MSSQLServer needs: a CA in a Secret, and an Issuer or ClusterIssuer that signs with it.

#include <string>
#include <string_view>
#include <vector>

#include "dba/base/secret.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"
#include "dba/mssql/findings.hpp"
#include "dba/tls/certificates.hpp"

namespace dba::mssql {

inline constexpr std::string_view kCertManagerGroup = "cert-manager.io";
inline constexpr std::string_view kClusterResourceNamespace =
    "cert-manager";  ///< Where a ClusterIssuer's secret lives.

struct IssuerRef {
  std::string kind = "Issuer";  ///< "Issuer" or "ClusterIssuer"
  std::string name{};
  bool cluster_wide() const { return kind == "ClusterIssuer"; }  ///< It has no namespace.
};

/// "[KIND/]NAME", kind in any case. @throws Error (usage) naming `flag`.
IssuerRef parse_issuer_ref(std::string_view flag, std::string_view text);
/// spec.tls.issuerRef of a database; an empty name when there is none.
IssuerRef issuer_ref_of(const Json& database);

/// Secret kubernetes.io/tls with tls.crt and tls.key.
Json make_ca_secret(std::string_view name, std::string_view ns, const tls::KeyPair& pair);
/// @param ns ignored for a ClusterIssuer.
Json make_issuer(const IssuerRef& ref, std::string_view ns, std::string_view ca_secret);

/// What one has to know about a CA secret that exists.
struct CaSecretFacts {
  bool usable = false;  ///< No problems.
  std::vector<std::string>
      problems{};  ///< Type, missing keys, key and certificate that do not belong together, no CA, expired.
  tls::CertificateFacts certificate{};  ///< Meaningful when the certificate could be read.
};
/// What a Secret holds of a CA, as it is at `now`: what is missing or wrong is a fact, nothing throws.
CaSecretFacts read_ca_secret(const Json& secret, WallTime now);

/// How an existing CA secret differs from a pair the user gave; empty when certificate and key are the same.
/// No difference line ever holds key material.
std::vector<std::string> ca_secret_differences(const Json& existing, const tls::KeyPair& wanted);
/// How an existing CA secret differs from a CA that would be made now: unusable, other subject, other kind of key.
/// (Serial, dates and days are not compared: a CA that serves is not made again.)
std::vector<std::string> ca_secret_differences(const Json& existing, const tls::AuthorityRequest& wanted, WallTime now);
/// How an existing issuer differs from one that signs with `ca_secret`; empty when it is so already.
std::vector<std::string> issuer_differences(const Json& existing, std::string_view ca_secret);

/// Whether a pair can be an issuer's CA. Every problem with the flag of the file it came from.
/// @param now  dates are judged against it.
Findings check_ca_pair(const tls::KeyPair& pair, WallTime now, std::string_view cert_flag, std::string_view key_flag);

struct IssuerReadiness {
  bool ready = false;
  std::string status = "Unknown";  ///< Status of condition Ready; "Unknown" when there is none.
  std::string reason{}, message{};
};
/// The condition Ready of an Issuer or ClusterIssuer.
IssuerReadiness issuer_readiness(const Json& issuer);
/// spec.ca.secretName; empty when the issuer is of another type.
std::string ca_secret_of(const Json& issuer);

}  // namespace dba::mssql
