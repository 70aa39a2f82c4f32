// `sandbox status`: which simulated clusters run, or one of them in detail.
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/cli/flags.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

#include "commands/commands.hpp"
#include "commands/instance.hpp"

namespace dba::sandbox::commands {

namespace {

struct StatusOptions {
  std::optional<std::string> name{};
  std::string form{};
};

std::string text_of(const Json& report, WallTime now) {
  std::string text = fmt::format(
      "Name:         {}\nEnvironment:  {} (simulated; nothing here is a real SQL Server)\nProcess:      {}\n"
      "Seed:         {}\nSpeed:        {}\nAge:          {}\n",
      codec::string_at(report, {"name"}), codec::string_at(report, {"environment"}), report.at("pid").dump(),
      report.at("seed").dump(), report.at("speed").dump(), age_text(codec::string_at(report, {"started"}), now));
  output::Table clusters({{.header = "CONTEXT"}, {.header = "SERVER"}}, false);
  for (const Json& each : report.at("clusters")) {
    clusters.add({codec::string_at(each, {"context"}), codec::string_at(each, {"server"})});
  }
  text += "\n" + clusters.flush();
  if (report.at("faults").empty()) return text + "\nNo fault is switched on.\n";
  output::Table faults({{.header = "FAULT"}, {.header = "TARGET"}}, false);
  for (const Json& each : report.at("faults")) {
    faults.add({codec::string_at(each, {"name"}), codec::string_at(each, {"target"}, "everything")});
  }
  return text + "\n" + faults.flush();
}

ExitCode run_status(const StatusOptions& options, cli::AppContext& context) {
  const output::Format format = output::parse_format(options.form, {"json", "yaml"});
  const Instance instance = find_instance(context, options.name);
  const Json report = open_instance(context, instance)->raw_get("/sandbox/status");
  context.io.out.write(format.is_table() ? text_of(report, context.clock.wall_now())
                                         : output::print_report(report, format));
  return ExitCode::ok;
}

}  // namespace

cli::Command status_command() {
  const auto options = std::make_shared<StatusOptions>();
  return {
      .name = "status",
      .summary = "Show a running sandbox: seed, speed, contexts, faults",
      .examples =
          "# The one in use, or the only one that runs\n"
          "kubectl dba sandbox status\n\n"
          "# For a script\n"
          "kubectl dba sandbox status -o json\n",
      .flags = {{.name = "name", .value = "NAME", .help = "Which sandbox, when several run", .into = &options->name},
                cli::output_flag(options->form, {"json", "yaml"})},
      .run = [options](cli::AppContext& context) { return run_status(*options, context); },
  };
}

}  // namespace dba::sandbox::commands
