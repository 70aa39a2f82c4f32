#include "dba/mssql/issuer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kTlsSecretType = "kubernetes.io/tls";
constexpr std::chrono::hours kSoon{24 * 30};

/// A decoded value of Secret data; empty when it is absent or no base64.
Secret data_of(const Json& secret, std::string_view key) {
  try {
    return Secret(base64_decode(codec::string_at(secret, {"data", key})));
  } catch (const Error&) {
    return {};
  }
}

Json base_object(std::string_view api_version, std::string_view kind, std::string_view name, std::string_view ns) {
  Json object = Json::object();
  object["apiVersion"] = api_version;
  object["kind"] = kind;
  object["metadata"]["name"] = name;
  if (!ns.empty()) object["metadata"]["namespace"] = ns;
  return object;
}

}  // namespace

IssuerRef parse_issuer_ref(std::string_view flag, std::string_view text) {
  IssuerRef ref;
  std::string_view name = text;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const std::string kind = to_lower(text.substr(0, slash));
    if (kind == "clusterissuer") {
      ref.kind = "ClusterIssuer";
    } else if (kind != "issuer") {
      throw usage_error(fmt::format("{}: \"{}\" is not Issuer/NAME, ClusterIssuer/NAME or NAME", flag, text));
    }
    name.remove_prefix(slash + 1);
  }
  if (const std::string problem = dns_subdomain_problem(name); !problem.empty()) {
    throw usage_error(fmt::format("{}: \"{}\": {}", flag, text, problem));
  }
  ref.name = name;
  return ref;
}

IssuerRef issuer_ref_of(const Json& database) {
  const Json* ref = codec::find_at(database, {"spec", "tls", "issuerRef"});
  if (ref == nullptr) return {};
  return {.kind = codec::string_at(*ref, {"kind"}, "Issuer"), .name = codec::string_at(*ref, {"name"})};
}

Json make_ca_secret(std::string_view name, std::string_view ns, const tls::KeyPair& pair) {
  Json secret = base_object("v1", "Secret", name, ns);
  secret["type"] = kTlsSecretType;
  secret["data"]["tls.crt"] = base64_encode(pair.certificate_pem);
  secret["data"]["tls.key"] = base64_encode(pair.key_pem.reveal());
  return secret;
}

Json make_issuer(const IssuerRef& ref, std::string_view ns, std::string_view ca_secret) {
  Json issuer = base_object("cert-manager.io/v1", ref.kind, ref.name, ref.cluster_wide() ? "" : ns);
  issuer["spec"]["ca"]["secretName"] = ca_secret;
  return issuer;
}

CaSecretFacts read_ca_secret(const Json& secret, WallTime now) {
  CaSecretFacts facts;
  const std::string type = codec::string_at(secret, {"type"});
  if (type != kTlsSecretType) {
    facts.problems.push_back(fmt::format("its type is {}, not {}", type.empty() ? "not set" : type, kTlsSecretType));
  }
  const Secret certificate = data_of(secret, "tls.crt"), key = data_of(secret, "tls.key");
  if (certificate.empty()) facts.problems.emplace_back("it has no key tls.crt");
  if (key.empty()) facts.problems.emplace_back("it has no key tls.key");
  if (!certificate.empty() && !key.empty()) {
    const tls::KeyPair pair{.certificate_pem = certificate.reveal(), .key_pem = key};
    const Findings findings = check_ca_pair(pair, now, "tls.crt", "tls.key");
    for (const Finding& finding : findings.all()) {
      if (finding.severity == Severity::error) {
        facts.problems.push_back(fmt::format("{}: {}", finding.flag, finding.message));
      }
    }
    try {
      facts.certificate = tls::read_certificate(pair.certificate_pem);
    } catch (const Error&) {
      // check_ca_pair has said it.
    }
  }
  facts.usable = facts.problems.empty();
  return facts;
}

std::vector<std::string> ca_secret_differences(const Json& existing, const tls::KeyPair& wanted) {
  std::vector<std::string> differences;
  const std::string type = codec::string_at(existing, {"type"});
  if (type != kTlsSecretType) differences.push_back(fmt::format("type is {}, not {}", type, kTlsSecretType));
  if (trim(data_of(existing, "tls.crt").reveal()) != trim(wanted.certificate_pem)) {
    differences.emplace_back("tls.crt holds another certificate");
  }
  if (trim(data_of(existing, "tls.key").reveal()) != trim(wanted.key_pem.reveal())) {
    differences.emplace_back("tls.key holds another key");
  }
  return differences;
}

std::vector<std::string> ca_secret_differences(const Json& existing, const tls::AuthorityRequest& wanted,
                                               WallTime now) {
  const CaSecretFacts facts = read_ca_secret(existing, now);
  std::vector<std::string> differences = facts.problems;
  if (facts.certificate.subject.empty() && !facts.usable) return differences;
  if (const std::string subject = tls::format_subject(wanted.subject); subject != facts.certificate.subject) {
    differences.push_back(fmt::format("its subject is {}, not {}", facts.certificate.subject, subject));
  }
  if (const std::string_view key = tls::key_type_description(wanted.key_type);
      key != facts.certificate.key_description) {
    differences.push_back(fmt::format("its key is {}, not {}", facts.certificate.key_description, key));
  }
  return differences;
}

std::vector<std::string> issuer_differences(const Json& existing, std::string_view ca_secret) {
  const Json* spec = codec::find_at(existing, {"spec"});
  std::vector<std::string> differences;
  if (codec::find_at(existing, {"spec", "ca"}) == nullptr) {
    const std::string type = spec == nullptr || spec->empty() ? "nothing" : spec->items().begin().key();
    differences.push_back(fmt::format("it signs by {}, not by a CA", type));
  } else if (const std::string secret = ca_secret_of(existing); secret != ca_secret) {
    differences.push_back(fmt::format("its CA secret is {}, not {}", secret, ca_secret));
  }
  return differences;
}

Findings check_ca_pair(const tls::KeyPair& pair, WallTime now, std::string_view cert_flag, std::string_view key_flag) {
  Findings findings;
  bool readable = true;
  try {
    const tls::CertificateFacts facts = tls::read_certificate(pair.certificate_pem);
    if (!facts.is_ca)
      findings.error("", cert_flag, "the certificate is no CA (CA:TRUE is missing), it cannot sign others");
    if (facts.is_ca && !facts.can_sign_certificates) {
      findings.error("", cert_flag, "the certificate may not sign others (key usage without keyCertSign)");
    }
    if (facts.not_after <= now) {
      findings.error("", cert_flag, fmt::format("the certificate expired at {}", format_rfc3339(facts.not_after)));
    } else if (facts.not_before > now) {
      findings.error("", cert_flag,
                     fmt::format("the certificate is not valid before {}", format_rfc3339(facts.not_before)));
    } else if (facts.not_after - now < kSoon) {
      findings.warn("", cert_flag, fmt::format("the certificate expires soon, at {}", format_rfc3339(facts.not_after)));
    }
  } catch (const Error& error) {
    readable = false;
    findings.error("", cert_flag, error.what());
  }
  try {
    if (readable && !tls::key_matches(pair.certificate_pem, pair.key_pem)) {
      findings.error("", key_flag, fmt::format("the private key does not belong to the certificate of {}", cert_flag));
    }
  } catch (const Error& error) {
    findings.error("", key_flag, error.what());
  }
  return findings;
}

IssuerReadiness issuer_readiness(const Json& issuer) {
  const Json* condition = codec::condition_of(issuer, "Ready");
  if (condition == nullptr) return {};
  IssuerReadiness readiness{.status = codec::string_at(*condition, {"status"}, "Unknown"),
                            .reason = codec::string_at(*condition, {"reason"}),
                            .message = codec::string_at(*condition, {"message"})};
  readiness.ready = readiness.status == "True";
  return readiness;
}

std::string ca_secret_of(const Json& issuer) { return codec::string_at(issuer, {"spec", "ca", "secretName"}); }

}  // namespace dba::mssql
