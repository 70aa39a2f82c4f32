#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/database_rules.hpp"

#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using test::yaml;

/// As it runs, with what the webhook has filled in.
Json live() {
  return yaml(R"(
spec:
  version: 2022-cu19
  replicas: 3
  topology: {mode: AvailabilityGroup, availabilityGroup: {databases: [a]}}
  storageType: Durable
  storage: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
  tls:
    clientTLS: false
    issuerRef: {apiGroup: cert-manager.io, kind: Issuer, name: ca}
    certificates: [{alias: server, secretName: sales-server-cert}]
  configuration: {secretName: settings}
  authSecret: {kind: Secret, name: sales-auth}
  podTemplate:
    spec:
      containers:
      - {name: mssql, env: [{name: MSSQL_PID, value: Developer}], resources: {requests: {cpu: 1500m, memory: 2Gi}, limits: {memory: 4Gi}}}
)");
}

std::string change_problems(const Json& desired) {
  std::vector<std::string> lines;
  const Findings findings = check_change(live(), desired);
  for (const Finding& finding : findings.all()) {
    lines.push_back((finding.severity == Severity::error ? "error " : "warning ") + place_of(finding) + ": " +
                    finding.message);
  }
  return join(lines, "\n");
}

TEST_CASE("changes of a live database that go past the operator's safe way") {
  struct Row {
    std::string name;
    std::function<void(Json& spec)> change;
    std::string want;
  };
  const auto resources = [](Json& spec) -> Json& { return spec["podTemplate"]["spec"]["containers"][0]["resources"]; };
  const auto size = [](Json& spec) -> Json& { return spec["storage"]["resources"]["requests"]["storage"]; };
  const auto env = [](Json& spec) -> Json& { return spec["podTemplate"]["spec"]["containers"][0]["env"]; };
  const std::string variables = "spec.podTemplate.spec.containers[name=mssql].env";
  const std::string unsupported =
      ": KubeDB does not support a change of the environment of a running database and does not refuse it; make a new "
      "database, or check that every pod was made again";
  const std::string past = ": changing it here goes past the operator's safe way; use an ops request of type ";
  const std::string resource_place = "warning spec.podTemplate.spec.containers[name=mssql].resources";
  for (const Row& row : std::vector<Row>{
           {"nothing", [](Json&) {}, ""},
           {"what is not about it", [](Json& spec) { spec["deletionPolicy"] = "Halt"; }, ""},
           {"fields left out",
            [](Json& spec) {
              spec = yaml(
                  "{version: 2022-cu19, topology: {mode: AvailabilityGroup, availabilityGroup: {databases: [a]}}}");
            },
            ""},
           {"another mode", [](Json& spec) { spec["topology"]["mode"] = "DistributedAG"; },
            "error spec.topology.mode (--topology): cannot become DistributedAG: the running database is "
            "AvailabilityGroup, make a new one and move the data"},
           {"no group any more", [](Json& spec) { spec.erase("topology"); },
            "error spec.topology.mode (--topology): cannot become Standalone: the running database is "
            "AvailabilityGroup, make a new one and move the data"},
           {"another kind of storage", [](Json& spec) { spec["storageType"] = "Ephemeral"; },
            "error spec.storageType (--storage-type): cannot become Ephemeral: the running database is Durable, make a "
            "new one and move the data"},
           {"smaller volumes", [&](Json& spec) { size(spec) = "5Gi"; },
            "error spec.storage.resources.requests.storage (--storage): 5Gi is less than the present 10Gi, a volume "
            "cannot shrink"},
           {"the same size in other words", [&](Json& spec) { size(spec) = "10240Mi"; }, ""},
           {"larger volumes", [&](Json& spec) { size(spec) = "20Gi"; },
            "warning spec.storage.resources.requests.storage (--storage): changing it here does not make the volumes "
            "grow; use an ops request of type VolumeExpansion"},
           {"another class", [](Json& spec) { spec["storage"]["storageClassName"] = "slow"; },
            "warning spec.storage.storageClassName (--storage-class)" + past + "StorageMigration"},
           {"another version", [](Json& spec) { spec["version"] = "2025-cu0"; },
            "warning spec.version (--version)" + past + "UpdateVersion"},
           {"more replicas", [](Json& spec) { spec["replicas"] = 5; },
            "warning spec.replicas (--replicas)" + past + "HorizontalScaling"},
           {"more memory", [&](Json& spec) { resources(spec)["limits"]["memory"] = "8Gi"; },
            resource_place + past + "VerticalScaling"},
           {"the same resources in other words",
            [&](Json& spec) { resources(spec) = yaml("{requests: {cpu: '1.5', memory: 2048Mi}}"); }, ""},
           {"a new limit", [&](Json& spec) { resources(spec)["limits"]["cpu"] = 2; },
            resource_place + past + "VerticalScaling"},
           {"a database less", [](Json& spec) { spec["topology"]["availabilityGroup"]["databases"] = yaml("[b]"); },
            "warning spec.topology.availabilityGroup.databases (--databases): \"a\" is in the running group and no "
            "longer in the list: KubeDB only adds databases to a group, take it out in SQL Server yourself"},
           {"another edition", [&](Json& spec) { env(spec) = yaml("[{name: MSSQL_PID, value: Enterprise}]"); },
            "warning " + variables + " (--edition): MSSQL_PID changes" + unsupported},
           {"a variable more",
            [&](Json& spec) { env(spec) = yaml("[{name: MSSQL_PID, value: Developer}, {name: FOO, value: bar}]"); },
            "warning " + variables + " (--env): FOO is new" + unsupported},
           {"a variable less", [&](Json& spec) { env(spec) = Json::array(); },
            "warning " + variables + " (--edition): MSSQL_PID goes away" + unsupported},
           {"another issuer", [](Json& spec) { spec["tls"]["issuerRef"]["name"] = "other"; },
            "warning spec.tls (--issuer)" + past + "ReconfigureTLS"},
           {"client TLS", [](Json& spec) { spec["tls"]["clientTLS"] = true; },
            "warning spec.tls (--issuer)" + past + "ReconfigureTLS"},
           {"another configuration", [](Json& spec) { spec["configuration"]["secretName"] = "other"; },
            "warning spec.configuration" + past + "Reconfigure"},
           {"another auth secret", [](Json& spec) { spec["authSecret"]["name"] = "other"; },
            "warning spec.authSecret (--auth-secret)" + past + "RotateAuth"},
       }) {
    CAPTURE(row.name);
    Json desired = live();
    row.change(desired["spec"]);
    CHECK(change_problems(desired) == row.want);
  }
}

TEST_CASE("a standalone instance becomes no group") {
  Json standalone = live();
  standalone["spec"].erase("topology");
  const Findings findings = check_change(standalone, live());
  REQUIRE(findings.all().size() == 1);
  CHECK(findings.all()[0].message ==
        "cannot become AvailabilityGroup: the running database is Standalone, make a new one and move the data");
}

TEST_CASE("every change is told at once") {
  Json desired = live();
  desired["spec"]["version"] = "2025-cu0";
  desired["spec"]["replicas"] = 5;
  desired["spec"]["storageType"] = "Ephemeral";
  CHECK(check_change(live(), desired).all().size() == 3);
}

}  // namespace
}  // namespace dba::mssql
