// `sandbox operator`: the simulated KubeDB against some other API server, in the foreground.
#include "operator/operator.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/simulation_flags.hpp"
#include "commands/until.hpp"
#include "world/world.hpp"

namespace dba::sandbox::commands {

namespace {

ExitCode run_operator(const SimulationOptions& options, cli::AppContext& context) {
  world::World world(context.clock, options.seed.value_or(1), options.speed);
  kube::Client& client = context.kube();
  client.raw_get("/version");
  kubedb::Operator controllers(client, world);
  context.io.note(fmt::format("a simulated KubeDB works on {}; Ctrl-C ends it", client.config().server));
  wait_until_stopped({context.stop});
  return ExitCode::ok;
}

}  // namespace

cli::Command operator_command() {
  const auto options = std::make_shared<SimulationOptions>();
  std::vector<cli::Flag> flags;
  std::optional<std::string> unused;
  for (cli::Flag& flag : simulation_flags(*options, unused)) {
    if (flag.name == "seed" || flag.name == "speed") flags.push_back(std::move(flag));
  }
  return {
      .name = "operator",
      .summary = "Run the simulated KubeDB against another API server",
      .description =
          "For test clusters that have KubeDB's CRDs and no KubeDB: it makes the objects, the conditions "
          "and the failovers. Pods are for somebody else to run. Never point it at a cluster with a real "
          "KubeDB.",
      .examples =
          "# A test API server\n"
          "kubectl dba sandbox operator --kubeconfig test.kubeconfig\n",
      .flags = std::move(flags),
      .run = [options](cli::AppContext& context) { return run_operator(*options, context); },
      .effect = cli::Effect::reads,
  };
}

}  // namespace dba::sandbox::commands
