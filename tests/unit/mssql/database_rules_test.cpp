// Rules on the object as a whole, on TLS, storage, configuration, monitoring and Services.

#include "dba/base/error.hpp"

#include "rules_table.hpp"

namespace dba::mssql::rules_test {
namespace {

TEST_CASE("good objects have no findings") {
  CHECK(found_in(good()).empty());
  CHECK(found_in(standalone()).empty());
  CHECK(found_in(distributed()).empty());
  Json ephemeral = good();
  ephemeral["spec"].erase("storage");
  ephemeral["spec"]["storageType"] = "Ephemeral";
  CHECK(found_in(ephemeral).empty());
}

TEST_CASE("rules on what the object is") {
  check_rows(
      good(),
      {
          {"other kind", [](Json& o) { o["kind"] = "Postgres"; }, "error kind: is \"Postgres\", must be MSSQLServer"},
          {"other version of the API", [](Json& o) { o["apiVersion"] = "kubedb.com/v1"; },
           "error apiVersion: is \"kubedb.com/v1\", must be kubedb.com/v1alpha2"},
          {"no name", [](Json& o) { o["metadata"].erase("name"); }, "error metadata.name (NAME): is required"},
          {"no metadata", [](Json& o) { o.erase("metadata"); }, "error metadata.name (NAME): is required"},
          {"name with a capital", [](Json& o) { o["metadata"]["name"] = "Sales"; },
           "error metadata.name (NAME): \"Sales\" must begin with a letter and hold only lower-case letters, digits "
           "and "
           "inner hyphens"},
          {"name beginning with a digit", [](Json& o) { o["metadata"]["name"] = "1sales"; },
           "error metadata.name (NAME): \"1sales\" must begin with a letter and hold only lower-case letters, digits "
           "and "
           "inner hyphens"},
          {"name with a dot", [](Json& o) { o["metadata"]["name"] = "sales.eu"; },
           "error metadata.name (NAME): \"sales.eu\" must begin with a letter and hold only lower-case letters, digits "
           "and inner hyphens"},
          {"name ending in a hyphen", [](Json& o) { o["metadata"]["name"] = "sales-"; },
           "error metadata.name (NAME): \"sales-\" must begin with a letter and hold only lower-case letters, digits "
           "and "
           "inner hyphens"},
          {"longest name", [](Json& o) { o["metadata"]["name"] = std::string(45, 'a'); }, ""},
          {"name too long", [](Json& o) { o["metadata"]["name"] = std::string(46, 'a'); },
           "error metadata.name (NAME): has 46 characters, at most 45 leave room for the names KubeDB makes of it"},
          {"label key", [](Json& o) { o["metadata"]["labels"]["a b"] = "c"; },
           "error metadata.labels (--label): \"a b\" is no key such as team or example.com/team"},
          {"label value", [](Json& o) { o["metadata"]["labels"]["a"] = "b c"; },
           "error metadata.labels (--label): \"b c\" is no label value: at most 63 letters, digits, \"-\", \"_\" and "
           "\".\", a letter or digit at both ends"},
          {"annotation value is free", [](Json& o) { o["metadata"]["annotations"]["a.b/c"] = "b c"; }, ""},
          {"annotation key", [](Json& o) { o["metadata"]["annotations"]["a/b/c"] = "d"; },
           "error metadata.annotations (--annotation): \"a/b/c\" is no key such as team or example.com/team"},
          {"no version", [](Json& o) { o["spec"].erase("version"); },
           "error spec.version (--version): is required, e.g. 2022-cu22; see kubectl dba mssql versions"},
          {"an empty version", [](Json& o) { o["spec"]["version"] = ""; },
           "error spec.version (--version): is required, e.g. 2022-cu22; see kubectl dba mssql versions"},
      });
  Json unversioned = good();
  unversioned["spec"].erase("version");
  CHECK(found_in(unversioned, false).empty());
  Json namespaced = good();
  namespaced["metadata"]["namespace"] = "A";
  CHECK(found_in(namespaced).rfind("error metadata.namespace (--namespace): \"A\": ", 0) == 0);
}

TEST_CASE("rules on TLS") {
  const auto tls = [](Json& o) -> Json& { return o["spec"]["tls"]; };
  const std::string required =
      "error spec.tls.issuerRef (--issuer): is required even without client TLS: backups and the endpoints of a group "
      "need "
      "certificates";
  check_rows(
      good(),
      {
          {"none", [](Json& o) { o["spec"].erase("tls"); }, required},
          {"no issuer", [&](Json& o) { tls(o) = yaml("{clientTLS: true}"); }, required},
          {"no group", [&](Json& o) { tls(o)["issuerRef"].erase("apiGroup"); },
           "warning spec.tls.issuerRef.apiGroup (--issuer): is absent, KubeDB finds the databases of an issuer only "
           "with "
           "cert-manager.io here"},
          {"other group", [&](Json& o) { tls(o)["issuerRef"]["apiGroup"] = "example.com"; },
           "error spec.tls.issuerRef.apiGroup (--issuer): is \"example.com\", must be cert-manager.io"},
          {"other kind", [&](Json& o) { tls(o)["issuerRef"]["kind"] = "Vault"; },
           "error spec.tls.issuerRef.kind (--issuer): is \"Vault\", must be Issuer or ClusterIssuer"},
          {"no name", [&](Json& o) { tls(o)["issuerRef"].erase("name"); },
           "error spec.tls.issuerRef.name (--issuer): is required"},
          {"values of a certificate",
           [&](Json& o) {
             tls(o)["certificates"] =
                 yaml("v: [{alias: client, ipAddresses: [10.0.0.300, 'fd00::1'], secretName: A}]")["v"];
           },
           "error spec.tls.certificates[alias=client].ipAddresses (--certificate): \"10.0.0.300\" is no IP address\n"
           "error spec.tls.certificates[alias=client].secretName (--certificate): \"A\": must consist of lower-case "
           "letters, digits, '-' and '.', and start and end with a letter or digit"},
          {"a name no issuer can have", [&](Json& o) { tls(o)["issuerRef"]["name"] = "a/b"; },
           "error spec.tls.issuerRef.name (--issuer): \"a/b\": must consist of lower-case letters, digits, '-' and "
           "'.', "
           "and start and end with a letter or digit"},
          {"certificates",
           [&](Json& o) {
             tls(o)["certificates"] = yaml(
                 "v: [{alias: server, duration: 90d}, {alias: server}, {alias: exporter}, {alias: "
                 "client, renewBefore: 1h, privateKey: {encoding: pkcs1}}]")["v"];
           },
           "error spec.tls.certificates[3].privateKey.encoding (--certificate): \"pkcs1\" is not one of PKCS1, PKCS8\n"
           "error spec.tls.certificates[alias=server].duration (--certificate): \"90d\" is no duration such as 2160h\n"
           "error spec.tls.certificates (--certificate): alias \"server\" is there twice\n"
           "error spec.tls.certificates (--certificate): alias \"exporter\" is not one of server, client, endpoint\n"
           "warning spec.tls.certificates[alias=client].renewBefore (--certificate): is deprecated and has no effect"},
      });
}

TEST_CASE("rules on storage") {
  const auto storage = [](Json& o) -> Json& { return o["spec"]["storage"]; };
  const std::string size = "error spec.storage.resources.requests.storage (--storage)";
  check_rows(good(),
             {
                 {"none", [](Json& o) { o["spec"].erase("storage"); },
                  size + ": is required for durable storage, e.g. --storage 10Gi"},
                 {"none, durable by name",
                  [](Json& o) {
                    o["spec"].erase("storage");
                    o["spec"]["storageType"] = "Durable";
                  },
                  size + ": is required for durable storage, e.g. --storage 10Gi"},
                 {"no size", [&](Json& o) { storage(o) = yaml("{accessModes: [ReadWriteOnce]}"); },
                  size + ": is required for durable storage, e.g. --storage 10Gi"},
                 {"zero", [&](Json& o) { storage(o)["resources"]["requests"]["storage"] = 0; },
                  size + ": \"0\" must be more than 0"},
                 {"negative", [&](Json& o) { storage(o)["resources"]["requests"]["storage"] = "-1Gi"; },
                  size + ": \"-1Gi\" must be more than 0"},
                 {"limits", [&](Json& o) { storage(o)["resources"]["limits"]["storage"] = "20Gi"; },
                  "warning spec.storage.resources.limits (--storage): has no effect on a volume, leave it out"},
                 {"no access mode", [&](Json& o) { storage(o).erase("accessModes"); },
                  "error spec.storage.accessModes (--access-mode): is required, e.g. ReadWriteOnce"},
                 {"access mode that cannot write", [&](Json& o) { storage(o)["accessModes"] = {"ReadOnlyMany"}; },
                  "error spec.storage.accessModes (--access-mode): \"ReadOnlyMany\" is not one of ReadWriteOnce, "
                  "ReadWriteOncePod, ReadWriteMany"},
                 {"unknown type", [](Json& o) { o["spec"]["storageType"] = "durable"; },
                  "error spec.storageType (--storage-type): \"durable\" is not one of Durable, Ephemeral"},
                 {"empty type", [](Json& o) { o["spec"]["storageType"] = ""; },
                  "error spec.storageType (--storage-type): \"\" is not one of Durable, Ephemeral"},
                 {"storage of an ephemeral one", [](Json& o) { o["spec"]["storageType"] = "Ephemeral"; },
                  "warning spec.storage (--storage): is not used, storageType is Ephemeral"},
                 {"unknown deletion policy", [](Json& o) { o["spec"]["deletionPolicy"] = "Keep"; },
                  "error spec.deletionPolicy (--deletion-policy): \"Keep\" is not one of Halt, Delete, WipeOut, "
                  "DoNotTerminate"},
             });
}

TEST_CASE("rules on configuration, monitoring and Services") {
  check_rows(
      good(),
      {
          {"deprecated configuration", [](Json& o) { o["spec"]["configSecret"]["name"] = "a"; },
           "warning spec.configSecret: is deprecated, write spec.configuration.secretName (--config-secret)"},
          {"unread file",
           [](Json& o) { o["spec"]["configuration"]["inline"] = yaml("{mssql.conf: a, other.conf: b}"); },
           "error spec.configuration.inline (--config-file): \"other.conf\" is not read, the only file is mssql.conf"},
          {"monitor without agent", [](Json& o) { o["spec"]["monitor"] = Json::object(); },
           "error spec.monitor.agent (--monitor): is required in a monitor block, the server breaks without it"},
          {"unknown agent", [](Json& o) { o["spec"]["monitor"]["agent"] = "datadog"; },
           "error spec.monitor.agent (--monitor): \"datadog\" is not one of prometheus.io/operator, prometheus.io, "
           "prometheus.io/builtin"},
          {"exporter without port",
           [](Json& o) { o["spec"]["monitor"] = yaml("{agent: prometheus.io, prometheus: {exporter: {args: [a]}}}"); },
           "warning spec.monitor.prometheus.exporter.port (--monitor): is absent from an exporter block, the server "
           "then "
           "takes 56790 instead of 9399"},
          {"interval",
           [](Json& o) {
             o["spec"]["monitor"] =
                 yaml("{agent: prometheus.io/operator, prometheus: {serviceMonitor: {interval: 10 seconds}}}");
           },
           "error spec.monitor.prometheus.serviceMonitor.interval (--monitor-interval): \"10 seconds\" is no interval "
           "such "
           "as 10s or 1m"},
          {"interval in parts",
           [](Json& o) {
             o["spec"]["monitor"] =
                 yaml("{agent: prometheus.io/operator, prometheus: {serviceMonitor: {interval: 1m30s}}}");
           },
           ""},
          {"service monitor without the operator",
           [](Json& o) {
             o["spec"]["monitor"] =
                 yaml("{agent: prometheus.io/builtin, prometheus: {serviceMonitor: {interval: 10s}}}");
           },
           "warning spec.monitor.prometheus.serviceMonitor: has an effect with agent prometheus.io/operator only"},
          {"services",
           [](Json& o) {
             o["spec"]["serviceTemplates"] = yaml(
                 "v: [{alias: primary, spec: {type: External}}, {alias: primary}, {alias: "
                 "standby}, {alias: other}]")["v"];
           },
           "error spec.serviceTemplates[3].alias (--service): \"other\" is not one of primary, standby, stats, "
           "dashboard, "
           "secondary\n"
           "error spec.serviceTemplates (--service): type \"External\" is not one of ClusterIP, NodePort, "
           "LoadBalancer\n"
           "error spec.serviceTemplates (--service): alias \"primary\" is there twice\n"
           "warning spec.serviceTemplates (--service): alias \"standby\" belongs to no Service of SQL Server"},
      });
  check_rows(
      standalone(),
      {{"secondary Service", [](Json& o) { o["spec"]["serviceTemplates"] = yaml("v: [{alias: secondary}]")["v"]; },
        "warning spec.serviceTemplates (--service): alias \"secondary\" belongs to no Service of a standalone "
        "instance"}});
}

TEST_CASE("all violations of an object are found at once and thrown as one refusal, warnings apart") {
  const Json object = yaml(
      "{apiVersion: kubedb.com/v1alpha2, kind: MSSQLServer, metadata: {name: sales}, spec: {replicas: "
      "10, topology: {mode: DistributedAG}, monitor: {}, podTemplate: {spec: {containers: [{name: "
      "mssql, env: [{name: MSSQL_PID, value: Express}]}]}}}}");
  const Findings findings = check_database(object);
  CHECK(findings.has_errors());
  CHECK(findings.warning_lines() ==
        std::vector<std::string>{
            "spec.podTemplate.spec.containers[name=mssql].env (--edition): Express has no availability groups"});
  try {
    findings.throw_if_errors("MSSQLServer sales is not valid", ExitCode::usage, "kubectl dba mssql create --help");
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    CHECK(std::string(error.what()) == "MSSQLServer sales is not valid");
    CHECK(join(error.info().details, "\n") ==
          "spec.version (--version): is required, e.g. 2022-cu22; see kubectl dba mssql versions\n"
          "spec.replicas (--replicas): is 10, an availability group has at most 9 replicas\n"
          "spec.topology.distributedAG (--dag-role, --dag-url, --dag-remote-name, --dag-remote-url): is required when "
          "the mode is DistributedAG, the server would not say so\n"
          "spec.tls.issuerRef (--issuer): is required even without client TLS: backups and the endpoints of a group "
          "need certificates\n" +
              kEnv +
              " (--accept-eula): SQL Server does not start before its licence is accepted; read "
              "https://go.microsoft.com/fwlink/?linkid=857698 and give --accept-eula\n"
              "spec.storage.resources.requests.storage (--storage): is required for durable storage, e.g. --storage "
              "10Gi\n"
              "spec.monitor.agent (--monitor): is required in a monitor block, the server breaks without it");
    CHECK(error.info().hint == "kubectl dba mssql create --help");
  }
}

TEST_CASE("an object that is nothing like one does no harm") {
  for (const char* text :
       {"{}", "{spec: 5}", "{spec: []}", "{spec: null}",
        "{metadata: 5, spec: {tls: [], topology: a, "
        "podTemplate: {spec: {containers: {}}}, storage: 1, serviceTemplates: {}, init: {script: 4}}}",
        "{spec: {podTemplate: {spec: {containers: [1, {name: mssql, env: {}, resources: 4, "
        "volumeMounts: 3}], volumes: [7]}}, topology: {availabilityGroup: [], distributedAG: 3, mode: "
        "DistributedAG}, replicas: many, monitor: {prometheus: 1}}}"}) {
    CAPTURE(std::string(text));
    CHECK(check_database(yaml(text)).has_errors());
  }
}

}  // namespace
}  // namespace dba::mssql::rules_test
