#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"
#include "support/sql_harness.hpp"

namespace {

using namespace dba;
using dba::test::CommandResult;
using dba::test::kNothingAnswers;
using dba::test::kWrongPassword;
using dba::test::SqlHarness;
using sql::Failure;
using sql::Phase;
using sql::SqlError;

const SqlError kNoDriver(Phase::connect, Failure::no_driver, "there is no ODBC driver for SQL Server on this machine");

}  // namespace

TEST_CASE("replicas shows every replica as it says itself, beside label and endpoint") {
  SqlHarness harness;
  harness.server("sales-2").databases[0].redo_queue_kb = 10240;
  const CommandResult result = harness.run({"mssql", "replicas", "sales"});
  CHECK(result.code == ExitCode::ok);
  CHECK(
      result.out ==
      "REPLICA   ROLE        LABEL       ENDPOINT    MODE   SYNC           SEND-Q   REDO-Q   RPO   RTO   LAST-COMMIT  "
      "   NODE     AGE   REMARKS\n"
      "sales-0   PRIMARY     primary     primary     SYNC   SYNCHRONIZED   -        -        -     -     03:04:05.120Z"
      "   node-0   23h   \n"
      "sales-1   SECONDARY   secondary   secondary   SYNC   SYNCHRONIZED   0        0        0s    0s    03:04:05.120Z"
      "   node-1   23h   \n"
      "sales-2   SECONDARY   secondary   secondary   SYNC   SYNCHRONIZED   0        10 MiB   0s    10s   03:04:05.120Z"
      "   node-2   23h   \n");
  CHECK(result.err == "primary: sales-0; health: ok; tls: unverified\n");
}

TEST_CASE("replicas has every form of -o") {
  SqlHarness harness;
  CHECK(harness.run({"mssql", "replicas", "sales", "-o", "name"}).out == "pod/sales-0\npod/sales-1\npod/sales-2\n");
  CHECK(harness.run({"mssql", "replicas", "sales", "-o", "jsonpath={.replicas[*].role}"}).out ==
        "PRIMARY SECONDARY SECONDARY");
  CHECK(harness.run({"mssql", "replicas", "sales", "-o", "custom-columns=P:.pod,R:.role"}).out ==
        "P         R\nsales-0   PRIMARY\nsales-1   SECONDARY\nsales-2   SECONDARY\n");
  const CommandResult json = harness.run({"mssql", "replicas", "sales", "-o", "json"});
  test::check_schema("ReplicaReport", json.out);
  CHECK(
      harness.run({"mssql", "replicas", "sales", "-o", "csv", "--replica", "sales-1"}).out ==
      "REPLICA,DATABASE,ROLE,LABEL,ENDPOINT,MODE,CONNECTED,STATE,SYNC,HEALTH,SUSPENDED,FAILOVER-READY,SEND-Q,REDO-Q,"
      "RPO,RTO,LAG,HARDENED-LSN,LAST-COMMIT,SEQUENCE,NODE,AGE,REMARKS\n"
      "sales-1,agdb1,SECONDARY,secondary,secondary,SYNCHRONOUS_COMMIT,CONNECTED,ONLINE,SYNCHRONIZED,HEALTHY,,true,0,0,"
      "0,0,,42000000155200001,2026-01-02T03:04:05.120000Z,4294967322,node-1,23h,\n");
  CHECK(harness.run({"mssql", "replicas", "sales", "-o", "xml"}).code == ExitCode::usage);
}

TEST_CASE("a replica that gives no answer keeps its row with the reason, and the others are told in time") {
  SqlHarness harness;
  harness.server("sales-2").frozen = true;
  const auto before = harness.clock().steady_now();
  const CommandResult result = harness.run({"mssql", "replicas", "sales", "--timeout", "3s", "-o", "json"});
  CHECK(harness.clock().steady_now() - before <= std::chrono::seconds(4));
  CHECK(result.code == ExitCode::ok);
  test::check_schema("ReplicaReport", result.out);
  const Json report = Json::parse(result.out);
  CHECK(report["partial"] == true);
  CHECK(report["replicas"][2]["reachable"] == false);
  CHECK(report["replicas"][2]["error"]["reason"] == "timed-out");
  CHECK(report["replicas"][2]["source"] == "primary");
  CHECK(report["replicas"][1]["source"] == "self and primary");
}

TEST_CASE("with every replica down replicas exits with 5 and each reason, with 4 when all refuse the login") {
  SqlHarness harness;
  for (const char* pod : {"sales-0", "sales-1", "sales-2"}) harness.server(pod).refuses = kNothingAnswers;
  const CommandResult down = harness.run({"mssql", "replicas", "sales"});
  CHECK(down.code == ExitCode::sql_unreachable);
  CHECK(down.err ==
        "primary unknown; health: unknown\n"
        "error: no replica of \"sales\" could be asked\n"
        "  - sales-0: nothing answers on port 1433: dial tcp4 127.0.0.1:1433: connect: connection refused\n"
        "  - sales-1: nothing answers on port 1433: dial tcp4 127.0.0.1:1433: connect: connection refused\n"
        "  - sales-2: nothing answers on port 1433: dial tcp4 127.0.0.1:1433: connect: connection refused\n");
  CHECK(down.out.find("unreachable") != std::string::npos);
  for (const char* pod : {"sales-0", "sales-1", "sales-2"}) harness.server(pod).refuses = kWrongPassword;
  CHECK(harness.run({"mssql", "replicas", "sales"}).code == ExitCode::denied);
  harness.server("sales-1").refuses = kNothingAnswers;
  CHECK(harness.run({"mssql", "replicas", "sales"}).code == ExitCode::sql_unreachable);
}

TEST_CASE("the limits of replicas are a gate that takes unknown for bad") {
  SqlHarness harness;
  CHECK(harness.run({"mssql", "replicas", "sales", "--max-rpo", "0s", "--max-rto", "1s"}).code == ExitCode::ok);
  harness.server("sales-1").databases[0].redo_queue_kb = 5120;
  harness.server("sales-2").databases[0].redo_queue_kb = 1;
  harness.server("sales-2").databases[0].redo_rate_kbps = 0;
  const CommandResult missed = harness.run({"mssql", "replicas", "sales", "--max-rto", "1s", "-q"});
  CHECK(missed.code == ExitCode::unhealthy);
  CHECK(missed.err ==
        "error: a limit is not kept\n"
        "  - --max-rto 1s: sales-1/agdb1 is at 5s\n"
        "  - --max-rto 1s: sales-2/agdb1 is unknown\n");
  CHECK(harness.run({"mssql", "replicas", "sales", "--max-rpo", "soon"}).code == ExitCode::usage);
  CHECK(harness.run({"mssql", "replicas", "sales", "--max-rpo", "1s", "-w"}).code == ExitCode::usage);
}

TEST_CASE("--exit-code of replicas takes what is not known for not healthy") {
  SqlHarness harness;
  CHECK(harness.run({"mssql", "replicas", "sales", "--exit-code"}).code == ExitCode::ok);
  harness.server("sales-2").frozen = true;
  CHECK(harness.run({"mssql", "replicas", "sales", "--timeout", "3s"}).code == ExitCode::ok);
  CHECK(harness.run({"mssql", "replicas", "sales", "--timeout", "3s", "--exit-code"}).code == ExitCode::unhealthy);
  CHECK(harness.run({"mssql", "replicas", "sales", "--exit-code", "-w"}).code == ExitCode::usage);
  CHECK(harness.run({"mssql", "replicas", "sales", "--interval", "1s"}).code == ExitCode::usage);
}

TEST_CASE("--exit-code of replicas fails where label or Service say otherwise than SQL Server") {
  SqlHarness harness;
  SUBCASE("labels, and so the Services, stayed behind after a failover") {
    harness.server("sales-0").role = "SECONDARY";
    harness.server("sales-1").role = "PRIMARY";
    const CommandResult result = harness.run({"mssql", "replicas", "sales", "--exit-code"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.out.find("SQL Server says SECONDARY, the label says primary\n") != std::string::npos);
    CHECK(result.out.find("SQL Server says PRIMARY, the label says secondary\n") != std::string::npos);
    CHECK(result.err == "primary: sales-1; health: warning; tls: unverified\n");
    test::check_schema("ReplicaReport", harness.run({"mssql", "replicas", "sales", "-o", "json"}).out);
  }
  SUBCASE("the Services stayed behind alone") {
    const std::vector<Json> pods = test::three_pods();
    harness.api().on_list(kube::resources::endpointslices, "demo",
                          {test::slice_json("demo", "sales", {pods[1]}),
                           test::slice_json("demo", "sales-secondary", {pods[0], pods[2]})});
    const CommandResult result = harness.run({"mssql", "replicas", "sales", "--exit-code"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.out.find("   label says primary, the Services say secondary\n") != std::string::npos);
    CHECK(result.err == "primary: sales-0; health: warning; tls: unverified\n");
  }
  SUBCASE("nobody may say where the Services lead") {
    harness.api()
        .on("GET", "/apis/discovery.k8s.io/v1/namespaces/demo/endpointslices")
        .fail(403, "Forbidden", "endpointslices.discovery.k8s.io is forbidden");
    const CommandResult result = harness.run({"mssql", "replicas", "sales", "--exit-code"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.err == "primary: sales-0; health: unknown; tls: unverified\n");
  }
}

TEST_CASE("--exit-code of replicas fails for a database that is being deleted") {
  SqlHarness harness;
  Json going = test::database_json("demo", "sales");
  going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
  harness.api().on_get(going);
  const CommandResult result = harness.run({"mssql", "replicas", "sales", "--exit-code"});
  CHECK(result.code == ExitCode::unhealthy);
  CHECK(result.err == "primary: sales-0; health: warning; tls: unverified; the database is being deleted\n");
}

TEST_CASE("of one replica that was asked for and is silent, its own reason is told") {
  SqlHarness harness;
  harness.server("sales-2").refuses = kNothingAnswers;
  const CommandResult silent = harness.run({"mssql", "replicas", "sales", "--replica", "sales-2"});
  CHECK(silent.code == ExitCode::sql_unreachable);
  CHECK(silent.err.find("error: sales-2 gave no answer\n") != std::string::npos);
}

TEST_CASE("two replicas that lead at the same time are 12, whoever asks") {
  SqlHarness harness;
  harness.server("sales-2").role = "PRIMARY";
  const CommandResult replicas = harness.run({"mssql", "replicas", "sales"});
  CHECK(replicas.code == ExitCode::write_lost);
  CHECK(replicas.err ==
        "error: 2 replicas say they are PRIMARY at the same time: sales-0 and sales-2; health: critical; tls: "
        "unverified\n"
        "  try:   kubectl logs sales-0 -n demo -c mssql-coordinator\n");
  const CommandResult roles = harness.run({"mssql", "roles", "sales", "--primary", "-q"});
  CHECK(roles.code == ExitCode::write_lost);
  CHECK(roles.out.empty());
  CHECK(roles.err ==
        "error: ambiguous: 2 pods are PRIMARY in SQL Server at the same time: sales-0 and sales-2\n"
        "  try:   kubectl logs sales-0 -n demo -c mssql-coordinator\n");
  const CommandResult query = harness.run({"mssql", "query", "sales", "--role", "primary", "-Q", "SELECT 1"});
  CHECK(query.code == ExitCode::sql_failed);  // sales-0 leads by label and by its own word; nobody else is asked
}

TEST_CASE("credentials that are not there or may not be read are 4") {
  SqlHarness harness;
  harness.api().on_get_missing(kube::resources::secrets, "demo", "sales-auth");
  const CommandResult result = harness.run({"mssql", "replicas", "sales"});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err ==
        "error: secret \"sales-auth\" with the login of SQL Server not found in namespace \"demo\"\n"
        "  try:   kubectl get secrets -n demo\n");
}

TEST_CASE("with clientTLS the authority and the names of the certificate are what every login asks for") {
  SqlHarness harness;
  Json database = test::database_json("demo", "sales");
  database["spec"]["tls"]["clientTLS"] = true;
  harness.api().on_get(database);
  Json certificate = test::object_json(kube::resources::secrets, "demo", "sales-client-cert");
  certificate["data"]["ca.crt"] = "Q0E=";
  harness.api().on_get(certificate);
  CHECK(harness.run({"mssql", "replicas", "sales"}).code == ExitCode::ok);
  REQUIRE(harness.servers().logins.size() == 3);
  for (const sql::Login& login : harness.servers().logins) {
    CHECK(login.tls.verify);
    CHECK(login.tls.authorities_pem == "CA");
    CHECK(login.tls.expected_names ==
          std::vector<std::string>{"sales.demo.svc", login.server + ".sales-pods.demo.svc"});
    CHECK(login.password == Secret("P@ss;w{o}rd 1"));
  }
}

TEST_CASE("roles puts SQL Server first, and shows where label and endpoint say otherwise") {
  SqlHarness harness;
  SUBCASE("all agree") {
    const CommandResult result = harness.run({"mssql", "roles", "sales", "--exit-code"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out ==
          "POD       SQL         LABEL       ENDPOINT    MATCH   SINCE       NODE     REMARKS\n"
          "sales-0   PRIMARY     primary     primary     yes     <unknown>   node-0   \n"
          "sales-1   SECONDARY   secondary   secondary   yes     <unknown>   node-1   \n"
          "sales-2   SECONDARY   secondary   secondary   yes     <unknown>   node-2   \n");
    CHECK(result.err == "primary: sales-0 (source: sql)\n");
    test::check_schema("RoleReport", harness.run({"mssql", "roles", "sales", "-o", "json"}).out);
  }
  SUBCASE("the labels are late") {
    harness.server("sales-0").role = "SECONDARY";
    harness.server("sales-1").role = "PRIMARY";
    const CommandResult result = harness.run({"mssql", "roles", "sales"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out ==
          "POD       SQL         LABEL       ENDPOINT    MATCH   SINCE       NODE     REMARKS\n"
          "sales-0   SECONDARY   primary     primary     no      <unknown>   node-0   "
          "SQL Server says SECONDARY, the label says primary\n"
          "sales-1   PRIMARY     secondary   secondary   no      <unknown>   node-1   "
          "SQL Server says PRIMARY, the label says secondary\n"
          "sales-2   SECONDARY   secondary   secondary   yes     <unknown>   node-2   \n");
    CHECK(result.err == "primary: sales-1 (source: sql)\n");
    CHECK(harness.run({"mssql", "roles", "sales", "--exit-code"}).code == ExitCode::unhealthy);
    CHECK(harness.run({"mssql", "roles", "sales", "--primary", "-q"}).out == "sales-1\n");
    CHECK(harness.run({"mssql", "roles", "sales", "--secondaries", "-q"}).out == "sales-0\nsales-2\n");
  }
  SUBCASE("the primary gives no answer") {
    harness.server("sales-0").frozen = true;
    const CommandResult result = harness.run({"mssql", "roles", "sales", "--primary", "-q"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.out.empty());
    CHECK(result.err ==
          "Warning: sales-0: SQL Server did not answer in time while running a statement\n"
          "error: no primary: no pod that answered is PRIMARY in SQL Server; sales-0 gave no answer\n");
  }
  SUBCASE("nobody can be asked: labels decide, and it is told") {
    for (const char* pod : {"sales-0", "sales-1", "sales-2"}) harness.server(pod).refuses = kWrongPassword;
    const CommandResult result = harness.run({"mssql", "roles", "sales", "-o", "json"});
    CHECK(result.code == ExitCode::ok);
    test::check_schema("RoleReport", result.out);
    const Json report = Json::parse(result.out);
    CHECK(report["source"] == "kubernetes");
    CHECK(report["primary"] == "sales-0");
    CHECK(report["partial"] == true);
    CHECK(report["errors"].size() == 3);
    CHECK(report["replicas"][0]["match"].is_null());
    CHECK(harness.run({"mssql", "roles", "sales", "--exit-code"}).code == ExitCode::unhealthy);
    const CommandResult name = harness.run({"mssql", "roles", "sales", "--primary", "-q"});
    CHECK(name.code == ExitCode::ok);
    CHECK(name.out == "sales-0\n");
    CHECK(name.err.ends_with("Warning: SQL Server gave no answer, sales-0 is the primary by its label alone\n"));
  }
  SUBCASE("nobody can be asked, and the labelled pod is not ready: nobody is known to lead") {
    std::vector<Json> pods = test::three_pods();
    pods[0]["status"]["conditions"][0]["status"] = "False";
    harness.api().on_list(kube::resources::pods, "demo", pods);
    for (const char* pod : {"sales-0", "sales-1", "sales-2"}) harness.server(pod).refuses = kNothingAnswers;
    const CommandResult name = harness.run({"mssql", "roles", "sales", "--primary", "-q"});
    CHECK(name.code == ExitCode::unhealthy);
    CHECK(name.out.empty());
    CHECK(name.err.ends_with("error: no primary: sales-0 is labelled primary and not ready\n"));
  }
  SUBCASE("the credentials may not be read") {
    harness.api()
        .on("GET", "/api/v1/namespaces/demo/secrets/sales-auth")
        .fail(403, "Forbidden", "secrets \"sales-auth\" is forbidden");
    const CommandResult result = harness.run({"mssql", "roles", "sales"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.err.find("SQL Server could not be asked") != std::string::npos);
    CHECK(result.err.find("primary: sales-0 (source: kubernetes)") != std::string::npos);
    CHECK(result.out.find("sales-0   unknown   primary     primary     -  ") != std::string::npos);
  }
}

TEST_CASE("without a driver sqlcmd in the pods is asked, which is told once") {
  SqlHarness harness;
  for (const char* pod : {"sales-0", "sales-1", "sales-2"}) harness.server(pod).refuses = kNoDriver;
  std::mutex mutex;
  harness.on_exec = [&mutex](const kube::ExecRequest& request) {
    const std::scoped_lock lock(mutex);
    const char* role = request.pod == "sales-1" ? "PRIMARY" : "SECONDARY";
    return kube::ExecResult{
        .out =
            "server_name\x1fproduct_version\x1fupdate_level\x1f"
            "edition\x1fis_hadr_enabled\n-\x1f-\x1f-\x1f-\x1f-\n" +
            request.pod +
            "\x1f"
            "16.0\x1f"
            "CU12\x1f"
            "Developer\x1f"
            "1\n\n" +
            "group_name\x1fis_distributed\x1fsequence_number\x1frole_desc\x1foperational_state_desc\n"
            "-\x1f-\x1f-\x1f-\x1f-\nsales\x1f"
            "0\x1f"
            "7\x1f" +
            role + "\x1fONLINE\n\n"};
  };
  const CommandResult result = harness.run({"mssql", "roles", "sales"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.err ==
        "Warning: there is no ODBC driver for SQL Server on this machine; asking sqlcmd in the pods\n"
        "primary: sales-1 (source: sql)\n");
}

TEST_CASE("replicas -w prints what changes, over the sessions it has") {
  SqlHarness harness;
  int outputs = 0;
  harness.on_output = [&](std::string_view) {
    if (++outputs == 1) harness.server("sales-1").databases[0].redo_queue_kb = 1024;
    if (outputs == 2) harness.stop().request_stop();
  };
  const CommandResult result = harness.run({"mssql", "replicas", "sales", "-w"});
  CHECK(result.code == ExitCode::interrupted);
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 5);
  CHECK(result.out.find("1 MiB") != std::string::npos);
  CHECK(harness.servers().logins.size() == 3);
}
