#include "dba/mssql/database_spec.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/yaml.hpp"

#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using Options = DatabaseOptions;
using test::yaml;

Json build(const std::function<void(Options&)>& type, const Json* base = nullptr) {
  Options options{.name = "sales"};
  type(options);
  Notices notices;
  Findings problems;
  Json object = build_database(options, base, notices, problems);
  problems.throw_if_errors("these flags make no MSSQLServer");
  return object;
}

Json at(const Json& object, const std::string& pointer) {
  const Json::json_pointer path(pointer);
  return object.contains(path) ? object.at(path) : Json();
}

/// Every line of the failure.
std::string refusal(const std::function<void(Options&)>& type, const Json* base = nullptr) {
  try {
    build(type, base);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    return error.info().details.empty() ? error.what() : join(error.info().details, "\n");
  }
  return "no refusal";
}

const std::string kContainer = "/spec/podTemplate/spec/containers/0";
const std::string kGroup = "/spec/topology/availabilityGroup";
const std::string kDistributed = "/spec/topology/distributedAG";

TEST_CASE("no flag but the name leaves everything absent except the edition") {
  CHECK(codec::to_yaml(build([](Options&) {})) == R"(apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata:
  name: sales
spec:
  podTemplate:
    spec:
      containers:
      - name: mssql
        env:
        - name: MSSQL_PID
          value: Developer
)");
}

TEST_CASE("each flag sets its field") {
  struct Row {
    const char* flag;
    std::function<void(Options&)> type;
    std::string pointer;
    const char* want;
  };
  const std::vector<Row> rows{
      {"-n", [](Options& o) { o.ns = "demo"; }, "/metadata/namespace", "demo"},
      {"--version", [](Options& o) { o.version = "2025-cu0"; }, "/spec/version", "2025-cu0"},
      {"--topology ag", [](Options& o) { o.topology = "ag"; }, "/spec/topology", "{mode: AvailabilityGroup}"},
      {"--topology Availability-Group", [](Options& o) { o.topology = "Availability-Group"; }, "/spec/topology/mode",
       "AvailabilityGroup"},
      {"--topology AvailabilityGroup", [](Options& o) { o.topology = "AvailabilityGroup"; }, "/spec/topology/mode",
       "AvailabilityGroup"},
      {"--topology DAG", [](Options& o) { o.topology = "DAG"; }, "/spec/topology/mode", "DistributedAG"},
      {"--topology distributed-ag", [](Options& o) { o.topology = "distributed-ag"; }, "/spec/topology/mode",
       "DistributedAG"},
      {"--topology standalone", [](Options& o) { o.topology = "standalone"; }, "/spec/topology", "null"},
      {"--topology ag gives 3", [](Options& o) { o.topology = "ag"; }, "/spec/replicas", "3"},
      {"--topology dag gives 3", [](Options& o) { o.topology = "dag"; }, "/spec/replicas", "3"},
      {"--replicas", [](Options& o) { o.replicas = 5; }, "/spec/replicas", "5"},
      {"--replicas 2 makes a group", [](Options& o) { o.replicas = 2; }, "/spec/topology/mode", "AvailabilityGroup"},
      {"--replicas 1 makes none", [](Options& o) { o.replicas = 1; }, "/spec/topology", "null"},
      {"--databases",
       [](Options& o) {
         o.databases = {"a", "B"};
       },
       kGroup + "/databases", "[a, B]"},
      {"--databases makes a group", [](Options& o) { o.databases = {"a"}; }, "/spec/topology/mode",
       "AvailabilityGroup"},
      {"--databases gives 3", [](Options& o) { o.databases = {"a"}; }, "/spec/replicas", "3"},
      {"--secondary-access all", [](Options& o) { o.secondary_access = "all"; }, kGroup + "/secondaryAccessMode",
       "All"},
      {"--secondary-access ReadOnly", [](Options& o) { o.secondary_access = "ReadOnly"; },
       kGroup + "/secondaryAccessMode", "ReadOnly"},
      {"--secondary-access passive", [](Options& o) { o.secondary_access = "PASSIVE"; },
       kGroup + "/secondaryAccessMode", "Passive"},
      {"--leader-election-period", [](Options& o) { o.leader_election_period = "500ms"; }, kGroup + "/leaderElection",
       "{period: 500ms, electionTick: 10, heartbeatTick: 1, transferLeadershipInterval: 1s, transferLeadershipTimeout: "
       "60s}"},
      {"--election-tick", [](Options& o) { o.election_tick = 20; }, kGroup + "/leaderElection",
       "{period: 300ms, electionTick: 20, heartbeatTick: 1, transferLeadershipInterval: 1s, transferLeadershipTimeout: "
       "60s}"},
      {"--heartbeat-tick", [](Options& o) { o.heartbeat_tick = 2; }, kGroup + "/leaderElection/heartbeatTick", "2"},
      {"--transfer-leadership-interval", [](Options& o) { o.transfer_leadership_interval = "2s"; },
       kGroup + "/leaderElection/transferLeadershipInterval", "2s"},
      {"--transfer-leadership-timeout", [](Options& o) { o.transfer_leadership_timeout = "90s"; },
       kGroup + "/leaderElection/transferLeadershipTimeout", "90s"},
      {"--login-secret", [](Options& o) { o.login_secret = "a"; }, kGroup + "/loginSecretName", "a"},
      {"--master-key-secret", [](Options& o) { o.master_key_secret = "a"; }, kGroup + "/masterKeySecretName", "a"},
      {"--endpoint-cert-secret", [](Options& o) { o.endpoint_cert_secret = "a"; }, kGroup + "/endpointCertSecretName",
       "a"},
      {"--dag-role", [](Options& o) { o.dag_role = "SECONDARY"; }, kDistributed + "/self/role", "Secondary"},
      {"--dag-url", [](Options& o) { o.dag_url = "10.2.0.236"; }, kDistributed + "/self/url", "10.2.0.236"},
      {"--dag-remote-name", [](Options& o) { o.dag_remote_name = "ag2"; }, kDistributed + "/remote/name", "ag2"},
      {"--dag-remote-name is stripped", [](Options& o) { o.dag_remote_name = "ag-two"; }, kDistributed + "/remote/name",
       "agtwo"},
      {"--dag-remote-url", [](Options& o) { o.dag_remote_url = "h:5022"; }, kDistributed + "/remote/url", "h:5022"},
      {"--issuer NAME", [](Options& o) { o.issuer = "ca"; }, "/spec/tls/issuerRef",
       "{apiGroup: cert-manager.io, kind: Issuer, name: ca}"},
      {"--issuer KIND/NAME", [](Options& o) { o.issuer = "clusterissuer/ca"; }, "/spec/tls/issuerRef",
       "{apiGroup: cert-manager.io, kind: ClusterIssuer, name: ca}"},
      {"--client-tls", [](Options& o) { o.client_tls = true; }, "/spec/tls", "{clientTLS: true}"},
      {"--client-tls=false", [](Options& o) { o.client_tls = false; }, "/spec/tls", "{clientTLS: false}"},
      {"--certificate",
       [](Options& o) {
         o.certificates = {
             "client:organization=a,organization=b,organizational-unit=c,country=d,locality=e,province=f,"
             "dns=g,ip=10.0.0.1,uri=urn:h,email=i@j,duration=2160h,secret-name=k",
             "server:dns=x", "client:dns=y"};
       },
       "/spec/tls/certificates",
       "[{alias: client, secretName: k, subject: {organizations: [a, b], organizationalUnits: [c], countries: [d], "
       "localities: [e], provinces: [f]}, dnsNames: ['y'], ipAddresses: [10.0.0.1], uris: ['urn:h'], emailAddresses: "
       "[i@j], "
       "duration: 2160h}, {alias: server, dnsNames: [x]}]"},
      {"--accept-eula and --edition come first",
       [](Options& o) {
         o.accept_eula = true;
         o.edition = "Standard";
         o.env = {"MSSQL_LCID=1036", "EMPTY=", "EQUALS=a=b"};
       },
       kContainer + "/env",
       "[{name: ACCEPT_EULA, value: 'Y'}, {name: MSSQL_PID, value: Standard}, {name: MSSQL_LCID, value: '1036'}, "
       "{name: "
       "EMPTY, value: ''}, {name: EQUALS, value: a=b}]"},
      {"the default edition comes second",
       [](Options& o) {
         o.accept_eula = true;
         o.env = {"A=1"};
       },
       kContainer + "/env",
       "[{name: ACCEPT_EULA, value: 'Y'}, {name: MSSQL_PID, value: Developer}, {name: A, value: '1'}]"},
      {"--env can name the edition", [](Options& o) { o.env = {"MSSQL_PID=Express"}; }, kContainer + "/env",
       "[{name: MSSQL_PID, value: Express}]"},
      {"--cpu", [](Options& o) { o.cpu = "2"; }, kContainer + "/resources", "{requests: {cpu: '2'}}"},
      {"--memory", [](Options& o) { o.memory = "4Gi"; }, kContainer + "/resources",
       "{requests: {memory: 4Gi}, limits: {memory: 4Gi}}"},
      {"--cpu-request and friends",
       [](Options& o) {
         o.cpu_limit = "600m";
         o.memory_limit = "1.6Gi";
         o.memory_request = "1.5Gi";
         o.cpu_request = "500m";
       },
       kContainer + "/resources", "{requests: {cpu: 500m, memory: 1.5Gi}, limits: {cpu: 600m, memory: 1639Mi}}"},
      {"--storage", [](Options& o) { o.storage = "10Gi"; }, "/spec/storage",
       "{accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}"},
      {"--storage in parts of bytes", [](Options& o) { o.storage = "1.7Gi"; },
       "/spec/storage/resources/requests/storage", "1741Mi"},
      {"--storage-class", [](Options& o) { o.storage_class = "longhorn"; }, "/spec/storage",
       "{storageClassName: longhorn, accessModes: [ReadWriteOnce]}"},
      {"--access-mode", [](Options& o) { o.access_mode = "readwriteoncepod"; }, "/spec/storage",
       "{accessModes: [ReadWriteOncePod]}"},
      {"--storage-type", [](Options& o) { o.storage_type = "Ephemeral"; }, "/spec/storageType", "Ephemeral"},
      {"--deletion-policy wipe-out", [](Options& o) { o.deletion_policy = "wipe-out"; }, "/spec/deletionPolicy",
       "WipeOut"},
      {"--deletion-policy DoNotTerminate", [](Options& o) { o.deletion_policy = "DoNotTerminate"; },
       "/spec/deletionPolicy", "DoNotTerminate"},
      {"--deletion-policy halt", [](Options& o) { o.deletion_policy = "halt"; }, "/spec/deletionPolicy", "Halt"},
      {"--deletion-policy delete", [](Options& o) { o.deletion_policy = "delete"; }, "/spec/deletionPolicy", "Delete"},
      {"--config-secret", [](Options& o) { o.config_secret = "c"; }, "/spec/configuration", "{secretName: c}"},
      {"--config-file", [](Options& o) { o.config_text = "[memory]\nmemorylimitmb = 3072"; }, "/spec/configuration",
       "{inline: {mssql.conf: \"[memory]\\nmemorylimitmb = 3072\"}}"},
      {"--init-configmap", [](Options& o) { o.init_configmap = "c"; }, "/spec/init",
       "{script: {configMap: {name: c}}}"},
      {"--init-secret", [](Options& o) { o.init_secret = "s"; }, "/spec/init", "{script: {secret: {secretName: s}}}"},
      {"--auth-secret", [](Options& o) { o.auth_secret = "s"; }, "/spec/authSecret", "{kind: Secret, name: s}"},
      {"--monitor", [](Options& o) { o.monitor = "prometheus-operator"; }, "/spec/monitor",
       "{agent: prometheus.io/operator, prometheus: {exporter: {port: 9399}}}"},
      {"--monitor prometheus", [](Options& o) { o.monitor = "prometheus"; }, "/spec/monitor/agent", "prometheus.io"},
      {"--monitor builtin", [](Options& o) { o.monitor = "builtin"; }, "/spec/monitor/agent", "prometheus.io/builtin"},
      {"--monitor-interval and --monitor-label",
       [](Options& o) {
         o.monitor_interval = "10s";
         o.monitor_labels = {"release=prometheus"};
       },
       "/spec/monitor/prometheus/serviceMonitor", "{interval: 10s, labels: {release: prometheus}}"},
      {"--service",
       [](Options& o) {
         o.services = {"PRIMARY=clusterip", "Stats=NodePort"};
       },
       "/spec/serviceTemplates", "[{alias: primary, spec: {type: ClusterIP}}, {alias: stats, spec: {type: NodePort}}]"},
      {"--label",
       [](Options& o) {
         o.labels = {"team=core", "empty="};
       },
       "/metadata/labels", "{team: core, empty: ''}"},
      {"--annotation", [](Options& o) { o.annotations = {"a.b/c=d=e"}; }, "/metadata/annotations", "{a.b/c: d=e}"},
      {"--set", [](Options& o) { o.set = {"spec.healthChecker.periodSeconds=30"}; }, "/spec/healthChecker",
       "{periodSeconds: 30}"},
      {"--set comes last",
       [](Options& o) {
         o.version = "a";
         o.set = {"spec.version=b", "spec.version=c"};
       },
       "/spec/version", "c"},
      {"--set selects by name",
       [](Options& o) { o.set = {"spec.podTemplate.spec.containers[name=mssql].securityContext={runAsUser: 1}"}; },
       kContainer + "/securityContext", "{runAsUser: 1}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.flag);
    CHECK(at(build(row.type), row.pointer).dump() == yaml(std::string("v: ") + row.want)["v"].dump());
  }
}

TEST_CASE("what was decided or rounded is told, nothing else") {
  const auto notices_of = [](const std::function<void(Options&)>& type) {
    Options options{.name = "sales"};
    type(options);
    Notices notices;
    Findings problems;
    build_database(options, nullptr, notices, problems);
    return join(notices, "\n");
  };
  CHECK(notices_of([](Options& o) {
          o.edition = "Standard";
          o.memory = "1.5Gi";
          o.dag_remote_name = "ag2";
          o.storage = "10Gi";
        }).empty());
  CHECK(notices_of([](Options& o) {
          o.memory = "1.7Gi";
          o.dag_remote_name = "ag-two";
          o.storage = "1.1Mi";
        }) ==
        "the group of a database named ag-two is called agtwo, written as that\n"
        "--memory 1.7Gi is no whole number of bytes, written as 1741Mi\n"
        "edition Developer, because --edition was not given: licensed for development and tests, not for production\n"
        "--storage 1.1Mi is no whole number of bytes, written as 2Mi");
}

const char* const kBase = R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata:
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
  creationTimestamp: "2026-01-01T00:00:00Z"
  labels: {team: core}
  name: sales
  namespace: prod
  resourceVersion: "5"
  uid: u
spec:
  deletionPolicy: Halt
  replicas: 5
  storage: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}, storageClassName: fast}
  podTemplate:
    spec:
      containers:
      - {name: sidecar, image: x}
      - env: [{name: A, value: "1"}, {name: MSSQL_PID, value: Standard}]
        name: mssql
        resources: {limits: {memory: 8Gi}}
  topology:
    mode: DistributedAG
    availabilityGroup: {leaderElection: {period: 100ms}, databases: [a]}
  version: 2022-cu12
  madeUp: kept
status: {phase: Ready}
)";

TEST_CASE("flags are laid over a base, which no default overrides; what only the server writes is left out") {
  const Json base = yaml(kBase);
  CHECK(codec::to_yaml(build(
            [](Options& o) {
              o.databases = {"b"};
              o.election_tick = 20;
              o.storage = "2Gi";
              o.memory_request = "4Gi";
              o.env = {"A=2"};
              o.accept_eula = true;
              o.labels = {"tier=gold"};
            },
            &base)) == R"(apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata:
  name: sales
  namespace: prod
  labels:
    team: core
    tier: gold
spec:
  version: 2022-cu12
  topology:
    mode: DistributedAG
    availabilityGroup:
      databases:
      - b
      leaderElection:
        period: 100ms
        electionTick: 20
        heartbeatTick: 1
        transferLeadershipInterval: 1s
        transferLeadershipTimeout: 60s
  replicas: 5
  podTemplate:
    spec:
      containers:
      - name: sidecar
        image: x
      - name: mssql
        env:
        - name: ACCEPT_EULA
          value: "Y"
        - name: A
          value: "2"
        - name: MSSQL_PID
          value: Standard
        resources:
          requests:
            memory: 4Gi
          limits:
            memory: 8Gi
  storage:
    storageClassName: fast
    accessModes:
    - ReadWriteMany
    resources:
      requests:
        storage: 2Gi
  deletionPolicy: Halt
  madeUp: kept
)");
}

TEST_CASE("a base alone comes back as it was meant") {
  const Json base = yaml(kBase);
  Notices notices;
  Findings problems;
  const Json built = build_database({}, &base, notices, problems);
  CHECK_FALSE(problems.has_errors());
  CHECK(notices.empty());
  Json wanted = base;
  wanted.erase("status");
  for (const char* field : {"creationTimestamp", "resourceVersion", "uid", "annotations"})
    wanted["metadata"].erase(field);
  CHECK(nlohmann::json(built) == nlohmann::json(wanted));
}

TEST_CASE("--topology standalone takes the group of a base away, --init-secret its ConfigMap") {
  const Json base = yaml(kBase);
  const Json built = build(
      [](Options& o) {
        o.topology = "standalone";
        o.replicas = 1;
      },
      &base);
  CHECK(at(built, "/spec/topology").is_null());
  const Json scripted = yaml(
      "{apiVersion: kubedb.com/v1alpha2, kind: MSSQLServer, metadata: {name: sales}, spec: {init: "
      "{script: {scriptPath: p, configMap: {name: c}}}}}");
  CHECK(at(build([](Options& o) { o.init_secret = "s"; }, &scripted), "/spec/init/script").dump() ==
        R"({"scriptPath":"p","secret":{"secretName":"s"}})");
}

TEST_CASE("name and namespace must be those of the base") {
  const Json base = yaml(kBase);
  CHECK(refusal([](Options& o) { o.name = "orders"; }, &base) ==
        "these flags make no MSSQLServer: NAME: \"orders\" differs from \"sales\" in the file");
  CHECK(refusal([](Options& o) { o.ns = "demo"; }, &base) ==
        "these flags make no MSSQLServer: --namespace: \"demo\" differs from \"prod\" in the file");
  CHECK(at(build([](Options& o) { o.ns = "prod"; }, &base), "/metadata/namespace") == "prod");
  CHECK(at(build([](Options& o) { o.name.clear(); }, &base), "/metadata/name") == "sales");
}

TEST_CASE("a base of another kind is refused by name") {
  const Json pod = yaml("{apiVersion: v1, kind: Pod}"), nothing = yaml("{a: b}");
  const Json gitops = yaml("{apiVersion: gitops.kubedb.com/v1alpha1, kind: MSSQLServer}");
  CHECK(refusal([](Options&) {}, &pod) ==
        "these flags make no MSSQLServer: -f: the file holds Pod of v1, not MSSQLServer of kubedb.com/v1alpha2");
  CHECK(refusal([](Options&) {}, &nothing) ==
        "these flags make no MSSQLServer: -f: the file holds no kind of no apiVersion, not MSSQLServer of "
        "kubedb.com/v1alpha2");
  CHECK(
      refusal([](Options&) {}, &gitops) ==
      "these flags make no MSSQLServer: -f: the file holds MSSQLServer of gitops.kubedb.com/v1alpha1, not MSSQLServer "
      "of kubedb.com/v1alpha2");
}

TEST_CASE("every malformed flag is told at once") {
  CHECK(refusal([](Options& o) {
          o.labels = {"x"};
          o.annotations = {"=y"};
          o.topology = "cluster";
          o.secondary_access = "some";
          o.leader_election_period = "300";
          o.transfer_leadership_timeout = "-1s";
          o.dag_role = "tertiary";
          o.issuer = "vault/x";
          o.certificates = {"client",    "client:", "client:colour=red", "client:dns=", "client:duration=long",
                            "client:dns"};
          o.cpu = "lots";
          o.cpu_request = "1";
          o.memory = "10GB";
          o.memory_limit = "-1Gi";
          o.env = {"A", "B=1", "B=2"};
          o.storage = "0";
          o.access_mode = "ReadOnlyMany";
          o.storage_type = "disk";
          o.deletion_policy = "never";
          o.config_secret = "a";
          o.config_text = "b";
          o.init_configmap = "a";
          o.init_secret = "b";
          o.monitor = "datadog";
          o.monitor_labels = {"x"};
          o.services = {"primary", "dashboard=NodePort", "primary=External"};
          o.set = {"nothing"};
        }) ==
        "--label: \"x\" is not KEY=VALUE\n"
        "--annotation: \"=y\" is not KEY=VALUE\n"
        "--topology: \"cluster\" is not one of standalone, availability-group, distributed-ag\n"
        "--secondary-access: \"some\" is not one of passive, read-only, all\n"
        "--leader-election-period: \"300\" is no duration such as 300ms or 1m\n"
        "--transfer-leadership-timeout: \"-1s\" is no duration such as 300ms or 1m\n"
        "--dag-role: \"tertiary\" is not one of primary, secondary\n"
        "--issuer: \"vault/x\" is not Issuer/NAME, ClusterIssuer/NAME or NAME\n"
        "--certificate: \"client\" is not ALIAS:key=value,…, e.g. client:organization=sales\n"
        "--certificate: \"client:\" is not ALIAS:key=value,…, e.g. client:organization=sales\n"
        "--certificate: \"colour\" is not one of organization, organizational-unit, country, locality, province, dns, "
        "ip, "
        "uri, email, duration, secret-name\n"
        "--certificate: \"dns\" has no value\n"
        "--certificate: \"long\" is no duration such as 2160h\n"
        "--certificate: \"dns\" is not KEY=VALUE\n"
        "--cpu: cannot be combined with --cpu-request, which it also sets\n"
        "--memory: cannot be combined with --memory-limit, which it also sets\n"
        "--cpu: \"lots\" is not a quantity: write a number and perhaps a unit, such as 2, 500m, 512Mi or 10Gi\n"
        "--memory: \"10GB\" is not a quantity: use 10Gi or 10G\n"
        "--memory-limit: \"-1Gi\" must be more than 0\n"
        "--env: \"A\" is not KEY=VALUE\n"
        "--env: B is given twice\n"
        "--storage-type: \"disk\" is not one of durable, ephemeral\n"
        "--deletion-policy: \"never\" is not one of halt, delete, wipe-out, do-not-terminate\n"
        "--storage: \"0\" must be more than 0\n"
        "--access-mode: \"ReadOnlyMany\" is not one of ReadWriteOnce, ReadWriteOncePod, ReadWriteMany\n"
        "--config-file: cannot be combined with --config-secret\n"
        "--init-secret: cannot be combined with --init-configmap\n"
        "--monitor: \"datadog\" is not one of prometheus-operator, prometheus, builtin\n"
        "--monitor-label: \"x\" is not KEY=VALUE\n"
        "--service: \"primary\" is not KEY=VALUE\n"
        "--service: \"dashboard\" is not one of primary, secondary, stats\n"
        "--service: \"External\" is not one of ClusterIP, NodePort, LoadBalancer\n"
        "--set: \"nothing\" is not an assignment: use PATH=VALUE, for example spec.replicas=3");
}

TEST_CASE("a unit that cannot be what was meant is refused, with what would be right") {
  CHECK(refusal([](Options& o) {
          o.cpu = "4Gi";
          o.cpu_limit = "2k";
          o.memory_request = "500m";
          o.memory_limit = "4";
          o.storage = "999999999999Ei";
        }) ==
        "--cpu: \"4Gi\" is no number of cores up to 1024: its unit is wrong, write cores such as 2 or 500m\n"
        "--memory-request: \"500m\" is less than 1Mi: its unit is missing or wrong, such as in 500Mi\n"
        "--cpu-limit: \"2k\" is no number of cores up to 1024: its unit is wrong, write cores such as 2 or 500m\n"
        "--memory-limit: \"4\" is less than 1Mi: its unit is missing or wrong, such as in 4Gi\n"
        "--storage: \"999999999999Ei\" is not less than 8Ei, which no size can be");
  CHECK(refusal([](Options& o) { o.storage = "1Ki"; }) ==
        "these flags make no MSSQLServer: --storage: \"1Ki\" is less than 1Mi: its unit is missing or wrong, such as "
        "in 1Gi");
  CHECK(refusal([](Options& o) {
          o.cpu = "1024";
          o.memory = "1Mi";
          o.storage = "7Ei";
        }) == "no refusal");
}

TEST_CASE("flags of a group have no place beside --topology standalone") {
  CHECK(refusal([](Options& o) {
          o.topology = "standalone";
          o.databases = {"a"};
          o.secondary_access = "all";
          o.dag_url = "h";
          o.election_tick = 5;
        }) ==
        "--databases: has no meaning with --topology standalone\n"
        "--secondary-access: has no meaning with --topology standalone\n"
        "--election-tick: has no meaning with --topology standalone\n"
        "--dag-url: has no meaning with --topology standalone");
}

TEST_CASE("a base whose parts are no objects is refused once a part, not once a flag") {
  const Json base = yaml("{apiVersion: kubedb.com/v1alpha2, kind: MSSQLServer, metadata: {name: sales}, spec: 5}");
  CHECK(refusal([](Options& o) { o.version = "x"; }, &base) == "these flags make no MSSQLServer: spec: is no object");
}

TEST_CASE("--edition and its variable cannot both be given") {
  CHECK(refusal([](Options& o) {
          o.edition = "Express";
          o.env = {"MSSQL_PID=Standard"};
        }) == "these flags make no MSSQLServer: --env: MSSQL_PID is what --edition sets, give one of them");
}

TEST_CASE("whether there is a version") {
  CHECK(has_version(build([](Options& o) { o.version = "2022-cu12"; })));
  CHECK_FALSE(has_version(build([](Options&) {})));
}

TEST_CASE("the placeholder Service of a distributed group") {
  CHECK(codec::to_yaml(make_dag_service("ag1", "demo")) == R"(apiVersion: v1
kind: Service
metadata:
  name: ag1
  namespace: demo
spec:
  type: LoadBalancer
  selector:
    app.kubernetes.io/instance: ag1
    app.kubernetes.io/managed-by: kubedb.com
    app.kubernetes.io/name: mssqlservers.kubedb.com
    kubedb.com/role: primary
  ports:
  - name: primary
    protocol: TCP
    port: 1433
    targetPort: db
  - name: mirror
    protocol: TCP
    port: 5022
    targetPort: mirror
)");
  CHECK_FALSE(make_dag_service("ag1", "")["metadata"].contains("namespace"));
}

}  // namespace
}  // namespace dba::mssql
