// The manifests that guides and examples of KubeDB show, made from flags: equal in meaning, valid, and written as a
// person would write them.

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/quantity.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/database_spec.hpp"
#include "dba/mssql/issuer.hpp"

#include "support/golden.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using Options = DatabaseOptions;
using test::yaml;

/// What every example has: newest version, the usual issuer, Evaluation, 1Gi of class standard, WipeOut.
Options base_options(std::string name) {
  Options o{.name = std::move(name), .ns = "demo"};
  o.version = "2025-cu0";
  o.issuer = "mssqlserver-ca-issuer";
  o.client_tls = false;
  o.accept_eula = true;
  o.edition = "Evaluation";
  o.storage_type = "durable";
  o.storage_class = "standard";
  o.storage = "1Gi";
  o.deletion_policy = "wipe-out";
  return o;
}

Options standalone(std::string name) {
  Options o = base_options(std::move(name));
  o.replicas = 1;
  return o;
}

Options group(std::string name) {
  Options o = base_options(std::move(name));
  o.databases = {"agdb1", "agdb2"};
  return o;
}

Json build(const Options& options) {
  Notices notices;
  Findings problems;
  Json object = build_database(options, nullptr, notices, problems);
  CHECK(notices.empty());
  CHECK_FALSE(problems.has_errors());
  return object;
}

Json base_yaml(const std::string& name) {
  Json object = yaml(R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata: {namespace: demo}
spec:
  version: "2025-cu0"
  tls:
    issuerRef: {name: mssqlserver-ca-issuer, kind: Issuer, apiGroup: cert-manager.io}
    clientTLS: false
  podTemplate:
    spec:
      containers:
      - name: mssql
        env: [{name: ACCEPT_EULA, value: "Y"}, {name: MSSQL_PID, value: Evaluation}]
  storageType: Durable
  storage:
    storageClassName: standard
    accessModes: [ReadWriteOnce]
    resources: {requests: {storage: 1Gi}}
  deletionPolicy: WipeOut
)");
  object["metadata"]["name"] = name;
  return object;
}

Json standalone_yaml(const std::string& name) {
  Json object = base_yaml(name);
  object["spec"]["replicas"] = 1;
  return object;
}

Json group_yaml(const std::string& name) {
  Json object = base_yaml(name);
  object["spec"]["replicas"] = 3;
  object["spec"]["topology"] = yaml("{mode: AvailabilityGroup, availabilityGroup: {databases: [agdb1, agdb2]}}");
  return object;
}

Json& container(Json& object) { return object["spec"]["podTemplate"]["spec"]["containers"][0]; }

/// Quantities by value; the rest as it is.
nlohmann::json normalised(const Json& value) {
  if (value.is_object()) {
    nlohmann::json result = nlohmann::json::object();
    for (const auto& [key, element] : value.items()) {
      const bool quantity = key == "cpu" || key == "memory" || (key == "storage" && !element.is_object());
      if (quantity) {
        result[key] =
            Quantity::parse(element.is_string() ? element.get<std::string>() : element.dump()).milli_rounded_up();
      } else {
        result[key] = normalised(element);
      }
    }
    return result;
  }
  if (!value.is_array()) return nlohmann::json::parse(value.dump());
  nlohmann::json result = nlohmann::json::array();
  for (const Json& element : value) result.push_back(normalised(element));
  return result;
}

struct Example {
  std::string name;
  Options options;
  Json want;
  std::string warnings =
      "spec.podTemplate.spec.containers[name=mssql].env (--edition): Evaluation stops working after 180 days";
};

constexpr const char* kSmallMemory =
    "spec.podTemplate.spec.containers[name=mssql].env (--edition): Evaluation stops working after 180 days\n"
    "spec.podTemplate.spec.containers[name=mssql].resources.limits.memory (--memory-limit): 1639Mi is less than the "
    "2Gi SQL "
    "Server needs";

void small_requests(Options& o) {
  o.cpu_request = "500m";
  o.memory_request = "1.5Gi";
}

std::vector<Example> examples() {
  std::vector<Example> list;
  const auto add = [&list](const char* name, Options options, Json want) -> Example& {
    return list.emplace_back(Example{.name = name, .options = std::move(options), .want = std::move(want)});
  };
  add("ag-cluster", group("mssqlserver-ag-cluster"), group_yaml("mssqlserver-ag-cluster"));
  add("quickstart", standalone("mssqlserver-quickstart"), standalone_yaml("mssqlserver-quickstart"));

  Options compute = group("mssqlserver-ag-cluster");
  small_requests(compute);
  compute.cpu_limit = "600m";
  compute.memory_limit = "1639Mi";
  Json compute_yaml = group_yaml("mssqlserver-ag-cluster");
  container(compute_yaml)["resources"] =
      yaml("{requests: {cpu: 500m, memory: 1.5Gi}, limits: {cpu: 600m, memory: 1639Mi}}");
  add("autoscaler", compute, compute_yaml).warnings = kSmallMemory;

  Options tuned = standalone("mssql-server");
  small_requests(tuned);
  tuned.env = {"MSSQL_MEMORY_LIMIT_MB=2560", "MSSQL_LCID=1036"};
  tuned.cpu_limit = "3";
  tuned.memory_limit = "6Gi";
  Json tuned_yaml = standalone_yaml("mssql-server");
  container(tuned_yaml)["env"].push_back(yaml("{name: MSSQL_MEMORY_LIMIT_MB, value: '2560'}"));
  container(tuned_yaml)["env"].push_back(yaml("{name: MSSQL_LCID, value: '1036'}"));
  container(tuned_yaml)["resources"] = yaml("{requests: {cpu: 500m, memory: 1.5Gi}, limits: {cpu: '3', memory: 6Gi}}");
  add("configuration by pod template", tuned, tuned_yaml);

  Options configured = standalone("mssql-custom-config");
  configured.config_secret = "ms-custom-config";
  Json configured_yaml = standalone_yaml("mssql-custom-config");
  configured_yaml["spec"]["configuration"]["secretName"] = "ms-custom-config";
  add("configuration by secret", configured, configured_yaml);

  Options ag1 = base_options("ag1");
  ag1.storage_class.reset();
  ag1.storage_type.reset();
  ag1.topology = "dag";
  ag1.databases = {"agdb"};
  ag1.secondary_access = "all";
  ag1.dag_role = "primary";
  ag1.dag_url = "10.2.0.236";
  ag1.dag_remote_name = "ag2";
  ag1.dag_remote_url = "10.2.0.181";
  ag1.services = {"primary=LoadBalancer"};
  Json ag1_yaml = base_yaml("ag1");
  ag1_yaml["spec"].erase("storageType");
  ag1_yaml["spec"]["storage"].erase("storageClassName");
  ag1_yaml["spec"]["replicas"] = 3;
  ag1_yaml["spec"]["topology"] = yaml(R"({mode: DistributedAG,
      availabilityGroup: {databases: [agdb], secondaryAccessMode: "All"},
      distributedAG: {self: {role: Primary, url: 10.2.0.236}, remote: {name: ag2, url: 10.2.0.181}}})");
  ag1_yaml["spec"]["serviceTemplates"] = yaml("{a: [{alias: primary, spec: {type: LoadBalancer}}]}")["a"];
  add("distributed group, primary", ag1, ag1_yaml);

  Options ag2 = ag1;
  ag2.name = "ag2";
  ag2.databases.clear();
  ag2.login_secret = "ag1-dbm-login";
  ag2.master_key_secret = "ag1-master-key";
  ag2.endpoint_cert_secret = "ag1-endpoint-cert";
  ag2.dag_role = "secondary";
  ag2.dag_url = "10.2.0.181";
  ag2.dag_remote_name = "ag1";
  ag2.dag_remote_url = "10.2.0.236";
  Json ag2_yaml = ag1_yaml;
  ag2_yaml["metadata"]["name"] = "ag2";
  ag2_yaml["spec"]["topology"] = yaml(R"({mode: DistributedAG,
      availabilityGroup: {secondaryAccessMode: "All", loginSecretName: ag1-dbm-login, masterKeySecretName: ag1-master-key,
                          endpointCertSecretName: ag1-endpoint-cert},
      distributedAG: {self: {role: Secondary, url: 10.2.0.181}, remote: {name: ag1, url: 10.2.0.236}}})");
  add("distributed group, secondary", ag2, ag2_yaml);

  Options initialised = base_options("ms-init");
  initialised.init_configmap = "mssql-init-scripts";
  Json initialised_yaml = base_yaml("ms-init");
  initialised_yaml["spec"]["init"] = yaml("{script: {configMap: {name: mssql-init-scripts}}}");
  add("initialization, standalone", initialised, initialised_yaml);

  Options initialised_group = group("ms-ag-init");
  initialised_group.databases = {"agdb", "mssql"};
  initialised_group.secondary_access = "all";
  initialised_group.init_configmap = "mssql-init-scripts";
  Json initialised_group_yaml = group_yaml("ms-ag-init");
  initialised_group_yaml["spec"]["topology"]["availabilityGroup"] =
      yaml("{databases: [agdb, mssql], secondaryAccessMode: All}");
  initialised_group_yaml["spec"]["init"] = yaml("{script: {configMap: {name: mssql-init-scripts}}}");
  add("initialization, group", initialised_group, initialised_group_yaml);

  Options monitored = standalone("mssql-monitoring");
  monitored.monitor = "prometheus-operator";
  monitored.monitor_interval = "10s";
  monitored.monitor_labels = {"release=prometheus"};
  monitored.set = {
      "spec.monitor.prometheus.exporter.resources={requests: {cpu: 50m, memory: 512Mi}, limits: {memory: 512Mi}}",
      "spec.monitor.prometheus.exporter.securityContext={runAsUser: 10001, runAsNonRoot: true}"};
  Json monitored_yaml = standalone_yaml("mssql-monitoring");
  monitored_yaml["spec"]["monitor"] = yaml(R"({agent: prometheus.io/operator, prometheus: {
      exporter: {port: 9399, resources: {requests: {memory: 512Mi, cpu: 50m}, limits: {memory: 512Mi}},
                 securityContext: {runAsUser: 10001, runAsNonRoot: true}},
      serviceMonitor: {interval: 10s, labels: {release: prometheus}}}})");
  add("monitoring", monitored, monitored_yaml);

  Options reconfigured = group("mssqlserver-ag-cluster");
  reconfigured.config_secret = "ms-custom-config";
  reconfigured.edition = "Developer";
  Json reconfigured_yaml = group_yaml("mssqlserver-ag-cluster");
  reconfigured_yaml["spec"]["configuration"]["secretName"] = "ms-custom-config";
  container(reconfigured_yaml)["env"][1]["value"] = "Developer";
  add("reconfigure, group", reconfigured, reconfigured_yaml).warnings = "";

  Options two = group("mssql-ag-cluster");
  small_requests(two);
  two.replicas = 2;
  two.cpu_limit = "1";
  two.memory_limit = "2Gi";
  Json two_yaml = group_yaml("mssql-ag-cluster");
  two_yaml["spec"]["replicas"] = 2;
  container(two_yaml)["resources"] = yaml("{requests: {cpu: 500m, memory: 1.5Gi}, limits: {cpu: 1, memory: 2Gi}}");
  add("horizontal scaling: two replicas and an arbiter", two, two_yaml);

  Options encrypted = standalone("mssql-standalone-tls");
  encrypted.client_tls = true;
  Json encrypted_yaml = standalone_yaml("mssql-standalone-tls");
  encrypted_yaml["spec"]["tls"]["clientTLS"] = true;
  add("TLS, standalone", encrypted, encrypted_yaml);

  Options older = group("mssql-ag-cluster");
  older.version = "2022-cu22";
  small_requests(older);
  older.memory_limit = "2Gi";
  Json older_yaml = group_yaml("mssql-ag-cluster");
  older_yaml["spec"]["version"] = "2022-cu22";
  container(older_yaml)["resources"] = yaml("{requests: {cpu: 500m, memory: 1.5Gi}, limits: {memory: 2Gi}}");
  add("update version, group", older, older_yaml);

  Options growing = standalone("mssql-standalone");
  growing.storage_class = "longhorn";
  Json growing_yaml = standalone_yaml("mssql-standalone");
  growing_yaml["spec"]["storage"]["storageClassName"] = "longhorn";
  add("volume expansion, standalone", growing, growing_yaml);
  return list;
}

TEST_CASE("the example manifests come out of flags, equal in meaning and valid") {
  for (const Example& example : examples()) {
    CAPTURE(example.name);
    const Json built = build(example.options);
    CHECK(normalised(built) == normalised(example.want));
    const Findings findings = check_database(built);
    CHECK_NOTHROW(findings.throw_if_errors("invalid"));
    CHECK(join(findings.warning_lines(), "\n") == example.warnings);
  }
}

TEST_CASE("the failover guide's group with readable secondaries") {
  Options o = group("mssqlserver-ag-cluster");
  o.version = "2022-cu12";
  o.secondary_access = "all";
  const Json built = build(o);
  const Json guide = yaml(R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata: {name: mssqlserver-ag-cluster, namespace: demo}
spec:
  version: "2022-cu12"
  replicas: 3
  topology:
    mode: AvailabilityGroup
    availabilityGroup: {secondaryAccessMode: All, databases: [agdb1, agdb2]}
  tls:
    issuerRef: {name: mssqlserver-ca-issuer, kind: Issuer, apiGroup: "cert-manager.io"}
    clientTLS: false
  podTemplate:
    spec:
      containers:
      - name: mssql
        env: [{name: ACCEPT_EULA, value: "Y"}, {name: MSSQL_PID, value: Evaluation}]
  storageType: Durable
  storage: {storageClassName: "standard", accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  deletionPolicy: WipeOut
)");
  CHECK(normalised(built) == normalised(guide));
  test::check_golden("manifests/failover_guide_group.yaml", codec::to_yaml(built));
}

TEST_CASE("goldens of a standalone instance, a distributed pair and the issuer") {
  test::check_golden("manifests/standalone.yaml", codec::to_yaml(build(standalone("mssqlserver-standalone"))));
  for (const Example& example : examples()) {
    if (example.name == "distributed group, primary") {
      test::check_golden("manifests/distributed_primary.yaml", codec::to_yaml(build(example.options)));
    }
    if (example.name == "distributed group, secondary") {
      test::check_golden("manifests/distributed_secondary.yaml", codec::to_yaml(build(example.options)));
    }
    if (example.name == "monitoring")
      test::check_golden("manifests/monitored.yaml", codec::to_yaml(build(example.options)));
  }
  const IssuerRef issuer{.name = "mssqlserver-ca-issuer"};
  test::check_golden("manifests/issuer.yaml", codec::to_yaml(make_issuer(issuer, "demo", "mssqlserver-ca")));
}

}  // namespace
}  // namespace dba::mssql
