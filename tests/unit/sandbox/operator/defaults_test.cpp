// What the mutating webhook fills in. Expectations are kubedb.md 2.1, written out.

#include <doctest/doctest.h>

#include "fixtures.hpp"
#include "operator/webhook/resources.hpp"

namespace dba::sandbox::kubedb::test {
namespace {

TEST_CASE("a group gets everything that the webhook fills in") {
  const Json expected = yaml(R"(
version: 2025-cu0
replicas: 3
topology:
  mode: AvailabilityGroup
  availabilityGroup:
    databases: [agdb1]
    leaderElection: {period: 300ms, electionTick: 10, heartbeatTick: 1, transferLeadershipInterval: 1s, transferLeadershipTimeout: 60s}
tls:
  issuerRef: {apiGroup: cert-manager.io, kind: Issuer, name: ca-issuer}
  clientTLS: false
  certificates:
  - {alias: server, secretName: sales-server-cert, subject: {organizations: [kubedb], organizationalUnits: [server]}}
  - {alias: client, secretName: sales-client-cert, subject: {organizations: [kubedb], organizationalUnits: [client]}}
  - {alias: endpoint, secretName: sales-endpoint-cert, subject: {organizations: [kubedb], organizationalUnits: [endpoint]}}
podTemplate:
  spec:
    securityContext: {fsGroup: 10001}
    containers:
    - name: mssql
      env: [{name: ACCEPT_EULA, value: "Y"}, {name: MSSQL_PID, value: Developer}]
      securityContext:
        allowPrivilegeEscalation: false
        capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        seccompProfile: {type: RuntimeDefault}
      resources: {requests: {cpu: 1500m, memory: 2Gi}, limits: {memory: 4Gi}}
      resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}, {resourceName: memory, restartPolicy: NotRequired}]
    - name: mssql-coordinator
      securityContext:
        allowPrivilegeEscalation: false
        capabilities: {drop: [ALL]}
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        seccompProfile: {type: RuntimeDefault}
      resources: {requests: {cpu: 200m, memory: 256Mi}, limits: {memory: 256Mi}}
      resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}, {resourceName: memory, restartPolicy: NotRequired}]
    initContainers:
    - name: mssql-init
      securityContext:
        allowPrivilegeEscalation: false
        capabilities: {drop: [ALL]}
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        seccompProfile: {type: RuntimeDefault}
      resources: {requests: {cpu: 200m, memory: 256Mi}, limits: {memory: 512Mi}}
storage: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
storageType: Durable
deletionPolicy: Delete
authSecret: {kind: Secret, name: ""}
)");
  CHECK(sorted(defaulted(typed_group())["spec"]) == sorted(expected));
}

TEST_CASE("defaulting twice changes nothing more") {
  for (const Json& database : {typed_group(), typed_standalone()}) {
    const Json once = defaulted(database);
    CHECK(defaulted(once) == once);
  }
}

TEST_CASE("a standalone gets one replica, no coordinator, no endpoint certificate") {
  const Json spec = defaulted(typed_standalone())["spec"];
  CHECK(spec["replicas"] == 1);
  CHECK_FALSE(spec.contains("topology"));
  CHECK(spec["podTemplate"]["spec"]["containers"].size() == 1);
  CHECK(spec["tls"]["certificates"].size() == 2);
  CHECK_FALSE(spec.contains("arbiter"));
}

TEST_CASE("an unknown version ends defaulting half-way") {
  Json database = typed_group();
  database["spec"]["version"] = "2019-cu1";
  database["spec"]["configSecret"]["name"] = "old";
  const Json spec = defaulted(database)["spec"];
  CHECK(spec["storageType"] == "Durable");
  CHECK(spec["topology"]["availabilityGroup"]["leaderElection"]["period"] == "300ms");
  CHECK(spec["configSecret"]["name"] == "old");
  CHECK_FALSE(spec["tls"].contains("certificates"));
  CHECK(spec["podTemplate"]["spec"]["containers"].size() == 1);
}

TEST_CASE("what the user has set stays") {
  Json database = typed_group();
  Json& spec = database["spec"];
  spec["deletionPolicy"] = "WipeOut";
  spec["topology"]["availabilityGroup"]["leaderElection"] =
      yaml("{period: 100ms, electionTick: 20, heartbeatTick: 2, transferLeadershipTimeout: 5s}");
  spec["tls"]["certificates"] = yaml("[{alias: client, subject: {organizations: [acme]}}]");
  spec["podTemplate"]["spec"]["containers"][0]["securityContext"] = yaml("{runAsUser: 7, capabilities: {drop: [X]}}");
  const Json result = defaulted(database)["spec"];
  CHECK(result["deletionPolicy"] == "WipeOut");
  CHECK(sorted(result["topology"]["availabilityGroup"]["leaderElection"]) ==
        sorted(yaml("{period: 100ms, electionTick: 20, heartbeatTick: 2, transferLeadershipInterval: 1s, "
                    "transferLeadershipTimeout: 5s}")));
  CHECK(sorted(result["tls"]["certificates"][0]) ==
        sorted(yaml("{alias: client, secretName: sales-client-cert, subject: {organizations: [acme], "
                    "organizationalUnits: [client]}}")));
  const Json security = result["podTemplate"]["spec"]["containers"][0]["securityContext"];
  CHECK(security["runAsUser"] == 7);
  CHECK(security["runAsGroup"] == 10001);
  CHECK(sorted(security["capabilities"]) == sorted(yaml("{drop: [X]}")));
}

TEST_CASE("an arbiter comes with an even number of replicas in an availability group only") {
  Json database = typed_group();
  database["spec"]["replicas"] = 2;
  CHECK(sorted(defaulted(database)["spec"]["arbiter"]) ==
        sorted(yaml("{resources: {requests: {storage: 2Gi, cpu: 200m, memory: 256Mi}, limits: {memory: 256Mi}}}")));
  database["spec"]["arbiter"] = yaml("{resources: {requests: {storage: 1Gi}}}");
  CHECK(sorted(defaulted(database)["spec"]["arbiter"]) == sorted(yaml("{resources: {requests: {storage: 1Gi}}}")));
  Json distributed = typed_group();
  distributed["spec"]["replicas"] = 2;
  distributed["spec"]["topology"]["mode"] = "DistributedAG";
  distributed["spec"]["topology"]["distributedAG"] = yaml("{self: {role: Primary, url: a}, remote: {name: b, url: c}}");
  const Json spec = defaulted(distributed)["spec"];
  CHECK_FALSE(spec.contains("arbiter"));
  CHECK(spec["tls"]["certificates"].size() == 2);
  CHECK(spec["podTemplate"]["spec"]["containers"][1]["name"] == "mssql-coordinator");
  CHECK_FALSE(spec["podTemplate"]["spec"]["containers"][1].contains("resources"));
}

TEST_CASE("a distributed mode without its block is neither standalone nor cluster") {
  Json database = typed_group();
  database["spec"]["topology"] = yaml("{mode: DistributedAG}");
  const Json spec = defaulted(database)["spec"];
  CHECK(spec["podTemplate"]["spec"]["containers"].size() == 1);
  CHECK(sorted(spec["topology"]) == sorted(yaml("{mode: DistributedAG}")));
}

TEST_CASE("the deprecated configSecret moves") {
  Json database = typed_group();
  database["spec"]["configSecret"]["name"] = "mine";
  const Json spec = defaulted(database)["spec"];
  CHECK_FALSE(spec.contains("configSecret"));
  CHECK(spec["configuration"]["secretName"] == "mine");
}

TEST_CASE("the exporter's port is 9399 only where no exporter block stands") {
  Json database = typed_group();
  database["spec"]["monitor"]["agent"] = "prometheus.io/operator";
  CHECK(sorted(defaulted(database)["spec"]["monitor"]["prometheus"]["exporter"]) ==
        sorted(yaml("{port: 9399, securityContext: {runAsUser: 10001, runAsGroup: 10001}}")));
  database["spec"]["monitor"]["prometheus"]["exporter"]["port"] = 56790;
  CHECK(defaulted(database)["spec"]["monitor"]["prometheus"]["exporter"]["port"] == 56790);
}

TEST_CASE("requests and limits are joined with the defaults") {
  struct Row {
    const char *given, *result;
  };
  for (const Row& row : {
           Row{"{}", "{requests: {cpu: 1500m, memory: 2Gi}, limits: {memory: 4Gi}}"},
           Row{"{limits: {memory: 2Gi}}", "{requests: {cpu: 1500m, memory: 2Gi}, limits: {memory: 2Gi}}"},
           Row{"{requests: {memory: 6Gi}}", "{requests: {cpu: 1500m, memory: 6Gi}, limits: {memory: 6Gi}}"},
           Row{"{requests: {memory: 1Gi}}", "{requests: {cpu: 1500m, memory: 1Gi}, limits: {memory: 1Gi}}"},
           Row{"{limits: {cpu: '1'}}", "{requests: {cpu: '1', memory: 2Gi}, limits: {cpu: '1', memory: 4Gi}}"},
           Row{"{requests: {memory: 6Gi}, limits: {memory: 5Gi}}",
               "{requests: {cpu: 1500m, memory: 6Gi}, limits: {memory: 6Gi}}"},
           Row{"{requests: {cpu: '2'}, limits: {cpu: '1'}}",
               "{requests: {cpu: '2', memory: 2Gi}, limits: {cpu: '2', memory: 4Gi}}"},
           Row{"{requests: {memory: 1Gi}, limits: {memory: 8Gi}}",
               "{requests: {cpu: 1500m, memory: 1Gi}, limits: {memory: 8Gi}}"},
       }) {
    CAPTURE(row.given);
    Json resources = yaml(row.given);
    set_default_resources(resources, mssql_resources());
    CHECK(sorted(resources) == sorted(yaml(row.result)));
  }
}

}  // namespace
}  // namespace dba::sandbox::kubedb::test
