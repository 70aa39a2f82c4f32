#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/quantity.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/paths.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/platform/files.hpp"

#include "generate_runs.hpp"
#include "support/command_harness.hpp"
#include "support/golden.hpp"

namespace dba::cli::generate_test {

namespace {

using test::CommandHarness;
using test::CommandResult;

std::vector<std::string> words(const std::string& line) { return split(line, ' '); }

/// The least that makes a valid standalone instance.
std::vector<std::string> with_base(const std::string& flags) {
  std::vector<std::string> all =
      words("mssql generate sales --version 2025-cu0 --issuer ca --storage 1Gi --accept-eula");
  for (std::string& word : words(flags)) all.push_back(std::move(word));
  return all;
}

std::string problem_of_quantity(std::string_view text) {
  try {
    Quantity::parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

const char* const kGroup = R"(apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata:
  name: sales
  namespace: demo
spec:
  version: 2025-cu0
  topology:
    mode: AvailabilityGroup
    availabilityGroup:
      databases:
      - agdb1
      - agdb2
  replicas: 3
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
  storage:
    accessModes:
    - ReadWriteOnce
    resources:
      requests:
        storage: 10Gi
)";

}  // namespace

TEST_CASE("generate prints a manifest ready for Git, with a kubeconfig that does not exist or cannot be read") {
  for (const char* kubeconfig : {"/nonexistent/kubeconfig", "/dev/null/broken"}) {
    CAPTURE(kubeconfig);
    const CommandResult result = run(words("mssql generate sales -n demo --version 2025-cu0 --databases agdb1,agdb2 "
                                           "--issuer mssqlserver-ca-issuer --storage 10Gi --accept-eula"),
                                     {{"KUBECONFIG", kubeconfig}});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out == kGroup);
    CHECK(result.err.find("Developer") != std::string::npos);
  }
}

TEST_CASE("--quiet drops the notes and -o json prints the same object") {
  const CommandResult result = run(with_base("--edition Developer -o json -q"));
  CHECK(result.err.empty());
  CHECK(codec::name_of(codec::parse_json(result.out, "the output")) == "sales");
}

TEST_CASE("every flag writes its field") {
  struct Row {
    const char* flags;
    const char* path;
    const char* value;
  };
  const std::string pod = ".spec.podTemplate.spec.containers[0]";
  const std::string env = pod + ".env", requests = pod + ".resources.requests", limits = pod + ".resources.limits";
  const std::string group = ".spec.topology.availabilityGroup", dag = ".spec.topology.distributedAG";
  const std::string secondary =
      "--topology dag --dag-role secondary --dag-url 10.0.0.2 --dag-remote-name ag1 --dag-remote-url 10.0.0.1 "
      "--login-secret l --master-key-secret m --endpoint-cert-secret e";
  const std::string primary =
      "--topology DistributedAG --databases a --dag-role Primary --dag-url 10.0.0.1 --dag-remote-name ag2 "
      "--dag-remote-url 10.0.0.2";
  const std::vector<std::tuple<std::string, std::string, std::string>> rows = {
      {"--version 2022-cu12", ".spec.version", R"("2022-cu12")"},
      {"--topology ag", ".spec.topology.mode", R"("AvailabilityGroup")"},
      {"--topology ag", ".spec.replicas", "3"},
      {"--topology AvailabilityGroup --replicas 5", ".spec.replicas", "5"},
      {"--replicas 3", ".spec.topology.mode", R"("AvailabilityGroup")"},
      {"--topology standalone --replicas 1", ".spec.replicas", "1"},
      {"--databases a,b", group + ".databases", R"(["a","b"])"},
      {"--databases a --secondary-access readonly", group + ".secondaryAccessMode", R"("ReadOnly")"},
      {"--databases a --election-tick 20", group + ".leaderElection",
       R"({"period":"300ms","electionTick":20,"heartbeatTick":1,"transferLeadershipInterval":"1s","transferLeadershipTimeout":"60s"})"},
      {"--databases a --leader-election-period 500ms --heartbeat-tick 2", group + ".leaderElection.period",
       R"("500ms")"},
      {"--databases a --transfer-leadership-interval 2s", group + ".leaderElection.transferLeadershipInterval",
       R"("2s")"},
      {"--databases a --transfer-leadership-timeout 90s", group + ".leaderElection.transferLeadershipTimeout",
       R"("90s")"},
      {secondary, group + ".loginSecretName", R"("l")"},
      {secondary, group + ".masterKeySecretName", R"("m")"},
      {secondary, group + ".endpointCertSecretName", R"("e")"},
      {primary, dag + ".self", R"({"role":"Primary","url":"10.0.0.1"})"},
      {primary, dag + ".remote", R"({"name":"ag2","url":"10.0.0.2"})"},
      {"--issuer ClusterIssuer/shared", ".spec.tls.issuerRef",
       R"({"apiGroup":"cert-manager.io","kind":"ClusterIssuer","name":"shared"})"},
      {"--client-tls", ".spec.tls.clientTLS", "true"},
      {"--client-tls=false", ".spec.tls.clientTLS", "false"},
      {"--certificate client:organization=acme,dns=a.example", ".spec.tls.certificates[0]",
       R"({"alias":"client","subject":{"organizations":["acme"]},"dnsNames":["a.example"]})"},
      {"--edition Evaluation", env + "[1]", R"({"name":"MSSQL_PID","value":"Evaluation"})"},
      {"--env MSSQL_LCID=1036 --env MSSQL_COLLATION=a=b", env + "[3]", R"({"name":"MSSQL_COLLATION","value":"a=b"})"},
      {"--cpu 2 --memory 4Gi", requests, R"({"cpu":"2","memory":"4Gi"})"},
      {"--cpu 2 --memory 4Gi", limits, R"({"memory":"4Gi"})"},
      {"--cpu-request 500m --memory-request 2Gi", requests, R"({"cpu":"500m","memory":"2Gi"})"},
      {"--cpu-limit 2 --memory-limit 3Gi", limits, R"({"cpu":"2","memory":"3Gi"})"},
      {"--storage 1.7Gi", ".spec.storage.resources.requests.storage", R"("1741Mi")"},
      {"--storage-class longhorn --access-mode ReadWriteOncePod", ".spec.storage",
       R"({"storageClassName":"longhorn","accessModes":["ReadWriteOncePod"],"resources":{"requests":{"storage":"1Gi"}}})"},
      {"--storage-type durable", ".spec.storageType", R"("Durable")"},
      {"--deletion-policy DoNotTerminate", ".spec.deletionPolicy", R"("DoNotTerminate")"},
      {"--config-secret conf", ".spec.configuration.secretName", R"("conf")"},
      {"--init-configmap scripts", ".spec.init.script.configMap.name", R"("scripts")"},
      {"--init-secret scripts", ".spec.init.script.secret.secretName", R"("scripts")"},
      {"--auth-secret auth", ".spec.authSecret", R"({"kind":"Secret","name":"auth"})"},
      {"--monitor prometheus-operator --monitor-interval 10s --monitor-label release=prometheus", ".spec.monitor",
       R"({"agent":"prometheus.io/operator","prometheus":{"exporter":{"port":9399},"serviceMonitor":{"interval":"10s","labels":{"release":"prometheus"}}}})"},
      {"--service primary=LoadBalancer", ".spec.serviceTemplates[0]",
       R"({"alias":"primary","spec":{"type":"LoadBalancer"}})"},
      {"--label team=payments", ".metadata.labels", R"({"team":"payments"})"},
      {"--annotation note=x", ".metadata.annotations", R"({"note":"x"})"},
      {"--set spec.healthChecker.failureThreshold=3", ".spec.healthChecker.failureThreshold", "3"},
      {"-n demo", ".metadata.namespace", R"("demo")"},
  };
  for (const auto& [flags, path, value] : rows) {
    CAPTURE(flags);
    std::vector<std::string> arguments = with_base(flags);
    arguments.insert(arguments.end(), {"-o", "json"});
    const CommandResult result = run(arguments);
    CAPTURE(result.err);
    REQUIRE(result.code == ExitCode::ok);
    const Json object = codec::parse_json(result.out, "the output");
    const std::vector<Json> found = codec::JsonPath::parse(path, codec::JsonPath::Braces::optional).find(object);
    REQUIRE(found.size() == 1);
    CHECK(codec::compact_json(found[0]) == value);
  }
}

TEST_CASE("--config-file takes the file's text as it is") {
  const File file("[memory]\nmemorylimitmb = 3072\n");
  const CommandResult result = run(with_base("-o json --config-file " + file.path));
  CHECK(codec::parse_json(result.out, "the output")["spec"]["configuration"]["inline"]["mssql.conf"] ==
        "[memory]\nmemorylimitmb = 3072\n");
}

TEST_CASE("an omitted flag leaves its field absent") {
  const CommandResult result = run(with_base("--edition Developer -o json"));
  CHECK(result.err.empty());
  const Json spec = codec::parse_json(result.out, "the output")["spec"];
  std::vector<std::string> keys;
  for (const auto& [key, value] : spec.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"version", "tls", "podTemplate", "storage"});
}

TEST_CASE("everything that is wrong is told at once, with field and flag, and nothing is printed") {
  const CommandResult result = run(words("mssql generate Sales --databases master --replicas 12"));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.out.empty());
  for (const char* part :
       {"error: cannot generate this database\n", "  - metadata.name", "(--databases)", "(--replicas)", "(--version)",
        "(--issuer)", "(--storage)", "--accept-eula", "https://go.microsoft.com/fwlink/?linkid=857698"}) {
    CAPTURE(part);
    CHECK(result.err.find(part) != std::string::npos);
  }
}

TEST_CASE("values that cannot be read are told together with the rules that the rest breaks, each once") {
  struct Row {
    const char* name;
    std::string line;
    std::vector<std::string> problems;
  };
  const std::string base = "mssql generate sales --version 2025-cu0 --issuer ca --storage 1Gi --accept-eula ";
  const std::string no_licence =
      "spec.podTemplate.spec.containers[name=mssql].env (--accept-eula): SQL Server does not start before its licence "
      "is accepted; read https://go.microsoft.com/fwlink/?linkid=857698 and give --accept-eula";
  const std::string no_issuer =
      "spec.tls.issuerRef (--issuer): is required even without client TLS: backups and the endpoints of a group need "
      "certificates";
  const std::string no_version =
      "spec.version (--version): is required, e.g. 2022-cu22; see kubectl dba mssql versions";
  const std::string no_storage =
      "spec.storage.resources.requests.storage (--storage): is required for durable storage, e.g. --storage 10Gi";
  const std::string not_a_size = "--storage: " + problem_of_quantity("1GB");
  const std::string not_a_topology =
      "--topology: \"foo\" is not one of standalone, availability-group or distributed-ag";
  const std::string many = "spec.replicas (--replicas): is 12, an availability group has at most 9 replicas";
  const std::vector<Row> rows = {
      {"a size",
       "mssql generate Sales --storage 1GB --replicas 12",
       {not_a_size, no_version,
        "metadata.name (NAME): \"Sales\" must begin with a letter and hold only lower-case letters, digits and inner "
        "hyphens",
        many, no_issuer, no_licence}},
      {"a number and a word",
       "mssql generate sales --replicas x --deletion-policy foo --version v --accept-eula",
       {"--replicas: \"x\" is not a whole number",
        "--deletion-policy: \"foo\" is not one of halt, delete, wipe-out or do-not-terminate", no_issuer, no_storage}},
      {"the topology, which decides what else is needed",
       base + "--topology foo --replicas 12 --secondary-access all --dag-role primary",
       {not_a_topology, many}},
      {"the topology, on which the number of replicas depends",
       base + "--topology foo --secondary-access all -o xml",
       {not_a_topology,
        "--output: unable to match a printer suitable for the output format \"xml\", allowed formats are: json,yaml"}},
      {"the number of replicas, on which the topology depends",
       base + "--replicas x --secondary-access all",
       {"--replicas: \"x\" is not a whole number"}},
      {"one of the flags of a block that is missing",
       base + "--topology dag --dag-role foo --databases a",
       {"--dag-role: \"foo\" is not one of primary or secondary",
        "spec.topology.distributedAG (--dag-url, --dag-remote-name, --dag-remote-url): is required when the mode is "
        "DistributedAG, the server would not say so"}},
      {"the kind of storage, which decides whether a size is needed",
       "mssql generate sales --version v --issuer ca --accept-eula --storage-type foo",
       {"--storage-type: \"foo\" is not one of durable or ephemeral"}},
      {"one value of a repeatable flag says nothing about the others",
       base + "--env LANG --env VERSION=1",
       {"--env: \"LANG\" is not KEY=VALUE",
        "spec.podTemplate.spec.containers[name=mssql].env (--env): VERSION is set by KubeDB and must not be given"}},
      {"one resource says nothing about the others",
       base + "--cpu x --memory-request 4Gi --memory-limit 3Gi",
       {"--cpu: " + problem_of_quantity("x"),
        "spec.podTemplate.spec.containers[name=mssql].resources.limits.memory (--memory-limit): 3Gi is less than the "
        "request 4Gi"}},
      {"a file: what is not typed may stand in it",
       "mssql generate -f /nonexistent.yaml --storage 1GB --replicas 12",
       {"-f: open /nonexistent.yaml: no such file or directory", not_a_size, many}},
      {"the configuration",
       base + "--config-file /nonexistent.conf --databases master",
       {"--config-file: open /nonexistent.conf: no such file or directory",
        "spec.topology.availabilityGroup.databases (--databases): \"master\" is the name of a system database"}},
      {"flags of a group are refused once",
       base + "--topology standalone --databases a --dag-url b --storage 1GB",
       {"--databases: has no meaning with --topology standalone",
        "--dag-url: has no meaning with --topology standalone", not_a_size}},
      {"two sources of one thing are refused once",
       base + "--init-configmap a --init-secret b --config-secret c --config-file /dev/null",
       {"--config-file: cannot be combined with --config-secret",
        "--init-secret: cannot be combined with --init-configmap"}},
      {"nothing is given",
       "mssql generate",
       {"NAME: is missing (or -f FILE with an object that has a name)", no_version, no_issuer, no_licence, no_storage}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const CommandResult result = run(words(row.line));
    CHECK(result.code == ExitCode::usage);
    CHECK(result.out.empty());
    const bool one = row.problems.size() == 1;
    const std::string separator = one ? ": " : "\n  - ";
    CHECK(result.err == "error: cannot generate this database" + separator + join(row.problems, separator) + "\n");
  }
}

TEST_CASE("a value of the environment that cannot be read is told with its source") {
  const CommandResult result = run(with_base("--databases master"), {{"KUBECTL_DBA_REPLICAS", "x"}});
  CHECK(result.err ==
        "error: cannot generate this database\n"
        "  - --replicas: \"x\" is not a whole number (from $KUBECTL_DBA_REPLICAS)\n"
        "  - spec.topology.availabilityGroup.databases (--databases): \"master\" is the name of a system database\n");
}

TEST_CASE("the licence is accepted by the flag or by the environment, and by nothing else") {
  const std::vector<std::string> without = words("mssql generate sales --version 2025-cu0 --issuer ca --storage 1Gi");
  CHECK(run(without).code == ExitCode::usage);
  CHECK(run(without, {{"ACCEPT_EULA", "no"}}).code == ExitCode::usage);
  CHECK(run(without, {{"KUBECTL_DBA_ACCEPT_EULA", "true"}}).code == ExitCode::usage);
  CHECK(run(without, {{"ACCEPT_EULA", "Y"}}).code == ExitCode::ok);
}

TEST_CASE("flags are laid over the object of a file, --set comes last") {
  const File file(std::string("# the sales database\n") + kGroup);
  CHECK(run({"mssql", "generate", "-f", file.path}).out == kGroup);
  const CommandResult changed = run({"mssql", "generate", "sales", "-f", file.path, "-n", "demo", "--replicas", "5",
                                     "--set", "spec.replicas=7", "--storage", "20Gi", "-o", "json"});
  const Json spec = codec::parse_json(changed.out, "the output")["spec"];
  CHECK(spec["replicas"] == 7);
  CHECK(codec::string_at(spec, {"storage", "resources", "requests", "storage"}) == "20Gi");
}

TEST_CASE("a rule that a file breaks is told with the line it stands on") {
  std::string text = kGroup;
  text.replace(text.find("replicas: 3"), 11, "replicas: 0");
  const File file(text);
  const CommandResult result = run({"mssql", "generate", "-f", file.path});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.find(fmt::format("({}:14)", file.path)) != std::string::npos);
}

TEST_CASE("files that are not for this command are refused") {
  const File two(std::string(kGroup) + "---\n" + kGroup);
  CommandResult result = run({"mssql", "generate", "-f", two.path});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == fmt::format("error: cannot generate what {} holds: it holds more than one database: MSSQLServer "
                                  "\"sales\", MSSQLServer \"sales\"; give one at a time\n",
                                  two.path));
  const File pod("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n");
  result = run({"mssql", "generate", "-f", pod.path});
  CHECK(result.err ==
        fmt::format("error: cannot generate what {} holds: Pod \"p\" of v1 is not for this command, which takes one "
                    "MSSQLServer of kubedb.com/v1alpha2\n",
                    pod.path));
  const File with_namespace(std::string(kGroup) + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n");
  result = run({"mssql", "generate", "-f", with_namespace.path});
  CHECK(result.err.ends_with(fmt::format("  try:   kubectl dba mssql apply -f {}\n", with_namespace.path)));
  result = run({"mssql", "generate", "-f", "/nonexistent.yaml"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: open /nonexistent.yaml: no such file or directory\n");
}

TEST_CASE("a namespace that differs from the file's is refused in kubectl's words") {
  const File file(kGroup);
  const CommandResult result = run({"mssql", "generate", "-f", file.path, "-n", "prod"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err ==
        "error: the namespace from the provided object \"demo\" does not match the namespace \"prod\". You must pass "
        "'--namespace=demo' to perform this operation.\n");
}

TEST_CASE("words for other things are no database names here") {
  for (const char* word : {"ops", "rbac", "failover-test-job", "failover-test-cronjob"}) {
    CAPTURE(word);
    const CommandResult result = run({"mssql", "generate", word, "--accept-eula"});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err == fmt::format("error: \"{0}\" is a word of generate and cannot name a database here\n"
                                    "  try:   kubectl dba mssql create {0} --dry-run=client -o yaml …\n",
                                    word));
  }
}

TEST_CASE("generate dag-service prints the Service that a distributed group finds already there") {
  test::check_golden("manifests/dag_service.yaml", run(words("mssql generate dag-service ag1 -n demo")).out);
  CHECK(run(words("mssql generate dag-service ag1")).out.find("namespace") == std::string::npos);
  const Json service = codec::parse_json(run(words("mssql generate dag-service ag1 -o json")).out, "the Service");
  CHECK(service.at("spec").at("type") == "LoadBalancer");
}

TEST_CASE("generate dag-service refuses names that no database and no namespace can have, all at once") {
  const CommandResult result = run(words("mssql generate dag-service Ag1 -n X_"));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.out.empty());
  CHECK(result.err.find("metadata.name") != std::string::npos);
  CHECK(result.err.find("metadata.namespace (--namespace)") != std::string::npos);
  CHECK(run(words("mssql generate dag-service")).code == ExitCode::usage);
}

TEST_CASE("flags of generate mean nothing to generate issuer") {
  const CommandResult result = run(words("mssql generate issuer ca --ca-secret x --storage 1Gi"));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.find("unknown flag: --storage") != std::string::npos);
}

}  // namespace dba::cli::generate_test
