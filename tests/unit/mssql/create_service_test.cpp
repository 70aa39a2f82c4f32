#include "dba/mssql/create_service.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"

#include "listener_record.hpp"
#include "support/demo_cluster.hpp"
#include "support/mssql_paths.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;
using test::FakeCluster;
using test::kDatabases;
using test::ListenerRecord;

/// The database as POST stores it: what was sent, owned by us as an "Update".
test::Reply store(const test::SeenRequest& request) {
  Json object = codec::parse_json(request.body, "the request");
  object["metadata"]["uid"] = "uid-1";
  object["metadata"]["resourceVersion"] = "7";
  return {.status = 201, .body = codec::compact_json(object)};
}

Json without_version() {
  Json database = test::sales_database();
  database["spec"].erase("version");
  return database;
}

ErrorInfo failure_of_plan(FakeCluster& cluster, const Json& database, const CreateRequest& request,
                          ListenerRecord& record) {
  try {
    plan_creation(cluster.client(), database, request, record.listener());
  } catch (const Error& error) {
    return error.info();
  }
  FAIL("nothing was refused");
  return {};
}

}  // namespace

TEST_CASE("a database that nothing speaks against is planned with reads alone") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  ListenerRecord record;
  const CreatePlan plan = plan_creation(cluster.client(), test::sales_database(), {}, record.listener());
  CHECK(*plan.database == test::sales_database());
  CHECK_FALSE(plan.namespace_missing);
  CHECK(record.notes.empty());
  CHECK(record.warnings.empty());
  CHECK(cluster.api().requests("GET").size() == 5);
  CHECK(cluster.api().requests().size() == 5);
}

TEST_CASE("the newest version of the catalog is taken when none is given, and told") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  ListenerRecord record;
  const CreatePlan plan = plan_creation(cluster.client(), without_version(), {}, record.listener());
  CHECK(codec::string_at(*plan.database, {"spec", "version"}) == "2025-cu0");
  CHECK(plan.database->at("spec").begin().key() == "version");
  CHECK(record.notes == std::vector<std::string>{"version 2025-cu0, the newest of the catalog (--version)"});
}

TEST_CASE("everything that the cluster has against a database is told at once") {
  FakeCluster cluster;
  Json database = test::sales_database();
  database["spec"]["version"] = "2019-cu1";
  database["spec"]["storage"]["storageClassName"] = "fast";
  database["spec"]["authSecret"]["name"] = "my-auth";
  database["spec"]["configuration"]["secretName"] = "my-conf";
  test::stub_demo_cluster(cluster.api());
  cluster.api().on_get(test::live_sales_database());
  cluster.api().on_get_missing(resources::namespaces, "", "demo");
  cluster.api().on_get_missing(resources::issuers, "demo", "mssqlserver-ca-issuer");
  cluster.api().on_get_missing(resources::secrets, "demo", "my-auth");
  cluster.api().on_get_missing(resources::secrets, "demo", "my-conf");
  ListenerRecord record;
  const ErrorInfo error = failure_of_plan(cluster, database, {}, record);
  CHECK(error.code == ExitCode::denied);  // The namespace is not found.
  CHECK(error.message == "cannot create database \"sales\"");
  REQUIRE(error.details.size() == 7);
  CHECK(error.details[0] == "metadata.name: \"sales\" exists already in namespace \"demo\"; change it with apply");
  CHECK(error.details[1] == "metadata.namespace (-n): namespace \"demo\" does not exist; --create-namespace makes it");
  CHECK(error.details[2].starts_with("spec.version (--version): "));
  CHECK(error.details[2].find("2025-cu0") != std::string::npos);
  CHECK(error.details[3].find("--storage-class") != std::string::npos);
  CHECK(error.details[4].find("--issuer") != std::string::npos);
  CHECK(error.details[5].find("--auth-secret") != std::string::npos);
  CHECK(error.details[6].find("--config-secret") != std::string::npos);
  CHECK(cluster.api().requests("POST").empty());
}

TEST_CASE("what may not be read is a warning that says what was not checked") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  const auto forbid = [&](const kube::ResourceType& type, std::string_view ns, std::string_view name) {
    cluster.api().on("GET", type.path(ns, name)).fail(403, "Forbidden", "you may not");
  };
  forbid(resources::mssqlservers, "demo", "sales");
  forbid(resources::namespaces, "", "demo");
  forbid(resources::mssqlserverversions, "", "");
  forbid(resources::storageclasses, "", "");
  forbid(resources::issuers, "demo", "mssqlserver-ca-issuer");
  ListenerRecord record;
  SUBCASE("with a version the database is planned all the same") {
    const CreatePlan plan = plan_creation(cluster.client(), test::sales_database(), {}, record.listener());
    CHECK(*plan.database == test::sales_database());
    const std::string end = " could not be checked: Error from server (Forbidden): you may not";
    CHECK(record.warnings == std::vector<std::string>{"whether the name is taken" + end, "namespace \"demo\"" + end,
                                                      "the version" + end, "the StorageClass" + end,
                                                      "issuer \"mssqlserver-ca-issuer\"" + end});
  }
  SUBCASE("without one the catalog is needed") {
    const ErrorInfo error = failure_of_plan(cluster, without_version(), {}, record);
    CHECK(error.code == ExitCode::denied);
    CHECK(error.message ==
          "cannot create database \"sales\": spec.version (--version): has to be given, because the catalog may not be "
          "read");
  }
}

TEST_CASE("a server without KubeDB or cert-manager is told apart from a missing object") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  ListenerRecord record;
  SUBCASE("KubeDB") {
    cluster.api().on("GET", kDatabases + "/sales").reply(404, "404 page not found", {{"Content-Type", "text/plain"}});
    CHECK_THROWS_AS(plan_creation(cluster.client(), test::sales_database(), {}, record.listener()), kube::ApiError);
  }
  SUBCASE("cert-manager") {
    cluster.api()
        .on("GET", resources::issuers.path("demo", "mssqlserver-ca-issuer"))
        .reply(404, "404 page not found", {{"Content-Type", "text/plain"}});
    const ErrorInfo error = failure_of_plan(cluster, test::sales_database(), {}, record);
    CHECK(error.code == ExitCode::denied);
    CHECK(error.message.find("cert-manager is not installed") != std::string::npos);
  }
}

TEST_CASE("an unreachable server is not mistaken for missing objects") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  cluster.api().on("GET", kDatabases + "/sales").break_with(kube::TransportFailure::Kind::refused, false);
  ListenerRecord record;
  const ErrorInfo error = failure_of_plan(cluster, test::sales_database(), {}, record);
  CHECK(error.code == ExitCode::unexpected);
  CHECK(error.message.find("cannot be reached") != std::string::npos);
}

TEST_CASE("a missing issuer and a missing namespace are fine when they are to be made") {
  FakeCluster cluster;
  test::stub_demo_cluster(cluster.api());
  cluster.api().on_get_missing(resources::namespaces, "", "demo");
  cluster.api().on_get_missing(resources::issuers, "demo", "mssqlserver-ca-issuer");
  ListenerRecord record;
  const CreateRequest request{.create_namespace = true, .issuer = IssuerRequest{}};
  CHECK(plan_creation(cluster.client(), test::sales_database(), request, record.listener()).namespace_missing);
}

TEST_CASE("a planned database is posted, told, then marked") {
  FakeCluster cluster;
  cluster.api().on("POST", kDatabases).reply_with(store);
  test::stub_marks(cluster.api());
  ListenerRecord record;
  const CreatePlan plan{.database = std::make_shared<const Json>(test::sales_database())};
  const Json created = create_database(cluster.client(), plan, {.mark = {.action = "create"}}, record.listener());
  CHECK(codec::uid_of(created) == "uid-1");
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales created"});
  CHECK(record.warnings.empty());
  const std::vector<test::SeenRequest> sent = cluster.api().requests();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].line() == "POST " + kDatabases + "?fieldManager=kubectl-dba&fieldValidation=Strict");
  CHECK(codec::parse_json(sent[0].body, "the request") == test::sales_database());
  CHECK(sent[1].method == "PATCH");
  CHECK(sent[2].path == "/api/v1/namespaces/demo/events");
}

TEST_CASE("marks that may not be left are warnings, and the database is created") {
  FakeCluster cluster;
  cluster.api().on("POST", kDatabases).reply_with(store);
  cluster.api().on("PATCH", kDatabases + "/sales").fail(403, "Forbidden", "no patch");
  cluster.api().on("POST", "/api/v1/namespaces/demo/events").fail(403, "Forbidden", "no events");
  ListenerRecord record;
  const CreatePlan plan{.database = std::make_shared<const Json>(test::sales_database())};
  create_database(cluster.client(), plan, {}, record.listener());
  CHECK(record.written == std::vector<std::string>{"MSSQLServer sales created"});
  CHECK(record.warnings ==
        std::vector<std::string>{"could not annotate sales: Error from server (Forbidden): no patch",
                                 "could not record an Event on sales: Error from server (Forbidden): no events"});
}

TEST_CASE("a server dry run posts with dryRun=All and leaves no marks") {
  FakeCluster cluster;
  cluster.api().on("POST", kDatabases).where("dryRun", "All").reply_with(store);
  ListenerRecord record;
  const CreatePlan plan{.database = std::make_shared<const Json>(test::sales_database())};
  create_database(cluster.client(), plan, {.dry_run = kube::DryRun::server}, record.listener());
  CHECK(cluster.api().requests().size() == 1);
}

TEST_CASE("a missing namespace is made before the database") {
  FakeCluster cluster;
  ListenerRecord record;
  const CreatePlan plan{.database = std::make_shared<const Json>(test::sales_database()), .namespace_missing = true};
  SUBCASE("for real") {
    cluster.api().on("POST", "/api/v1/namespaces").reply_with(store);
    cluster.api().on("PATCH", "/api/v1/namespaces/demo").stored();
    cluster.api().on("POST", "/api/v1/namespaces/default/events").stored(201);
    cluster.api().on("POST", kDatabases).reply_with(store);
    test::stub_marks(cluster.api());
    create_database(cluster.client(), plan, {.create_namespace = true}, record.listener());
    CHECK(record.written == std::vector<std::string>{"Namespace demo created", "MSSQLServer sales created"});
  }
  SUBCASE("a dry run shows what the server cannot check") {
    cluster.api().on("POST", "/api/v1/namespaces").where("dryRun", "All").reply_with(store);
    const CreateRequest request{.create_namespace = true, .dry_run = kube::DryRun::server};
    create_database(cluster.client(), plan, request, record.listener());
    CHECK(record.written == std::vector<std::string>{"Namespace demo created", "MSSQLServer sales created"});
    CHECK(record.warnings == std::vector<std::string>{"namespace \"demo\" does not exist yet: the server could not "
                                                      "check what goes into it"});
    CHECK(cluster.api().requests().size() == 1);
  }
}

TEST_CASE("a POST without an answer is looked up before anything is said") {
  FakeCluster cluster;
  cluster.api().on("POST", kDatabases).break_with(kube::TransportFailure::Kind::reset);
  ListenerRecord record;
  const CreatePlan plan{.database = std::make_shared<const Json>(test::sales_database())};
  SUBCASE("it was carried out") {
    Json stored = test::live_sales_database();
    stored["metadata"]["creationTimestamp"] = "2026-01-02T03:04:05Z";
    stored["metadata"]["managedFields"][0]["operation"] = "Update";
    cluster.api().on_get(stored);
    test::stub_marks(cluster.api());
    create_database(cluster.client(), plan, {}, record.listener());
    CHECK(record.written == std::vector<std::string>{"MSSQLServer sales created"});
  }
  SUBCASE("nobody can say") {
    cluster.api().on("GET", kDatabases + "/sales").break_with(kube::TransportFailure::Kind::refused, false);
    try {
      create_database(cluster.client(), plan, {}, record.listener());
      FAIL("it was said to be created");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::acceptance_unknown);
      CHECK(record.written.empty());
    }
  }
}

}  // namespace dba::mssql
