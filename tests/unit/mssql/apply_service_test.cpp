#include "dba/mssql/apply_service.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"

#include "listener_record.hpp"
#include "support/demo_cluster.hpp"
#include "support/mssql_paths.hpp"

namespace dba::mssql {

namespace {

using test::FakeCluster;
using test::kSales;
using test::ListenerRecord;

/// What a server makes of an apply: the live object with what was sent on top of it.
std::function<test::Reply(const test::SeenRequest&)> merge_onto(Json live) {
  return [live = std::move(live)](const test::SeenRequest& request) {
    Json sent = codec::parse_json(request.body, "the request");
    sent["metadata"].erase("resourceVersion");
    Json merged = live;
    merged.merge_patch(sent);
    if (request.parameter("dryRun").empty()) merged["metadata"]["resourceVersion"] = "42";
    merged["metadata"]["generation"] = 2;
    return test::Reply{.body = codec::compact_json(merged)};
  };
}

void stub_live(FakeCluster& cluster, const Json& live, bool is_really_applied) {
  test::stub_demo_cluster(cluster.api());
  cluster.api().on_get(live);
  cluster.api()
      .on("PATCH", kSales)
      .where("fieldManager", "kubectl-dba")
      .where("dryRun", "All")
      .reply_with(merge_onto(live));
  if (!is_really_applied) return;
  cluster.api()
      .on("PATCH", kSales)
      .where("fieldManager", "kubectl-dba")
      .where("dryRun", "")
      .reply_with(merge_onto(live));
  test::stub_marks(cluster.api());
}

Json conflict(std::string_view manager, std::string_view field) {
  Json status = test::status_json(409, "Conflict", "Apply failed with 1 conflict", "sales", "mssqlservers");
  Json cause = Json::object();
  cause["reason"] = "FieldManagerConflict";
  cause["message"] = "conflict with \"" + std::string(manager) + "\" using kubedb.com/v1alpha2";
  cause["field"] = field;
  status["details"]["causes"] = Json::array({cause});
  return status;
}

void apply_objects(kube::Client& client, const std::vector<Json>& objects, const ApplyRequest& request,
                   const ChangeListener& listener) {
  apply_plan(client, plan_application(client, objects, request, listener), request, {}, listener);
}

ErrorInfo failure_of_apply(FakeCluster& cluster, const Json& database, const ApplyRequest& request,
                           ListenerRecord& record) {
  try {
    apply_objects(cluster.client(), {database}, request, record.listener());
  } catch (const Error& error) {
    return error.info();
  }
  FAIL("it was applied");
  return {};
}

Json sales_with_policy(std::string_view policy) {
  Json database = test::sales_database();
  database["spec"]["deletionPolicy"] = policy;
  return database;
}

std::vector<test::SeenRequest> real_applies(FakeCluster& cluster) {
  std::vector<test::SeenRequest> found = cluster.api().requests("PATCH");
  std::erase_if(found, [](const test::SeenRequest& request) {
    return !request.parameter("dryRun").empty() || request.parameter("fieldManager") != "kubectl-dba";
  });
  return found;
}

}  // namespace

TEST_CASE("a new database is checked as create does, then applied and marked") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  cluster.api().on("PATCH", kSales).where("fieldManager", "kubectl-dba").reply(test::live_sales_database(), 201);
  test::stub_marks(cluster.api());
  ListenerRecord record;
  apply_objects(cluster.client(), {test::sales_database()}, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales created"});
  CHECK(record.warnings.empty());
  REQUIRE(real_applies(cluster).size() == 1);
  const test::SeenRequest sent = real_applies(cluster)[0];
  CHECK(sent.parameter("force") == "false");
  CHECK(sent.parameter("fieldValidation") == "Strict");
  CHECK(codec::parse_json(sent.body, "the request") == test::sales_database());
}

TEST_CASE("a new database that the cluster has something against is refused before anything is sent") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  Json database = test::sales_database();
  database["spec"]["version"] = "2019";
  ListenerRecord record;
  const ErrorInfo error = failure_of_apply(cluster, database, {}, record);
  CHECK(error.code == ExitCode::refused);
  CHECK(error.message.starts_with("cannot apply database \"sales\": spec.version (--version): "));
  CHECK(cluster.api().requests("PATCH").empty());
}

TEST_CASE("the same intent again is unchanged and nothing is written") {
  FakeCluster cluster;
  stub_live(cluster, test::live_sales_database(), false);
  ListenerRecord record;
  apply_objects(cluster.client(), {test::sales_database()}, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales unchanged"});
  CHECK(real_applies(cluster).empty());
  CHECK(cluster.api().requests("POST").empty());
}

TEST_CASE("an object that was exported from a cluster is applied without what only the server writes") {
  FakeCluster cluster;
  Json exported = test::live_sales_database();
  exported["status"]["phase"] = "Ready";
  exported["metadata"]["annotations"]["kubectl-dba/last-action"] = "create";
  stub_live(cluster, test::live_sales_database(), false);
  ListenerRecord record;
  apply_objects(cluster.client(), {exported}, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales unchanged"});
  CHECK(codec::parse_json(cluster.api().requests("PATCH").at(0).body, "the request") == test::sales_database());
}

TEST_CASE("fields that we would only begin to own are taken without a change, those we would cease to own are left") {
  const auto with_owned = [](const char* field) {
    Json live = test::live_sales_database();
    live["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"][field] = Json::object();
    return live;
  };
  FakeCluster cluster;
  ListenerRecord record;
  SUBCASE("begin") {
    test::stub_demo_cluster(cluster.api());
    cluster.api().on_get(test::live_sales_database());
    Json stored = with_owned("f:halted");
    cluster.api().on("PATCH", kSales).where("dryRun", "All").reply(stored);
    stored["metadata"]["resourceVersion"] = "42";
    cluster.api().on("PATCH", kSales).where("fieldManager", "kubectl-dba").where("dryRun", "").reply(stored);
    apply_objects(cluster.client(), {test::sales_database()}, {}, record.listener());
    CHECK(real_applies(cluster).size() == 1);
    CHECK(record.written == std::vector<std::string>{"MSSQLServer sales unchanged"});
  }
  SUBCASE("cease") {
    cluster.api().on_get(with_owned("f:halted"));
    cluster.api().on("PATCH", kSales).where("dryRun", "All").reply(test::live_sales_database());
    apply_objects(cluster.client(), {test::sales_database()}, {}, record.listener());
    CHECK(record.written == std::vector<std::string>{"MSSQLServer sales unchanged"});
  }
}

TEST_CASE("a change is tried by a dry run, applied, told and marked") {
  FakeCluster cluster;
  stub_live(cluster, test::live_sales_database(), true);
  ListenerRecord record;
  apply_objects(cluster.client(), {sales_with_policy("Halt")}, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales configured"});
  CHECK(record.warnings.empty());
  CHECK(real_applies(cluster).size() == 1);
}

TEST_CASE("a server dry run tells what would change and applies nothing") {
  FakeCluster cluster;
  stub_live(cluster, test::live_sales_database(), false);
  ListenerRecord record;
  apply_objects(cluster.client(), {sales_with_policy("Halt")}, {.dry_run = kube::DryRun::server}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales configured"});
  CHECK(real_applies(cluster).empty());
}

TEST_CASE("a version that is not given stays what it is") {
  FakeCluster cluster;
  stub_live(cluster, test::live_sales_database(), false);
  Json database = test::sales_database();
  database["spec"].erase("version");
  ListenerRecord record;
  apply_objects(cluster.client(), {database}, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales unchanged"});
}

TEST_CASE("a conflict names the other manager and the field, and nothing is changed") {
  FakeCluster cluster;
  cluster.api().on_get(test::live_sales_database());
  cluster.api().on("PATCH", kSales).where("dryRun", "All").reply(conflict("kubectl-edit", ".spec.replicas"), 409);
  ListenerRecord record;
  const ErrorInfo error = failure_of_apply(cluster, sales_with_policy("Halt"), {}, record);
  CHECK(error.code == ExitCode::refused);
  CHECK(error.details == std::vector<std::string>{"\"kubectl-edit\" using kubedb.com/v1alpha2: .spec.replicas"});
  CHECK(error.hint.find("--force-conflicts") != std::string::npos);
  CHECK(real_applies(cluster).empty());
}

TEST_CASE("--force-conflicts takes the fields over") {
  FakeCluster cluster;
  stub_live(cluster, test::live_sales_database(), true);
  ListenerRecord record;
  apply_objects(cluster.client(), {sales_with_policy("Halt")}, {.force_conflicts = true}, record.listener());
  CHECK(real_applies(cluster).at(0).parameter("force") == "true");
}

TEST_CASE("a conflict with our own earlier create is settled without a word, unless somebody else comes in between") {
  FakeCluster cluster;
  const Json live = test::live_sales_database();
  test::stub_demo_cluster(cluster.api());
  cluster.api().on_get(live);
  cluster.api()
      .on("PATCH", kSales)
      .where("fieldManager", "kubectl-dba")
      .where("force", "false")
      .reply(conflict("kubectl-dba", ".spec.deletionPolicy"), 409);
  cluster.api()
      .on("PATCH", kSales)
      .where("fieldManager", "kubectl-dba")
      .where("force", "true")
      .reply_with(merge_onto(live));
  test::stub_marks(cluster.api());
  ListenerRecord record;
  apply_objects(cluster.client(), {sales_with_policy("Halt")}, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales configured"});
  const Json sent = codec::parse_json(real_applies(cluster).at(0).body, "the request");
  CHECK(codec::resource_version_of(sent) == "41");
}

TEST_CASE("a smaller volume is refused, changes past the ops requests are warned about") {
  FakeCluster cluster;
  ListenerRecord record;
  Json database = test::sales_database();
  SUBCASE("smaller volume") {
    stub_live(cluster, test::live_sales_database(), false);
    database["spec"]["storage"]["resources"]["requests"]["storage"] = "5Gi";
    const ErrorInfo error = failure_of_apply(cluster, database, {}, record);
    CHECK(error.code == ExitCode::refused);
    CHECK(real_applies(cluster).empty());
  }
  SUBCASE("more replicas") {
    stub_live(cluster, test::live_sales_database(), true);
    database["spec"]["replicas"] = 5;
    apply_objects(cluster.client(), {database}, {}, record.listener());
    REQUIRE(record.warnings.size() == 1);
    CHECK(record.warnings[0].starts_with("spec.replicas (--replicas): "));
  }
}

TEST_CASE("what stands beside the database is applied in its order and satisfies its references") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  const std::string secret_path = "/api/v1/namespaces/demo/secrets/sales-auth";
  const Json secret = test::parse_yaml(
      "{apiVersion: v1, kind: Secret, metadata: {name: sales-auth, namespace: demo}, stringData: {username: sa}}");
  cluster.api().on_get_missing(kube::resources::secrets, "demo", "sales-auth");
  cluster.api().on("PATCH", secret_path).reply(secret, 201);
  cluster.api().on("PATCH", kSales).reply(test::live_sales_database(), 201);
  cluster.api().on("POST", "/api/v1/namespaces/demo/events").stored(201);
  Json database = test::sales_database();
  database["spec"]["authSecret"]["name"] = "sales-auth";
  ListenerRecord record;
  apply_objects(cluster.client(), {secret, database}, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"Secret sales-auth created", "MSSQLServer sales created"});
}

TEST_CASE("which objects may stand beside a database") {
  struct Row {
    const char* text;
    bool may;
  };
  for (const Row& row :
       {Row{"{apiVersion: v1, kind: Secret}", true}, Row{"{apiVersion: v1, kind: Namespace}", true},
        Row{"{apiVersion: cert-manager.io/v1, kind: Issuer}", true}, Row{"{apiVersion: v1, kind: Pod}", false},
        Row{"{apiVersion: ops.kubedb.com/v1alpha1, kind: MSSQLServerOpsRequest}", false},
        Row{"{apiVersion: example.com/v1, kind: Secret}", false}}) {
    CAPTURE(row.text);
    CHECK(may_accompany(test::parse_yaml(row.text)) == row.may);
  }
}

TEST_CASE("a change of a live database is checked against the cluster as a new one is, and nothing is changed") {
  struct Row {
    const char* assignments;
    const char* message;
  };
  const std::string cannot = "cannot apply database \"sales\": ";
  for (const Row& row : {
           Row{"{version: '1'}",
               "spec.version (--version): \"1\" is not in the catalog, choose from 2025-cu0, 2022-cu12"},
           Row{"{version: 2022-cu9}",
               "spec.version (--version): \"2022-cu9\" is deprecated, choose from 2025-cu0, 2022-cu12"},
           Row{"{tls: {issuerRef: {name: nope}}}",
               "spec.tls.issuerRef (--issuer): Issuer \"nope\" does not exist; make it with kubectl dba mssql issuer "
               "create nope -n demo, or give --with-issuer"},
           Row{"{storage: {storageClassName: nope}}",
               "spec.storage.storageClassName (--storage-class): StorageClass \"nope\" does not exist, choose from "
               "longhorn"},
           Row{"{configuration: {secretName: nope}}",
               "spec.configuration.secretName (--config-secret): Secret \"nope\" does not exist"},
       }) {
    CAPTURE(row.assignments);
    FakeCluster cluster;
    stub_live(cluster, test::live_sales_database(), false);
    cluster.api().on_get_missing(kube::resources::issuers, "demo", "nope").optionally();
    cluster.api().on_get_missing(kube::resources::secrets, "demo", "nope").optionally();
    Json database = test::sales_database();
    database["spec"].merge_patch(test::parse_yaml(row.assignments));
    ListenerRecord record;
    const ErrorInfo error = failure_of_apply(cluster, database, {}, record);
    CHECK(error.message == cannot + row.message);
    CHECK(error.code == ExitCode::refused);
    CHECK(record.written.empty());
    CHECK(real_applies(cluster).empty());
  }
}

TEST_CASE("what a live database has already is not held against another change of it") {
  FakeCluster cluster;
  Json live = test::live_sales_database(), database = sales_with_policy("Halt");
  live["spec"]["version"] = database["spec"]["version"] = "2022-cu9";  // Deprecated since.
  stub_live(cluster, live, true);
  cluster.api().on_list(kube::resources::storageclasses, "", {}).optionally();
  ListenerRecord record;
  apply_objects(cluster.client(), {database}, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales configured"});
  CHECK(record.warnings.empty());
}

TEST_CASE("a database that is being deleted is not applied to, whether it would change or not") {
  for (const char* policy : {"Delete", "Halt"}) {
    FakeCluster cluster;
    Json live = test::live_sales_database();
    live["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
    cluster.api().on_get(live);
    ListenerRecord record;
    const ErrorInfo error = failure_of_apply(cluster, sales_with_policy(policy), {}, record);
    CHECK(error.code == ExitCode::refused);
    CHECK(error.message ==
          "cannot apply database \"sales\": metadata.name: \"sales\" exists in namespace \"demo\" and is being "
          "deleted; wait until it is gone");
    CHECK(error.hint == "kubectl dba mssql wait sales -n demo --for=delete");
    CHECK(cluster.api().requests("PATCH").empty());
  }
}

TEST_CASE("an apply takes protection away when it lowers the deletion policy or forces its way") {
  struct Row {
    const char *from, *to;
    bool force;
    std::vector<std::string> namespaces;
  };
  const std::vector<std::string> demo = {"demo"};
  for (const Row& row : {
           Row{"DoNotTerminate", "Halt", false, demo},
           Row{"Halt", "Delete", false, demo},
           Row{"Delete", "WipeOut", false, demo},
           Row{"WipeOut", "Delete", false, {}},
           Row{"Halt", "DoNotTerminate", false, {}},
           Row{"Halt", "Halt", true, {}},
           Row{"Halt", "DoNotTerminate", true, demo},
       }) {
    CAPTURE(row.from);
    CAPTURE(row.to);
    FakeCluster cluster;
    Json live = test::live_sales_database();
    live["spec"]["deletionPolicy"] = row.from;
    live["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:deletionPolicy"] = Json::object();
    stub_live(cluster, live, false);
    ListenerRecord record;
    const ApplyPlan plan = plan_application(cluster.client(), {sales_with_policy(row.to)},
                                            {.force_conflicts = row.force}, record.listener());
    CHECK(plan.unprotected_namespaces() == row.namespaces);
  }
}

}  // namespace dba::mssql
