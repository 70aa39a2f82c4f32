#include <chrono>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
#include "dba/mssql/list_service.hpp"
#include "dba/mssql/roles_service.hpp"
#include "dba/mssql/wait_service.hpp"

#include "support/fake_transport.hpp"
#include "support/mssql_objects.hpp"
#include "support/mssql_paths.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;
using test::database_json;
using test::FakeCluster;
using test::kDatabases;
using test::kPods;
using test::kSlices;
using test::pod_json;
using test::slice_json;

std::vector<std::string> names_of(const ListResult& result) {
  std::vector<std::string> names;
  for (const Json& item : result.list.items()) names.push_back(codec::string_at(item, {"name"}));
  return names;
}

}  // namespace

TEST_CASE("a list that has to begin again forgets what it had") {
  FakeCluster cluster;
  cluster.api()
      .on("GET", kDatabases)
      .reply(test::list_json(resources::mssqlservers, {database_json("demo", "old")}, "100", "more"))
      .fail(410, "Expired", "The provided continue parameter is too old")
      .reply(test::list_json(resources::mssqlservers, {database_json("demo", "new")}, "200"));
  cluster.api().on_list(resources::pods, "demo", {});
  const ListResult result = list_databases(cluster.client(), {.ns = "demo"});
  CHECK(names_of(result) == std::vector<std::string>{"new"});
}

TEST_CASE("databases are joined with the pods of their own namespace, whichever list is first") {
  FakeCluster cluster;
  cluster.api().on_list(resources::mssqlservers, "", {database_json("b", "sales"), database_json("a", "sales")});
  cluster.api().on_list(resources::pods, "", {pod_json("a", "sales", 1, "primary"), pod_json("b", "sales", 0, "")});
  const Json report = to_json(list_databases(cluster.client(), {}));
  CHECK(report.at("items").at(0).at("namespace") == "a");
  CHECK(report.at("items").at(0).at("primary") == "sales-1");
  CHECK(report.at("items").at(1).at("primary").is_null());
  CHECK(report.at("items").at(1).at("livePods") == 1);
}

TEST_CASE("roles are read with three requests, the pods and slices selected by the database's labels") {
  FakeCluster cluster;
  const Json pod = pod_json("demo", "sales", 0, "primary");
  Json database = database_json("demo", "sales");
  database["spec"]["replicas"] = 1;
  cluster.api().on_get(database);
  cluster.api().on_list(resources::pods, "demo", {pod});
  cluster.api().on_list(resources::endpointslices, "demo", {slice_json("demo", "sales", {pod})});
  const RoleReport report = read_roles(cluster.client(), "demo", "sales");
  CHECK(report.primary == "sales-0");
  CHECK(report.agreement == Agreement::agree);
  CHECK(cluster.api().requests().size() == 3);
  for (const test::SeenRequest& request : cluster.api().requests()) {
    if (request.path == kPods)
      CHECK(request.parameter("labelSelector") ==
            "app.kubernetes.io/instance=sales,app.kubernetes.io/name=mssqlservers.kubedb.com");
    if (request.path == kSlices)
      CHECK(request.parameter("labelSelector") == "kubernetes.io/service-name in (sales,sales-secondary)");
  }
}

TEST_CASE("roles without the right to read pods are a refusal, not an empty answer") {
  FakeCluster cluster;
  cluster.api().on_get(database_json("demo", "sales"));
  cluster.api().on("GET", kPods).fail(403, "Forbidden", "pods is forbidden");
  cluster.api().on_list(resources::endpointslices, "demo", {});
  CHECK_THROWS_AS(read_roles(cluster.client(), "demo", "sales"), kube::ApiError);
}

TEST_CASE("followed roles are told once for every change, and end when the listener has enough") {
  FakeCluster cluster;
  const Json pod = pod_json("demo", "sales", 0, "primary");
  cluster.api().on_get(database_json("demo", "sales"));
  cluster.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales")});
  cluster.api().on_list(resources::pods, "demo", {pod});
  cluster.api().on_list(resources::endpointslices, "demo", {slice_json("demo", "sales", {pod})});
  cluster.api().on_watch(resources::mssqlservers, "demo");
  test::FakeWatch& pods = cluster.api().on_watch(resources::pods, "demo");
  cluster.api().on_watch(resources::endpointslices, "demo");
  Json annotated = pod_json("demo", "sales", 0, "primary", "101");
  annotated["metadata"]["annotations"]["note"] = "says nothing about roles";
  std::vector<std::string> primaries;
  follow_roles(cluster.client(), "demo", "sales", [&](const RoleReport& report) {
    primaries.push_back(report.primary);
    if (primaries.size() == 1) {  // only now: what comes earlier may be part of the first report
      pods.modified(annotated);
      pods.modified(pod_json("demo", "sales", 0, "secondary", "102"));
    }
    return !report.primary.empty();
  });
  CHECK(fmt::format("{}", fmt::join(primaries, ",")) == "sales-0,");
}

TEST_CASE("two live pods labelled primary do not count as a primary that is waited for") {
  FakeCluster cluster;
  cluster.api().on_get(database_json("demo", "sales"));
  cluster.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales")});
  cluster.api().on_list(resources::pods, "demo",
                        {pod_json("demo", "sales", 0, "primary"), pod_json("demo", "sales", 1, "primary")});
  cluster.api().on_watch(resources::mssqlservers, "demo");
  cluster.api().on_watch(resources::pods, "demo");
  const WaitResult result = wait_for(cluster.client(),
                                     {.ns = "demo",
                                      .name = "sales",
                                      .condition = parse_wait_condition("primary"),
                                      .deadline = cluster.clock().steady_now() + std::chrono::minutes(1)},
                                     [](std::string_view) {});
  CHECK(result.outcome == WaitResult::Outcome::timed_out);
  CHECK(result.observed == "ambiguous: 2 pods are labelled primary: sales-0 and sales-1");
}

TEST_CASE("waiting for a primary ignores a pod that is going away with its label on") {
  Json going = pod_json("demo", "sales", 0, "primary");
  going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
  FakeCluster cluster;
  cluster.api().on_get(database_json("demo", "sales"));
  cluster.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales")});
  cluster.api().on_list(resources::pods, "demo", {going});
  cluster.api().on_watch(resources::mssqlservers, "demo");
  cluster.api().on_watch(resources::pods, "demo");
  const WaitResult result = wait_for(cluster.client(),
                                     {.ns = "demo",
                                      .name = "sales",
                                      .condition = parse_wait_condition("primary"),
                                      .deadline = cluster.clock().steady_now() + std::chrono::seconds(30)},
                                     [](std::string_view) {});
  CHECK(result.outcome == WaitResult::Outcome::timed_out);
}

TEST_CASE("a primary that changes while the first lists are still coming in has changed") {
  FakeCluster cluster;
  cluster.api().on_get(database_json("demo", "sales"));
  cluster.api().on_list(resources::pods, "demo",
                        {pod_json("demo", "sales", 0, "primary"), pod_json("demo", "sales", 1, "secondary")});
  test::FakeWatch& pods = cluster.api().on_watch(resources::pods, "demo");
  cluster.api().on_watch(resources::mssqlservers, "demo");
  // The list of databases is slow: the pods are followed already, and the next primary is known before it arrives.
  cluster.api().on("GET", kDatabases).reply_with([&pods](const test::SeenRequest&) {
    pods.modified(pod_json("demo", "sales", 0, "secondary", "101"));
    pods.modified(pod_json("demo", "sales", 1, "primary", "102"));
    pods.end();
    pods.bookmark("103");  // Goes out on the next stream: the first one has been read to its end by then.
    return test::Reply{
        .body = codec::compact_json(test::list_json(resources::mssqlservers, {database_json("demo", "sales")}, "100"))};
  });
  const WaitResult result = wait_for(cluster.client(),
                                     {.ns = "demo",
                                      .name = "sales",
                                      .condition = parse_wait_condition("primary-changed"),
                                      .deadline = cluster.clock().steady_now() + std::chrono::minutes(1)},
                                     [](std::string_view) {});
  CHECK(result.outcome == WaitResult::Outcome::met);
}

TEST_CASE("a wait ends at once when the database is deleted under it") {
  FakeCluster cluster;
  cluster.api().on_get(database_json("demo", "sales", "Provisioning"));
  cluster.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales", "Provisioning")});
  cluster.api().on_list(resources::pods, "demo", {});
  cluster.api().on_watch(resources::pods, "demo");
  test::FakeWatch& databases = cluster.api().on_watch(resources::mssqlservers, "demo");
  bool told = false;
  const WaitResult result = wait_for(cluster.client(),
                                     {.ns = "demo",
                                      .name = "sales",
                                      .condition = parse_wait_condition("phase=Ready"),
                                      .deadline = cluster.clock().steady_now() + std::chrono::minutes(1)},
                                     [&](std::string_view) {
                                       if (!std::exchange(told, true))
                                         databases.deleted(database_json("demo", "sales", "Provisioning", "101"));
                                     });
  CHECK(result.outcome == WaitResult::Outcome::never);
  CHECK(result.observed == "it was deleted");
}

}  // namespace dba::mssql
