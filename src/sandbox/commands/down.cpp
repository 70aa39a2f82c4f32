// `sandbox down`: ends sandboxes.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "commands/commands.hpp"
#include "commands/instance.hpp"

namespace dba::sandbox::commands {

namespace {

using namespace std::chrono_literals;

struct DownOptions {
  std::string name{}, named_by_flag{};
  bool all = false;
};

bool is_running(const Instance& instance, const cli::AppContext& context) {
  const std::vector<Instance> running = running_instances(context.environment);
  return std::any_of(running.begin(), running.end(), [&](const Instance& one) { return one.pid == instance.pid; });
}

void end(const Instance& instance, cli::AppContext& context) {
  shut_down(context, instance);
  const platform::SteadyTime deadline = context.clock.steady_now() + 10s;
  while (is_running(instance, context)) {
    if (context.clock.steady_now() >= deadline) {
      throw Error(ExitCode::timed_out,
                  fmt::format("{} was asked to end, but process {} is still there", instance.name, instance.pid));
    }
    if (context.clock.sleep_until(context.clock.steady_now() + 20ms, context.stop)) {
      throw Error(ExitCode::interrupted, "interrupted");
    }
  }
  context.io.line(fmt::format("{} has ended", instance.name));
}

/// Named by argument or, as for the other commands, by --name.
std::optional<std::string> name_in(const DownOptions& options) {
  if (!options.name.empty() && !options.named_by_flag.empty())
    throw usage_error(
        fmt::format("NAME and --name exclude each other: \"{}\", \"{}\"", options.name, options.named_by_flag));
  const std::string& name = options.name.empty() ? options.named_by_flag : options.name;
  return name.empty() ? std::nullopt : std::optional(name);
}

ExitCode run_down(const DownOptions& options, cli::AppContext& context) {
  const std::optional<std::string> name = name_in(options);
  if (name && options.all) throw usage_error("--all ends every sandbox: leave out the name");
  if (!options.all) {
    end(find_instance(context, name), context);
    return ExitCode::ok;
  }
  const std::vector<Instance> running = running_instances(context.environment);
  if (running.empty()) context.io.note("no sandbox is running");
  std::optional<Error> trouble;
  for (const Instance& each : running) {
    try {
      end(each, context);
    } catch (const Error& error) {  // One that hangs does not keep the others alive.
      if (trouble) context.io.warn(trouble->info().message);
      trouble = error;
    }
  }
  if (trouble) throw *trouble;
  return ExitCode::ok;
}

}  // namespace

cli::Command down_command() {
  const auto options = std::make_shared<DownOptions>();
  return {
      .name = "down",
      .summary = "End a sandbox",
      .examples =
          "# The one in use, or the only one that runs\n"
          "kubectl dba sandbox down\n\n"
          "# Every one of this user\n"
          "kubectl dba sandbox down --all\n",
      .flags = {{.name = "all", .help = "Every sandbox of this user", .into = &options->all},
                {.name = "name", .value = "NAME", .help = "The same as the argument", .into = &options->named_by_flag}},
      .arguments = {{.name = "NAME", .help = "Which one", .into = &options->name, .required = false}},
      .run = [options](cli::AppContext& context) { return run_down(*options, context); },
  };
}

}  // namespace dba::sandbox::commands
