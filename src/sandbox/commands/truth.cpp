// `sandbox truth`: what really happened in the simulated world.
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/cli/flags.hpp"
#include "dba/kube/resource.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

#include "commands/commands.hpp"
#include "commands/instance.hpp"

namespace dba::sandbox::commands {

namespace {

struct TruthOptions {
  std::optional<std::string> name{};
  std::string database{};
  std::string form{};
};

struct Place {
  std::string ns{}, database{};
};

/// DATABASE as it is typed, or as the table shows it: namespace/database.
Place place_of(const TruthOptions& options, const cli::AppContext& context) {
  const std::size_t slash = options.database.find('/');
  if (slash != std::string::npos) return {options.database.substr(0, slash), options.database.substr(slash + 1)};
  return {context.global.connection.ns.value_or("demo"), options.database};
}

/// A test must not take the silence about a database that never was for good news.
/// @throws Error (denied)
void check_exists(kube::Client& client, const Place& place) {
  if (client.find(kube::resources::mssqlservers, place.ns, place.database)) return;
  throw Error(ExitCode::denied,
              fmt::format("nothing has happened to a database \"{}\" in namespace \"{}\", and there is none",
                          place.database, place.ns),
              "", "kubectl dba sandbox truth shows all of them");
}

std::string text_of(const Json& report) {
  output::Table table({{.header = "TIME"},
                       {.header = "DATABASE"},
                       {.header = "POD"},
                       {.header = "TERM"},
                       {.header = "WHAT"},
                       {.header = "DETAIL"}},
                      false);
  for (const Json& event : report.at("events")) {
    table.add({codec::string_at(event, {"at"}),
               codec::string_at(event, {"namespace"}) + "/" + codec::string_at(event, {"database"}),
               codec::string_at(event, {"pod"}), std::to_string(codec::int_at(event, {"term"}).value_or(0)),
               codec::string_at(event, {"what"}), codec::string_at(event, {"detail"})});
  }
  return table.flush();
}

ExitCode run_truth(const TruthOptions& options, cli::AppContext& context) {
  const output::Format format = output::parse_format(options.form, {"json", "yaml"});
  const Place place = place_of(options, context);
  const std::unique_ptr<kube::Client> client = open_instance(context, find_instance(context, options.name));
  const Json report = client->raw_get(
      place.database.empty() ? "/sandbox/truth"
                             : fmt::format("/sandbox/truth?namespace={}&database={}", place.ns, place.database));
  if (!place.database.empty() && report.at("events").empty()) check_exists(*client, place);
  if (!format.is_table()) {
    context.io.out.write(output::print_report(report, format));
    return ExitCode::ok;
  }
  const std::string text = text_of(report);
  if (report.at("events").empty()) context.io.note("nothing has happened yet");
  context.io.out.write(report.at("events").empty() ? "" : text);
  return ExitCode::ok;
}

}  // namespace

cli::Command truth_command() {
  const auto options = std::make_shared<TruthOptions>();
  return {
      .name = "truth",
      .summary = "Show what really happened: who led when, which pod was writable",
      .description =
          "Ground truth of the simulation, whatever labels and Services said at the time. Tests hold "
          "measurements against it.",
      .examples =
          "# Everything that happened to one database\n"
          "kubectl dba sandbox truth sales\n\n"
          "# The intervals in which each pod was writable\n"
          "kubectl dba sandbox truth sales -o json\n",
      .flags = {{.name = "name", .value = "NAME", .help = "Which sandbox, when several run", .into = &options->name},
                cli::output_flag(options->form, {"json", "yaml"})},
      .arguments = {{.name = "DATABASE",
                     .help = "Only this one: NAME, or NAMESPACE/NAME",
                     .into = &options->database,
                     .required = false}},
      .run = [options](cli::AppContext& context) { return run_truth(*options, context); },
  };
}

}  // namespace dba::sandbox::commands
