// Values that look like none, or name what cannot exist: refused with flag and field, all at once.

#include <doctest/doctest.h>

#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"

#include "generate_runs.hpp"
#include "support/command_harness.hpp"

namespace dba::cli::generate_test {

namespace {

using test::CommandResult;

/// A valid standalone instance and further flags.
std::vector<std::string> edition_and(std::vector<std::string> flags) {
  std::vector<std::string> all =
      split("mssql generate sales --version 2025-cu0 --issuer ca --storage 1Gi --edition Developer", ' ');
  all.insert(all.end(), flags.begin(), flags.end());
  return all;
}

const char* const kLicence =
    "error: cannot generate this database: spec.podTemplate.spec.containers[name=mssql].env (--accept-eula): SQL "
    "Server "
    "does not start before its licence is accepted; read https://go.microsoft.com/fwlink/?linkid=857698 and give "
    "--accept-eula\n";

/// A live database as `kubectl get -o yaml` shows it.
const char* const kLive = R"(apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata:
  name: sales
  uid: 0b7b6a5e
  resourceVersion: "7"
  generation: 2
  creationTimestamp: "2026-01-02T03:04:05Z"
  finalizers: [kubedb.com, example.com/keep]
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    kubectl-dba/last-action: create
    kubectl-dba/last-action-by: dba
    kubectl-dba/last-action-at: "2026-01-02T03:04:05Z"
    kubectl-dba/last-action-reason: test
  managedFields: [{manager: kubectl-dba}]
spec:
  version: 2025-cu0
  tls:
    issuerRef: {apiGroup: cert-manager.io, kind: Issuer, name: ca}
  podTemplate:
    spec:
      containers:
      - name: mssql
        env:
        - {name: ACCEPT_EULA, value: "Y"}
        - {name: MSSQL_PID, value: Developer}
  storage:
    accessModes: [ReadWriteOnce]
    resources: {requests: {storage: 1Gi}}
status:
  phase: Ready
)";

}  // namespace

TEST_CASE("a licence that is refused by the flag is not accepted by environment or file") {
  const CommandResult environment = run(edition_and({"--accept-eula=false"}), {{"ACCEPT_EULA", "Y"}});
  CHECK(environment.code == ExitCode::usage);
  CHECK(environment.err == kLicence);
  const CommandResult file = run({"mssql", "generate", "-f", File(kLive).path, "--accept-eula=false"});
  CHECK(file.code == ExitCode::usage);
  CHECK(file.err.find("read https://go.microsoft.com/fwlink/?linkid=857698 and give --accept-eula") !=
        std::string::npos);
  const CommandResult both = run(edition_and({"--accept-eula=false", "--env", "ACCEPT_EULA=Y"}));
  CHECK(both.code == ExitCode::usage);
  CHECK(both.err.find("--env: ACCEPT_EULA is what --accept-eula sets, give one of them") != std::string::npos);
}

TEST_CASE("an empty value is told with its flag, not taken for a value or for an absent flag") {
  const CommandResult result =
      run({"mssql", "generate", "sales", "--accept-eula", "--version", "", "--edition=", "--storage", "",
           "--storage-class", "", "--databases", "", "--label", "", "--config-file", "", "--issuer", ""});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.out.empty());
  CHECK(result.err ==
        "error: cannot generate this database\n"
        "  - --version: is empty, expected VERSION\n"
        "  - --edition: is empty, expected PID\n"
        "  - --storage: is empty, expected SIZE\n"
        "  - --storage-class: is empty, expected NAME\n"
        "  - --databases: is empty, expected NAMES\n"
        "  - --label: is empty, expected KEY=VALUE\n"
        "  - --config-file: is empty, expected FILE\n"
        "  - --issuer: is empty, expected [KIND/]NAME\n");
}

TEST_CASE("an empty version or edition of --set is as good as none") {
  const CommandResult result = run(edition_and({"--accept-eula", "--env", "MSSQL_PID=", "--set", "spec.version=\"\""}));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.find("spec.version (--version): is required") != std::string::npos);
}

TEST_CASE("names of objects that cannot exist are told with flag and field, all at once") {
  const CommandResult result =
      run(edition_and({"--accept-eula", "--auth-secret", "Bad Name", "--config-secret", "x/y", "--init-configmap", "..",
                       "--storage-class", "A B", "--databases", "a", "--login-secret", "Q"}));
  CHECK(result.code == ExitCode::usage);
  const std::string rule =
      "must consist of lower-case letters, digits, '-' and '.', and start and end with a letter or digit\n";
  CHECK(result.err ==
        "error: cannot generate this database\n"
        "  - spec.authSecret.name (--auth-secret): \"Bad Name\": " +
            rule + "  - spec.configuration.secretName (--config-secret): \"x/y\": " + rule +
            "  - spec.init.script.configMap.name (--init-configmap): \"..\": " + rule +
            "  - spec.storage.storageClassName (--storage-class): \"A B\": " + rule +
            "  - spec.topology.availabilityGroup.loginSecretName (--login-secret): \"Q\": " + rule);
}

TEST_CASE("everything that is wrong in one --certificate is told at once, its alias in any case is not") {
  const CommandResult result = run(edition_and(
      {"--accept-eula", "--certificate",
       "SERVER:ip=999.1.1.1,dns=-bad-,email=x,uri=:::,secret-name=Bad/x,duration=foo,colour=red,country",
       "--certificate", "Client:ip=10.0.0.1,ip=fd00::1,dns=*.example.com,email=a@b.example,uri=spiffe://a/b"}));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err ==
        "error: cannot generate this database\n"
        "  - --certificate: \"999.1.1.1\" is no IP address\n"
        "  - --certificate: \"-bad-\" is no DNS name\n"
        "  - --certificate: \"x\" is no address such as dba@example.com\n"
        "  - --certificate: \":::\" is no URI such as spiffe://example.com/sales\n"
        "  - --certificate: \"Bad/x\": must consist of lower-case letters, digits, '-' and '.', and start and end with "
        "a letter or digit\n"
        "  - --certificate: \"foo\" is no duration such as 2160h\n"
        "  - --certificate: \"colour\" is not one of organization, organizational-unit, country, locality, province, "
        "dns, ip, uri, email, duration, secret-name\n"
        "  - --certificate: \"country\" is not KEY=VALUE\n");
}

TEST_CASE("a key that comes twice is an error of every repeatable flag") {
  const CommandResult result = run(edition_and({"--accept-eula",
                                                "--label",
                                                "a=b",
                                                "--label",
                                                "a=c",
                                                "--annotation",
                                                "d=e",
                                                "--annotation",
                                                "d=e",
                                                "--monitor",
                                                "builtin",
                                                "--monitor-label",
                                                "f=g",
                                                "--monitor-label",
                                                "f=h",
                                                "--service",
                                                "primary=NodePort",
                                                "--service",
                                                "PRIMARY=ClusterIP",
                                                "--env",
                                                "I=1",
                                                "--env",
                                                "I=2"}));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err ==
        "error: cannot generate this database\n"
        "  - --label: a is given twice\n"
        "  - --annotation: d is given twice\n"
        "  - --env: I is given twice\n"
        "  - --monitor-label: f is given twice\n"
        "  - --service: primary is given twice\n");
}

TEST_CASE("a file that cannot be read does not hide that its flag clashes with another") {
  const CommandResult result =
      run(edition_and({"--accept-eula", "--config-file", "/nonexistent/mssql.conf", "--config-secret", "s"}));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.find("/nonexistent/mssql.conf") != std::string::npos);
  CHECK(result.err.find("--config-file: cannot be combined with --config-secret") != std::string::npos);
}

TEST_CASE("nothing that only a server writes is left of a live database") {
  const CommandResult result = run({"mssql", "generate", "-f", File(kLive).path});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out == R"(apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata:
  name: sales
  finalizers:
  - example.com/keep
spec:
  version: 2025-cu0
  tls:
    issuerRef:
      apiGroup: cert-manager.io
      kind: Issuer
      name: ca
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
        storage: 1Gi
)");
}

TEST_CASE("other things that generate will make are named as such, with words and flags behind them") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"ops", "restart", "sales"},
                                                {"ops", "volume-expand", "sales", "--size", "20Gi"},
                                                {"rbac"},
                                                {"failover-test-job", "sales"}}) {
    CAPTURE(words);
    std::vector<std::string> arguments{"mssql", "generate"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const CommandResult result = run(arguments);
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err ==
          "error: \"" + words.front() +
              "\" is a word of generate and cannot name a database here\n  try:   kubectl dba mssql create " +
              words.front() + " --dry-run=client -o yaml …\n");
  }
}

}  // namespace dba::cli::generate_test
