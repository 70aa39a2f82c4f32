// `sandbox up`: a simulated cluster until Ctrl-C, or in the background.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/platform/launch.hpp"

#include "commands/commands.hpp"
#include "commands/instance.hpp"
#include "commands/simulation.hpp"
#include "commands/simulation_flags.hpp"
#include "commands/until.hpp"

namespace dba::sandbox::commands {

namespace {

struct UpOptions {
  SimulationOptions simulation{};
  std::optional<std::string> name{};
  bool detach = false;
};

/// Our own words again, but for --detach, which starts us so.
std::vector<std::string> foreground_words(const UpOptions& options) {
  const SimulationOptions& world = options.simulation;
  std::vector<std::string> words{platform::own_executable().string(), "up"};
  const auto add = [&words](const char* flag, std::string value) {
    words.push_back(fmt::format("--{}={}", flag, value));
  };
  if (options.name) add("name", *options.name);
  for (const std::string& name : world.with) add("with", name);
  for (const std::string& fault : world.faults) add("fault", fault);
  if (world.seed) add("seed", std::to_string(*world.seed));
  add("speed", fmt::format("{}", world.speed));
  add("clusters", std::to_string(world.clusters));
  add("populate", std::to_string(world.populate));
  return words;
}

/// Leaves no log of a sandbox that did not come to be: what it said is in the error.
platform::Detached start_detached(const UpOptions& options, const std::filesystem::path& log) {
  try {
    return platform::start_detached(foreground_words(options), log);
  } catch (const Error&) {
    std::error_code ignored;
    std::filesystem::remove(log, ignored);
    throw;
  }
}

ExitCode start_in_background(const UpOptions& options, cli::AppContext& context) {
  const std::filesystem::path log = instances_folder(context.environment) /
                                    fmt::format("log-{}", options.name.value_or(std::to_string(platform::own_pid())));
  std::error_code ignored;
  std::filesystem::remove(log, ignored);
  const platform::Detached child = start_detached(options, log);
  const std::filesystem::path kubeconfig = child.first_line.substr(child.first_line.find('=') + 1);
  const Instance started{.folder = kubeconfig.parent_path(), .pid = child.pid};
  // From now on it belongs to the sandbox, and goes with its folder.
  std::filesystem::rename(log, started.log(), ignored);
  context.io.line(child.first_line);
  if (!context.io.out.failure().empty()) {  // Nobody was told how to reach it.
    shut_down(context, started);
    return ExitCode::unexpected;
  }
  context.io.note(fmt::format("a simulated cluster runs as process {}; end it with 'kubectl dba sandbox down {}'",
                              child.pid, started.folder.filename().string()));
  return ExitCode::ok;
}

ExitCode stay(UpOptions options, cli::AppContext& context) {
  options.simulation.name = choose_name(options.name);
  InstanceFolder folder(context.environment, options.simulation.name);
  const Simulation simulation(std::move(options.simulation), context.clock);
  const std::filesystem::path file = folder.publish(simulation.kubeconfig());
  context.io.line(fmt::format("export KUBECONFIG={}", file.string()));
  context.io.note("a simulated cluster is ready (namespace demo); Ctrl-C ends it");
  wait_until_stopped({context.stop, simulation.ended()});
  return ExitCode::ok;
}

ExitCode run_up(const UpOptions& options, cli::AppContext& context) {
  // Judged before a file is called after it, and before another process has to tell.
  if (options.name) check_free(context.environment, choose_name(options.name));
  for (const std::string& remark : check_options(options.simulation)) context.io.note(remark);
  return options.detach ? start_in_background(options, context) : stay(options, context);
}

}  // namespace

cli::Command up_command() {
  const auto options = std::make_shared<UpOptions>();
  cli::Command command{
      .name = "up",
      .summary = "Start a simulated cluster",
      .description =
          "Prints the KUBECONFIG to use as soon as it is ready, and serves until Ctrl-C. The world is in "
          "memory: when it ends, nothing is left.",
      .examples =
          "# In one terminal; use what it prints in another\n"
          "kubectl dba sandbox up --with sales\n\n"
          "# In the background of this one\n"
          "eval \"$(kubectl dba sandbox up --detach --with sales)\"\n\n"
          "# Ten times as fast, with the decisions of an earlier world\n"
          "kubectl dba sandbox up --speed 10 --seed 42\n",
      .flags = simulation_flags(options->simulation, options->name),
      .run = [options](cli::AppContext& context) { return run_up(*options, context); },
  };
  command.flags.push_back({.name = "detach",
                           .letter = 'd',
                           .help = "Return as soon as it is ready; it goes on in the background",
                           .into = &options->detach});
  return command;
}

}  // namespace dba::sandbox::commands
