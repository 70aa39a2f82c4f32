#include "dba/mssql/marks.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/fake_transport.hpp"
#include "support/mssql_objects.hpp"
#include "support/mssql_paths.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using test::FakeCluster;
using test::kEvents;
using test::kSales;

const Mark kMark{.action = "ops restart", .by = "jane", .at = "2026-01-02T03:04:05Z", .reason = "CHG-1"};

const std::string kAnnotations =
    R"("annotations":{"kubectl-dba/last-action":"ops restart","kubectl-dba/last-action-by":"jane",)"
    R"("kubectl-dba/last-action-at":"2026-01-02T03:04:05Z","kubectl-dba/last-action-reason":"CHG-1"})";

/// As our POST left it.
Json posted(std::string_view resource_version = "1") {
  Json object = test::database_json("demo", "sales", "Ready", resource_version);
  object["metadata"]["managedFields"] =
      test::yaml("v: [{manager: kubectl-dba, operation: Update}, {manager: operator, operation: Update}]")["v"];
  return object;
}

TEST_CASE("the marks are annotations that name the action, by whom, when and why") {
  FakeCluster cluster;
  cluster.api().on("PATCH", kSales).reply(test::database_json("demo", "sales"));
  CHECK(leave_marks(cluster.client(), test::database_json("demo", "sales"), kMark).empty());
  const test::SeenRequest patch = cluster.api().requests("PATCH").at(0);
  CHECK(patch.body == R"({"metadata":{)" + kAnnotations + "}}");
  CHECK(patch.parameter("fieldManager") == "kubectl-dba-marks");
}

TEST_CASE("without a reason an earlier one is taken away") {
  FakeCluster cluster;
  cluster.api().on("PATCH", kSales).reply(test::database_json("demo", "sales"));
  Mark mark = kMark;
  mark.reason.clear();
  leave_marks(cluster.client(), test::database_json("demo", "sales"), mark);
  CHECK(cluster.api().requests("PATCH").at(0).body.find(R"("kubectl-dba/last-action-reason":null)") !=
        std::string::npos);
}

TEST_CASE("what our own POST owns becomes an apply's, unless somebody else writes meanwhile") {
  FakeCluster cluster;
  const std::string with_fields =
      R"(,"managedFields":[{"manager":"kubectl-dba","operation":"Apply"},{"manager":"operator","operation":"Update"}],)"
      R"("resourceVersion":")";
  cluster.api().on("PATCH", kSales).fail(409, "Conflict", "the object has been modified").reply(posted("3"));
  cluster.api().on_get(posted("2"));
  CHECK(leave_marks(cluster.client(), posted("1"), kMark).empty());
  const std::vector<test::SeenRequest> patches = cluster.api().requests("PATCH");
  REQUIRE(patches.size() == 2);
  CHECK(patches[0].body == R"({"metadata":{)" + kAnnotations + with_fields + R"(1"}})");
  CHECK(patches[1].body == R"({"metadata":{)" + kAnnotations + with_fields + R"(2"}})");
}

TEST_CASE("marks that cannot be left are one warning") {
  FakeCluster cluster;
  SUBCASE("not allowed") {
    cluster.api().on("PATCH", kSales).fail(403, "Forbidden", "not for you");
    CHECK(leave_marks(cluster.client(), posted(), kMark) ==
          "could not annotate sales: Error from server (Forbidden): not for you");
  }
  SUBCASE("somebody else is always first") {
    cluster.api().on("PATCH", kSales).fail(409, "Conflict", "the object has been modified");
    cluster.api().on_get(posted("2"));
    CHECK(leave_marks(cluster.client(), posted(), kMark).starts_with("could not annotate sales: "));
    CHECK(cluster.api().requests("PATCH").size() == 5);
  }
  SUBCASE("of another kind") {
    CHECK(leave_marks(cluster.client(), test::yaml("{apiVersion: a/v1, kind: B, metadata: {name: c}}"), kMark) ==
          "could not annotate c: its kind is not one of ours");
  }
}

TEST_CASE("our marks are taken out of an object, and nothing else") {
  Json object = test::yaml("{metadata: {name: a, annotations: {note: kept}}}");
  const Json without = object;
  for (const char* suffix : {"", "-by", "-at", "-reason"})
    object["metadata"]["annotations"][std::string("kubectl-dba/last-action") + suffix] = "x";
  remove_marks(object);
  CHECK(object == without);
  object["metadata"]["annotations"] = test::yaml("{kubectl-dba/last-action: x}");
  remove_marks(object);
  CHECK(codec::compact_json(object) == R"({"metadata":{"name":"a"}})");
}

TEST_CASE("an Event tells the object's readers what was done, by whom and why") {
  FakeCluster cluster;
  cluster.api().on("POST", kEvents).stored(201);
  CHECK(record_event(cluster.client(), test::database_json("demo", "sales"), kMark, "restarted").empty());
  Json event = codec::parse_json(cluster.api().requests("POST").at(0).body, "the event");
  CHECK(codec::name_of(event).starts_with("sales."));
  event["metadata"].erase("name");
  CHECK(codec::compact_json(event) ==
        R"({"apiVersion":"v1","kind":"Event","metadata":{"namespace":"demo"},"involvedObject":{"apiVersion":)"
        R"("kubedb.com/v1alpha2","kind":"MSSQLServer","namespace":"demo","name":"sales","uid":"uid-of-sales"},)"
        R"json("type":"Normal","reason":"DbaOpsRestart","message":"restarted (by jane: CHG-1)",)json"
        R"("source":{"component":"kubectl-dba"},"reportingComponent":"kubectl-dba",)"
        R"("firstTimestamp":"2026-01-02T03:04:05Z","lastTimestamp":"2026-01-02T03:04:05Z","count":1})");
}

TEST_CASE("an Event that cannot be recorded is one warning, and it is not looked for") {
  FakeCluster cluster;
  cluster.api().on("POST", kEvents).fail(403, "Forbidden", "not for you");
  CHECK(record_event(cluster.client(), test::database_json("demo", "sales"), kMark, "restarted") ==
        "could not record an Event on sales: Error from server (Forbidden): not for you");
  CHECK(cluster.api().requests().size() == 1);
}

}  // namespace
}  // namespace dba::mssql
