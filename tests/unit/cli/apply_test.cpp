#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/codec/yaml.hpp"
#include "dba/kube/resource.hpp"
#include "dba/platform/files.hpp"

#include "support/command_harness.hpp"
#include "support/demo_cluster.hpp"
#include "support/mssql_objects.hpp"
#include "support/mssql_paths.hpp"

namespace dba::cli {

namespace {

namespace resources = kube::resources;
using test::CommandResult;
using test::kSales;

/// A cluster with a live database, and a manifest of it.
struct ApplyScene : test::CommandHarness {
  explicit ApplyScene(const std::vector<Json>& documents = {test::sales_database()}) {
    platform::write_new_secret_file(file, codec::to_yaml_stream(documents));
    test::stub_user(api());
    test::stub_demo_cluster(api());
    api().on_get(test::live_sales_database()).optionally();
  }

  void applied(const Json& merged) {
    Json stored = merged;
    stored["metadata"]["resourceVersion"] = "42";
    api().on("PATCH", kSales).where("dryRun", "").reply(stored).optionally();
    api().on("PATCH", kSales).where("dryRun", "All").reply(merged).optionally();
  }

  CommandResult apply(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"mssql", "apply", "-f", file});
    return run(more);
  }

  platform::TemporaryDirectory directory{"apply-test-"};
  std::string file = (directory.path() / "sales.yaml").string();
};

}  // namespace

TEST_CASE("apply tells unchanged and configured apart") {
  ApplyScene scene;
  scene.applied(test::live_sales_database());
  CHECK(scene.apply().out == "mssqlserver.kubedb.com/sales unchanged\n");
  scene.applied(test::halted_sales_database());
  const CommandResult result = scene.apply({"--deletion-policy", "halt"});
  CHECK(result.out == "mssqlserver.kubedb.com/sales configured\n");
  CHECK(result.err.empty());
  CHECK(result.code == ExitCode::ok);
}

TEST_CASE("apply --dry-run: client contacts nothing, server changes nothing") {
  ApplyScene scene;
  scene.applied(test::halted_sales_database());
  CHECK(scene.apply({"--dry-run=server"}).out == "mssqlserver.kubedb.com/sales configured (server dry run)\n");
  for (const test::SeenRequest& request : scene.api().requests("PATCH")) CHECK(request.parameter("dryRun") == "All");
  scene.forbid_cluster();
  CHECK(scene.apply({"--dry-run=client"}).out == "mssqlserver.kubedb.com/sales applied (dry run)\n");
  CHECK(codec::parse_documents(scene.apply({"--dry-run=client", "-o", "yaml"}).out, "the output").at(0).value() ==
        test::sales_database());
}

TEST_CASE("a conflict names manager and fields, the server's words and the way out") {
  ApplyScene scene;
  Json status = test::status_json(409, "Conflict",
                                  "Apply failed with 1 conflict: conflict with \"kubectl-edit\" using "
                                  "kubedb.com/v1alpha2: .spec.replicas",
                                  "sales", "mssqlservers");
  status["details"]["causes"] = Json::array({test::parse_yaml(
      "{reason: FieldManagerConflict, field: .spec.replicas, message: 'conflict with \"kubectl-edit\" "
      "using kubedb.com/v1alpha2'}")});
  scene.api().on("PATCH", kSales).reply(status, 409);
  const CommandResult result = scene.apply();
  CHECK(result.code == ExitCode::refused);
  CHECK(result.out.empty());
  CHECK(result.err ==
        "error: cannot apply mssqlservers.kubedb.com \"sales\" in namespace \"demo\": other managers own some of the "
        "fields\n"
        "  - \"kubectl-edit\" using kubedb.com/v1alpha2: .spec.replicas\n"
        "  cause: error: Apply failed with 1 conflict: conflict with \"kubectl-edit\" using "
        "kubedb.com/v1alpha2: .spec.replicas\n"
        "  try:   leave these fields out, or take them over with --force-conflicts\n");
}

TEST_CASE("an issuer alone can be applied, and flags that shape a database are refused then") {
  const Json issuer = test::ready_issuer("mssqlserver-ca-issuer");
  ApplyScene scene(std::vector<Json>{issuer});
  scene.api().on_get_missing(resources::issuers, "demo", "mssqlserver-ca-issuer");
  scene.api().on("PATCH", resources::issuers.path("demo", "mssqlserver-ca-issuer")).reply(issuer, 201);
  CHECK(scene.apply().out == "issuer.cert-manager.io/mssqlserver-ca-issuer created\n");
  const CommandResult result = scene.apply({"--replicas", "3"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.starts_with("error: --replicas: "));
}

TEST_CASE("objects of other kinds are left to kubectl") {
  ApplyScene scene({test::parse_yaml("{apiVersion: v1, kind: Pod, metadata: {name: p}}"), test::sales_database()});
  scene.forbid_cluster();
  const CommandResult result = scene.apply();
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.find("Pod \"p\" of v1 is not for this command") != std::string::npos);
}

TEST_CASE("-o yaml prints what the server has now") {
  ApplyScene scene;
  scene.applied(test::halted_sales_database());
  const Json printed = codec::parse_documents(scene.apply({"-o", "yaml"}).out, "the output").at(0).value();
  CHECK(codec::resource_version_of(printed) == "42");
  CHECK_FALSE(printed["metadata"].contains("managedFields"));
}

TEST_CASE("the edition that was chosen is told only when something is sent") {
  Json manifest = test::sales_database();
  manifest["spec"]["podTemplate"]["spec"]["containers"][0]["env"].erase(1);
  ApplyScene scene(std::vector<Json>{manifest});
  scene.applied(test::live_sales_database());
  CHECK(scene.apply().err.empty());
  scene.applied(test::halted_sales_database());
  scene.api().on_get_missing(resources::issuers, "demo", "nope");
  CHECK(scene.apply({"--deletion-policy", "halt", "--issuer", "nope"}).code == ExitCode::refused);
  CHECK(scene.apply({"--deletion-policy", "halt"}).err ==
        "edition Developer, because --edition was not given: licensed for development and tests, not for production\n");
}

TEST_CASE("two manifests are one too many: neither is applied in silence") {
  ApplyScene scene;
  scene.forbid_cluster();
  const CommandResult result = scene.apply({"-f", "other.yaml"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: --file is given 2 times and takes one file: " + scene.file +
                          ", other.yaml\n"
                          "  try:   kubectl dba mssql apply --help\n");
}

TEST_CASE("--set does not rename what the command line names") {
  for (const auto& [assignment, problem] : std::vector<std::pair<std::string, std::string>>{
           {"metadata.name=x", "metadata.name \"x\" differs from \"sales\", which the command line names"},
           {"metadata.namespace=demo2",
            "metadata.namespace \"demo2\" differs from \"demo\", which the command line names"},
           {"metadata={name: sales}", "metadata.namespace is gone, but the command line names \"demo\""},
           {"status.phase=Ready", "status is what the operator reports, no part of a manifest"}}) {
    CAPTURE(assignment);
    ApplyScene scene;
    scene.forbid_cluster();
    const CommandResult result = scene.apply({"sales", "-n", "demo", "--set", assignment});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err == "error: cannot apply this database: --set: " + problem + "\n");
  }
  ApplyScene scene;
  CHECK(scene.apply({"--dry-run=client", "-o", "yaml", "--set", "metadata.name=x"}).out.find("name: x\n") !=
        std::string::npos);
}

TEST_CASE("without the whole manifest, apply says that it wants one") {
  ApplyScene scene;
  scene.forbid_cluster();
  const CommandResult result = scene.run({"mssql", "apply", "sales", "--deletion-policy", "halt"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.ends_with("\n  try:   add -f FILE: apply needs the whole manifest, the flags are laid over it\n"));
}

TEST_CASE("a file that holds no object is told so") {
  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"just words\n", "it holds a text, no object"},
           {"a: 1\n", "it holds an object without a kind"},
           {"kind: MSSQLServer\nmetadata: {name: sales}\n",
            "MSSQLServer \"sales\" without an apiVersion is not for this command, which takes one MSSQLServer of "
            "kubedb.com/v1alpha2 and the namespaces, secrets, config maps, services and issuers that it needs"}}) {
    ApplyScene scene;
    scene.forbid_cluster();
    const std::string path = (scene.directory.path() / "garbage.yaml").string();
    platform::write_new_secret_file(path, text);
    CHECK(scene.run({"mssql", "apply", "sales", "--deletion-policy", "halt", "-f", path}).err.find(problem + "\n") !=
          std::string::npos);
    const CommandResult result = scene.run({"mssql", "apply", "-f", path});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err == "error: cannot apply what " + path + " holds: " + problem + "\n");
  }
}

TEST_CASE("apply --wait ends at Ready, or with 124 and the way to go on") {
  ApplyScene scene;
  scene.applied(test::halted_sales_database());
  const auto follow = [&scene](std::string_view phase) {
    Json database = test::halted_sales_database();
    database["status"]["phase"] = phase;
    scene.api().on_list(resources::mssqlservers, "demo", {database}).optionally();
    scene.api().on_list(resources::pods, "demo", test::three_pods()).optionally();
    scene.api().on_watch(resources::mssqlservers, "demo");
    scene.api().on_watch(resources::pods, "demo");
  };
  SUBCASE("Ready") {
    follow("Ready");
    const CommandResult result = scene.apply({"--wait", "-q"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out == "mssqlserver.kubedb.com/sales configured\n");
  }
  SUBCASE("not in time") {
    follow("Critical");
    const CommandResult result = scene.apply({"--wait", "--timeout=5m", "-o", "name", "--progress=none"});
    CHECK(result.code == ExitCode::timed_out);
    CHECK(result.out == "mssqlserver.kubedb.com/sales\n");
    CHECK(result.err.find("error: mssqlserver.kubedb.com/sales was applied, but is not Ready after 5m0s\n") !=
          std::string::npos);
    CHECK(result.err.ends_with("  try:   kubectl dba mssql wait sales -n demo --for=phase=Ready\n"));
  }
}

TEST_CASE("apply has nothing to wait for with a dry run or without a database") {
  ApplyScene scene;
  CHECK(scene.apply({"--wait", "--dry-run=server"}).err.find("--wait: there is nothing to wait for with --dry-run") !=
        std::string::npos);
  const std::vector<Json> only_namespace{test::parse_yaml("{apiVersion: v1, kind: Namespace, metadata: {name: demo}}")};
  ApplyScene companions(only_namespace);
  const CommandResult result = companions.apply({"--wait"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: --wait: there is no database to wait for\n");
}

}  // namespace dba::cli
