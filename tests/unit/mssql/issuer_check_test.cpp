#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/issuer_service.hpp"

#include "support/fake_clock.hpp"
#include "support/fake_transport.hpp"
#include "support/test_keys.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;
using test::FakeCluster;
using test::kNow;

const std::string kRenew = "kubectl dba mssql issuer create company -n demo --overwrite";

tls::KeyPair make_ca(WallTime not_before, std::string_view subject = kDefaultCaSubject) {
  return tls::make_certificate_authority({.subject = tls::parse_subject(subject),
                                          .key_type = tls::KeyType::ecdsa_p256,
                                          .days = 100,
                                          .not_before = not_before});
}

Json ready(Json issuer) {
  issuer["status"]["conditions"] = test::yaml("v: [{type: Ready, status: 'True', reason: KeyPairVerified}]")["v"];
  return issuer;
}

/// A cluster whose issuer "company" of this kind signs with this secret; a Certificate is accepted.
struct IssuerScene {
  FakeCluster cluster{};
  IssuerRef ref{};

  explicit IssuerScene(const Json& secret, std::string_view kind = "Issuer")
      : ref{.kind = std::string(kind), .name = "company"} {
    cluster.api().on_get(ready(make_issuer(ref, "demo", "company-ca")));
    cluster.api().on_get(secret);
    cluster.api().on("POST", "/apis/cert-manager.io/v1/namespaces/demo/certificates").stored(201).optionally();
  }
  IssuerReport report() { return check_issuer(cluster.client(), ref, "demo", kClusterResourceNamespace); }
  /// "name status: text → remedy" of what is judged about the CA.
  std::vector<std::string> about_the_ca() {
    std::vector<std::string> lines;
    const IssuerReport found = report();
    for (const Check& check : found.checks) {
      if (check.name != "ca" && check.name != "validity") continue;
      lines.push_back(check.name + " " + std::string(status_name(check.status)) + ": " + check.text +
                      (check.remedy.empty() ? "" : " → " + check.remedy));
    }
    return lines;
  }
};

}  // namespace

TEST_CASE("a CA that serves: the whole report") {
  const tls::KeyPair ca = make_ca(kNow);
  IssuerScene scene(make_ca_secret("company-ca", "demo", ca));
  const IssuerReport report = scene.report();
  const tls::CertificateFacts facts = tls::read_certificate(ca.certificate_pem);
  CHECK(codec::compact_json(to_json(report)) ==
        R"({"apiVersion":"kubectl-dba/v1","kind":"IssuerReport","issuer":{"kind":"Issuer","namespace":"demo",)"
        R"("name":"company"},"secret":{"namespace":"demo","name":"company-ca"},"healthy":true,"daysLeft":100,)"
        R"("certificate":{"subject":"O=kubedb,CN=MSSQLServer","issuer":"O=kubedb,CN=MSSQLServer","serial":")" +
            facts.serial +
            R"(","key":"ECDSA P-256","isCa":true,"selfSigned":true,"notBefore":"2026-01-02T03:04:05Z",)"
            R"("notAfter":"2026-04-12T03:04:05Z","sha256Fingerprint":")" +
            facts.sha256_fingerprint +
            R"("},"checks":[{"name":"api","status":"ok","text":"cert-manager.io/v1 is served","remedy":null},)"
            R"({"name":"issuer","status":"ok","text":"Issuer company exists","remedy":null},)"
            R"({"name":"ready","status":"ok","text":"condition Ready is True","remedy":null},)"
            R"({"name":"secret","status":"ok","text":"secret demo/company-ca exists","remedy":null},)"
            R"({"name":"ca","status":"ok","text":"O=kubedb,CN=MSSQLServer, ECDSA P-256, key matches","remedy":null},)"
            R"({"name":"validity","status":"ok","text":"100 days left, until 2026-04-12T03:04:05Z","remedy":null},)"
            R"json({"name":"webhook","status":"ok","text":"a Certificate is accepted (server dry run)",)json"
            R"("remedy":null}],"errors":[]})");
}

TEST_CASE("a key that does not belong to the certificate") {
  Json secret = make_ca_secret("company-ca", "demo", make_ca(kNow));
  secret["data"]["tls.key"] = base64_encode(make_ca(kNow).key_pem.reveal());
  IssuerScene scene(secret);
  CHECK(scene.about_the_ca() ==
        std::vector<std::string>{
            "ca fail: tls.key: the private key does not belong to the certificate of tls.crt → " + kRenew,
            "validity ok: 100 days left, until 2026-04-12T03:04:05Z"});
  CHECK_FALSE(scene.report().healthy);
}

TEST_CASE("a CA that has expired") {
  IssuerScene scene(make_ca_secret("company-ca", "demo", make_ca(kNow - std::chrono::days(101))));
  CHECK(scene.about_the_ca() ==
        std::vector<std::string>{"ca fail: tls.crt: the certificate expired at 2026-01-01T03:04:05Z → " + kRenew});
  const IssuerReport report = scene.report();
  CHECK_FALSE(report.healthy);
  CHECK(report.days_left == -1);
}

TEST_CASE("a CA that somebody else made has to come from there again") {
  IssuerScene scene(make_ca_secret("company-ca", "demo", make_ca(kNow - std::chrono::days(101), "/CN=Company")));
  CHECK(scene.about_the_ca() ==
        std::vector<std::string>{"ca fail: tls.crt: the certificate expired at 2026-01-01T03:04:05Z → kubectl dba "
                                 "mssql issuer create company -n demo --ca-cert=ca.crt --ca-key=ca.key --overwrite"});
}

TEST_CASE("a certificate that is no CA") {
  const test::TestKeyPair pair = test::make_key_pair("server");
  IssuerScene scene(
      make_ca_secret("company-ca", "demo", {.certificate_pem = pair.certificate_pem, .key_pem = Secret(pair.key_pem)}));
  const std::vector<std::string> lines = scene.about_the_ca();
  CHECK(lines.at(0) ==
        "ca fail: tls.crt: the certificate is no CA (CA:TRUE is missing), it cannot sign others → kubectl dba mssql "
        "issuer create company -n demo --ca-cert=ca.crt --ca-key=ca.key --overwrite");
  CHECK_FALSE(scene.report().healthy);
}

TEST_CASE("the secret of a ClusterIssuer is looked for where cert-manager does, and its commands name its kind") {
  IssuerScene scene(make_ca_secret("company-ca", "cert-manager", make_ca(kNow - std::chrono::days(90))),
                    "ClusterIssuer");
  CHECK(scene.about_the_ca() ==
        std::vector<std::string>{"ca ok: O=kubedb,CN=MSSQLServer, ECDSA P-256, key matches",
                                 "validity warn: 10 days left, until 2026-01-12T03:04:05Z → kubectl dba mssql issuer "
                                 "create company --kind=cluster-issuer --overwrite"});
  CHECK(scene.report().healthy);
  CHECK(to_json(scene.report()).at("issuer").at("namespace").is_null());
}

TEST_CASE("an issuer of another type is judged by what cert-manager says of it alone") {
  FakeCluster cluster;
  Json vault = test::object_json(resources::issuers, "demo", "company");
  vault["spec"]["vault"]["server"] = "https://vault.example";
  cluster.api().on_get(vault);
  cluster.api().on("POST", "/apis/cert-manager.io/v1/namespaces/demo/certificates").stored(201);
  const IssuerReport report = check_issuer(cluster.client(), {.name = "company"}, "demo", kClusterResourceNamespace);
  std::vector<std::string> lines;
  for (const Check& check : report.checks)
    lines.push_back(check.name + " " + std::string(status_name(check.status)) + ": " + check.text);
  CHECK(lines == std::vector<std::string>{
                     "api ok: cert-manager.io/v1 is served", "issuer ok: Issuer company exists",
                     "ready fail: cert-manager has not looked at it",
                     "secret warn: the issuer signs with something else than a CA secret; its CA was not examined",
                     "webhook ok: a Certificate is accepted (server dry run)"});
  CHECK_FALSE(report.healthy);
}

TEST_CASE("a Certificate that one may not try is unknown, and unknown is not healthy") {
  IssuerScene scene(make_ca_secret("company-ca", "demo", make_ca(kNow)));
  scene.cluster.api()
      .on("POST", "/apis/cert-manager.io/v1/namespaces/demo/certificates")
      .fail(403, "Forbidden", "not for you");
  const IssuerReport report = scene.report();
  CHECK(report.checks.back().text == "not allowed to try: Error from server (Forbidden): not for you");
  CHECK(report.checks.back().remedy == "kubectl auth can-i create certificates.cert-manager.io -n demo");
  CHECK_FALSE(report.healthy);
  CHECK(to_json(report).at("errors").size() == 1);
}

TEST_CASE("a webhook that cannot be called fails the check; a server that is in trouble leaves it unknown") {
  struct Row {
    int code;
    std::string reason, message, want;
  };
  for (const Row& row : {Row{500, "InternalError",
                             "Internal error occurred: failed calling webhook \"webhook.cert-manager.io\": refused",
                             "webhook fail: a Certificate is refused: "},
                         Row{400, "BadRequest", "no such field", "webhook fail: a Certificate is refused: "},
                         Row{500, "InternalError", "etcdserver: no leader",
                             "webhook unknown: no answer whether a Certificate is accepted: "},
                         Row{503, "ServiceUnavailable", "shutting down",
                             "webhook unknown: no answer whether a Certificate is accepted: "}}) {
    IssuerScene scene(make_ca_secret("company-ca", "demo", make_ca(kNow)));
    scene.cluster.api()
        .on("POST", "/apis/cert-manager.io/v1/namespaces/demo/certificates")
        .fail(row.code, row.reason, row.message);
    const IssuerReport report = scene.report();
    const Check& last = report.checks.back();
    const std::string line = last.name + " " + std::string(status_name(last.status)) + ": " + last.text;
    CHECK(line.substr(0, row.want.size()) == row.want);
    CHECK(line.find(row.message) != std::string::npos);
    CHECK_FALSE(report.healthy);
  }
}

}  // namespace dba::mssql
