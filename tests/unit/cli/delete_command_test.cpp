#include <filesystem>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/platform/files.hpp"

#include "support/command_harness.hpp"
#include "support/mssql_objects.hpp"
#include "support/mssql_paths.hpp"
#include "support/patient_clock.hpp"

namespace {

using namespace dba;
using dba::test::CommandHarness;
using dba::test::CommandResult;
using dba::test::database_json;
using dba::test::FakeWatch;
using dba::test::kEvents;
using dba::test::kOpsRequests;
using dba::test::kSales;
using dba::test::object_json;
using dba::test::pod_json;
namespace resources = dba::kube::resources;

const std::string kWhatGoes =
    "deletionPolicy of demo/sales is Delete\n"
    "  goes:  the pods sales-0 to sales-2 and their Services\n"
    "  goes:  the volumes (PersistentVolumeClaims data-…) with all data\n"
    "  stays: the Secrets sales-auth, sales-endpoint-cert, sales-dbm-login and sales-master-key\n"
    "  stays: backup Snapshots and the data they have in their buckets\n";

Json database_with_policy(std::string_view policy) {
  Json database = database_json("demo", "sales");
  database["spec"]["deletionPolicy"] = policy;
  return database;
}

Json ops_request(std::string_view name, std::string_view database, std::string_view phase) {
  Json request = object_json(resources::mssqlserveropsrequests, "demo", name);
  request["spec"]["type"] = "Restart";
  request["spec"]["databaseRef"]["name"] = database;
  if (!phase.empty()) request["status"]["phase"] = phase;
  return request;
}

/// The answer to a DELETE of what a finalizer holds.
std::string held(Json object) {
  object["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  return codec::compact_json(object);
}

/// A cluster in which the deletion of "sales" is accepted.
struct Deletion {
  test::PatientClock clock{};
  CommandHarness harness{};

  explicit Deletion(const Json& database = database_json("demo", "sales"), const std::vector<Json>& requests = {}) {
    harness.use_clock(clock);
    harness.api().on_get(database).optionally();
    harness.api().on_list(resources::mssqlserveropsrequests, "demo", requests).optionally();
  }
  /// Its finalizer holds the object until the operator has done its part.
  void accept() { accept(held(database_json("demo", "sales"))); }
  void accept(const std::string& answer) {
    Json review = Json::object();
    review["apiVersion"] = "authentication.k8s.io/v1";
    review["kind"] = "SelfSubjectReview";
    review["status"]["userInfo"]["username"] = "jane";
    harness.api().on("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews").reply(review, 201);
    harness.api().on("POST", kEvents).stored(201);
    harness.api().on("DELETE", kSales).reply(200, answer).optionally();
  }
  /// The object is gone at the first look; these pods are left.
  void is_gone(const std::vector<Json>& pods) {
    harness.api().on_list(resources::mssqlservers, "demo", {});
    harness.api().on_watch(resources::mssqlservers, "demo");
    harness.api().on_list(resources::pods, "demo", pods);
  }
  CommandResult run(std::vector<std::string> more) {
    more.insert(more.begin(), {"mssql", "delete", "sales"});
    return harness.run(more);
  }
  std::vector<test::SeenRequest> deletions() { return harness.api().requests("DELETE"); }
};

}  // namespace

TEST_CASE("delete says what goes, asks for the name, deletes this very object and waits until it is gone") {
  Deletion deletion;
  deletion.accept();
  deletion.harness.prompter().answer("sales");
  deletion.harness.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales")});
  deletion.harness.api().on_list(resources::pods, "demo", {});
  FakeWatch& watch = deletion.harness.api().on_watch(resources::mssqlservers, "demo");
  std::jthread operator_thread([&] { watch.deleted(database_json("demo", "sales")); });
  const CommandResult result = deletion.run({"--timeout=0"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out == "mssqlserver.kubedb.com \"sales\" deleted from demo namespace\n");
  CHECK(result.err ==
        kWhatGoes + "0s  waiting for sales to go: the operator still works on it: finalizer kubedb.com\n");
  CHECK(deletion.harness.prompter().questions() ==
        std::vector<std::string>{"Delete database demo/sales?\nType sales to confirm: "});
  REQUIRE(deletion.deletions().size() == 1);
  CHECK(
      deletion.deletions()[0].body ==
      R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","preconditions":{"uid":"uid-of-sales"}})");
}

TEST_CASE("delete leaves an Event before the object goes") {
  Deletion deletion;
  deletion.accept();
  CHECK(deletion.run({"--yes", "--wait=false", "--reason=project ended"}).code == ExitCode::ok);
  std::vector<std::string> changes;
  for (const test::SeenRequest& request : deletion.harness.api().requests()) {
    if (request.method != "GET") changes.push_back(request.method + " " + request.path);
  }
  CHECK(changes == std::vector<std::string>{"POST /apis/authentication.k8s.io/v1/selfsubjectreviews", "POST " + kEvents,
                                            "DELETE " + kSales});
  const Json event = codec::parse_json(deletion.harness.api().requests("POST").at(1).body, "the event");
  CHECK(event.at("reason") == "DbaDelete");
  CHECK(event.at("message") == "deletion requested (by jane: project ended)");
}

TEST_CASE("delete does nothing when another name is typed") {
  Deletion deletion;
  deletion.harness.prompter().answer("orders");
  const CommandResult result = deletion.run({});
  CHECK(result.code == ExitCode::refused);
  CHECK(result.out == "");
  CHECK(deletion.deletions().empty());
}

TEST_CASE("delete without a terminal and without --yes contacts nothing") {
  CommandHarness harness;
  const CommandResult result = harness.run({"mssql", "delete", "sales"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err ==
        "error: this needs to be confirmed by --yes, because stdin and stderr are not both a terminal\n"
        "  try:   kubectl dba mssql delete sales --yes\n");
  CHECK(harness.api().requests().empty());
}

TEST_CASE("delete refuses DoNotTerminate with the command that lifts it, whatever else was agreed to") {
  Deletion deletion(database_with_policy("DoNotTerminate"));
  const CommandResult result = deletion.run({"--yes", "--wipe-out-data"});
  CHECK(result.code == ExitCode::refused);
  CHECK(
      result.err.ends_with("error: database \"sales\" has deletionPolicy DoNotTerminate and is not deleted\n"
                           "  try:   kubectl patch mssqlservers.kubedb.com sales -n demo --type=merge -p "
                           "'{\"spec\":{\"deletionPolicy\":\"Halt\"}}' && kubectl dba mssql delete sales --yes "
                           "--wipe-out-data\n"));
  CHECK(deletion.deletions().empty());
}

TEST_CASE("delete tells the webhook's refusal apart, in the words of every build of KubeDB") {
  for (const char* message :
       {"admission webhook \"w\" denied the request: Can not delete as terminationPolicy is set to "
        "\"DoNotTerminate\"",
        "admission webhook \"w\" denied the request: Can not delete as spec.deletionPolicy is set to "
        "\"DoNotTerminate\""}) {
    Deletion deletion;
    deletion.accept();
    deletion.harness.api().on("DELETE", kSales).fail(403, "Forbidden", message);
    const CommandResult result = deletion.run({"--yes", "-q"});
    CHECK(result.code == ExitCode::refused);
    CHECK(result.err.find("has deletionPolicy DoNotTerminate and is not deleted") != std::string::npos);
    CHECK(result.err.find(message) != std::string::npos);
    CHECK(result.err.ends_with("\"Halt\"}}' && kubectl dba mssql delete sales --yes -q\n"));
  }
}

TEST_CASE("delete of a WipeOut database needs --wipe-out-data beside --yes") {
  Deletion deletion(database_with_policy("WipeOut"));
  SUBCASE("without it") {
    const CommandResult result = deletion.run({"--yes", "-q"});
    CHECK(result.code == ExitCode::refused);
    CHECK(result.err ==
          "error: database \"sales\" is not deleted: --wipe-out-data: deletionPolicy is WipeOut: volumes, secrets and "
          "backups go as well; give this flag to agree\n"
          "  try:   kubectl dba mssql delete sales --yes -q --wipe-out-data\n");
    CHECK(deletion.deletions().empty());
  }
  SUBCASE("with it") {
    deletion.accept();
    CHECK(deletion.run({"--yes", "--wipe-out-data", "--wait=false"}).code == ExitCode::ok);
    CHECK(deletion.deletions().size() == 1);
  }
}

TEST_CASE("delete removes finished ops requests of this database first when asked, and warns of the others") {
  Deletion deletion(database_json("demo", "sales"),
                    {ops_request("restart-1", "sales", "Successful"), ops_request("restart-2", "sales", "Progressing"),
                     ops_request("restart-3", "sales", ""), ops_request("other", "orders", "Failed")});
  SUBCASE("asked") {
    deletion.accept();
    deletion.harness.api()
        .on("DELETE", kOpsRequests + "/restart-1")
        .reply(200, R"({"kind":"Status","status":"Success"})");
    const CommandResult result = deletion.run({"--yes", "--wait=false", "--delete-ops-requests", "-q"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out ==
          "mssqlserveropsrequest.ops.kubedb.com \"restart-1\" deleted from demo namespace\n"
          "mssqlserver.kubedb.com \"sales\" deletion accepted in demo namespace\n");
    REQUIRE(deletion.deletions().size() == 2);
    CHECK(deletion.deletions()[0].path == kOpsRequests + "/restart-1");
    CHECK(deletion.deletions()[1].path == kSales);
  }
  SUBCASE("asked, and a finalizer holds it") {
    deletion.accept();
    deletion.harness.api()
        .on("DELETE", kOpsRequests + "/restart-1")
        .reply(200, held(ops_request("restart-1", "sales", "Successful")));
    CHECK(deletion.run({"--yes", "--wait=false", "--delete-ops-requests", "-q"}).out ==
          "mssqlserveropsrequest.ops.kubedb.com \"restart-1\" deletion accepted in demo namespace\n"
          "mssqlserver.kubedb.com \"sales\" deletion accepted in demo namespace\n");
  }
  SUBCASE("not asked") {
    deletion.accept();
    const CommandResult result = deletion.run({"--yes", "--wait=false", "-q"});
    CHECK(deletion.deletions().size() == 1);
    CHECK(result.err ==
          "Warning: ops request restart-2 (Restart, Progressing) is not finished; once the database is gone it can no "
          "longer be changed: kubectl delete mssqlserveropsrequests.ops.kubedb.com restart-2 -n demo\n"
          "Warning: ops request restart-3 (Restart, no phase yet) is not finished; once the database is gone it can no "
          "longer be changed: kubectl delete mssqlserveropsrequests.ops.kubedb.com restart-3 -n demo\n");
  }
}

TEST_CASE("delete does not need to see ops requests unless it is to delete them") {
  Deletion deletion;
  deletion.harness.api().on("GET", kOpsRequests).fail(403, "Forbidden", "not for you");
  SUBCASE("a warning") {
    deletion.accept();
    const CommandResult result = deletion.run({"--yes", "--wait=false", "-q"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.err == "Warning: ops requests could not be listed: Error from server (Forbidden): not for you\n");
  }
  SUBCASE("a refusal") {
    CHECK(deletion.run({"--yes", "--delete-ops-requests"}).code == ExitCode::refused);
    CHECK(deletion.deletions().empty());
  }
}

TEST_CASE("delete that is not finished in time is 124 and says what holds it") {
  Deletion deletion;
  deletion.accept();
  deletion.harness.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales")});
  deletion.harness.api().on_watch(resources::mssqlservers, "demo");
  const CommandResult result = deletion.run({"--yes", "--timeout=30s", "-q"});
  CHECK(result.code == ExitCode::timed_out);
  CHECK(result.out == "");
  CHECK(result.err ==
        "error: timed out waiting for the condition on mssqlservers/sales\n"
        "  - the operator still works on it: finalizer kubedb.com\n"
        "  - the deletion of mssqlserver.kubedb.com/sales was accepted and goes on without us\n"
        "  try:   kubectl dba mssql wait sales -n demo --for=delete\n");
}

TEST_CASE("delete says deleted only of what is gone") {
  Deletion deletion;
  const auto printed = [&](const std::string& answer, std::vector<std::string> more) {
    deletion.accept(answer);
    more.insert(more.end(), {"--yes", "-q"});
    const CommandResult result = deletion.run(more);
    CHECK(result.code == ExitCode::ok);
    CHECK(result.err == "");
    return result.out;
  };
  const std::string gone = R"({"kind":"Status","status":"Success"})";
  const std::string kept = held(database_json("demo", "sales"));
  CHECK(printed(kept, {"--wait=false"}) == "mssqlserver.kubedb.com \"sales\" deletion accepted in demo namespace\n");
  CHECK(printed(kept, {"--wait=false", "-o", "name"}) == "mssqlserver.kubedb.com/sales\n");
  deletion.is_gone({});
  CHECK(printed(gone, {"--wait=false"}) == "mssqlserver.kubedb.com \"sales\" deleted from demo namespace\n");
  CHECK(printed(kept, {}) == "mssqlserver.kubedb.com \"sales\" deleted from demo namespace\n");
}

TEST_CASE("delete warns of pods that are left and that nobody removes") {
  Deletion deletion;
  deletion.accept();
  Json going = pod_json("demo", "sales", 2, "");
  going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
  SUBCASE("one goes, two do not") {
    deletion.is_gone({pod_json("demo", "sales", 0, "primary"), pod_json("demo", "sales", 1, "secondary"), going});
    const CommandResult result = deletion.run({"--yes", "-q"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out == "mssqlserver.kubedb.com \"sales\" deleted from demo namespace\n");
    CHECK(result.err ==
          "Warning: sales is gone, but still has 2 pods that nobody removes: sales-0 and sales-1; is the KubeDB "
          "operator running?\n");
  }
  SUBCASE("one does not") {
    deletion.is_gone({pod_json("demo", "sales", 0, "primary"), going});
    CHECK(deletion.run({"--yes", "-q"}).err ==
          "Warning: sales is gone, but still has 1 pod that nobody removes: sales-0; is the KubeDB operator "
          "running?\n");
  }
  SUBCASE("all of them go") {
    deletion.harness.api().on_list(resources::mssqlservers, "demo", {});
    deletion.harness.api().on_watch(resources::mssqlservers, "demo");
    deletion.harness.api()
        .on("GET", resources::pods.path("demo"))
        .reply(test::list_json(resources::pods, {going}, "100"))
        .reply(test::list_json(resources::pods, {}, "101"));
    const CommandResult result = deletion.run({"--yes", "-q"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.err == "");
    CHECK(deletion.harness.api().requests("GET").back().path == resources::pods.path("demo"));
  }
  SUBCASE("one goes for ever") {
    deletion.is_gone({going});
    const CommandResult result = deletion.run({"--yes", "-q", "--timeout=2s", "--progress=none"});
    CHECK(result.code == ExitCode::timed_out);
    CHECK(result.out == "");
    CHECK(result.err ==
          "error: timed out waiting for the condition on mssqlservers/sales\n"
          "  - the database is gone, 1 pod is still going: sales-2\n"
          "  - the deletion of mssqlserver.kubedb.com/sales was accepted and goes on without us\n"
          "  try:   kubectl dba mssql wait sales -n demo --for=delete\n");
  }
  SUBCASE("they may not be seen") {
    deletion.harness.api().on_list(resources::mssqlservers, "demo", {});
    deletion.harness.api().on_watch(resources::mssqlservers, "demo");
    deletion.harness.api().on("GET", "/api/v1/namespaces/demo/pods").fail(403, "Forbidden", "not for you");
    const CommandResult result = deletion.run({"--yes", "-q"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.err ==
          "Warning: whether its pods are gone could not be seen: Error from server (Forbidden): not for you\n");
  }
}

TEST_CASE("delete that is interrupted while it waits says that the deletion goes on") {
  Deletion deletion;
  deletion.accept();
  deletion.harness.api().on_watch(resources::mssqlservers, "demo");
  deletion.harness.api()
      .on("GET", "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers")
      .reply_with([&](const test::SeenRequest&) {
        deletion.harness.stop().request_stop();
        return test::Reply{.body = codec::compact_json(
                               test::list_json(resources::mssqlservers, {database_json("demo", "sales")}, "100"))};
      });
  const CommandResult result = deletion.run({"--yes", "-q", "--progress=none"});
  CHECK(result.code == ExitCode::interrupted);
  CHECK(result.out == "");
  CHECK(result.err ==
        "error: interrupted\n"
        "  - the deletion of mssqlserver.kubedb.com/sales was accepted and goes on without us\n"
        "  try:   kubectl dba mssql wait sales -n demo --for=delete\n");
}

TEST_CASE("delete tells what was deleted when it cannot print that, or fails later") {
  class FullDisk : public output::OutStream {
   public:
    void write(std::string_view) override {}
    std::string failure() const override { return "no space left on device"; }
  };
  FullDisk disk;
  Deletion deletion(database_json("demo", "sales"), {ops_request("restart-1", "sales", "Successful")});
  const auto accept = [&] {
    deletion.accept();
    deletion.harness.api()
        .on("DELETE", kOpsRequests + "/restart-1")
        .reply(200, R"({"kind":"Status","status":"Success"})");
  };
  const std::string request_was = "  - mssqlserveropsrequest.ops.kubedb.com/restart-1 was deleted\n";
  const std::string database_was =
      "  - the deletion of mssqlserver.kubedb.com/sales was accepted and goes on without us\n";
  SUBCASE("the disk is full") {
    accept();
    deletion.harness.write_to(disk);
    const CommandResult result = deletion.run({"--yes", "-q", "--wait=false", "--delete-ops-requests"});
    CHECK(result.code == ExitCode::unexpected);
    CHECK(result.err ==
          "error: writing the result failed\n" + request_was + database_was + "  cause: no space left on device\n");
  }
  SUBCASE("the disk is full and the database was refused") {
    accept();
    deletion.harness.write_to(disk);
    deletion.harness.api().on("DELETE", kSales).fail(403, "Forbidden", "not for you");
    const CommandResult result = deletion.run({"--yes", "-q", "--wait=false", "--delete-ops-requests"});
    CHECK(result.code == ExitCode::denied);
    CHECK(result.err.find(request_was) != std::string::npos);
    CHECK(result.err.find(database_was) == std::string::npos);
  }
  SUBCASE("it cannot be followed") {
    accept();
    deletion.harness.api()
        .on("GET", "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers")
        .fail(403, "Forbidden", "not for you");
    const CommandResult result = deletion.run({"--yes", "-q", "--delete-ops-requests"});
    CHECK(result.code == ExitCode::denied);
    CHECK(result.out == "mssqlserveropsrequest.ops.kubedb.com \"restart-1\" deleted from demo namespace\n");
    CHECK(result.err.find(database_was) != std::string::npos);
    CHECK(result.err.find(request_was) == std::string::npos);
  }
  SUBCASE("a dry run does nothing worth telling") {
    deletion.harness.write_to(disk);
    const CommandResult result = deletion.run({"--yes", "-q", "--dry-run=client", "--delete-ops-requests"});
    CHECK(result.err == "error: writing the result failed\n  cause: no space left on device\n");
  }
}

TEST_CASE("delete is done when another database of the name has come") {
  Deletion deletion;
  deletion.accept();
  Json successor = database_json("demo", "sales");
  successor["metadata"]["uid"] = "uid-2";
  deletion.harness.api().on_list(resources::mssqlservers, "demo", {successor});
  deletion.harness.api().on_watch(resources::mssqlservers, "demo");
  CHECK(deletion.run({"--yes", "-q"}).out == "mssqlserver.kubedb.com \"sales\" deleted from demo namespace\n");
}

TEST_CASE("delete leaves a database alone that took the name after it was looked at") {
  Deletion deletion;
  deletion.accept();
  deletion.harness.api()
      .on("DELETE", kSales)
      .fail(409, "Conflict", "Precondition failed: UID in precondition: a, UID in object meta: b");
  const CommandResult result = deletion.run({"--yes", "-q"});
  CHECK(result.code == ExitCode::refused);
  CHECK(result.err.starts_with(
      "error: database \"sales\" was replaced by another of this name meanwhile; nothing was deleted\n"));
}

TEST_CASE("delete of a database that is not there") {
  CommandHarness harness;
  harness.api().on_get_missing(resources::mssqlservers, "demo", "sales");
  harness.api().on_list(resources::mssqlserveropsrequests, "demo", {}).optionally();
  harness.api().on_list(resources::mssqlservers, "demo", {});
  harness.api().on_list(resources::mssqlservers, "", {});
  CHECK(harness.run({"mssql", "delete", "sales", "--yes"}).code == ExitCode::denied);
  const CommandResult ignored = harness.run({"mssql", "delete", "sales", "--yes", "--ignore-not-found"});
  CHECK(ignored.code == ExitCode::ok);
  CHECK(ignored.out == "");
  CHECK(ignored.err == "");
}

TEST_CASE("delete --dry-run changes nothing and asks nothing") {
  Deletion deletion;
  SUBCASE("client") {
    CHECK(deletion.run({"--dry-run=client", "-q", "-y"}).out ==
          "mssqlserver.kubedb.com \"sales\" deleted from demo namespace (dry run)\n");
    CHECK(deletion.deletions().empty());
  }
  SUBCASE("server") {
    deletion.harness.api().on("DELETE", kSales).reply(200, R"({"kind":"Status","status":"Success"})");
    const CommandResult result = deletion.run({"--dry-run=server"});
    CHECK(result.out == "mssqlserver.kubedb.com \"sales\" deleted from demo namespace (server dry run)\n");
    CHECK(result.err == kWhatGoes);
    CHECK(deletion.deletions().at(0).body.find(R"("dryRun":["All"])") != std::string::npos);
    CHECK(deletion.harness.api().requests("POST").empty());
  }
}

TEST_CASE("delete on a protected context wants the context named") {
  const platform::TemporaryDirectory home("delete-test");
  const auto folder = home.path() / "kubectl-dba";
  std::filesystem::create_directories(folder);
  platform::write_new_secret_file(folder / "config.yaml", "protected: {contexts: [\"ri*\"]}\n");
  Deletion deletion;
  deletion.harness.set_variable("XDG_CONFIG_HOME", home.path().string());
  SUBCASE("not named") {
    const CommandResult result = deletion.run({"--yes"});
    CHECK(result.code == ExitCode::refused);
    CHECK(result.err.ends_with("  try:   kubectl dba mssql delete sales --yes --i-know-this-is=rig\n"));
    CHECK(deletion.harness.api().requests().empty());
  }
  SUBCASE("named") {
    deletion.accept();
    CHECK(deletion.run({"--yes", "--wait=false", "--i-know-this-is=rig"}).code == ExitCode::ok);
  }
}
