#include "dba/mssql/diff_service.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/kube/resource.hpp"

#include "listener_record.hpp"
#include "support/demo_cluster.hpp"
#include "support/mssql_paths.hpp"

namespace dba::mssql {

namespace {

using test::FakeCluster;
using test::kSales;
using test::ListenerRecord;

Json secret(std::string_view data) {
  return test::parse_yaml("{apiVersion: v1, kind: Secret, metadata: {name: sales-auth, namespace: demo}, data: {" +
                          std::string(data) + "}}");
}

}  // namespace

TEST_CASE("both sides lose the server's bookkeeping and keep everything else") {
  FakeCluster cluster;
  Json live = test::live_sales_database();
  live["status"]["phase"] = "Ready";
  Json merged = live;
  merged["spec"]["deletionPolicy"] = "Halt";
  merged["metadata"]["generation"] = 2;
  cluster.api().on_get(live);
  cluster.api().on("PATCH", kSales).where("dryRun", "All").reply(merged);
  ListenerRecord record;
  const auto diffs = diff_objects(cluster.client(), {test::sales_database()}, false, record.listener());
  REQUIRE(diffs.size() == 1);
  CHECK(diffs[0].file_name == "kubedb.com.v1alpha2.MSSQLServer.demo.sales");
  Json expected = test::sales_database();
  expected["status"]["phase"] = "Ready";
  CHECK(*diffs[0].live == expected);
  expected["spec"]["deletionPolicy"] = "Halt";
  CHECK(*diffs[0].merged == expected);
  CHECK(record.warnings.empty());
}

TEST_CASE("a database that is not there yet has no live side, and the newest version") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  Json database = test::sales_database();
  database["spec"].erase("version");
  cluster.api().on("PATCH", kSales).where("dryRun", "All").reply(test::live_sales_database(), 201);
  ListenerRecord record;
  const auto diffs = diff_objects(cluster.client(), {database}, false, record.listener());
  CHECK(diffs.at(0).live == nullptr);
  CHECK(*diffs.at(0).merged == test::sales_database());
  const Json sent = codec::parse_json(cluster.api().requests("PATCH").at(0).body, "the request");
  CHECK(codec::string_at(sent, {"spec", "version"}) == "2025-cu0");
}

TEST_CASE("without a namespace the object is shown as it would be sent, and that is told") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  cluster.api()
      .on("PATCH", kSales)
      .reply(test::status_json(404, "NotFound", "namespaces \"demo\" not found", "demo", "namespaces"), 404);
  ListenerRecord record;
  const auto diffs = diff_objects(cluster.client(), {test::sales_database()}, false, record.listener());
  CHECK(*diffs.at(0).merged == test::sales_database());
  CHECK(record.warnings ==
        std::vector<std::string>{
            "namespace \"demo\" does not exist yet: MSSQLServer \"sales\" is shown as it would be sent"});
}

TEST_CASE("values of secrets are masked so that a change shows and a value does not") {
  FakeCluster cluster;
  const Json live = secret("same: c2FtZQ==, changed: b2xk, gone: Z29uZQ==");
  cluster.api().on_get(live);
  cluster.api()
      .on("PATCH", "/api/v1/namespaces/demo/secrets/sales-auth")
      .reply(secret("same: c2FtZQ==, changed: bmV3, added: YWRk"));
  ListenerRecord record;
  const auto diffs = diff_objects(cluster.client(), {live}, false, record.listener());
  CHECK(codec::compact_json(diffs.at(0).live->at("data")) ==
        R"json({"same":"***","changed":"*** (before)","gone":"***"})json");
  CHECK(codec::compact_json(diffs.at(0).merged->at("data")) ==
        R"json({"same":"***","changed":"*** (after)","added":"***"})json");
  CHECK(diffs.at(0).file_name == "v1.Secret.demo.sales-auth");
}

TEST_CASE("what apply would refuse is warned about") {
  FakeCluster cluster;
  Json smaller = test::live_sales_database();
  smaller["spec"]["storage"]["resources"]["requests"]["storage"] = "5Gi";
  cluster.api().on_get(test::live_sales_database());
  cluster.api().on("PATCH", kSales).reply(smaller);
  ListenerRecord record;
  diff_objects(cluster.client(), {test::sales_database()}, false, record.listener());
  REQUIRE(record.warnings.size() == 1);
  CHECK(record.warnings[0].starts_with("spec.storage.resources.requests.storage (--storage): "));
}

TEST_CASE("a conflict is a failure unless the diff is asked for --force-conflicts") {
  FakeCluster cluster;
  Json status = test::status_json(409, "Conflict", "Apply failed with 1 conflict", "sales", "mssqlservers");
  status["details"]["causes"] =
      Json::array({test::parse_yaml("{reason: FieldManagerConflict, message: 'conflict with \"helm\" using "
                                    "kubedb.com/v1alpha2', field: .spec.replicas}")});
  cluster.api().on_get(test::live_sales_database());
  cluster.api().on("PATCH", kSales).where("force", "false").reply(status, 409).optionally();
  cluster.api().on("PATCH", kSales).where("force", "true").reply(test::live_sales_database()).optionally();
  ListenerRecord record;
  CHECK_THROWS_WITH_AS(diff_objects(cluster.client(), {test::sales_database()}, false, record.listener()),
                       "apply of MSSQLServer \"sales\" would be refused: other managers own some of the fields", Error);
  CHECK(diff_objects(cluster.client(), {test::sales_database()}, true, record.listener()).size() == 1);
}

}  // namespace dba::mssql
