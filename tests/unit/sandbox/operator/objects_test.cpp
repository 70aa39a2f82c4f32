// What the operator makes for a database. Names, labels, ports and selectors are those of kubedb.md 4, written out.

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/base64.hpp"

#include "fixtures.hpp"
#include "operator/database.hpp"
#include "operator/objects/access.hpp"
#include "operator/objects/certificates.hpp"
#include "operator/objects/mssql_conf.hpp"
#include "operator/objects/petsets.hpp"
#include "operator/objects/pods.hpp"
#include "operator/objects/secrets.hpp"
#include "operator/objects/services.hpp"

namespace dba::sandbox::kubedb::test {
namespace {

Json group() { return defaulted(typed_group()); }
Json standalone() { return defaulted(typed_standalone()); }

Json group_of(int replicas) {
  Json database = typed_group();
  database["spec"]["replicas"] = replicas;
  return defaulted(database);
}

Json distributed() {
  Json database = typed_group();
  database["spec"]["topology"]["mode"] = "DistributedAG";
  database["spec"]["topology"]["distributedAG"] = yaml("{self: {role: Primary, url: a}, remote: {name: b, url: c}}");
  return defaulted(database);
}

std::string names(const std::vector<Json>& objects) {
  std::string list;
  for (const Json& object : objects) list += (list.empty() ? "" : " ") + codec::name_of(object);
  return list;
}

const char* const kMetadata = R"(
namespace: demo
labels:
  app.kubernetes.io/component: database
  app.kubernetes.io/instance: sales
  app.kubernetes.io/managed-by: kubedb.com
  app.kubernetes.io/name: mssqlservers.kubedb.com
ownerReferences:
- apiVersion: kubedb.com/v1alpha2
  blockOwnerDeletion: true
  controller: true
  kind: MSSQLServer
  name: sales
  uid: 0a1b2c3d-0000-4000-8000-0000009f8e7d
)";

Json metadata(const char* name) {
  Json object = yaml(kMetadata);
  object["name"] = name;
  return object;
}

TEST_CASE("names keep their suffix and give up the end of the database's name") {
  const std::string longest(63, 'a');
  CHECK(name_with_suffix("sales", "pods") == "sales-pods");
  CHECK(name_with_suffix(longest, "pods") == std::string(58, 'a') + "-pods");
  CHECK(name_with_suffix("sales-", "") == "sales");
  CHECK(secondary_service_name("sales") == "sales-secondary");
  CHECK(secondary_service_name(longest) == longest);
  CHECK(secondary_service_name(std::string(60, 'a')) == std::string(60, 'a') + "-se");
  CHECK(secondary_service_name(std::string(62, 'a')) == std::string(62, 'a'));
  CHECK(stats_service_name(longest) == longest + "-stats");
  CHECK(config_secret_name(group()) == "sales-9f8e7d");
}

TEST_CASE("the Services of a group") {
  const std::vector<Json> services = build_services(group());
  REQUIRE(names(services) == "sales sales-secondary sales-pods");
  CHECK(sorted(services[0]["metadata"]) == sorted(metadata("sales")));
  CHECK(sorted(services[0]["spec"]) == sorted(yaml(R"(
type: ClusterIP
ports: [{name: primary, port: 1433, protocol: TCP, targetPort: db}]
selector:
  app.kubernetes.io/instance: sales
  app.kubernetes.io/managed-by: kubedb.com
  app.kubernetes.io/name: mssqlservers.kubedb.com
  kubedb.com/role: primary
)")));
  CHECK(sorted(services[1]["spec"]) == sorted(yaml(R"(
type: ClusterIP
ports: [{name: secondary, port: 1433, protocol: TCP, targetPort: db}]
selector:
  app.kubernetes.io/instance: sales
  app.kubernetes.io/managed-by: kubedb.com
  app.kubernetes.io/name: mssqlservers.kubedb.com
  kubedb.com/role: secondary
)")));
  CHECK(sorted(services[2]["spec"]) == sorted(yaml(R"(
type: ClusterIP
clusterIP: None
publishNotReadyAddresses: true
ports: [{name: db, port: 1433, protocol: TCP, targetPort: db}]
selector:
  app.kubernetes.io/instance: sales
  app.kubernetes.io/managed-by: kubedb.com
  app.kubernetes.io/name: mssqlservers.kubedb.com
)")));
}

TEST_CASE("a standalone has no secondary Service, a distributed group the mirror's port, a monitored one its stats") {
  CHECK(names(build_services(standalone())) == "sales sales-pods");
  const std::vector<Json> mirrored = build_services(distributed());
  CHECK(mirrored[0]["spec"]["ports"][1] == yaml("{name: mirror, port: 5022, protocol: TCP, targetPort: mirror}"));
  CHECK(mirrored[2]["spec"]["ports"][1]["port"] == 5022);

  Json database = typed_group();
  database["spec"]["monitor"]["agent"] = "prometheus.io/operator";
  const std::vector<Json> services = build_services(defaulted(database));
  REQUIRE(names(services) == "sales sales-secondary sales-pods sales-stats");
  const Json& stats = services[3];
  CHECK(stats["metadata"]["labels"]["kubedb.com/role"] == "stats");
  CHECK(stats["metadata"]["annotations"]["monitoring.appscode.com/agent"] == "prometheus.io/operator");
  CHECK(stats["spec"]["ports"] == yaml("[{name: metrics, port: 9399, protocol: TCP, targetPort: metrics}]"));
  CHECK_FALSE(stats["spec"]["selector"].contains("kubedb.com/role"));
}

TEST_CASE("serviceTemplates change type, annotations and node ports") {
  Json database = typed_group();
  database["spec"]["serviceTemplates"] = yaml(R"(
- alias: primary
  metadata: {annotations: {a: b}}
  spec: {type: LoadBalancer, ports: [{name: primary, port: 1433, nodePort: 30001}]}
)");
  const Json service = build_services(defaulted(database))[0];
  CHECK(service["metadata"]["annotations"]["a"] == "b");
  CHECK(service["spec"]["type"] == "LoadBalancer");
  CHECK(sorted(service["spec"]["ports"]) ==
        sorted(yaml("[{name: primary, port: 1433, protocol: TCP, targetPort: db, nodePort: 30001}]")));
}

std::string fixed_password(std::string_view secret) { return "password-of-" + std::string(secret); }

TEST_CASE("the Secrets of a group") {
  const std::vector<Json> secrets = build_secrets(group(), fixed_password, "", WallTime{});
  REQUIRE(names(secrets) == "sales-auth sales-9f8e7d sales-dbm-login sales-master-key");
  CHECK(secrets[0]["type"] == "kubernetes.io/basic-auth");
  CHECK(secrets[0]["metadata"]["annotations"]["kubedb.com/auth-active-from"] == "1970-01-01T00:00:00Z");
  CHECK(base64_decode(secrets[0]["data"]["username"].get<std::string>()) == "sa");
  CHECK(base64_decode(secrets[0]["data"]["password"].get<std::string>()) == "password-of-sales-auth");
  CHECK(secrets[1]["type"] == "Opaque");
  CHECK(base64_decode(secrets[1]["data"]["mssql.conf"].get<std::string>()) == "[language]\nlcid = 1033");
  CHECK(secrets[2]["type"] == "kubernetes.io/basic-auth");
  CHECK(secrets[2]["data"].size() == 1);
  CHECK(secrets[3]["data"].size() == 1);
  for (const Json& secret : secrets) {
    CHECK_FALSE(secret["metadata"].contains("ownerReferences"));
    CHECK(secret["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "kubedb.com");
  }
}

TEST_CASE("Secrets that the user brings are not made") {
  Json database = typed_group();
  database["spec"]["authSecret"] = yaml("{kind: Secret, name: mine}");
  Json& ag = database["spec"]["topology"]["availabilityGroup"];
  ag["loginSecretName"] = "ag1-dbm-login";
  ag["masterKeySecretName"] = "ag1-master-key";
  ag["endpointCertSecretName"] = "ag1-endpoint-cert";
  database["spec"]["configuration"]["secretName"] = "my-conf";
  database = defaulted(database);
  CHECK(names(build_secrets(database, fixed_password, "", WallTime{})) == "sales-9f8e7d");
  CHECK(brought_secret_names(database) ==
        std::vector<std::string>{"mine", "my-conf", "ag1-dbm-login", "ag1-master-key", "ag1-endpoint-cert"});
  CHECK(names(build_certificates(database)) == "sales-server-cert sales-client-cert");
  CHECK(names(build_secrets(standalone(), fixed_password, "", WallTime{})) == "sales-auth sales-9f8e7d");
}

TEST_CASE("mssql.conf is the default, then the user's Secret, then inline") {
  Json database = standalone();
  CHECK(build_mssql_conf(database, "") == "[language]\nlcid = 1033");
  database["spec"]["tls"]["clientTLS"] = true;
  CHECK(build_mssql_conf(database, "") ==
        "[language]\nlcid = 1033\n[network]\nforceencryption = 1\ntlscert = /var/opt/mssql/tls/server.crt\ntlskey = "
        "/var/opt/mssql/tls/server.key\ntlsprotocols = 1.2,1.1,1.0");
  database["spec"]["tls"]["clientTLS"] = false;
  database["spec"]["configuration"]["inline"]["mssql.conf"] = "[memory]\nmemorylimitmb = 3072";
  CHECK(build_mssql_conf(database, "# mine\n[memory]\nmemorylimitmb=2048\n[language]\nlcid=1031\n") ==
        "[language]\nlcid = 1031\n[memory]\nmemorylimitmb = 3072");
}

TEST_CASE("the Certificates of a group") {
  const std::vector<Json> certificates = build_certificates(group());
  REQUIRE(names(certificates) == "sales-server-cert sales-client-cert sales-endpoint-cert");
  CHECK(sorted(certificates[1]["metadata"]) == sorted(metadata("sales-client-cert")));
  CHECK(sorted(certificates[1]["spec"]) == sorted(yaml(R"(
commonName: mssql
issuerRef: {group: cert-manager.io, kind: Issuer, name: ca-issuer}
secretName: sales-client-cert
secretTemplate:
  labels:
    app.kubernetes.io/component: database
    app.kubernetes.io/instance: sales
    app.kubernetes.io/managed-by: kubedb.com
    app.kubernetes.io/name: mssqlservers.kubedb.com
subject: {organizations: [kubedb], organizationalUnits: [client]}
usages: [digital signature, key encipherment, client auth]
)")));
  CHECK(certificates[0]["spec"]["dnsNames"] ==
        yaml("[localhost, sales, sales.demo.svc, '*.sales-pods.demo.svc', '*.sales-pods.demo.svc.cluster.local']"));
  CHECK(names(build_certificates(standalone())) == "sales-server-cert sales-client-cert");
  CHECK(names(build_certificates(distributed())) == "sales-server-cert sales-client-cert sales-endpoint-cert");
}

TEST_CASE("access, budget and AppBinding") {
  const std::vector<Json> access = build_access(group());
  REQUIRE(access.size() == 3);
  CHECK(access[0]["kind"] == "ServiceAccount");
  CHECK(access[1]["kind"] == "Role");
  CHECK(access[2]["kind"] == "RoleBinding");
  CHECK(names(access) == "sales sales sales");
  CHECK(build_disruption_budget(standalone()).empty());
  CHECK(build_disruption_budget(group_of(3))[0]["spec"]["maxUnavailable"] == 1);
  CHECK(build_disruption_budget(group_of(2))[0]["spec"]["maxUnavailable"] == 1);
  CHECK(build_disruption_budget(group_of(5))[0]["spec"]["maxUnavailable"] == 2);

  CHECK(sorted(build_appbinding(group(), version("2025-cu0"), "")["spec"]) == sorted(yaml(R"(
type: kubedb.com/mssqlserver
version: 2025-cu0
appRef: {apiGroup: kubedb.com, kind: MSSQLServer, name: sales, namespace: demo}
clientConfig: {service: {name: sales, path: /, port: 1433, scheme: tcp}}
secret: {kind: Secret, name: sales-auth}
)")));
  Json secure = group();
  secure["spec"]["tls"]["clientTLS"] = true;
  const Json binding = build_appbinding(secure, version("2025-cu0"), "Q0E=");
  CHECK(binding["spec"]["tlsSecret"] == yaml("{kind: Secret, name: sales-client-cert}"));
  CHECK(binding["spec"]["clientConfig"]["caBundle"] == "Q0E=");
}

std::string containers(const Json& petset) {
  std::string list;
  for (const Json& container : petset["spec"]["template"]["spec"]["containers"]) {
    list += codec::string_at(container, {"name"}) + "(" + codec::string_at(container, {"image"}) + ")";
    for (const Json& port : container.value("ports", Json::array())) {
      list += fmt::format(" {}:{}", port["name"].get<std::string>(), port["containerPort"].get<int>());
    }
    list += "\n";
  }
  return list;
}

std::string mounts(const Json& container) {
  std::string list;
  for (const Json& mount : container["volumeMounts"]) {
    list += mount["name"].get<std::string>() + "=" + mount["mountPath"].get<std::string>() + "\n";
  }
  return list;
}

TEST_CASE("the PetSet of a group") {
  const std::vector<Json> petsets = build_petsets(group(), version("2025-cu0"));
  REQUIRE(names(petsets) == "sales");
  const Json& petset = petsets[0];
  CHECK(petset["apiVersion"] == "apps.k8s.appscode.com/v1");
  CHECK(sorted(petset["metadata"]) == sorted(metadata("sales")));
  const Json& spec = petset["spec"];
  CHECK(spec["replicas"] == 3);
  CHECK(spec["serviceName"] == "sales-pods");
  CHECK(spec["updateStrategy"]["type"] == "OnDelete");
  CHECK(sorted(spec["volumeClaimTemplates"]) ==
        sorted(yaml("[{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: "
                    "1Gi}}}}]")));
  CHECK_FALSE(spec["template"]["metadata"]["labels"].contains("kubedb.com/role"));
  CHECK(containers(petset) ==
        "mssql(db:image) db:1433 mirror:5022\n"
        "mssql-coordinator(coordinator:image) coordinator:2380 coordinatclient:2379\n");
  const Json& pod = spec["template"]["spec"];
  CHECK(pod["initContainers"][0]["name"] == "mssql-init");
  CHECK(pod["initContainers"][0]["image"] == "init:image");
  CHECK(pod["serviceAccountName"] == "sales");
  CHECK(pod["securityContext"]["fsGroup"] == 10001);
  CHECK(mounts(pod["containers"][0]) ==
        "data=/var/opt/mssql\n"
        "config=/var/opt/mssql/mssql.conf\n"
        "init-scripts=/scripts\n"
        "endpoint-cert=/var/opt/mssql/endpoint-cert\n"
        "certs=/var/opt/mssql/certs\n"
        "tls=/var/opt/mssql/tls\n"
        "security-ca-certificates=/var/opt/mssql/security/ca-certificates\n");
}

TEST_CASE("the server's environment is the operator's, then the user's") {
  const Json petset = build_petsets(group(), version("2025-cu0"))[0];
  std::string variables;
  for (const Json& variable : petset["spec"]["template"]["spec"]["containers"][0]["env"]) {
    variables += variable["name"].get<std::string>() + " ";
  }
  CHECK(variables ==
        "POD_NAME NAMESPACE MSSQL_SA_USERNAME MSSQL_SA_PASSWORD MSSQL_AGENT_ENABLED MSSQL_ENABLE_HADR VERSION "
        "ACCEPT_EULA MSSQL_PID ");
}

TEST_CASE("a standalone runs one container, labelled primary; an exporter adds one") {
  Json database = typed_standalone();
  database["spec"]["monitor"]["agent"] = "prometheus.io/operator";
  database["spec"]["storageType"] = "Ephemeral";
  const Json petset = build_petsets(defaulted(database), version("2025-cu0"))[0];
  CHECK(containers(petset) == "mssql(db:image) db:1433\nexporter(exporter:image) metrics:9399\n");
  CHECK(petset["spec"]["template"]["metadata"]["labels"]["kubedb.com/role"] == "primary");
  CHECK_FALSE(petset["spec"].contains("volumeClaimTemplates"));
  const Json& volumes = petset["spec"]["template"]["spec"]["volumes"];
  CHECK(std::count_if(volumes.begin(), volumes.end(), [](const Json& each) { return each["name"] == "data"; }) == 1);
}

TEST_CASE("an arbiter is a PetSet of one voter with a volume of its own") {
  const std::vector<Json> petsets = build_petsets(group_of(4), version("2025-cu0"));
  REQUIRE(names(petsets) == "sales sales-arbiter");
  CHECK(petsets[0]["spec"]["replicas"] == 4);
  const Json& spec = petsets[1]["spec"];
  CHECK(spec["replicas"] == 1);
  CHECK(containers(petsets[1]) == "mssql-coordinator(coordinator:image) coordinator:2380 coordinatclient:2379\n");
  CHECK(spec["template"]["metadata"]["labels"]["kubedb.com/role"] == "arbiter");
  CHECK(spec["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"] == "2Gi");
  CHECK(sorted(spec["template"]["spec"]["containers"][0]["resources"]) ==
        sorted(yaml("{requests: {cpu: 200m, memory: 256Mi}, limits: {memory: 256Mi}}")));
  CHECK(names(build_petsets(group_of(3), version("2025-cu0"))) == "sales");
}

TEST_CASE("the pods and claims of a PetSet") {
  Json petset = build_petsets(group(), version("2025-cu0"))[0];
  petset["metadata"]["uid"] = "uid-of-petset";
  const Json pod = build_pod(petset, 1, "node-0");
  const std::string revision = pod["metadata"]["labels"]["controller-revision-hash"].get<std::string>();
  CHECK(revision.starts_with("sales-"));
  Json labels = pod["metadata"]["labels"];
  labels.erase("controller-revision-hash");
  CHECK(sorted(labels) == sorted(yaml(R"(
app.kubernetes.io/component: database
app.kubernetes.io/instance: sales
app.kubernetes.io/managed-by: kubedb.com
app.kubernetes.io/name: mssqlservers.kubedb.com
apps.kubernetes.io/pod-index: "1"
statefulset.kubernetes.io/pod-name: sales-1
)")));
  CHECK(codec::name_of(pod) == "sales-1");
  CHECK(sorted(pod["metadata"]["ownerReferences"]) ==
        sorted(yaml("[{apiVersion: apps.k8s.appscode.com/v1, blockOwnerDeletion: true, controller: true, kind: PetSet, "
                    "name: sales, uid: uid-of-petset}]")));
  CHECK(pod["spec"]["nodeName"] == "node-0");
  CHECK(pod["spec"]["hostname"] == "sales-1");
  CHECK(pod["spec"]["subdomain"] == "sales-pods");
  CHECK(pod["spec"]["volumes"].back() == yaml("{name: data, persistentVolumeClaim: {claimName: data-sales-1}}"));

  const std::vector<Json> claims = build_claims(petset, 1);
  REQUIRE(names(claims) == "data-sales-1");
  CHECK(claims[0]["kind"] == "PersistentVolumeClaim");
  CHECK(claims[0]["metadata"]["labels"]["app.kubernetes.io/instance"] == "sales");
  CHECK_FALSE(claims[0]["metadata"].contains("ownerReferences"));

  CHECK(ordinal_of("sales-12", "sales") == 12);
  CHECK(ordinal_of("sales-arbiter-0", "sales") == -1);
  CHECK(ordinal_of("sales-", "sales") == -1);
  CHECK(ordinal_of("orders-1", "sales") == -1);
}

TEST_CASE("a changed template has another revision, its key order has not") {
  Json petset = build_petsets(group(), version("2025-cu0"))[0];
  const std::string before = revision_of(petset);
  Json sorted_keys = Json::parse(nlohmann::json(petset).dump());
  CHECK(revision_of(sorted_keys) == before);
  petset["spec"]["template"]["spec"]["containers"][0]["image"] = "other";
  CHECK(revision_of(petset) != before);
}

}  // namespace
}  // namespace dba::sandbox::kubedb::test
