#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/mssql/list_service.hpp"

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"
#include "support/mssql_objects.hpp"

namespace {

using namespace dba;
using dba::test::CommandHarness;
using dba::test::CommandResult;
using dba::test::database_json;
using dba::test::object_json;
using dba::test::pod_json;
namespace resources = dba::kube::resources;

const std::string kDatabases = "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers";
const std::string kPods = "/api/v1/namespaces/demo/pods";

/// "sales" with its primary and one pod missing, "orders" standalone and still being made.
void stub_two_databases(CommandHarness& harness, std::string_view ns) {
  Json orders = object_json(resources::mssqlservers, "demo", "orders");
  orders["metadata"]["creationTimestamp"] = "2026-01-02T03:03:05Z";
  orders["spec"]["version"] = "2022-cu16";
  orders["status"]["phase"] = "Provisioning";
  harness.api().on_list(resources::mssqlservers, ns, {database_json("demo", "sales"), orders});
  harness.api().on_list(resources::pods, ns,
                        {pod_json("demo", "sales", 0, "primary"), pod_json("demo", "sales", 1, "secondary")});
}

}  // namespace

TEST_CASE("list shows mode, version, status, replicas, primary and age with two requests") {
  CommandHarness harness;
  stub_two_databases(harness, "demo");
  const CommandResult result = harness.run({"mssql", "list"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.err == "");
  CHECK(result.out ==
        "NAME     MODE                VERSION     STATUS         REPLICAS   PRIMARY   AGE\n"
        "orders   Standalone          2022-cu16   Provisioning   0/1        <none>    60s\n"
        "sales    AvailabilityGroup   2025-cu0    Ready          2/3        sales-0   24h\n");
  CHECK(harness.api().requests().size() == 2);
}

TEST_CASE("list asks for the names and labels of pods only, and of those that run only") {
  CommandHarness harness;
  stub_two_databases(harness, "demo");
  harness.run({"mssql", "list"});
  for (const test::SeenRequest& request : harness.api().requests()) {
    const bool pods = request.path == kPods;
    CHECK(request.parameter("labelSelector") == (pods ? "app.kubernetes.io/name=mssqlservers.kubedb.com" : ""));
    CHECK(request.parameter("fieldSelector") == (pods ? "status.phase=Running" : ""));
    CHECK((request.header("Accept").find("PartialObjectMetadataList") != std::string::npos) == pods);
  }
}

TEST_CASE("list -A puts the namespace first") {
  CommandHarness harness;
  stub_two_databases(harness, "");
  const CommandResult result = harness.run({"mssql", "list", "-A", "--no-headers"});
  CHECK(result.out ==
        "demo   orders   Standalone          2022-cu16   Provisioning   0/1   <none>    60s\n"
        "demo   sales    AvailabilityGroup   2025-cu0    Ready          2/3   sales-0   24h\n");
}

TEST_CASE("list -l selects databases by label on the server") {
  CommandHarness harness;
  harness.api().on_list(resources::mssqlservers, "demo", {}).where("labelSelector", "team=payments");
  harness.api().on_list(resources::pods, "demo", {});
  const CommandResult result = harness.run({"mssql", "list", "-l", "team=payments"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out == "");
  CHECK(result.err == "No resources found in demo namespace.\n");
}

TEST_CASE("list says that there is nothing in any namespace") {
  CommandHarness harness;
  harness.api().on_list(resources::mssqlservers, "", {});
  harness.api().on_list(resources::pods, "", {});
  CHECK(harness.run({"mssql", "list", "-A"}).err == "No resources found\n");
}

TEST_CASE("list shows databases also when pods may not be listed, and says what is missing") {
  CommandHarness harness;
  harness.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales")});
  harness.api()
      .on("GET", kPods)
      .fail(403, "Forbidden", "pods is forbidden: User \"dev\" cannot list resource \"pods\"");
  SUBCASE("as a table") {
    const CommandResult result = harness.run({"mssql", "list"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out ==
          "NAME    MODE                VERSION    STATUS   REPLICAS   PRIMARY     AGE\n"
          "sales   AvailabilityGroup   2025-cu0   Ready    ?/3        <unknown>   24h\n");
    CHECK(
        result.err ==
        "Warning: pods could not be listed: Error from server (Forbidden): pods is forbidden: User \"dev\" cannot list "
        "resource \"pods\"\n");
  }
  SUBCASE("as JSON, which is partial then") {
    const std::string text = harness.run({"mssql", "list", "-o", "json"}).out;
    test::check_schema("DatabaseList", text);
    const Json report = codec::parse_json(text, "the report");
    CHECK(report.at("partial") == true);
    CHECK(report.at("errors").size() == 1);
    CHECK(report.at("items").at(0).at("livePods").is_null());
    CHECK(report.at("items").at(0).at("primary").is_null());
    CHECK(report.at("items").at(0).at("primaryState") == "unknown");
  }
}

TEST_CASE("list fails with 4 when databases may not be listed") {
  CommandHarness harness;
  harness.api().on("GET", kDatabases).fail(403, "Forbidden", "mssqlservers.kubedb.com is forbidden");
  harness.api().on_list(resources::pods, "demo", {}).optionally();
  const CommandResult result = harness.run({"mssql", "list"});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.out == "");
  CHECK(result.err ==
        "error: cannot list mssqlservers.kubedb.com in namespace \"demo\": not allowed\n"
        "  cause: Error from server (Forbidden): mssqlservers.kubedb.com is forbidden\n"
        "  try:   kubectl auth can-i list mssqlservers.kubedb.com -n demo\n");
}

TEST_CASE("list -o json has every field of every database") {
  CommandHarness harness;
  harness.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales")});
  harness.api().on_list(resources::pods, "demo", {pod_json("demo", "sales", 0, "primary")});
  CHECK(harness.run({"mssql", "list", "-o", "json"}).out == R"({
    "apiVersion": "kubectl-dba/v1",
    "kind": "DatabaseList",
    "items": [
        {
            "namespace": "demo",
            "name": "sales",
            "mode": "AvailabilityGroup",
            "version": "2025-cu0",
            "phase": "Ready",
            "deleting": false,
            "replicas": 3,
            "livePods": 1,
            "primary": "sales-0",
            "primaryState": "one",
            "createdAt": "2026-01-01T03:04:05Z",
            "edition": null,
            "storage": null,
            "deletionPolicy": "Delete",
            "issuer": null
        }
    ],
    "partial": false,
    "errors": []
}
)");
}

TEST_CASE("list prints names and chosen columns row by row") {
  CommandHarness harness;
  stub_two_databases(harness, "demo");
  CHECK(harness.run({"mssql", "list", "-o", "name"}).out ==
        "mssqlserver.kubedb.com/orders\nmssqlserver.kubedb.com/sales\n");
  CHECK(harness.run({"mssql", "list", "-o", "custom-columns=N:.name,P:.primary"}).out ==
        "N        P\norders   <none>\nsales    sales-0\n");
  CHECK(harness.run({"mssql", "list", "-o", "jsonpath={.items[*].name}"}).out == "orders sales");
}

TEST_CASE("list -o json of nothing is an empty report, not a message") {
  CommandHarness harness;
  harness.api().on_list(resources::mssqlservers, "demo", {});
  harness.api().on_list(resources::pods, "demo", {});
  const CommandResult result = harness.run({"mssql", "list", "-o", "json"});
  CHECK(result.err == "");
  CHECK(codec::parse_json(result.out, "the report").at("items").empty());
}

TEST_CASE("list refuses what is no label selector before anything is contacted") {
  struct Row {
    const char* selector;
    const char* why;
  };
  const Row rows[] = {
      {"=x", "\"\" is no key such as team or example.com/team"},
      {"a=b,", "\"\" is no key such as team or example.com/team"},
      {"a=b=c", "\"=c\" is not understood"},
      {"a=b c", "\"c\" is not understood"},
      {"!a=b", "\"=b\" is not understood"},
      {"a b", "behind a key stands =, ==, !=, in, notin, > or <, not \"b\""},
      {"a(b)", "behind a key stands =, ==, !=, in, notin, > or <, not \"(b)\""},
      {"a in b", "behind in stand values in parentheses"},
      {"a notin (b", "a closing parenthesis is missing"},
      {"a > b", "behind > stands a whole number, not \"b\""},
      {"a=-b",
       "\"-b\" is no label value: at most 63 letters, digits, \"-\", \"_\" and \".\", a letter or digit at both ends"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.selector);
    CommandHarness harness;
    harness.forbid_cluster();
    const CommandResult result = harness.run({"mssql", "list", "-l", row.selector});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err == std::string("error: --selector: \"") + row.selector +
                            "\" is no label selector such as team=payments or 'tier in (gold,silver)': " + row.why +
                            "\n  try:   kubectl dba mssql list --help\n");
  }
}

TEST_CASE("list hands on every kind of label selector as it was typed") {
  for (const char* selector :
       {"", "a", "!a", " example.com/a = b ", "a==b,c!=d", "a in (b, c),d notin ()", "a>1,b < 2", "a="}) {
    CAPTURE(selector);
    CHECK_NOTHROW(mssql::check_label_selector(selector));
  }
}

TEST_CASE("list refuses an unknown form before anything is contacted") {
  CommandHarness harness;
  const CommandResult result = harness.run({"mssql", "list", "-o", "xml"});
  CHECK(result.code == ExitCode::usage);
  CHECK(harness.api().requests().empty());
}
