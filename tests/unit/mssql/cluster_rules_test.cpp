#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/database_rules.hpp"

#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using test::yaml;

/// "error|warning place: message" of everything found.
std::string text_of(const Findings& findings) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings.all()) {
    lines.push_back((finding.severity == Severity::error ? "error " : "warning ") + place_of(finding) + ": " +
                    finding.message);
  }
  return join(lines, "\n");
}

TEST_CASE("the version must be one of the catalog that can still be chosen") {
  const std::vector<CatalogVersion> catalog{{.name = "2019-cu32", .end_of_life = true},
                                            {.name = "2022-cu9", .deprecated = true},
                                            {.name = "2022-cu12"},
                                            {.name = "2022-cu22"}};
  const auto check = [](std::string_view version, const std::vector<CatalogVersion>& among) {
    Json database = yaml("{spec: {}}");
    database["spec"]["version"] = version;
    return text_of(check_version(database, among));
  };
  CHECK(check("2022-cu12", catalog).empty());
  CHECK(check("2022-cu13", catalog) ==
        "error spec.version (--version): \"2022-cu13\" is not in the catalog, choose from 2022-cu22, 2022-cu12");
  CHECK(check("2022-cu9", catalog) ==
        "error spec.version (--version): \"2022-cu9\" is deprecated, choose from 2022-cu22, 2022-cu12");
  CHECK(check("2019-cu32", catalog) ==
        "error spec.version (--version): \"2019-cu32\" is at its end of life, choose from 2022-cu22, 2022-cu12");
  CHECK(check("2022-cu12", {}) ==
        "error spec.version (--version): \"2022-cu12\" is not in the catalog, the catalog has no other");
}

TEST_CASE("the StorageClass must exist, be it the default one") {
  const Json fast = yaml("{metadata: {name: fast}, provisioner: csi.example, allowVolumeExpansion: true}");
  const Json fixed = yaml("{metadata: {name: fixed}, provisioner: csi.example}");
  const Json local =
      yaml("{metadata: {name: local}, provisioner: kubernetes.io/no-provisioner, allowVolumeExpansion: true}");
  Json standard = yaml(
      "{metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}, provisioner: "
      "csi.example, allowVolumeExpansion: true}");
  const auto check = [](const char* spec, const std::vector<Json>& classes) {
    return text_of(check_storage_class(yaml(std::string("spec: ") + spec), classes));
  };
  const char* wants_fast = "{storage: {storageClassName: fast}}";
  const char* wants_any = "{storage: {accessModes: [ReadWriteOnce]}}";
  const std::string place = "spec.storage.storageClassName (--storage-class): ";
  CHECK(check(wants_fast, {standard, fast}).empty());
  CHECK(check(wants_any, {fast, standard}).empty());
  CHECK(check(wants_fast, {fixed, standard}) ==
        "error " + place + "StorageClass \"fast\" does not exist, choose from fixed, standard");
  CHECK(check(wants_fast, {}) == "error " + place + "StorageClass \"fast\" does not exist, the cluster has none");
  CHECK(check(wants_any, {fast, fixed}) ==
        "error " + place + "is absent and the cluster has no default StorageClass, choose from fast, fixed");
  standard["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] = "false";
  CHECK(check(wants_any, {standard}) ==
        "error " + place + "is absent and the cluster has no default StorageClass, choose from standard");
  CHECK(check("{storage: {storageClassName: fixed}}", {fixed}) ==
        "warning " + place +
            "StorageClass \"fixed\" does not allow volumes to grow, a full disk can then only be left by migration");
  CHECK(check("{storage: {storageClassName: local}}", {local}) ==
        "warning " + place + "StorageClass \"local\" makes no volumes itself, they must exist");
  CHECK(check("{storageType: Ephemeral, storage: {storageClassName: fast}}", {}).empty());
  CHECK(check("{storageType: Durable}", {}).empty());  // That there is no storage at all is another rule's.
}

TEST_CASE("the issuer must exist and should be Ready") {
  const Json database = yaml("{spec: {tls: {issuerRef: {kind: ClusterIssuer, name: company ca}}}}");
  const std::string place = "spec.tls.issuerRef (--issuer): ";
  const auto with_condition = [](const char* condition) {
    return yaml(std::string("{status: {conditions: [") + condition + "]}}");
  };
  const Json ready = with_condition("{type: Ready, status: 'True'}");
  const Json failing = with_condition("{type: Ready, status: 'False', reason: ErrGetKeyPair, message: no such secret}");
  const Json silent = yaml("{metadata: {name: company}}");
  CHECK(text_of(check_issuer(database, &ready)).empty());
  CHECK(text_of(check_issuer(database, nullptr)) ==
        "error " + place +
            "ClusterIssuer \"company ca\" does not exist; make it with kubectl dba mssql issuer create 'company ca' "
            "--kind=cluster-issuer, or give --with-issuer");
  CHECK(text_of(check_issuer(database, &failing)) ==
        "warning " + place + "ClusterIssuer \"company ca\" is not Ready: no such secret");
  CHECK(text_of(check_issuer(database, &silent)) == "warning " + place + "ClusterIssuer \"company ca\" is not Ready");
  const Json namespaced = yaml("{spec: {tls: {issuerRef: {name: ca}}}}");
  CHECK(text_of(check_issuer(namespaced, nullptr)) ==
        "error " + place +
            "Issuer \"ca\" does not exist; make it with kubectl dba mssql issuer create ca, or give --with-issuer");
  const Json elsewhere = yaml("{metadata: {namespace: demo}, spec: {tls: {issuerRef: {name: ca}}}}");
  CHECK(text_of(check_issuer(elsewhere, nullptr)) ==
        "error " + place +
            "Issuer \"ca\" does not exist; make it with kubectl dba mssql issuer create ca -n demo, or give "
            "--with-issuer");
  CHECK(text_of(check_issuer(yaml("{spec: {tls: {}}}"), nullptr)).empty());
}

Json secret_of(std::string_view type, std::string_view user, std::string_view password) {
  Json secret = Json::object();
  secret["type"] = type;
  secret["data"]["username"] = base64_encode(user);
  secret["data"]["password"] = base64_encode(password);
  return secret;
}

TEST_CASE("the auth secret must be sa's") {
  const Json database = yaml("{spec: {authSecret: {name: company-sa}}}");
  const std::string place = "error spec.authSecret.name (--auth-secret): Secret \"company-sa\" ";
  const auto check = [&database](const Json& secret) { return text_of(check_auth_secret(database, &secret)); };
  CHECK(check(secret_of("kubernetes.io/basic-auth", "sa", "Pass#1word")).empty());
  CHECK(check(yaml("{type: kubernetes.io/basic-auth, stringData: {username: sa, password: 'Pass#1word'}}")).empty());
  CHECK(text_of(check_auth_secret(database, nullptr)) == place + "does not exist");
  CHECK(check(secret_of("Opaque", "sa", "Pass#1word")) ==
        place + "has type Opaque, must have kubernetes.io/basic-auth");
  CHECK(check(secret_of("kubernetes.io/basic-auth", "admin\x1b", "Pass#1word")) ==
        place + "has username \"admin^[\", must have \"sa\"");
  CHECK(check(secret_of("kubernetes.io/basic-auth", "sa", "")) == place + "has no password");
  CHECK(check(yaml("{data: {username: '%'}}")) == place + "has type Opaque, must have kubernetes.io/basic-auth\n" +
                                                      place + "has username \"\", must have \"sa\"\n" + place +
                                                      "has no password");
  for (const char* foreign : {"{}", "{name: a, externallyManaged: true}", "{name: a, apiGroup: virtual-secrets.dev}"}) {
    CAPTURE(std::string(foreign));
    CHECK(text_of(check_auth_secret(yaml(std::string("spec: {authSecret: ") + foreign + "}"), nullptr)).empty());
  }
}

TEST_CASE("every secret and ConfigMap that the object names is found with the keys it must hold") {
  const Json database = yaml(R"(
spec:
  authSecret: {name: not-here}
  configuration: {secretName: settings}
  init: {script: {configMap: {name: scripts}, secret: {secretName: secret-scripts}}}
  topology:
    availabilityGroup: {loginSecretName: login, masterKeySecretName: key, endpointCertSecretName: certificate}
)");
  std::vector<std::string> lines;
  for (const NamedReference& reference : references_of(database)) {
    std::string line = std::string(reference.path) + " (" + std::string(reference.flag) + ") " +
                       std::string(reference.kind) + " " + reference.name + ":";
    for (const std::string_view key : reference.keys) line += " " + std::string(key);
    lines.push_back(line);
  }
  CHECK(lines == std::vector<std::string>{
                     "spec.configuration.secretName (--config-secret) Secret settings: mssql.conf",
                     "spec.init.script.configMap.name (--init-configmap) ConfigMap scripts:",
                     "spec.init.script.secret.secretName (--init-secret) Secret secret-scripts:",
                     "spec.topology.availabilityGroup.loginSecretName (--login-secret) Secret login:",
                     "spec.topology.availabilityGroup.masterKeySecretName (--master-key-secret) Secret key:",
                     "spec.topology.availabilityGroup.endpointCertSecretName (--endpoint-cert-secret) Secret "
                     "certificate: tls.crt tls.key",
                 });
  CHECK(references_of(yaml("{spec: {}}")).empty());
}

TEST_CASE("what the object names must exist and hold its keys") {
  const NamedReference reference{
      .path = "spec.a", .flag = "--a", .kind = "Secret", .name = "certificate", .keys = {"tls.crt", "tls.key"}};
  const Json complete = yaml("{data: {tls.crt: YQ==, tls.key: YQ==}}");
  const Json empty = yaml("{metadata: {name: certificate}}");
  CHECK(text_of(check_reference(reference, &complete)).empty());
  CHECK(text_of(check_reference(reference, nullptr)) == "error spec.a (--a): Secret \"certificate\" does not exist");
  CHECK(text_of(check_reference(reference, &empty)) ==
        "error spec.a (--a): Secret \"certificate\" has no key tls.crt\n"
        "error spec.a (--a): Secret \"certificate\" has no key tls.key");
}

}  // namespace
}  // namespace dba::mssql
