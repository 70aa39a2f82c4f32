#include <deque>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

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
using dba::test::kSlices;
using dba::test::pod_json;
using dba::test::slice_json;
namespace resources = dba::kube::resources;

const Json kPrimary = pod_json("demo", "sales", 0, "primary");
const Json kFirstSecondary = pod_json("demo", "sales", 1, "secondary");
const Json kSecondSecondary = pod_json("demo", "sales", 2, "secondary");

std::vector<Json> healthy_slices() {
  return {slice_json("demo", "sales", {kPrimary}),
          slice_json("demo", "sales-secondary", {kFirstSecondary, kSecondSecondary})};
}

void stub(CommandHarness& harness, const std::vector<Json>& pods, const std::vector<Json>& slices) {
  harness.api().on_get(database_json("demo", "sales"));
  harness.api().on_list(resources::pods, "demo", pods);
  harness.api().on_list(resources::endpointslices, "demo", slices);
}

void stub_healthy(CommandHarness& harness) {
  stub(harness, {kPrimary, kFirstSecondary, kSecondSecondary}, healthy_slices());
}

Json unready(Json pod, std::string_view resource_version = "1") {
  pod["metadata"]["resourceVersion"] = resource_version;
  pod["status"]["conditions"][0]["status"] = "False";
  return pod;
}

/// `roles -w`
struct WatchedRoles : test::WatchedCommand {
  FakeWatch& slices = harness.api().on_watch(resources::endpointslices, "demo");

  WatchedRoles()
      : WatchedCommand({"mssql", "roles", "sales", "--no-sql", "-w"}, {kPrimary, kFirstSecondary, kSecondSecondary}) {
    harness.api().on_get(database_json("demo", "sales"));
    harness.api().on_list(resources::endpointslices, "demo", healthy_slices());
  }
};

}  // namespace

TEST_CASE("roles shows label and endpoint of every pod, and that they agree") {
  CommandHarness harness;
  stub_healthy(harness);
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out ==
        "POD       SQL       LABEL       ENDPOINT    MATCH   SINCE       NODE     REMARKS\n"
        "sales-0   unknown   primary     primary     yes     <unknown>   node-0   \n"
        "sales-1   unknown   secondary   secondary   yes     <unknown>   node-1   \n"
        "sales-2   unknown   secondary   secondary   yes     <unknown>   node-2   \n");
  CHECK(result.err == "primary: sales-0 (source: kubernetes)\n");
  CHECK(harness.api().requests().size() == 3);
}

TEST_CASE("roles -o wide adds the uid, -o name prints pods") {
  CommandHarness harness;
  stub_healthy(harness);
  CHECK(harness.run({"mssql", "roles", "sales", "--no-sql", "-o", "wide", "-q"}).out.find("uid-of-sales-0") !=
        std::string::npos);
  CHECK(harness.run({"mssql", "roles", "sales", "--no-sql", "-o", "name"}).out ==
        "pod/sales-0\npod/sales-1\npod/sales-2\n");
  CHECK(harness.run({"mssql", "roles", "sales", "--no-sql", "-o", "custom-columns=P:.pod,L:.labelRole"}).out ==
        "P         L\nsales-0   primary\nsales-1   secondary\nsales-2   secondary\n");
  CHECK(harness.run({"mssql", "roles", "sales", "--no-sql", "-o", "jsonpath={.primary}"}).out == "sales-0");
}

TEST_CASE("roles --primary -q prints one name alone") {
  CommandHarness harness;
  stub_healthy(harness);
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--primary", "-q"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out == "sales-0\n");
  CHECK(result.err == "");
}

TEST_CASE("roles shows the primary or the secondaries, not the one where both are asked for") {
  CommandHarness harness;
  harness.forbid_cluster();
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--primary", "--secondaries"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: --primary and --secondaries exclude each other: without both every pod is shown\n");
}

TEST_CASE("roles --secondaries -q prints their names") {
  CommandHarness harness;
  stub_healthy(harness);
  CHECK(harness.run({"mssql", "roles", "sales", "--no-sql", "--secondaries", "-q"}).out == "sales-1\nsales-2\n");
}

TEST_CASE("roles exits with 10 without exactly one primary, and shows what is there all the same") {
  CommandHarness harness;
  SUBCASE("none") {
    stub(harness, {kFirstSecondary, kSecondSecondary}, {});
    const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.out.find("sales-1   unknown   secondary") != std::string::npos);
    CHECK(result.err ==
          "error: no primary: no live pod is labelled primary\n  - 1 of 3 replicas is missing: sales-0\n");
  }
  SUBCASE("two") {
    stub(harness, {kPrimary, pod_json("demo", "sales", 1, "primary"), kSecondSecondary}, healthy_slices());
    const CommandResult table = harness.run({"mssql", "roles", "sales", "--no-sql"});
    CHECK(table.code == ExitCode::unhealthy);
    CHECK(table.out.find("sales-1   unknown   primary") != std::string::npos);
    CHECK(table.err == "error: ambiguous: 2 pods are labelled primary: sales-0 and sales-1\n");
    const CommandResult json = harness.run({"mssql", "roles", "sales", "--no-sql", "-o", "json"});
    CHECK(json.code == ExitCode::unhealthy);
    test::check_schema("RoleReport", json.out);
    CHECK(harness.run({"mssql", "roles", "sales", "--no-sql", "-o", "name"}).out ==
          "pod/sales-0\npod/sales-1\npod/sales-2\n");
  }
}

TEST_CASE("an empty NAME is told with its name") {
  CommandHarness harness;
  harness.forbid_cluster();
  for (const char* command : {"roles", "delete"}) {
    const CommandResult result = harness.run({"mssql", command, ""});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err.starts_with("error: NAME: is empty\n"));
  }
}

TEST_CASE("roles --primary prints nothing and exits with 10 when nobody leads") {
  Json going = kPrimary;
  going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
  CommandHarness harness;
  SUBCASE("no pod carries the label") { stub(harness, {kFirstSecondary, kSecondSecondary}, {}); }
  SUBCASE("the one that carries it is going away") { stub(harness, {going, kFirstSecondary}, {}); }
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--primary", "-q"});
  CHECK(result.code == ExitCode::unhealthy);
  CHECK(result.out == "");
  CHECK(result.err == "error: no primary: no live pod is labelled primary\n");
}

TEST_CASE("roles --primary names both on stderr and exits with 10 when two pods are labelled primary") {
  CommandHarness harness;
  stub(harness, {kPrimary, pod_json("demo", "sales", 1, "primary"), kSecondSecondary}, healthy_slices());
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--primary", "-q"});
  CHECK(result.code == ExitCode::unhealthy);
  CHECK(result.out == "");
  CHECK(result.err == "error: ambiguous: 2 pods are labelled primary: sales-0 and sales-1\n");
}

TEST_CASE("roles --primary prints no pod that has failed, and says why there is none") {
  Json failed = kPrimary;
  failed["status"]["phase"] = "Failed";
  CommandHarness harness;
  stub(harness, {failed, kFirstSecondary, kSecondSecondary}, healthy_slices());
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--primary", "-q"});
  CHECK(result.code == ExitCode::unhealthy);
  CHECK(result.out == "");
  CHECK(result.err == "error: no primary: sales-0 is labelled primary, but its phase is Failed\n");
}

TEST_CASE("roles --primary warns of what speaks against the pod it prints") {
  CommandHarness harness;
  stub(harness, {kPrimary, kFirstSecondary, kSecondSecondary}, {});
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--primary", "-q"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out == "sales-0\n");
  CHECK(result.err == "Warning: no Service leads to primary sales-0 as the primary\n");
}

TEST_CASE("roles takes no label for the truth of a pod that is not ready") {
  CommandHarness harness;
  stub(harness, {unready(kPrimary), kFirstSecondary, kSecondSecondary}, healthy_slices());
  const std::string error = "error: no primary: sales-0 is labelled primary and not ready\n";
  const CommandResult name = harness.run({"mssql", "roles", "sales", "--no-sql", "--primary", "-q"});
  CHECK(name.code == ExitCode::unhealthy);
  CHECK(name.out == "");
  CHECK(name.err == error);
  const CommandResult table = harness.run({"mssql", "roles", "sales", "--no-sql"});
  CHECK(table.code == ExitCode::unhealthy);
  CHECK(table.err == error);
  const CommandResult json = harness.run({"mssql", "roles", "sales", "--no-sql", "-o", "json"});
  CHECK(json.code == ExitCode::unhealthy);
  test::check_schema("RoleReport", json.out);
  const Json report = codec::parse_json(json.out, "the report");
  CHECK(report.at("primary").is_null());
  CHECK(report.at("primaryState") == "none");
}

TEST_CASE("roles --exit-code fails for what is missing or not known") {
  CommandHarness harness;
  SUBCASE("a replica") {
    stub(harness, {kPrimary, kFirstSecondary},
         {slice_json("demo", "sales", {kPrimary}), slice_json("demo", "sales-secondary", {kFirstSecondary})});
    const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--exit-code"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.out ==
          "POD       SQL       LABEL       ENDPOINT    MATCH   SINCE       NODE     REMARKS\n"
          "sales-0   unknown   primary     primary     yes     <unknown>   node-0   \n"
          "sales-1   unknown   secondary   secondary   yes     <unknown>   node-1   \n");
    CHECK(result.err == "primary: sales-0; 1 of 3 replicas is missing: sales-2 (source: kubernetes)\n");
  }
  SUBCASE("a label") {
    stub(harness, {kPrimary, kFirstSecondary, pod_json("demo", "sales", 2, "")},
         {slice_json("demo", "sales", {kPrimary}), slice_json("demo", "sales-secondary", {kFirstSecondary})});
    const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--exit-code", "-o", "json"});
    CHECK(result.code == ExitCode::unhealthy);
    test::check_schema("RoleReport", result.out);
    CHECK(codec::parse_json(result.out, "the report").at("agreement") == "unknown");
  }
  SUBCASE("the database itself, which is being deleted") {
    Json going = database_json("demo", "sales");
    going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
    harness.api().on_get(going);
    harness.api().on_list(resources::pods, "demo", {kPrimary, kFirstSecondary, kSecondSecondary});
    harness.api().on_list(resources::endpointslices, "demo", healthy_slices());
    const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--exit-code"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.err == "primary: sales-0; the database is being deleted (source: kubernetes)\n");
  }
}

TEST_CASE("roles --exit-code is a gate") {
  CommandHarness harness;
  SUBCASE("healthy") {
    stub_healthy(harness);
    CHECK(harness.run({"mssql", "roles", "sales", "--no-sql", "--exit-code"}).code == ExitCode::ok);
  }
  SUBCASE("the Service still leads to the old primary") {
    stub(harness, {pod_json("demo", "sales", 0, "secondary"), pod_json("demo", "sales", 1, "primary")},
         {slice_json("demo", "sales", {kPrimary}), slice_json("demo", "sales-secondary", {})});
    const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--exit-code"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(
        result.out ==
        "POD       SQL       LABEL       ENDPOINT   MATCH   SINCE       NODE     REMARKS\n"
        "sales-0   unknown   secondary   primary    no      <unknown>   node-0   label says secondary, the Services "
        "say primary\n"
        "sales-1   unknown   primary     none       no      <unknown>   node-1   label says primary, the Services say "
        "none\n");
  }
  SUBCASE("what cannot be read is not healthy") {
    harness.api().on_get(database_json("demo", "sales"));
    harness.api().on_list(resources::pods, "demo", {kPrimary});
    harness.api().on("GET", kSlices).fail(403, "Forbidden", "endpointslices.discovery.k8s.io is forbidden");
    const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "--exit-code", "-o", "json"});
    CHECK(result.code == ExitCode::unhealthy);
    test::check_schema("RoleReport", result.out);
    const Json report = codec::parse_json(result.out, "the report");
    CHECK(report.at("partial") == true);
    CHECK(report.at("agreement") == "unknown");
    CHECK(report.at("replicas").at(0).at("endpoint") == "unknown");
    CHECK(
        result.err ==
        "Warning: EndpointSlices could not be read: Error from server (Forbidden): endpointslices.discovery.k8s.io is "
        "forbidden\n");
  }
}

TEST_CASE("roles of a database that does not exist says what is near and where it is") {
  CommandHarness harness;
  harness.api().on_get_missing(resources::mssqlservers, "demo", "salse");
  harness.api().on_list(resources::mssqlservers, "demo", {database_json("demo", "sales")});
  harness.api().on_list(resources::mssqlservers, "", {database_json("prod", "salse")});
  harness.api().on_list(resources::pods, "demo", {}).optionally();
  harness.api().on_list(resources::endpointslices, "demo", {}).optionally();
  const CommandResult result = harness.run({"mssql", "roles", "salse", "--no-sql"});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err ==
        "error: database \"salse\" not found in namespace \"demo\"\n"
        "  - did you mean \"sales\"?\n"
        "  - \"salse\" exists in namespace \"prod\"\n"
        "  cause: Error from server (NotFound): mssqlservers.kubedb.com \"salse\" not found\n"
        "  try:   kubectl dba mssql list -A\n");
}

TEST_CASE("roles without KubeDB says what to install") {
  CommandHarness harness;
  harness.api().on("GET", kDatabases + "/sales").reply(404, "404 page not found", {{"Content-Type", "text/plain"}});
  harness.api().on_list(resources::pods, "demo", {}).optionally();
  harness.api().on_list(resources::endpointslices, "demo", {}).optionally();
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql"});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err.find("global.featureGates.MSSQLServer=true") != std::string::npos);
}

TEST_CASE("roles -w prints the rows that change, and only those") {
  WatchedRoles watched;
  watched.steps = {[&] { watched.pods.modified(pod_json("demo", "sales", 0, "", "101")); },
                   [&] { watched.pods.modified(pod_json("demo", "sales", 1, "primary", "102")); }};
  const CommandResult result = watched.run({});
  CHECK(result.code == ExitCode::interrupted);
  CHECK(
      result.out ==
      "POD       SQL       LABEL       ENDPOINT    MATCH   SINCE       NODE     REMARKS\n"
      "sales-0   unknown   primary     primary     yes     <unknown>   node-0   \n"
      "sales-1   unknown   secondary   secondary   yes     <unknown>   node-1   \n"
      "sales-2   unknown   secondary   secondary   yes     <unknown>   node-2   \n"
      "sales-0   unknown   <none>      primary     no      0s          node-0   no role label: starting or rejoining; "
      "label says nothing, the Services say primary\n"
      "sales-1   unknown   primary     secondary   no      0s          node-1   label says primary, the Services say "
      "secondary\n");
  CHECK(
      result.err.starts_with("primary: sales-0 (source: kubernetes)\n"
                             "no primary: no live pod is labelled primary (source: kubernetes)\n"
                             "primary: sales-1 (source: kubernetes)\n"));
}

TEST_CASE("roles -w -o json is one object a line") {
  WatchedRoles watched;
  watched.steps = {[&] { watched.pods.deleted(kSecondSecondary); }};
  const CommandResult result = watched.run({"-o", "json"});
  const std::vector<std::string> lines = split(trim(result.out), '\n');
  REQUIRE(lines.size() == 2);
  for (const std::string& line : lines) test::check_schema("RoleReport", line);
  CHECK(codec::parse_json(lines[0], "line 1").at("replicas").size() == 3);
  CHECK(codec::parse_json(lines[1], "line 2").at("replicas").size() == 2);
}

TEST_CASE("roles -w --primary -q prints every new primary's name") {
  WatchedRoles watched;
  watched.steps = {[&] {
    watched.pods.modified(pod_json("demo", "sales", 0, "secondary", "101"));
    watched.pods.modified(pod_json("demo", "sales", 1, "primary", "102"));
  }};
  CHECK(watched.run({"--primary", "-q"}).out == "sales-0\nsales-1\n");
}

TEST_CASE("roles -w --primary -q prints no pod that does not lead, and none twice for having been away") {
  WatchedRoles watched;
  watched.steps = {[&] {
    watched.pods.modified(pod_json("demo", "sales", 0, "secondary", "101"));
    watched.pods.modified(unready(pod_json("demo", "sales", 1, "primary"), "102"));
    watched.pods.modified(pod_json("demo", "sales", 1, "secondary", "103"));
    watched.pods.modified(pod_json("demo", "sales", 0, "primary", "104"));
    watched.pods.modified(pod_json("demo", "sales", 0, "secondary", "105"));
    watched.pods.modified(pod_json("demo", "sales", 2, "primary", "106"));
  }};
  CHECK(watched.run({"--primary", "-q"}).out == "sales-0\nsales-2\n");
}

TEST_CASE("roles -w tells of the moments in which the labelled pod is not ready") {
  WatchedRoles watched;
  watched.steps = {[&] { watched.pods.modified(unready(kPrimary, "101")); },
                   [&] { watched.pods.modified(pod_json("demo", "sales", 0, "primary", "102")); }};
  const CommandResult result = watched.run({});
  CHECK(
      result.err.starts_with("primary: sales-0 (source: kubernetes)\n"
                             "no primary: sales-0 is labelled primary and not ready (source: kubernetes)\n"
                             "primary: sales-0 (source: kubernetes)\n"));
}

TEST_CASE("roles -w shows once more a pod that is gone") {
  WatchedRoles watched;
  watched.steps = {[&] { watched.pods.deleted(kSecondSecondary); }};
  const std::string out = watched.run({}).out;
  CHECK(out.ends_with("\nsales-2   unknown   secondary   secondary   yes     <unknown>   node-2   gone\n"));
}

TEST_CASE("roles -w ends quietly, not as interrupted, when nobody reads any more") {
  CommandHarness harness;
  harness.api().on_get(database_json("demo", "sales")).optionally();
  harness.let_reader_leave();
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "-w"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out.empty());
  CHECK(result.err.empty());
}

TEST_CASE("roles -w loses nothing when the watch has to begin again") {
  WatchedRoles watched;
  watched.steps = {[&] {
    watched.harness.api().on_list(resources::pods, "demo",
                                  {pod_json("demo", "sales", 0, "secondary", "201"),
                                   pod_json("demo", "sales", 1, "primary", "202"), kSecondSecondary},
                                  "300");
    watched.pods.error(410, "Expired", "too old resource version");
  }};
  const CommandResult result = watched.run({"--primary", "-q"});
  CHECK(result.out == "sales-0\nsales-1\n");
}

TEST_CASE("roles -w ends with 4 when the database is deleted") {
  WatchedRoles watched;
  watched.steps = {[&] { watched.databases.deleted(database_json("demo", "sales")); }};
  const CommandResult result = watched.run({"-q"});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err == "error: database \"sales\" was deleted while it was followed\n");
}

TEST_CASE("roles -w fails at once when the server cannot be reached") {
  CommandHarness harness;
  harness.api().on("GET", kDatabases + "/sales").break_with(kube::TransportFailure::Kind::refused, false);
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "-w"});
  CHECK(result.code == ExitCode::unexpected);
  CHECK(
      result.err.starts_with("error: cannot get mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the server "
                             "cannot be reached\n"));
}

TEST_CASE("roles -w refuses forms that have no rows") {
  CommandHarness harness;
  const CommandResult result = harness.run({"mssql", "roles", "sales", "--no-sql", "-w", "-o", "yaml"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: --watch cannot print -o yaml: use table, wide, json or name\n");
  CHECK(harness.api().requests().empty());
}
