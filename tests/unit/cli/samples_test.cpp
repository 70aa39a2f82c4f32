// manifests/samples: made by the commands of their README, and equal in meaning to what KubeDB's guides show.
#include <filesystem>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/platform/files.hpp"

#include "support/command_harness.hpp"
#include "support/golden.hpp"

namespace dba::cli {

namespace {

const std::filesystem::path kSamples = std::filesystem::path(DBA_SOURCE_DIR) / "manifests" / "samples";

struct Sample {
  std::string file;
  std::vector<std::string> arguments;
};

/// The commands of the README: "kubectl dba ARGUMENTS > FILE", lines that end in a backslash continued.
std::vector<Sample> read_samples() {
  std::vector<Sample> samples;
  std::string command;
  for (const std::string& line : split(platform::read_file(kSamples / "README.md"), '\n')) {
    const bool continues = line.ends_with('\\');
    if (command.empty() && !line.starts_with("kubectl dba ")) continue;
    command += line.substr(0, line.size() - (continues ? 1 : 0));
    if (continues) continue;
    std::vector<std::string> words = split(command, ' ');
    std::erase(words, "");
    samples.push_back({.file = words.back(), .arguments = {words.begin() + 2, words.end() - 2}});
    command.clear();
  }
  return samples;
}

Json sample(std::string_view file) {
  return codec::parse_documents(platform::read_file(kSamples / file), file).at(0).value();
}

/// Independent of the order of keys.
std::string canonical(const Json& value) { return codec::kubectl_json(value); }

std::string canonical_yaml(std::string_view yaml) {
  return canonical(codec::parse_documents(yaml, "the guide").at(0).value());
}

}  // namespace

TEST_CASE("every sample is what its command prints, and every file has a command") {
  std::set<std::string> files;
  for (const Sample& made : read_samples()) {
    CAPTURE(made.file);
    test::CommandHarness command;
    command.forbid_cluster();
    const test::CommandResult result = command.run(made.arguments);
    CHECK(result.code == ExitCode::ok);
    test::check_golden("../../manifests/samples/" + made.file, result.out);
    files.insert(made.file);
  }
  for (const auto& entry : std::filesystem::directory_iterator(kSamples)) {
    const std::string name = entry.path().filename();
    if (name != "README.md") CHECK_MESSAGE(files.contains(name), name << " has no command");
  }
}

/// @source KubeDB docs, guides/mssqlserver/failover/guide.md: the values of its two manifests.
TEST_CASE("issuer and availability group mean what the failover guide shows") {
  CHECK(canonical(sample("issuer.yaml")) == canonical_yaml(R"(
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {namespace: demo, name: mssqlserver-ca-issuer}
spec: {ca: {secretName: mssqlserver-ca}}
)"));
  CHECK(canonical(sample("availability-group.yaml")) == canonical_yaml(R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata: {namespace: demo, name: mssqlserver-ag-cluster}
spec:
  deletionPolicy: WipeOut
  podTemplate:
    spec:
      containers:
      - env: [{name: ACCEPT_EULA, value: "Y"}, {name: MSSQL_PID, value: Evaluation}]
        name: mssql
  replicas: 3
  storage:
    accessModes: [ReadWriteOnce]
    resources: {requests: {storage: 1Gi}}
    storageClassName: standard
  storageType: Durable
  tls:
    clientTLS: false
    issuerRef: {apiGroup: cert-manager.io, kind: Issuer, name: mssqlserver-ca-issuer}
  topology:
    availabilityGroup: {databases: [agdb1, agdb2], secondaryAccessMode: All}
    mode: AvailabilityGroup
  version: "2022-cu12"
)"));
}

/// @source KubeDB docs, examples/mssqlserver: standalone/mssqlserver-standalone.yaml, dag-cluster/ag1.yaml and
/// ag2.yaml.
TEST_CASE("standalone instance and distributed pair mean what the examples show") {
  const Json standalone = sample("standalone.yaml");
  CHECK(codec::int_at(standalone, {"spec", "replicas"}) == 1);
  CHECK(codec::find_at(standalone, {"spec", "topology"}) == nullptr);
  CHECK(canonical(sample("distributed-primary.yaml")["spec"]["topology"]) == canonical_yaml(R"(
mode: DistributedAG
availabilityGroup: {databases: [agdb], secondaryAccessMode: All}
distributedAG:
  self: {role: Primary, url: 10.2.0.236}
  remote: {name: ag2, url: 10.2.0.181}
)"));
  CHECK(canonical(sample("distributed-secondary.yaml")["spec"]["topology"]) == canonical_yaml(R"(
mode: DistributedAG
availabilityGroup:
  secondaryAccessMode: All
  loginSecretName: ag1-dbm-login
  masterKeySecretName: ag1-master-key
  endpointCertSecretName: ag1-endpoint-cert
distributedAG:
  self: {role: Secondary, url: 10.2.0.181}
  remote: {name: ag1, url: 10.2.0.236}
)"));
  for (const char* file : {"distributed-primary.yaml", "distributed-secondary.yaml"}) {
    CAPTURE(file);
    const Json half = sample(file);
    CHECK(codec::int_at(half, {"spec", "replicas"}) == 3);
    CHECK(codec::find_at(half, {"spec", "storageType"}) == nullptr);
    CHECK(codec::find_at(half, {"spec", "storage", "storageClassName"}) == nullptr);
    CHECK(codec::compact_json(half["spec"]["serviceTemplates"]) ==
          R"([{"alias":"primary","spec":{"type":"LoadBalancer"}}])");
  }
}

}  // namespace dba::cli
