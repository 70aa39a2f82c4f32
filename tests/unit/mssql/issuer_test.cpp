#include "dba/mssql/issuer.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

#include "support/fake_clock.hpp"
#include "support/test_pki.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using Lines = std::vector<std::string>;
using test::kNow;
using test::yaml;

tls::AuthorityRequest request(std::string_view subject = "/CN=MSSQLServer/O=kubedb") {
  return {
      .subject = tls::parse_subject(subject), .key_type = tls::KeyType::ecdsa_p256, .days = 365, .not_before = kNow};
}

/// Good for a year from kNow.
const tls::KeyPair& ca() {
  static const tls::KeyPair pair = tls::make_certificate_authority(request());
  return pair;
}

const tls::KeyPair& another_ca() {
  static const tls::KeyPair pair = tls::make_certificate_authority(request("/CN=Company"));
  return pair;
}

tls::KeyPair pair_of(const test::TestKeyPair& pair) {
  return {.certificate_pem = pair.certificate_pem, .key_pem = Secret(pair.key_pem)};
}

/// "error|warning flag: message"
Lines pair_problems(const tls::KeyPair& pair, WallTime now = kNow) {
  Lines lines;
  const Findings findings = check_ca_pair(pair, now, "--ca-cert", "--ca-key");
  for (const Finding& finding : findings.all()) {
    lines.push_back((finding.severity == Severity::error ? "error " : "warning ") + place_of(finding) + ": " +
                    finding.message);
  }
  return lines;
}

TEST_CASE("an issuer is named with or without its kind") {
  const auto read = [](std::string_view text) {
    const IssuerRef ref = parse_issuer_ref("--issuer", text);
    return ref.kind + " " + ref.name;
  };
  CHECK(read("ca") == "Issuer ca");
  CHECK(read("issuer/ca") == "Issuer ca");
  CHECK(read("ClusterIssuer/company.ca") == "ClusterIssuer company.ca");
  CHECK(parse_issuer_ref("--issuer", "clusterissuer/ca").cluster_wide());
  const auto problem = [](std::string_view text) -> std::string {
    try {
      parse_issuer_ref("--issuer", text);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      return error.what();
    }
    return "no problem";
  };
  CHECK(problem("vault/ca") == "--issuer: \"vault/ca\" is not Issuer/NAME, ClusterIssuer/NAME or NAME");
  CHECK(problem("Issuer/") == "--issuer: \"Issuer/\": must not be empty");
  CHECK(problem("issuer/Company") ==
        "--issuer: \"issuer/Company\": must consist of lower-case letters, digits, '-' and '.', and start and end with "
        "a letter or digit");
}

TEST_CASE("the issuer of a database is the one of spec.tls") {
  CHECK(issuer_ref_of(yaml("{spec: {tls: {issuerRef: {kind: ClusterIssuer, name: ca}}}}")).cluster_wide());
  CHECK(issuer_ref_of(yaml("{spec: {tls: {issuerRef: {name: ca}}}}")).kind == "Issuer");
  CHECK(issuer_ref_of(yaml("{spec: {}}")).name.empty());
}

TEST_CASE("the objects that make an issuer") {
  const tls::KeyPair pair{.certificate_pem = "certificate", .key_pem = Secret("key")};
  CHECK(codec::compact_json(make_ca_secret("sales-ca", "demo", pair)) ==
        R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"sales-ca","namespace":"demo"},)"
        R"("type":"kubernetes.io/tls","data":{"tls.crt":"Y2VydGlmaWNhdGU=","tls.key":"a2V5"}})");
  CHECK(codec::compact_json(make_issuer({.name = "sales"}, "demo", "sales-ca")) ==
        R"({"apiVersion":"cert-manager.io/v1","kind":"Issuer","metadata":{"name":"sales","namespace":"demo"},)"
        R"("spec":{"ca":{"secretName":"sales-ca"}}})");
  CHECK(codec::compact_json(make_issuer({.kind = "ClusterIssuer", .name = "company"}, "demo", "company-ca")) ==
        R"({"apiVersion":"cert-manager.io/v1","kind":"ClusterIssuer","metadata":{"name":"company"},)"
        R"("spec":{"ca":{"secretName":"company-ca"}}})");
}

TEST_CASE("a pair that can be an issuer's CA") {
  CHECK(pair_problems(ca()).empty());
  CHECK(pair_problems(ca(), kNow + std::chrono::days(335)).empty());
  CHECK(pair_problems(ca(), kNow + std::chrono::days(336)) ==
        Lines{"warning --ca-cert: the certificate expires soon, at 2027-01-02T03:04:05Z"});
}

TEST_CASE("what keeps a pair from being an issuer's CA") {
  CHECK(pair_problems(ca(), kNow + std::chrono::days(365)) ==
        Lines{"error --ca-cert: the certificate expired at 2027-01-02T03:04:05Z"});
  CHECK(pair_problems(ca(), kNow - std::chrono::days(1)) ==
        Lines{"error --ca-cert: the certificate is not valid before 2026-01-02T03:04:05Z"});
  CHECK(pair_problems({.certificate_pem = ca().certificate_pem, .key_pem = another_ca().key_pem}) ==
        Lines{"error --ca-key: the private key does not belong to the certificate of --ca-cert"});
  const tls::KeyPair server = pair_of(test::make_key_pair("server"));
  const WallTime issued = tls::read_certificate(server.certificate_pem).not_before;
  CHECK(pair_problems(server, issued + std::chrono::hours(1))[0] ==
        "error --ca-cert: the certificate is no CA (CA:TRUE is missing), it cannot sign others");
  CHECK(pair_problems({.certificate_pem = "none", .key_pem = ca().key_pem}).size() == 1);
  CHECK(pair_problems({.certificate_pem = ca().certificate_pem, .key_pem = Secret("none")}).size() == 1);
  CHECK(pair_problems({.certificate_pem = ca().certificate_pem, .key_pem = Secret("none")})[0].starts_with(
      "error --ca-key: "));
}

TEST_CASE("a CA must be allowed to sign certificates, if it says at all what it is for") {
  const auto found = [](const std::string& key_usage) {
    const tls::KeyPair pair = pair_of(test::TestAuthority("Company", key_usage).pair());
    const tls::CertificateFacts facts = tls::read_certificate(pair.certificate_pem);
    Lines errors = pair_problems(pair, facts.not_before + std::chrono::hours(1));
    std::erase_if(errors, [](const std::string& line) { return line.starts_with("warning "); });  // It ends tomorrow.
    return errors;
  };
  CHECK(found("").empty());
  CHECK(found("critical,keyCertSign,cRLSign").empty());
  CHECK(found("critical,digitalSignature") ==
        Lines{"error --ca-cert: the certificate may not sign others (key usage without keyCertSign)"});
}

TEST_CASE("every problem of a pair is found at once") {
  const tls::KeyPair server = pair_of(test::make_key_pair("server"));
  const WallTime issued = tls::read_certificate(server.certificate_pem).not_before;
  CHECK(pair_problems({.certificate_pem = server.certificate_pem, .key_pem = ca().key_pem},
                      issued + std::chrono::days(2)) ==
        Lines{"error --ca-cert: the certificate is no CA (CA:TRUE is missing), it cannot sign others",
              "error --ca-cert: the certificate expired at " +
                  format_rfc3339(tls::read_certificate(server.certificate_pem).not_after),
              "error --ca-key: the private key does not belong to the certificate of --ca-cert"});
}

TEST_CASE("a CA secret that serves, and why one does not") {
  const Json good = make_ca_secret("sales-ca", "demo", ca());
  const CaSecretFacts facts = read_ca_secret(good, kNow);
  CHECK(facts.usable);
  CHECK(facts.certificate.subject == "O=kubedb,CN=MSSQLServer");
  CHECK(facts.certificate.key_description == "ECDSA P-256");

  Json bad = good;
  const auto problems = [&bad](WallTime now = kNow) {
    const CaSecretFacts found = read_ca_secret(bad, now);
    CHECK_FALSE(found.usable);
    return found.problems;
  };
  SUBCASE("other type") {
    bad["type"] = "Opaque";
    CHECK(problems() == Lines{"its type is Opaque, not kubernetes.io/tls"});
  }
  SUBCASE("nothing in it") {
    bad.erase("data");
    bad.erase("type");
    CHECK(problems() ==
          Lines{"its type is not set, not kubernetes.io/tls", "it has no key tls.crt", "it has no key tls.key"});
  }
  SUBCASE("no base64") {
    bad["data"]["tls.key"] = "%";
    CHECK(problems() == Lines{"it has no key tls.key"});
  }
  SUBCASE("another key") {
    bad["data"]["tls.key"] = base64_encode(another_ca().key_pem.reveal());
    CHECK(problems() == Lines{"tls.key: the private key does not belong to the certificate of tls.crt"});
  }
  SUBCASE("expired") {
    CHECK(problems(kNow + std::chrono::days(366)) == Lines{"tls.crt: the certificate expired at 2027-01-02T03:04:05Z"});
  }
  SUBCASE("soon expired is only to be warned about") {
    CHECK(read_ca_secret(bad, kNow + std::chrono::days(360)).usable);
  }
  SUBCASE("a certificate that cannot be read") {
    bad["data"]["tls.crt"] = base64_encode("none");
    CHECK(problems().size() == 1);
    CHECK(read_ca_secret(bad, kNow).certificate.subject.empty());
  }
}

TEST_CASE("a CA secret against the pair that was given") {
  const Json existing = make_ca_secret("sales-ca", "demo", ca());
  CHECK(ca_secret_differences(existing, ca()).empty());
  const tls::KeyPair with_blank_line{.certificate_pem = ca().certificate_pem + "\n", .key_pem = ca().key_pem};
  CHECK(ca_secret_differences(existing, with_blank_line).empty());
  const Lines other = ca_secret_differences(existing, another_ca());
  CHECK(other == Lines{"tls.crt holds another certificate", "tls.key holds another key"});
  CHECK(ca_secret_differences(yaml("{type: Opaque}"), ca()) == Lines{"type is Opaque, not kubernetes.io/tls",
                                                                     "tls.crt holds another certificate",
                                                                     "tls.key holds another key"});
}

TEST_CASE("a CA secret against one that would be made") {
  const Json existing = make_ca_secret("sales-ca", "demo", ca());
  CHECK(ca_secret_differences(existing, request(), kNow + std::chrono::days(100)).empty());
  tls::AuthorityRequest other = request("/CN=Company/O=example");
  other.key_type = tls::KeyType::rsa2048;
  other.days = 10;
  CHECK(ca_secret_differences(existing, other, kNow) ==
        Lines{"its subject is O=kubedb,CN=MSSQLServer, not O=example,CN=Company",
              "its key is ECDSA P-256, not RSA 2048"});
  CHECK(ca_secret_differences(existing, request(), kNow + std::chrono::days(366)) ==
        Lines{"tls.crt: the certificate expired at 2027-01-02T03:04:05Z"});
  CHECK(ca_secret_differences(yaml("{type: kubernetes.io/tls}"), request(), kNow) ==
        Lines{"it has no key tls.crt", "it has no key tls.key"});
}

TEST_CASE("an issuer against one that signs with the secret") {
  CHECK(issuer_differences(make_issuer({.name = "sales"}, "demo", "sales-ca"), "sales-ca").empty());
  CHECK(issuer_differences(make_issuer({.name = "sales"}, "demo", "other"), "sales-ca") ==
        Lines{"its CA secret is other, not sales-ca"});
  CHECK(issuer_differences(yaml("{spec: {selfSigned: {}}}"), "sales-ca") ==
        Lines{"it signs by selfSigned, not by a CA"});
  CHECK(issuer_differences(yaml("{metadata: {name: sales}}"), "sales-ca") == Lines{"it signs by nothing, not by a CA"});
  CHECK(ca_secret_of(yaml("{spec: {selfSigned: {}}}")).empty());
}

TEST_CASE("whether cert-manager has made it Ready") {
  const IssuerReadiness ready = issuer_readiness(yaml(
      "{status: {conditions: [{type: Other, status: 'False'}, {type: Ready, status: 'True', reason: KeyPairVerified, "
      "message: Signing CA verified}]}}"));
  CHECK(ready.ready);
  CHECK(ready.status == "True");
  CHECK(ready.reason == "KeyPairVerified");
  CHECK(ready.message == "Signing CA verified");
  const IssuerReadiness failing =
      issuer_readiness(yaml("{status: {conditions: [{type: Ready, status: 'False', reason: ErrGetKeyPair}]}}"));
  CHECK_FALSE(failing.ready);
  CHECK(failing.status == "False");
  CHECK_FALSE(issuer_readiness(yaml("{status: {}}")).ready);
  CHECK(issuer_readiness(yaml("{status: {}}")).status == "Unknown");
}

}  // namespace
}  // namespace dba::mssql
