// Rules on what runs in the pods: environment, resources, volumes.

#include "rules_table.hpp"

namespace dba::mssql::rules_test {
namespace {

TEST_CASE("rules on the environment") {
  const auto env = [](const char* list) {
    return [list](Json& o) { container(o)["env"] = yaml(std::string("v: ") + list)["v"]; };
  };
  const std::string licence = "error " + kEnv +
                              " (--accept-eula): SQL Server does not start before its licence is accepted; read "
                              "https://go.microsoft.com/fwlink/?linkid=857698 and give --accept-eula";
  const std::string edition = "error " + kEnv + " (--edition): MSSQL_PID is required";
  const std::string since =
      " is taken as a name only since Kubernetes 1.34: before, letters, digits, \"-\", \"_\" and \".\", no digit first";
  const auto pid = [](const char* value) { return [value](Json& o) { container(o)["env"][1]["value"] = value; }; };
  check_rows(
      good(),
      {
          {"no pod template", [](Json& o) { o["spec"].erase("podTemplate"); }, licence + "\n" + edition},
          {"variables on another container", [](Json& o) { container(o)["name"] = "other"; }, licence + "\n" + edition},
          {"licence not accepted", env("[{name: ACCEPT_EULA, value: 'N'}, {name: MSSQL_PID, value: Developer}]"),
           "error " + kEnv + " (--accept-eula): ACCEPT_EULA is \"N\", must be \"Y\""},
          {"unquoted Y", env("[{name: ACCEPT_EULA, value: true}, {name: MSSQL_PID, value: Developer}]"),
           "error spec.podTemplate.spec.containers[0].env[0].value: is a boolean, must be a string: put it in quotes"},
          {"licence without a value", env("[{name: ACCEPT_EULA}, {name: MSSQL_PID, value: Developer}]"),
           "error " + kEnv + " (--accept-eula): ACCEPT_EULA is \"\", must be \"Y\""},
          {"values from elsewhere",
           env("[{name: ACCEPT_EULA, valueFrom: {configMapKeyRef: {name: a, key: b}}}, {name: MSSQL_PID, valueFrom: "
               "{secretKeyRef: {name: a, key: b}}}]"),
           ""},
          {"forbidden and doubled",
           env("[{name: ACCEPT_EULA, value: 'Y'}, {name: MSSQL_PID, value: Developer}, {name: VERSION, value: x}, "
               "{name: "
               "MSSQL_SA_PASSWORD, value: x}, {name: MSSQL_SA_USERNAME, value: x}, {name: MSSQL_ENABLE_HADR, value: "
               "x}, "
               "{name: MSSQL_AGENT_ENABLED, value: x}, {name: A}, {name: A}]"),
           "error " + kEnv + " (--env): VERSION is set by KubeDB and must not be given\nerror " + kEnv +
               " (--env): MSSQL_SA_PASSWORD is set by KubeDB and must not be given\nerror " + kEnv +
               " (--env): MSSQL_SA_USERNAME is set by KubeDB and must not be given\nerror " + kEnv +
               " (--env): MSSQL_ENABLE_HADR is set by KubeDB and must not be given\nerror " + kEnv +
               " (--env): MSSQL_AGENT_ENABLED is set by KubeDB and must not be given\nerror " + kEnv +
               " (--env): A is there twice"},
          {"names that not every server takes",
           env("[{name: ACCEPT_EULA, value: 'Y'}, {name: MSSQL_PID, value: Developer}, {name: A B}, {name: 1a}, "
               "{name: ..a}, {name: a.b-C_1}]"),
           "warning " + kEnv + " (--env): \"A B\"" + since + "\nwarning " + kEnv + " (--env): \"1a\"" + since +
               "\nwarning " + kEnv + " (--env): \"..a\"" + since},
          {"names that no server takes",
           env("[{name: ACCEPT_EULA, value: 'Y'}, {name: MSSQL_PID, value: Developer}, {name: ''}, {name: ä}, {name: "
               "a=b}]"),
           "error " + kEnv + " (--env): has a variable without a name\nerror " + kEnv +
               " (--env): \"ä\" is no name of a variable: only printable ASCII characters without \"=\"\nerror " +
               kEnv + " (--env): \"a=b\" is no name of a variable: only printable ASCII characters without \"=\""},
          {"an empty edition", pid(""),
           "error " + kEnv + " (--edition): MSSQL_PID is empty, must be an edition or a product key"},
          {"Express", pid("Express"), "warning " + kEnv + " (--edition): Express has no availability groups"},
          {"Standard", pid("Standard"),
           "warning " + kEnv +
               " (--edition): Standard has basic availability groups only: 2 replicas and 1 database each"},
          {"Evaluation", pid("evaluation"),
           "warning " + kEnv + " (--edition): Evaluation stops working after 180 days"},
          {"unknown", pid("Gold"),
           "warning " + kEnv + " (--edition): \"Gold\" is no edition known here and no product key"},
          {"product key", pid("ABCDE-12345-FGHIJ-67890-KLMNO"), ""},
          {"nearly a product key", pid("ABCDE-12345-FGHIJ-67890-KLMN-"),
           "warning " + kEnv +
               " (--edition): \"ABCDE-12345-FGHIJ-67890-KLMN-\" is no edition known here and no product key"},
      });
  check_rows(standalone(), {{"Express alone", pid("Express"), ""}, {"Standard alone", pid("Standard"), ""}});
}

TEST_CASE("rules on resources") {
  const auto resources = [](const char* text) { return [text](Json& o) { container(o)["resources"] = yaml(text); }; };
  const std::string memory = kResources + ".limits.memory (--memory-limit)";
  check_rows(
      good(),
      {
          {"enough", resources("{requests: {memory: 2Gi}}"), ""},
          {"short request without a limit", resources("{requests: {memory: 1Gi}}"),
           "warning " + memory + ": 1Gi is less than the 2Gi SQL Server needs"},
          {"short limit", resources("{limits: {memory: 2G}}"),
           "warning " + memory + ": 2G is less than the 2Gi SQL Server needs"},
          {"short request under a limit", resources("{requests: {memory: 1Gi}, limits: {memory: 2048Mi}}"), ""},
          {"limits under requests", resources("{requests: {memory: 4Gi, cpu: 2}, limits: {memory: 3Gi, cpu: 500m}}"),
           "error " + kResources + ".limits.cpu (--cpu-limit): 500m is less than the request 2\nerror " + memory +
               ": 3Gi is less than the request 4Gi"},
          {"no quantity", resources("{limits: {memory: 4GB}}"),
           "error spec.podTemplate.spec.containers[0].resources.limits[memory]: \"4GB\" is no quantity such "
           "as 10Gi or 500m"},
      });
}

TEST_CASE("rules on volumes, mounts and init scripts") {
  check_rows(
      good(),
      {
          {"reserved volumes",
           [](Json& o) {
             o["spec"]["podTemplate"]["spec"]["volumes"] =
                 yaml("v: [{name: data}, {name: git-secret}, {name: mine}]")["v"];
           },
           "error spec.podTemplate.spec.volumes: volume name \"data\" is reserved by KubeDB\n"
           "error spec.podTemplate.spec.volumes: volume name \"git-secret\" is reserved by KubeDB"},
          {"reserved mounts",
           [](Json& o) {
             container(o)["volumeMounts"] =
                 yaml("v: [{mountPath: /var/opt/mssql/tls}, {mountPath: /var/opt/mssql/x}]")["v"];
             o["spec"]["podTemplate"]["spec"]["initContainers"] =
                 yaml("v: [{name: setup, volumeMounts: [{mountPath: /scripts}]}]")["v"];
           },
           "error spec.podTemplate.spec.containers[name=mssql].volumeMounts: mount path /var/opt/mssql/tls is reserved "
           "by "
           "KubeDB\n"
           "error spec.podTemplate.spec.initContainers[name=setup].volumeMounts: mount path /scripts is reserved by "
           "KubeDB"},
          {"git below a reserved path",
           [](Json& o) { o["spec"]["init"] = yaml("{script: {git: {args: [--repo=x, --root=/scripts/sql]}}}"); },
           "error spec.init.script.git.args: --root=/scripts/sql lies in /scripts, which KubeDB mounts"},
          {"git elsewhere",
           [](Json& o) { o["spec"]["init"] = yaml("{script: {git: {args: [--root=/scriptsql]}, scriptPath: a}}"); },
           ""},
          {"two sources",
           [](Json& o) { o["spec"]["init"] = yaml("{script: {configMap: {name: a}, secret: {secretName: b}}}"); },
           "error spec.init.script: has several sources (configMap, secret), must have one"},
          {"affinity", [](Json& o) { o["spec"]["podTemplate"]["spec"]["affinity"] = Json::object(); },
           "error spec.podTemplate.spec.affinity: unknown field; KubeDB places pods through podPlacementPolicy"},
      });
}

TEST_CASE("every name and path that KubeDB uses itself is refused") {
  for (const char* name : {"data", "config", "init-scripts", "endpoint-cert", "certs", "tls",
                           "security-ca-certificates", "cacerts", "git-secret"}) {
    Json object = good();
    object["spec"]["podTemplate"]["spec"]["volumes"] = Json::array({Json::object({{"name", name}})});
    CHECK(found_in(object) ==
          "error spec.podTemplate.spec.volumes: volume name \"" + std::string(name) + "\" is reserved by KubeDB");
  }
  for (const std::string path : {"/var/opt/mssql", "/var/opt/mssql/mssql.conf", "/scripts",
                                 "/var/opt/mssql/endpoint-cert", "/var/opt/mssql/certs", "/var/opt/mssql/tls",
                                 "/var/opt/mssql/security/ca-certificates", "/etc/ssl/certs", "/etc/git-secret"}) {
    Json mounted = good();
    container(mounted)["volumeMounts"] = Json::array({Json::object({{"mountPath", path}})});
    CHECK(found_in(mounted) == "error spec.podTemplate.spec.containers[name=mssql].volumeMounts: mount path " + path +
                                   " is reserved by KubeDB");
    Json cloned = good();
    cloned["spec"]["init"]["script"]["git"]["args"] = Json::array({"--root=" + path});
    CHECK(found_in(cloned).starts_with("error spec.init.script.git.args: --root=" + path + " lies in /"));
  }
}

}  // namespace
}  // namespace dba::mssql::rules_test
