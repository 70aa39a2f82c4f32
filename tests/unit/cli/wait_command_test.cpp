#include <functional>
#include <map>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"
#include "support/mssql_objects.hpp"
#include "support/mssql_paths.hpp"
#include "support/patient_clock.hpp"

namespace {

using namespace dba;
using dba::test::CommandHarness;
using dba::test::CommandResult;
using dba::test::database_json;
using dba::test::FakeWatch;
using dba::test::pod_json;
namespace resources = dba::kube::resources;

struct Waited {
  test::PatientClock clock{};
  CommandHarness harness{};
  FakeWatch& databases = harness.api().on_watch(resources::mssqlservers, "demo");
  FakeWatch& pods = harness.api().on_watch(resources::pods, "demo");

  Waited(const std::vector<Json>& found, const std::vector<Json>& pods_found) {
    harness.use_clock(clock);
    if (found.empty()) {
      harness.api().on_get_missing(resources::mssqlservers, "demo", "sales");
    } else {
      harness.api().on_get(found.front());
    }
    harness.api()
        .on_list(resources::mssqlservers, "demo", found)
        .where("fieldSelector", "metadata.name=sales")
        .optionally();
    harness.api().on_list(resources::pods, "demo", pods_found).optionally();
  }

  CommandResult run(const std::string& condition, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"mssql", "wait", "sales", "--for=" + condition};
    words.insert(words.end(), more.begin(), more.end());
    return harness.run(words);
  }
};

const std::vector<Json> kPodsOfThree = test::three_pods();

Json database_with(const std::function<void(Json& database)>& change) {
  Json database = database_json("demo", "sales");
  change(database);
  return database;
}

}  // namespace

TEST_CASE("wait ends at once when the condition is met already") {
  const Json ready = database_with([](Json& database) {
    database["status"]["conditions"] = Json::array({Json::object({{"type", "Provisioned"}, {"status", "True"}})});
  });
  for (const char* condition :
       {"phase=Ready", "primary", "primary=sales-0", "condition=Provisioned", "condition=Provisioned=True",
        "jsonpath={.spec.replicas}=3", "jsonpath=.spec.version"}) {
    CAPTURE(condition);
    Waited waited({ready}, kPodsOfThree);
    const CommandResult result = waited.run(condition);
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out == "mssqlserver.kubedb.com/sales condition met\n");
    CHECK(result.err == (std::string_view(condition).starts_with("primary") ? "primary: sales-0\n" : ""));
  }
}

TEST_CASE("wait takes what list -o name prints, one condition, and no other kind") {
  CommandHarness harness;
  harness.forbid_cluster();
  CHECK(harness.run({"mssql", "wait", "pods/sales-0", "--for=primary"})
            .err.starts_with(
                "error: NAME: \"pods/sales-0\" is not a database: expected NAME or mssqlserver.kubedb.com/NAME\n"));
  const CommandResult twice = harness.run({"mssql", "wait", "sales", "--for=primary", "--for=delete"});
  CHECK(twice.code == ExitCode::usage);
  CHECK(twice.err.starts_with(
      "error: --for: given twice, as primary and as delete: wait for one thing after the other\n"));
  for (const char* name : {"mssqlserver.kubedb.com/sales", "mssqlservers/sales", "MS/sales"}) {
    CAPTURE(name);
    Waited waited({database_with([](Json&) {})}, kPodsOfThree);
    CHECK(waited.harness.run({"mssql", "wait", name, "--for=phase=Ready"}).out ==
          "mssqlserver.kubedb.com/sales condition met\n");
  }
}

TEST_CASE("wait follows changes until the condition is met") {
  struct Row {
    const char* condition;
    std::function<void(Waited&)> push;
  };
  const Row rows[] = {
      {"phase=Ready",
       [](Waited& waited) { waited.databases.modified(database_json("demo", "sales", "Ready", "101")); }},
      {"delete", [](Waited& waited) { waited.databases.deleted(database_json("demo", "sales")); }},
      {"primary=sales-1",
       [](Waited& waited) {
         waited.pods.modified(pod_json("demo", "sales", 0, "secondary", "2"));
         waited.pods.modified(pod_json("demo", "sales", 1, "primary", "3"));
       }},
      {"primary-changed",
       [](Waited& waited) {
         waited.pods.modified(pod_json("demo", "sales", 0, "secondary", "2"));
         waited.pods.modified(pod_json("demo", "sales", 1, "primary", "3"));
       }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.condition);
    Waited waited({database_json("demo", "sales", "Provisioning")}, kPodsOfThree);
    std::jthread pusher([&] { row.push(waited); });
    const CommandResult result = waited.run(row.condition, {"--timeout=0", "--progress=none"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out == "mssqlserver.kubedb.com/sales condition met\n");
  }
}

TEST_CASE("wait for phase=Ready does not believe a phase that the pods are ahead of") {
  SUBCASE("until every pod is ready again") {
    Waited waited({database_json("demo", "sales")}, {kPodsOfThree[0], kPodsOfThree[1]});
    std::jthread pusher([&] { waited.pods.added(kPodsOfThree[2]); });
    CHECK(waited.run("phase=Ready", {"--timeout=0", "--progress=none"}).code == ExitCode::ok);
  }
  SUBCASE("to the end of its time") {
    Waited waited({database_json("demo", "sales")}, {});
    const CommandResult result = waited.run("phase=Ready", {"--timeout=90s", "--progress=none"});
    CHECK(result.code == ExitCode::timed_out);
    CHECK(result.err.find("last seen: the phase is Ready, but 0 of 3 pods are ready\n") != std::string::npos);
  }
  SUBCASE("but it has to do for who may not see pods") {
    Waited waited({database_json("demo", "sales")}, {});
    waited.harness.api().on("GET", test::kPods).fail(403, "Forbidden", "pods is forbidden");
    CHECK(waited.run("phase=Ready").out == "mssqlserver.kubedb.com/sales condition met\n");
  }
}

TEST_CASE("wait for a primary does not take the label of a pod that is not ready for one") {
  std::vector<Json> pods = kPodsOfThree;
  pods[0]["status"]["conditions"][0]["status"] = "False";
  Waited waited({database_json("demo", "sales")}, pods);
  SUBCASE("to the end of its time") {
    const CommandResult result = waited.run("primary", {"--timeout=90s", "-q"});
    CHECK(result.code == ExitCode::timed_out);
    CHECK(result.out == "");
    CHECK(result.err.find("last seen: no primary: sales-0 is labelled primary and not ready\n") != std::string::npos);
  }
  SUBCASE("until it is ready") {
    std::jthread pusher([&] { waited.pods.modified(pod_json("demo", "sales", 0, "primary", "2")); });
    CHECK(waited.run("primary", {"--timeout=0", "--progress=none"}).code == ExitCode::ok);
  }
}

TEST_CASE("wait for a primary ends with the server's words when pods cannot be listed at all") {
  Waited waited({database_json("demo", "sales")}, {});
  auto& list = waited.harness.api().on("GET", "/api/v1/namespaces/demo/pods");
  list.fail(500, "InternalError", "etcd is away");
  SUBCASE("for ever") {
    const CommandResult result = waited.run("primary=sales-0", {"--timeout=0", "-q"});
    CHECK(result.code == ExitCode::unexpected);
    CHECK(result.out == "");
    CHECK(
        result.err.starts_with("error: cannot list pods in namespace \"demo\": the server failed\n"
                               "  cause: Error from server (InternalError): etcd is away\n"));
  }
  SUBCASE("for a moment it goes on") {
    list.reply(test::list_json(resources::pods, {pod_json("demo", "sales", 0, "primary")}, "100"));
    CHECK(waited.run("primary=sales-0", {"--timeout=0", "-q"}).out == "mssqlserver.kubedb.com/sales condition met\n");
  }
}

TEST_CASE("wait that runs out of time says what it saw last and exits with 124") {
  Waited waited({database_json("demo", "sales", "Provisioning")}, {});
  const CommandResult result = waited.run("phase=Critical", {"--timeout=90s"});
  CHECK(result.code == ExitCode::timed_out);
  CHECK(result.out == "");
  CHECK(result.err ==
        "0s  waiting for phase=Critical: phase is Provisioning\n"
        "error: timed out waiting for the condition on mssqlservers/sales\n"
        "  - waited 1m30s for phase=Critical; last seen: phase is Provisioning\n"
        "  try:   kubectl describe mssqlservers.kubedb.com sales -n demo\n");
}

TEST_CASE("wait ends at once with 10 when the condition can never be met") {
  Waited waited({database_with([](Json& database) { database["spec"]["halted"] = true; })}, {});
  const CommandResult result = waited.run("primary");
  CHECK(result.code == ExitCode::unhealthy);
  CHECK(result.err ==
        "error: primary cannot be met on mssqlservers/sales: it is halted (spec.halted is true), nothing will lead\n"
        "  try:   kubectl dba mssql roles sales -n demo\n");
}

TEST_CASE("wait takes a database that is being deleted for lost, whatever its phase says") {
  const Json going =
      database_with([](Json& database) { database["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z"; });
  for (const auto& [condition, look] : std::map<std::string, std::string>{
           {"phase=Ready", "describe mssqlservers.kubedb.com"}, {"primary", "dba mssql roles"}}) {
    CAPTURE(condition);
    Waited waited({going}, {pod_json("demo", "sales", 0, "primary")});
    const CommandResult result = waited.run(condition);
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.out == "");
    CHECK(result.err == "error: " + condition +
                            " cannot be met on mssqlservers/sales: it is being deleted\n  try:   kubectl " + look +
                            " sales -n demo\n");
  }
}

TEST_CASE("wait that sees the database go does not send to the roles of what is gone") {
  Waited waited({database_json("demo", "sales", "Provisioning")}, {});
  std::jthread pusher([&] { waited.databases.deleted(database_json("demo", "sales")); });
  const CommandResult result = waited.run("phase=Ready", {"--timeout=0", "-q"});
  CHECK(result.code == ExitCode::unhealthy);
  CHECK(result.err ==
        "error: phase=Ready cannot be met on mssqlservers/sales: it was deleted\n"
        "  try:   kubectl dba mssql list -n demo\n");
}

TEST_CASE("wait refuses a pod that cannot be one of the database before anything is contacted") {
  struct Row {
    const char* condition;
    const char* pod;
  };
  for (const Row& row :
       {Row{"primary=other-1", "other-1"}, Row{"primary!=other-1", "other-1"}, Row{"primary=sales", "sales"},
        Row{"primary=sales-", "sales-"}, Row{"primary=sales-01", "sales-01"},
        Row{"primary=sales-arbiter-0", "sales-arbiter-0"}, Row{"primary=pod/sales-1", "pod/sales-1"}}) {
    CAPTURE(row.condition);
    CommandHarness harness;
    harness.forbid_cluster();
    const CommandResult result = harness.run({"mssql", "wait", "sales", std::string("--for=") + row.condition});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err == std::string("error: --for: \"") + row.pod +
                            "\" is no pod of database \"sales\": they are called sales-0, sales-1 and so on\n");
  }
}

TEST_CASE("wait -o json is one report, also when it fails") {
  Waited waited({database_json("demo", "sales", "Provisioning")}, {});
  const CommandResult result = waited.run("phase=Critical", {"--timeout=1s", "-o", "json", "-q"});
  CHECK(result.code == ExitCode::timed_out);
  test::check_schema("WaitReport", result.out);
  CHECK(result.out == R"({
    "apiVersion": "kubectl-dba/v1",
    "kind": "WaitReport",
    "database": {
        "namespace": "demo",
        "name": "sales"
    },
    "for": "phase=Critical",
    "outcome": "timedOut",
    "observed": "phase is Provisioning"
}
)");
  CHECK(result.err.starts_with("error: timed out waiting for the condition on mssqlservers/sales\n"));
}

TEST_CASE("wait for a database that does not exist") {
  Waited waited({}, kPodsOfThree);
  SUBCASE("is refused with 4") {
    waited.harness.api()
        .on("GET", "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers")
        .reply_with([](const test::SeenRequest& request) {
          const bool all = request.parameter("fieldSelector").empty();
          const std::vector<Json> items = all ? std::vector<Json>{database_json("demo", "sale")} : std::vector<Json>{};
          return test::Reply{.body = codec::compact_json(test::list_json(resources::mssqlservers, items, "100"))};
        });
    waited.harness.api().on_list(resources::mssqlservers, "", {});
    const CommandResult result = waited.run("phase=Ready");
    CHECK(result.code == ExitCode::denied);
    CHECK(result.err ==
          "error: database \"sales\" not found in namespace \"demo\"\n"
          "  - did you mean \"sale\"?\n"
          "  cause: Error from server (NotFound): mssqlservers.kubedb.com \"sales\" not found\n"
          "  try:   kubectl dba mssql list -n demo\n");
  }
  SUBCASE("is what --for=delete waits for, told with what is near") {
    waited.harness.api()
        .on("GET", "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers")
        .reply_with([](const test::SeenRequest& request) {
          const bool all = request.parameter("fieldSelector").empty();
          const std::vector<Json> items = all ? std::vector<Json>{database_json("demo", "sale")} : std::vector<Json>{};
          return test::Reply{.body = codec::compact_json(test::list_json(resources::mssqlservers, items, "100"))};
        });
    waited.harness.api().on_list(resources::mssqlservers, "", {});
    const CommandResult result = waited.run("delete");
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out == "mssqlserver.kubedb.com/sales condition met\n");
    CHECK(result.err == "Warning: there was no such database in namespace \"demo\"; did you mean \"sale\"?\n");
  }
  SUBCASE("goes on with --wait-for-create until it is there and the condition is met") {
    std::jthread pusher([&] {
      waited.databases.added(database_json("demo", "sales", "Provisioning"));
      waited.databases.modified(database_json("demo", "sales", "Ready", "101"));
    });
    CHECK(waited.run("phase=Ready", {"--wait-for-create", "--timeout=0", "-q"}).code == ExitCode::ok);
  }
  SUBCASE("runs out of time with --wait-for-create") {
    const CommandResult result = waited.run("phase=Ready", {"--wait-for-create", "--timeout=5s", "-q"});
    CHECK(result.code == ExitCode::timed_out);
    CHECK(result.err ==
          "error: timed out waiting for the condition on mssqlservers/sales\n"
          "  - waited 5s for phase=Ready; last seen: it does not exist yet\n"
          "  try:   kubectl dba mssql list -n demo\n");
  }
}

TEST_CASE("wait names every form of a condition it cannot read") {
  CommandHarness harness;
  const CommandResult result = harness.run({"mssql", "wait", "sales", "--for=ready"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.find(
            "phase=PHASE, primary, primary=POD, primary!=POD, primary-changed, delete, condition=TYPE[=STATUS], "
            "jsonpath=PATH[=VALUE]") != std::string::npos);
  CHECK(harness.api().requests().empty());
}
