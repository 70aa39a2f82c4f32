#include <algorithm>

#include "dba/base/base64.hpp"
#include "dba/tls/certificates.hpp"

#include "cluster_fixture.hpp"

using dba::Json;
using dba::test::ClusterFixture;
namespace codec = dba::codec;
namespace tls = dba::tls;

namespace {

struct CertFixture : ClusterFixture {
  const dba::sandbox::api::Resource& issuers = type("cert-manager.io/v1", "Issuer");
  const dba::sandbox::api::Resource& certificates = type("cert-manager.io/v1", "Certificate");
  const dba::sandbox::api::Resource& secrets = type("v1", "Secret");
  tls::KeyPair authority = tls::make_certificate_authority({.subject = {{"CN", "MSSQLServer"}},
                                                            .key_type = tls::KeyType::ecdsa_p256,
                                                            .days = 3650,
                                                            .not_before = clock.wall_now()});

  void create_ca_secret(std::string_view ns = "demo", bool with_key = true) {
    Json data{{"tls.crt", dba::base64_encode(authority.certificate_pem)}};
    if (with_key) data["tls.key"] = dba::base64_encode(authority.key_pem.reveal());
    api.create(secrets, ns,
               Json{{"apiVersion", "v1"},
                    {"kind", "Secret"},
                    {"metadata", {{"name", "mssqlserver-ca"}}},
                    {"type", "Opaque"},
                    {"data", data}});
  }
  void create_issuer() {
    create(R"({"apiVersion":"cert-manager.io/v1","kind":"Issuer","metadata":{"name":"mssqlserver-ca-issuer"},
        "spec":{"ca":{"secretName":"mssqlserver-ca"}}})");
  }
  void create_certificate(const char* kind = "Issuer", const char* issuer = "mssqlserver-ca-issuer") {
    create(
        (std::string(R"({"apiVersion":"cert-manager.io/v1","kind":"Certificate","metadata":{"name":"sales-server-cert"},
        "spec":{"secretName":"sales-server-cert","commonName":"sales","dnsNames":["sales.demo.svc","localhost"],
        "ipAddresses":["127.0.0.1"],"subject":{"organizations":["kubedb"],"organizationalUnits":["server"]},
        "usages":["digital signature","key encipherment","server auth","client auth"],
        "privateKey":{"algorithm":"ECDSA"},"issuerRef":{"group":"cert-manager.io","kind":")") +
         kind + R"(","name":")" + issuer + R"("}}})")
            .c_str());
  }
  /// "True KeyPairVerified: Signing CA verified"
  static std::string ready(const Json& object) {
    const Json* const condition = codec::condition_of(object, "Ready");
    if (condition == nullptr) return "unknown";
    return codec::string_at(*condition, {"status"}) + " " + codec::string_at(*condition, {"reason"}) + ": " +
           codec::string_at(*condition, {"message"});
  }
  dba::sandbox::api::Object wait_ready(const dba::sandbox::api::Resource& kind, std::string_view name,
                                       const std::string& text, std::string_view ns = "demo") {
    std::string last;
    return wait(kind, ns, name, [&](const Json& object) {
      last = ready(object);
      return last == text;
    });
  }
  std::string pem(const Json& secret, const char* key) {
    return dba::base64_decode(secret["data"][key].get<std::string>());
  }
};

constexpr const char* kUpToDate = "True Ready: Certificate is up to date and has not expired";

}  // namespace

TEST_CASE("a CA issuer is ready when its secret holds a CA, and says what is missing until then") {
  CertFixture fixture;
  fixture.create_issuer();
  fixture.wait_ready(fixture.issuers, "mssqlserver-ca-issuer",
                     "False ErrGetKeyPair: Error getting keypair for CA issuer: secrets \"mssqlserver-ca\" not found");
  fixture.create_ca_secret("demo", false);
  fixture.wait_ready(fixture.issuers, "mssqlserver-ca-issuer",
                     "False ErrGetKeyPair: Error getting keypair for CA issuer: no data for \"tls.key\" in secret "
                     "'demo/mssqlserver-ca'");
  fixture.api.remove(fixture.secrets, "demo", "mssqlserver-ca");
  fixture.create_ca_secret();
  const auto issuer =
      fixture.wait_ready(fixture.issuers, "mssqlserver-ca-issuer", "True KeyPairVerified: Signing CA verified");
  REQUIRE(issuer);
  CHECK(codec::int_at(*codec::condition_of(*issuer, "Ready"), {"observedGeneration"}) == 1);
}

TEST_CASE("a self-signed issuer is ready at once; a leaf is no CA") {
  CertFixture fixture;
  fixture.create(
      R"({"apiVersion":"cert-manager.io/v1","kind":"Issuer","metadata":{"name":"self"},"spec":{"selfSigned":{}}})");
  fixture.wait_ready(fixture.issuers, "self", "True IsReady: ");
  fixture.create_certificate("Issuer", "self");
  const auto certificate = fixture.wait_ready(fixture.certificates, "sales-server-cert", kUpToDate);
  REQUIRE(certificate);
  const auto secret = fixture.api.get(fixture.secrets, "demo", "sales-server-cert");
  CHECK(tls::read_certificate(fixture.pem(*secret, "tls.crt")).self_signed);
  fixture.create(R"({"apiVersion":"cert-manager.io/v1","kind":"Issuer","metadata":{"name":"leaf"},
      "spec":{"ca":{"secretName":"sales-server-cert"}}})");
  fixture.wait_ready(fixture.issuers, "leaf",
                     "False ErrInvalidKeyPair: Error getting keypair for CA issuer: certificate is not a CA");
}

TEST_CASE("a Certificate becomes a TLS secret that the CA has signed, with cert-manager's events") {
  CertFixture fixture;
  fixture.create_certificate();
  fixture.wait_ready(fixture.certificates, "sales-server-cert",
                     "False DoesNotExist: Issuing certificate as Secret does not exist");
  fixture.create_ca_secret();
  fixture.create_issuer();
  const auto certificate = fixture.wait_ready(fixture.certificates, "sales-server-cert", kUpToDate);
  REQUIRE(certificate);
  CHECK((*certificate)["status"]["revision"] == 1);
  CHECK(codec::condition_of(*certificate, "Issuing") == nullptr);
  const auto secret = fixture.api.get(fixture.secrets, "demo", "sales-server-cert");
  CHECK((*secret)["type"] == "kubernetes.io/tls");
  CHECK((*secret)["metadata"]["annotations"] == Json::parse(R"({"cert-manager.io/alt-names":"sales.demo.svc,localhost",
      "cert-manager.io/certificate-name":"sales-server-cert","cert-manager.io/common-name":"sales","cert-manager.io/ip-sans":"127.0.0.1",
      "cert-manager.io/issuer-group":"cert-manager.io","cert-manager.io/issuer-kind":"Issuer",
      "cert-manager.io/issuer-name":"mssqlserver-ca-issuer","cert-manager.io/subject-organizations":"kubedb",
      "cert-manager.io/subject-organizationalunits":"server","cert-manager.io/uri-sans":""})"));
  const std::string leaf = fixture.pem(*secret, "tls.crt");
  const tls::CertificateFacts facts = tls::read_certificate(leaf);
  CHECK(facts.subject == "CN=sales,OU=server,O=kubedb");
  CHECK(facts.issuer == "CN=MSSQLServer");
  CHECK_FALSE(facts.is_ca);
  CHECK(facts.not_after - facts.not_before == std::chrono::hours(24 * 90));
  CHECK(tls::signed_by(leaf, fixture.authority.certificate_pem));
  CHECK(tls::key_matches(leaf, dba::Secret(fixture.pem(*secret, "tls.key"))));
  CHECK(fixture.pem(*secret, "ca.crt") == fixture.authority.certificate_pem);
  const std::vector<std::string> events = fixture.events_of("sales-server-cert");
  for (const char* const wanted :
       {"Normal Issuing: Issuing certificate as Secret does not exist",
        "Normal Requested: Created new CertificateRequest resource \"sales-server-cert-1\""}) {
    CHECK(std::ranges::find(events, wanted) != events.end());
  }
}

TEST_CASE("a renewal that is asked for, and a secret that is lost or broken, end in a new certificate") {
  CertFixture fixture;
  fixture.create_ca_secret();
  fixture.create_issuer();
  fixture.create_certificate();
  auto certificate = fixture.wait_ready(fixture.certificates, "sales-server-cert", kUpToDate);
  REQUIRE(certificate);
  const auto serial = [&] {
    return tls::read_certificate(fixture.pem(*fixture.api.get(fixture.secrets, "demo", "sales-server-cert"), "tls.crt"))
        .serial;
  };
  const auto wait_revision = [&](int revision) {
    return fixture.wait(fixture.certificates, "demo", "sales-server-cert", [&](const Json& object) {
      return codec::int_at(object, {"status", "revision"}) == revision && CertFixture::ready(object) == kUpToDate;
    });
  };
  const std::string first = serial();
  Json asked = *certificate;
  asked["status"]["conditions"].push_back(Json::parse(
      R"({"type":"Issuing","status":"True","reason":"ManuallyTriggered","message":"Certificate re-issuance manually triggered"})"));
  fixture.api.update(fixture.certificates, "demo", "sales-server-cert", asked, "status");
  REQUIRE(wait_revision(2));
  CHECK(serial() != first);
  fixture.api.remove(fixture.secrets, "demo", "sales-server-cert");
  REQUIRE(wait_revision(3));
  fixture.api.patch(fixture.secrets, "demo", "sales-server-cert", dba::sandbox::api::PatchKind::merge,
                    Json{{"data", {{"tls.key", dba::base64_encode("broken")}}}}, "");
  REQUIRE(wait_revision(4));
  const std::vector<std::string> events = fixture.events_of("sales-server-cert");
  CHECK(std::ranges::find(events,
                          "Normal Issuing: Issuing certificate as Secret contains invalid private key data: error "
                          "decoding private key PEM block: no PEM data was found in given input") != events.end());
}

TEST_CASE("a ClusterIssuer signs with the secret of namespace cert-manager") {
  CertFixture fixture;
  fixture.create_ca_secret("cert-manager");
  fixture.create(R"({"apiVersion":"cert-manager.io/v1","kind":"ClusterIssuer","metadata":{"name":"global"},
      "spec":{"ca":{"secretName":"mssqlserver-ca"}}})");
  fixture.wait_ready(ClusterFixture::type("cert-manager.io/v1", "ClusterIssuer"), "global",
                     "True KeyPairVerified: Signing CA verified", "");
  fixture.create_certificate("ClusterIssuer", "global");
  CHECK(fixture.wait_ready(fixture.certificates, "sales-server-cert", kUpToDate));
}
