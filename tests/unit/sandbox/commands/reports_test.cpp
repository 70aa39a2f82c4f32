#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/open.hpp"
#include "dba/platform/files.hpp"

#include "commands.hpp"
#include "simulation.hpp"
#include "support/command_harness.hpp"
#include "support/json_schema.hpp"

namespace dba::sandbox::commands {

TEST_CASE("what a running sandbox tells of itself keeps to its schemas") {
  Simulation simulation({.name = "here", .seed = 1, .with = {"sales"}, .faults = {"stale-label demo/sales/0 after=1h"}},
                        platform::system_clock());
  test::check_schema("SandboxStatus", simulation.status().dump());

  const platform::TemporaryDirectory directory("reports-test-");
  const std::string file = (directory.path() / "kubeconfig").string();
  platform::write_new_secret_file(file, simulation.kubeconfig());
  kube::OpenOptions options;
  options.flags.kubeconfig = file;
  const auto client = kube::open_client(options, platform::Environment(platform::Environment::Map()),
                                        platform::posix_process_runner(), platform::system_clock(), {}, {});
  const Json faults = client->raw_get("/sandbox/faults");
  REQUIRE(faults.at("faults").size() == 1);
  test::check_schema("SandboxFaults", faults.dump());
  test::check_schema("SandboxTruth", client->raw_get("/sandbox/truth").dump());
}

TEST_CASE("the list of faults keeps to its schema") {
  test::CommandHarness harness;
  harness.tree = [](cli::GlobalOptions& global) {
    return commands::root_command(global, cli::Program{.name = "kubectl dba sandbox"});
  };
  test::check_schema("SandboxFaultKinds", harness.run({"fault", "list", "-o", "json"}).out);
}

}  // namespace dba::sandbox::commands
