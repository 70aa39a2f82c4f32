#include "dba/mssql/delete_service.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/kube/resource.hpp"

#include "support/mssql_objects.hpp"
#include "support/mssql_paths.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;
using test::FakeCluster;
using test::kOpsRequests;
using test::kSales;

const std::string kHalt =
    "kubectl patch mssqlservers.kubedb.com sales -n demo --type=merge -p '{\"spec\":{\"deletionPolicy\":\"Halt\"}}'";

Json database_with(std::string_view policy) {
  Json database = test::database_json("demo", "sales");
  database["spec"]["deletionPolicy"] = policy;
  return database;
}

Json ops_request(std::string_view name, std::string_view database, std::string_view phase) {
  Json request = test::object_json(resources::mssqlserveropsrequests, "demo", name);
  request["spec"]["type"] = "Restart";
  request["spec"]["databaseRef"]["name"] = database;
  if (!phase.empty()) request["status"]["phase"] = phase;
  return request;
}

DeletionInspection inspection_of(std::string_view policy, std::string requests_unknown = {}) {
  DeletionInspection inspection;
  inspection.database = std::make_shared<const Json>(database_with(policy));
  inspection.plan = plan_deletion(*inspection.database);
  inspection.requests_unknown = std::move(requests_unknown);
  return inspection;
}

DeletionListener record(std::vector<std::string>& accepted) {
  return {.accepted =
              [&accepted](const kube::ResourceType& type, std::string_view name, bool gone) {
                accepted.push_back(type.printed_kind() + " " + std::string(name) + (gone ? ", gone" : ", held"));
              },
          .waiting = [](std::string_view) {}};
}

/// Code, message, every detail and the hint of what check_deletion() refuses; empty when it agrees.
std::string refusal_of(const DeletionInspection& inspection, bool wipe_out_data, bool delete_ops_requests) {
  try {
    check_deletion(inspection, {.wipe_out_data = wipe_out_data,
                                .delete_ops_requests = delete_ops_requests,
                                .command = "kubectl dba mssql delete sales"});
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::refused);
    std::string text = error.info().message;
    for (const std::string& detail : error.info().details) text += "\n- " + detail;
    return text + "\ntry " + error.info().hint;
  }
  return {};
}

}  // namespace

TEST_CASE("what a deletion has to agree to") {
  for (const char* policy : {"Halt", "Delete"}) {
    for (const bool flag : {false, true}) CHECK(refusal_of(inspection_of(policy), flag, flag).empty());
  }
  CHECK(refusal_of(inspection_of("WipeOut"), true, false).empty());
  const std::string wipe_out =
      "--wipe-out-data: deletionPolicy is WipeOut: volumes, secrets and backups go as well; give this flag to agree";
  CHECK(refusal_of(inspection_of("WipeOut"), false, false) ==
        "database \"sales\" is not deleted: " + wipe_out + "\ntry kubectl dba mssql delete sales --wipe-out-data");
  for (const bool flag : {false, true}) {
    CHECK(refusal_of(inspection_of("DoNotTerminate", "forbidden"), flag, flag) ==
          "database \"sales\" has deletionPolicy DoNotTerminate and is not deleted\ntry " + kHalt +
              " && kubectl dba mssql delete sales");
  }
  // Ops requests that cannot be seen are in the way only of who wants them gone as well.
  CHECK(refusal_of(inspection_of("Delete", "forbidden"), false, false).empty());
  CHECK(refusal_of(inspection_of("WipeOut", "forbidden"), false, true) ==
        "database \"sales\" is not deleted\n- " + wipe_out +
            "\n- --delete-ops-requests: ops requests could not be listed: forbidden\ntry kubectl dba mssql delete "
            "sales --wipe-out-data");
  CHECK(refusal_of(inspection_of("Delete", "forbidden"), false, true) ==
        "database \"sales\" is not deleted: --delete-ops-requests: ops requests could not be listed: forbidden\ntry ");
}

TEST_CASE("an inspection knows the ops requests of this database and which of them are over") {
  FakeCluster cluster;
  cluster.api().on_get(database_with("Delete"));
  std::vector<Json> requests{ops_request("other", "orders", "Failed")};
  for (const char* phase : {"", "Pending", "Progressing", "Successful", "Failed", "Skipped", "Denied"})
    requests.push_back(ops_request("in-" + std::string(phase), "sales", phase));
  cluster.api().on_list(resources::mssqlserveropsrequests, "demo", requests);
  std::string text;
  const DeletionInspection inspection = inspect_deletion(cluster.client(), "demo", "sales");
  for (const RequestOfDatabase& request : inspection.requests)
    text += request.name + " " + request.type + (request.finished ? " finished\n" : "\n");
  CHECK(text ==
        "in- Restart\nin-Pending Restart\nin-Progressing Restart\nin-Successful Restart finished\n"
        "in-Failed Restart finished\nin-Skipped Restart finished\nin-Denied Restart finished\n");
  CHECK(inspection.requests_unknown.empty());
}

TEST_CASE("a server without ops requests has none, one that does not show them is told") {
  FakeCluster cluster;
  cluster.api().on_get(database_with("Delete"));
  SUBCASE("not allowed") {
    cluster.api().on("GET", kOpsRequests).fail(403, "Forbidden", "not for you");
    CHECK(inspect_deletion(cluster.client(), "demo", "sales").requests_unknown ==
          "Error from server (Forbidden): not for you");
  }
  SUBCASE("not installed") {
    cluster.api().on("GET", kOpsRequests).reply(404, "404 page not found\n", {{"Content-Type", "text/plain"}});
    CHECK(inspect_deletion(cluster.client(), "demo", "sales").requests_unknown.empty());
  }
}

TEST_CASE("a dry run sends the same deletions, marked as such, and leaves no Event") {
  FakeCluster cluster;
  const std::string done = R"({"kind":"Status","status":"Success"})";
  cluster.api().on("DELETE", kSales).reply(200, done);
  cluster.api().on("DELETE", kOpsRequests + "/a").reply(200, done);
  DeletionInspection inspection = inspection_of("Delete");
  inspection.requests = {{.name = "a", .uid = "uid-of-a", .finished = true}, {.name = "b", .uid = "uid-of-b"}};
  std::vector<std::string> accepted;
  const DeletionResult result =
      delete_database(cluster.client(), inspection,
                      {.consent = {.delete_ops_requests = true}, .dry_run = kube::DryRun::server}, record(accepted));
  CHECK(result.state == DeletionResult::State::accepted);
  CHECK(accepted ==
        std::vector<std::string>{"mssqlserveropsrequest.ops.kubedb.com a, gone", "mssqlserver.kubedb.com sales, gone"});
  const std::vector<test::SeenRequest> requests = cluster.api().requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].path == kOpsRequests + "/a");
  CHECK(requests[1].path == kSales);
  for (const test::SeenRequest& request : requests)
    CHECK(request.body.find(R"("dryRun":["All"])") != std::string::npos);
}

TEST_CASE("an ops request that went by itself meanwhile is no obstacle") {
  FakeCluster cluster;
  cluster.api()
      .on("DELETE", kOpsRequests + "/a")
      .reply(test::status_json(404, "NotFound", "gone", "a", "mssqlserveropsrequests"), 404);
  cluster.api().on("DELETE", kSales).reply(200, R"({"kind":"Status","status":"Success"})");
  DeletionInspection inspection = inspection_of("Delete");
  inspection.requests = {{.name = "a", .uid = "uid-of-a", .finished = true}};
  std::vector<std::string> accepted;
  delete_database(cluster.client(), inspection,
                  {.consent = {.delete_ops_requests = true}, .dry_run = kube::DryRun::server}, record(accepted));
  CHECK(accepted == std::vector<std::string>{"mssqlserver.kubedb.com sales, gone"});
}

}  // namespace dba::mssql
