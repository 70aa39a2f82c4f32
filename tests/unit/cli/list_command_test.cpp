#include <deque>
#include <functional>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/list_service.hpp"

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"
#include "support/mssql_objects.hpp"
#include "support/mssql_paths.hpp"
#include "support/watched_command.hpp"

namespace {

using namespace dba;
using dba::test::CommandHarness;
using dba::test::CommandResult;
using dba::test::database_json;
using dba::test::FakeWatch;
using dba::test::kDatabases;
using dba::test::kPods;
using dba::test::object_json;
using dba::test::pod_json;
namespace resources = dba::kube::resources;

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

/// `list -w`
struct WatchedList : test::WatchedCommand {
  WatchedList()
      : WatchedCommand({"mssql", "list", "-w"},
                       {pod_json("demo", "sales", 0, "primary"), pod_json("demo", "sales", 1, "secondary")}) {}
};

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

namespace {

/// Three databases with labels, sizes and ages of all kinds.
void stub_labelled(CommandHarness& harness) {
  const auto database = [](const char* name, const char* size, const char* labels) {
    Json object = database_json("demo", name);
    object["spec"]["storage"]["resources"]["requests"]["storage"] = size;
    object["metadata"]["labels"] = codec::parse_json(labels, "labels");
    return object;
  };
  harness.api().on_list(
      resources::mssqlservers, "demo",
      {database("big", "1Ti", R"({"example.com/team":"payments","a":"b"})"),
       database("middle", "500Gi", R"({"example.com/team":"books"})"), database("small", "10Gi", "{}")});
  harness.api().on_list(resources::pods, "demo", {});
}

}  // namespace

TEST_CASE("list shows labels as columns, behind all others") {
  CommandHarness harness;
  stub_labelled(harness);
  const CommandResult result = harness.run({"mssql", "list", "-L", "example.com/team,none", "--show-labels"});
  CHECK(result.err == "");
  CHECK(result.out ==
        "NAME     MODE                VERSION    STATUS   REPLICAS   PRIMARY   AGE   TEAM       NONE   LABELS\n"
        "big      AvailabilityGroup   2025-cu0   Ready    0/3        <none>    24h   payments          "
        "a=b,example.com/team=payments\n"
        "middle   AvailabilityGroup   2025-cu0   Ready    0/3        <none>    24h   books             "
        "example.com/team=books\n"
        "small    AvailabilityGroup   2025-cu0   Ready    0/3        <none>    24h                     <none>\n");
}

TEST_CASE("list --sort-by knows quantities, works with every form, and refuses what no database has") {
  CommandHarness harness;
  stub_labelled(harness);
  const auto names = [&](const char* path, const char* form) {
    return harness.run({"mssql", "list", "--sort-by", path, "-o", form}).out;
  };
  CHECK(names(".storage", "custom-columns=NAME:.name") == "NAME\nsmall\nmiddle\nbig\n");
  CHECK(names("{.storage}", "name") ==
        "mssqlserver.kubedb.com/small\nmssqlserver.kubedb.com/middle\nmssqlserver.kubedb.com/big\n");
  CHECK(names(".labels.example\\.com/team", "jsonpath={.items[*].name}") == "small middle big");
  const CommandResult table = harness.run({"mssql", "list", "--sort-by=.storage"});
  CHECK(table.out.find("small") < table.out.find("big"));
  const CommandResult nowhere = harness.run({"mssql", "list", "--sort-by=.metadata.name"});
  CHECK(nowhere.code == ExitCode::usage);
  CHECK(nowhere.err ==
        "error: --sort-by: no database has a field \".metadata.name\"\n  try:   kubectl dba mssql list -o json\n");
  CHECK(harness.run({"mssql", "list", "--sort-by={.a"}).code == ExitCode::usage);
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
            "issuer": null,
            "labels": {}
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

TEST_CASE("list leaves the headers out of chosen columns, too") {
  CommandHarness harness;
  stub_two_databases(harness, "demo");
  CHECK(harness.run({"mssql", "list", "--no-headers", "-o", "custom-columns=N:.name,P:.primary"}).out ==
        "orders   <none>\nsales    sales-0\n");
}

TEST_CASE("list -w prints the table, then every row that changes, and what is gone") {
  WatchedList watched;
  Json orders = object_json(resources::mssqlservers, "demo", "orders", "101");
  watched.steps = {[&] { watched.pods.modified(pod_json("demo", "sales", 0, "secondary", "102")); },
                   [&] { watched.pods.deleted(pod_json("demo", "sales", 1, "secondary", "103")); },
                   [&] { watched.databases.added(orders); },
                   [&] {
                     Json touched = database_json("demo", "sales", "Ready", "104");
                     touched["metadata"]["annotations"]["note"] = "nothing that is shown";
                     watched.databases.modified(touched);
                     watched.databases.deleted(database_json("demo", "sales", "Ready", "105"));
                   }};
  const CommandResult result = watched.run({});
  CHECK(result.code == ExitCode::interrupted);
  CHECK(result.err == "");
  CHECK(result.out ==
        "NAME    MODE                VERSION    STATUS   REPLICAS   PRIMARY   AGE\n"
        "sales   AvailabilityGroup   2025-cu0   Ready    2/3        sales-0   24h\n"
        "sales   AvailabilityGroup   2025-cu0   Ready    2/3        <none>    24h\n"
        "sales   AvailabilityGroup   2025-cu0   Ready    1/3        <none>    24h\n"
        "orders   Standalone          <none>     <unknown>   0/1        <none>    <unknown>\n"
        "sales    AvailabilityGroup   2025-cu0   Deleted     1/3        <none>    24h\n");
}

TEST_CASE("list -w -o json is one whole list a line, -o name every new name") {
  WatchedList watched;
  watched.steps = {[&] {
    watched.databases.modified(database_json("demo", "sales", "Critical", "101"));
    watched.databases.added(database_json("demo", "orders", "Ready", "102"));
  }};
  SUBCASE("json") {
    const CommandResult result = watched.run({"-o", "json"});
    const std::vector<std::string> lines = split(trim(result.out), '\n');
    REQUIRE(lines.size() >= 2);
    for (const std::string& line : lines) test::check_schema("DatabaseList", line);
    CHECK(codec::parse_json(lines[0], "line 1").at("items").at(0).at("phase") == "Ready");
    CHECK(codec::parse_json(lines[1], "line 2").at("items").at(0).at("phase") == "Critical");
  }
  SUBCASE("name") {
    CHECK(watched.run({"-o", "name"}).out == "mssqlserver.kubedb.com/sales\nmssqlserver.kubedb.com/orders\n");
  }
}

TEST_CASE("list -w ends with --timeout") {
  CommandHarness harness;
  SUBCASE("well, when it has shown what there is") {
    stub_two_databases(harness, "demo");
    harness.api().on_watch(resources::mssqlservers, "demo");
    harness.api().on_watch(resources::pods, "demo");
    const CommandResult result = harness.run({"mssql", "list", "-w", "--timeout=1m"});
    CHECK(result.code == ExitCode::ok);
    CHECK(split(trim(result.out), '\n').size() == 3);
  }
  SUBCASE("as timed out, when it has seen nothing") {
    harness.api().on("GET", kDatabases).time_out().optionally();
    harness.api().on("GET", kPods).time_out().optionally();
    const CommandResult result = harness.run({"mssql", "list", "-w", "--timeout=1s"});
    CHECK(result.code == ExitCode::timed_out);
    CHECK(result.err.starts_with("error: timed out before the databases were listed\n"));
  }
}

TEST_CASE("list -w goes on without pods that may not be followed") {
  WatchedList watched;
  watched.harness.api().on("GET", kPods).fail(403, "Forbidden", "not for you");
  const CommandResult result = watched.run({"--no-headers"});
  CHECK(result.out == "sales   AvailabilityGroup   2025-cu0   Ready   ?/3   <unknown>   24h\n");
  CHECK(result.err == "Warning: pods could not be listed: Error from server (Forbidden): not for you\n");
}

TEST_CASE("list -w refuses a form that is no row or line") {
  CommandHarness harness;
  harness.forbid_cluster();
  const CommandResult result = harness.run({"mssql", "list", "-w", "-o", "yaml"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: --watch cannot print -o yaml: use table, wide, json or name\n");
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
