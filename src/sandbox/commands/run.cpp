// `sandbox run`: a simulated cluster for the time of one command.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/base/error.hpp"

#include "commands/commands.hpp"
#include "commands/instance.hpp"
#include "commands/simulation.hpp"
#include "commands/simulation_flags.hpp"

namespace dba::sandbox::commands {

namespace {

struct RunOptions {
  SimulationOptions simulation{};
  std::optional<std::string> name{};
  std::vector<std::string> command{};
};

ExitCode run_in_sandbox(RunOptions options, cli::AppContext& context) {
  for (const std::string& remark : check_options(options.simulation)) context.io.note(remark);
  options.simulation.name = choose_name(options.name);
  InstanceFolder folder(context.environment, options.simulation.name);
  const Simulation simulation(std::move(options.simulation), context.clock);
  platform::ProcessRequest child{.argv = options.command, .environment = context.environment.all()};
  (*child.environment)["KUBECONFIG"] = folder.publish(simulation.kubeconfig()).string();
  child.inherit_stdin = child.inherit_stdout = child.inherit_stderr = true;
  const platform::ProcessResult result = context.processes.run(child, context.stop);
  if (result.start_error.empty()) return static_cast<ExitCode>(result.exit_code);
  throw Error(result.not_found ? ExitCode::usage : ExitCode::unexpected,
              fmt::format("cannot run {}: {}", options.command.front(), result.start_error));
}

}  // namespace

cli::Command run_command() {
  const auto options = std::make_shared<RunOptions>();
  return {
      .name = "run",
      .summary = "Start a simulated cluster, run a command with its KUBECONFIG, end the cluster",
      .description = "The exit code is that of the command. The cluster ends with it, whatever happens.",
      .examples =
          "# Who leads\n"
          "kubectl dba sandbox run --with sales -- kubectl dba mssql roles sales\n\n"
          "# A CI script, with a replica that hangs from the start\n"
          "kubectl dba sandbox run --with sales --fault 'freeze sales/2' -- ./my-ci-script.sh\n",
      .flags = simulation_flags(options->simulation, options->name),
      .arguments = {{.name = "COMMAND", .help = "What to run, after --", .into = &options->command}},
      .run = [options](cli::AppContext& context) { return run_in_sandbox(*options, context); },
  };
}

}  // namespace dba::sandbox::commands
