#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/codec/yaml.hpp"
#include "dba/platform/files.hpp"

#include "support/command_harness.hpp"
#include "support/demo_cluster.hpp"
#include "support/mssql_paths.hpp"

namespace dba::cli {

namespace {

using test::CommandResult;
using test::kSales;

/// A live database in a namespace that the configuration file protects.
struct GuardedScene : test::CommandHarness {
  GuardedScene() {
    platform::write_new_secret_file(file, codec::to_yaml(test::sales_database()));
    std::filesystem::create_directories(directory.path() / "kubectl-dba");
    platform::write_new_secret_file(config, "protected: {namespaces: [demo]}\n");
    set_variable("XDG_CONFIG_HOME", directory.path().string());
    test::stub_demo_cluster(api());
    api().on_get(test::live_sales_database()).optionally();
    test::stub_user(api());
  }

  CommandResult apply(const std::string& policy, const std::vector<std::string>& more) {
    Json merged = test::live_sales_database();
    merged["spec"]["deletionPolicy"] = policy;
    api().on("PATCH", kSales).where("dryRun", "All").reply(merged).optionally();
    merged["metadata"]["resourceVersion"] = "42";
    api().on("PATCH", kSales).where("dryRun", "").reply(merged).optionally();
    std::vector<std::string> words = {"mssql", "apply", "-f", file, "--deletion-policy", policy};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }

  platform::TemporaryDirectory directory{"apply-guard-"};
  std::string file = (directory.path() / "sales.yaml").string();
  std::string config = (directory.path() / "kubectl-dba" / "config.yaml").string();
};

}  // namespace

TEST_CASE("in a protected place, apply that takes protection away wants the context named") {
  for (const auto& [policy, more] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"WipeOut", {}}, {"DoNotTerminate", {"--force-conflicts"}}, {"WipeOut", {"--dry-run=server"}}}) {
    GuardedScene scene;
    const CommandResult result = scene.apply(policy, more);
    std::string typed = "kubectl dba mssql apply -f " + scene.file + " --deletion-policy " + policy;
    for (const std::string& word : more) typed += " " + word;
    CHECK(result.code == ExitCode::refused);
    CHECK(result.out.empty());
    CHECK(result.err == "error: namespace \"demo\" is protected: nothing was changed\n  cause: protected by " +
                            scene.config + "\n  try:   " + typed + " --i-know-this-is=rig\n");
    for (const test::SeenRequest& request : scene.api().requests("PATCH")) CHECK(request.parameter("dryRun") == "All");
  }
}

TEST_CASE("in a protected place, apply goes on when the context is named or nothing is taken away") {
  CHECK(GuardedScene().apply("DoNotTerminate", {}).out == "mssqlserver.kubedb.com/sales configured\n");
  CHECK(GuardedScene().apply("WipeOut", {"--i-know-this-is=rig"}).out == "mssqlserver.kubedb.com/sales configured\n");
  CHECK(GuardedScene().apply("WipeOut", {"--i-know-this-is=other"}).code == ExitCode::refused);
}

}  // namespace dba::cli
