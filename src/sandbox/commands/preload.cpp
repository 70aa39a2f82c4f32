#include "commands/preload.hpp"

#include <chrono>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/tls/certificates.hpp"

#include "operator/database.hpp"
#include "operator/objects/petsets.hpp"
#include "operator/objects/pods.hpp"
#include "operator/objects/services.hpp"
#include "operator/runtime/conditions.hpp"
#include "operator/webhook.hpp"

namespace dba::sandbox::commands {

extern const std::string_view kCatalog;

namespace {

constexpr std::string_view kVersion = "2025-cu0";
constexpr std::string_view kIssuer = "mssqlserver-ca-issuer";
constexpr std::string_view kAuthority = "mssqlserver-ca";
constexpr int kReplicas = 3;

Json manifest(const std::string& yaml) { return std::move(codec::parse_documents(yaml, "sandbox").front().value()); }

Json group_manifest(std::string_view ns, std::string_view name) {
  return manifest(fmt::format(R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata:
  name: {}
  namespace: {}
spec:
  version: {}
  replicas: {}
  topology:
    mode: AvailabilityGroup
    availabilityGroup:
      databases: [agdb1, agdb2]
      secondaryAccessMode: All
  tls:
    issuerRef:
      apiGroup: cert-manager.io
      kind: Issuer
      name: {}
  podTemplate:
    spec:
      containers:
      - name: mssql
        env:
        - name: ACCEPT_EULA
          value: "Y"
        - name: MSSQL_PID
          value: Developer
  storageType: Durable
  storage:
    accessModes: [ReadWriteOnce]
    resources:
      requests:
        storage: 1Gi
)",
                              name, ns, kVersion, kReplicas, kIssuer));
}

Json catalog_version() {
  for (const Json& version : catalog_objects()) {
    if (codec::name_of(version) == kVersion) return version;
  }
  return Json::object();
}

Json now_true(std::string_view type, const std::string& time) {
  return Json::object({{"type", type}, {"status", "True"}, {"lastTransitionTime", time}});
}

Json container_status(const Json& container, const std::string& id, const std::string& time) {
  Json status = Json::object();
  status["name"] = container["name"];
  status["state"]["running"]["startedAt"] = time;
  status["ready"] = true;
  status["restartCount"] = 0;
  status["image"] = container.value("image", "");
  status["imageID"] = container.value("image", "");
  status["containerID"] = "containerd://" + id;
  status["started"] = true;
  return status;
}

void make_running(Json& pod, world::Random& random, int number, int ordinal, const std::string& time) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const int address = number * kReplicas + ordinal;
  const std::string ip = fmt::format("10.{}.{}.{}", 64 + address / 62'500, address / 250 % 250, 2 + address % 250);
  Json& status = pod["status"] = Json::object();
  status["phase"] = "Running";
  status["conditions"] = Json::array();
  for (const char* type : {"PodScheduled", "Initialized", "ContainersReady", "Ready"}) {
    status["conditions"].push_back(now_true(type, time));
  }
  status["hostIP"] = "127.0.0.1";
  status["podIP"] = ip;
  status["podIPs"] = Json::array({Json::object({{"ip", ip}})});
  status["startTime"] = time;
  status["containerStatuses"] = Json::array();
  for (const Json& container : pod["spec"]["containers"]) {
    status["containerStatuses"].push_back(container_status(container, random.text(64, kHex), time));
  }
}

std::string make_uid(world::Random& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  return fmt::format("{}-{}-4{}-a{}-{}", random.text(8, kHex), random.text(4, kHex), random.text(3, kHex),
                     random.text(3, kHex), random.text(12, kHex));
}

/// The database itself, defaults and conditions filled in.
Json ready_group(std::string_view ns, std::string_view name, world::Random& random, const Json& version, WallTime now) {
  Json database = group_manifest(ns, name);
  database["metadata"]["uid"] = make_uid(random);
  database["metadata"]["annotations"]["sandbox/loaded"] = "true";
  kubedb::set_defaults(database, [&](std::string_view, std::string_view, std::string_view, std::string_view) {
    return std::optional<Json>(version);
  });
  database["spec"]["authSecret"]["name"] = kubedb::auth_secret_name(database);
  Json& status = database["status"] = Json::object();
  status["phase"] = "Ready";
  Json& conditions = status["conditions"] = Json::array();
  for (const char* type : {"ProvisioningStarted", "ReplicaReady", "AGPrimaryReplicaReady", "AcceptingConnection",
                           "Ready", "Provisioned"}) {
    kubedb::set_condition(conditions, kubedb::make_condition(type, true, database), 1, now);
  }
  return database;
}

}  // namespace

std::vector<Json> catalog_objects() {
  std::vector<Json> objects;
  for (codec::Document& document : codec::parse_documents(kCatalog, "the catalog")) {
    objects.push_back(std::move(document.value()));
  }
  return objects;
}

std::vector<Json> group_manifests(std::string_view ns, std::string_view name, WallTime now) {
  const tls::KeyPair authority =
      tls::make_certificate_authority({.subject = tls::parse_subject("/CN=MSSQLServer/O=kubedb"),
                                       .key_type = tls::KeyType::ecdsa_p256,
                                       .not_before = now - std::chrono::hours(1)});
  Json secret = manifest(fmt::format(R"(
apiVersion: v1
kind: Secret
metadata: {{name: {}, namespace: {}}}
type: kubernetes.io/tls
)",
                                     kAuthority, ns));
  secret["data"]["tls.crt"] = base64_encode(authority.certificate_pem);
  secret["data"]["tls.key"] = base64_encode(authority.key_pem.reveal());
  const Json issuer = manifest(fmt::format(R"(
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {{name: {}, namespace: {}}}
spec: {{ca: {{secretName: {}}}}}
)",
                                           kIssuer, ns, kAuthority));
  return {std::move(secret), issuer, group_manifest(ns, name)};
}

std::vector<Json> loaded_database(world::World& world, std::string_view ns, std::string_view name, int number) {
  static const Json version = catalog_version();
  world::Random random(world.seed, fmt::format("loaded {}/{}", ns, name));
  const WallTime now = world.clock.wall_now();
  const std::string time = format_rfc3339(now);
  const Json database = ready_group(ns, name, random, version, now);
  Json petset = kubedb::build_petsets(database, version).front();
  petset["metadata"]["uid"] = make_uid(random);
  petset["status"] = Json::object({{"replicas", kReplicas}, {"readyReplicas", kReplicas}});

  std::vector<Json> objects{database, petset};
  for (int ordinal = 0; ordinal < kReplicas; ++ordinal) {
    Json pod = kubedb::build_pod(petset, ordinal, "node-0");
    pod["metadata"]["uid"] = make_uid(random);
    pod["metadata"]["labels"][std::string(kubedb::kRoleLabel)] = ordinal == 0 ? "primary" : "secondary";
    make_running(pod, random, number, ordinal, time);
    objects.push_back(std::move(pod));
    for (Json& claim : kubedb::build_claims(petset, ordinal)) {
      claim["status"] = Json::object({{"phase", "Bound"}});
      objects.push_back(std::move(claim));
    }
  }
  for (Json& service : kubedb::build_services(database)) {
    service["metadata"]["uid"] = make_uid(random);
    objects.push_back(std::move(service));
  }
  return objects;
}

}  // namespace dba::sandbox::commands
