#include "commands/preload.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/tls/certificates.hpp"

#include "cluster/endpoints.hpp"
#include "commands/running_group.hpp"
#include "operator/database.hpp"
#include "operator/objects/services.hpp"
#include "operator/runtime/conditions.hpp"
#include "operator/webhook.hpp"

namespace dba::sandbox::commands {

extern const std::string_view kCatalog;

namespace {

constexpr std::string_view kIssuer = "mssqlserver-ca-issuer";
constexpr std::string_view kAuthority = "mssqlserver-ca";
constexpr std::string_view kGroup = R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata:
  name: group
  namespace: default
spec:
  version: 2025-cu0
  replicas: 3
  topology:
    mode: AvailabilityGroup
    availabilityGroup:
      databases: [agdb1, agdb2]
      secondaryAccessMode: All
  tls:
    issuerRef:
      apiGroup: cert-manager.io
      kind: Issuer
      name: mssqlserver-ca-issuer
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
)";

Json manifest(std::string_view yaml) { return std::move(codec::parse_documents(yaml, "sandbox").front().value()); }

/// A group whose defaults are filled in and whose provisioning is over.
Json ready_group(std::string_view ns) {
  Json database = group_manifest(ns, "group");
  const std::vector<Json> catalog = catalog_objects();
  const std::string version = codec::string_at(database, {"spec", "version"});
  kubedb::set_defaults(database, [&](std::string_view, std::string_view, std::string_view, std::string_view) {
    return std::optional<Json>(*std::ranges::find(catalog, version, codec::name_of));
  });
  Json& metadata = database["metadata"];
  metadata["annotations"]["sandbox/loaded"] = "1";
  metadata["finalizers"] = Json::array({kubedb::kFinalizer});
  database["status"]["phase"] = "Ready";
  return database;
}

void name_group(Json& database, const std::string& name, WallTime now, world::Random& random) {
  database["metadata"]["name"] = name;
  database["metadata"]["uid"] = make_uid(random);
  database["spec"]["authSecret"]["name"] = "";
  database["spec"]["authSecret"]["name"] = kubedb::auth_secret_name(database);
  Json& conditions = database["status"]["conditions"] = Json::array();
  for (const char* type : {"ProvisioningStarted", "ReplicaReady", "AGPrimaryReplicaReady", "AcceptingConnection",
                           "Ready", "Provisioned"}) {
    kubedb::set_condition(conditions, kubedb::make_condition(type, true, database), 1, now);
  }
}

/// Those that the Service's selector finds.
std::vector<api::Object> chosen_by(const Json& service, const std::vector<api::Object>& pods) {
  const Json& selector = service["spec"]["selector"];
  std::vector<api::Object> chosen;
  std::ranges::copy_if(pods, std::back_inserter(chosen), [&](const api::Object& pod) {
    return std::all_of(selector.begin(), selector.end(), [&, at = selector.begin()](const Json& value) mutable {
      return codec::label_of(*pod, (at++).key()) == value;
    });
  });
  return chosen;
}

void add_services(const Json& database, const RunningGroup& group, int number, world::Random& random,
                  std::vector<Json>& objects) {
  constexpr int kMostServices = 5;
  std::vector<api::Object> pods;
  for (const Json& pod : group.pods) pods.push_back(std::make_shared<const Json>(pod));
  int address = number * kMostServices;
  for (Json& service : kubedb::build_services(database)) {
    service["metadata"]["uid"] = make_uid(random);
    Json& spec = service["spec"];
    if (codec::string_at(spec, {"clusterIP"}).empty()) {
      spec["clusterIP"] = fmt::format("10.{}.{}.{}", 97 + address / 62'500, address / 250 % 250, address % 250 + 1);
      spec["clusterIPs"] = Json::array({spec["clusterIP"]});
    }
    ++address;
    Json slice = cluster::make_slice(service, chosen_by(service, pods));
    objects.push_back(cluster::make_endpoints(service, slice));
    objects.push_back(std::move(slice));
    objects.push_back(std::move(service));
  }
}

std::string loaded_name(int number) { return fmt::format("db-{:05}", number); }

}  // namespace

std::vector<Json> catalog_objects() {
  std::vector<Json> objects;
  for (codec::Document& document : codec::parse_documents(kCatalog, "the catalog")) {
    objects.push_back(std::move(document.value()));
  }
  return objects;
}

std::vector<Json> issuer_manifests(std::string_view ns, WallTime now) {
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
  return {std::move(secret), manifest(fmt::format(R"(
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {{name: {}, namespace: {}}}
spec: {{ca: {{secretName: {}}}}}
)",
                                                  kIssuer, ns, kAuthority))};
}

Json group_manifest(std::string_view ns, std::string_view name) {
  Json database = manifest(kGroup);
  database["metadata"]["name"] = name;
  database["metadata"]["namespace"] = ns;
  return database;
}

std::optional<int> loaded_number(std::string_view name) {
  const std::string_view digits = name.substr(std::min(name.size(), loaded_name(0).find('0')));
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number > 0 && name == loaded_name(number) ? std::optional(number) : std::nullopt;
}

std::vector<Json> loaded_databases(world::World& world, std::string_view ns, int count) {
  const WallTime now = world.clock.wall_now();
  Json database = ready_group(ns);
  std::vector<Json> objects;
  for (int number = 1; number <= count; ++number) {
    const std::string name = loaded_name(number);
    world::Random random(world.seed, fmt::format("loaded database {}/{}", ns, name));
    name_group(database, name, now, random);
    RunningGroup group = running_group(world, database, number);
    add_services(database, group, number, random, objects);
    objects.push_back(database);
    objects.push_back(std::move(group.petsets.front()));
    for (Json& claim : group.claims) {
      claim["status"] = Json::object({{"phase", "Bound"}});
      objects.push_back(std::move(claim));
    }
    for (Json& pod : group.pods) objects.push_back(std::move(pod));
  }
  return objects;
}

}  // namespace dba::sandbox::commands
