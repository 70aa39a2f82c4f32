// `sandbox fault`: switch faults on and off in a running world.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/cli/flags.hpp"
#include "dba/kube/api_error.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

#include "commands/commands.hpp"
#include "commands/instance.hpp"
#include "world/faults.hpp"

namespace dba::sandbox::commands {

namespace {

struct FaultOptions {
  std::optional<std::string> sandbox{};
  std::string form{};
  std::vector<std::string> words{};
  bool all = false;
};

cli::Flag name_flag(FaultOptions& options) {
  return {.name = "name", .value = "NAME", .help = "Which sandbox, when several run", .into = &options.sandbox};
}

std::string kinds_text() {
  output::Table table({{.header = "NAME"}, {.header = "TARGET"}, {.header = "WHAT IT DOES"}}, false);
  for (const world::FaultKind& kind : world::fault_kinds()) {
    table.add({std::string(kind.name), kind.takes_target ? "yes" : "-", std::string(kind.summary)});
  }
  return table.flush();
}

std::string active_text(const Json& report) {
  output::Table table({{.header = "ID"},
                       {.header = "NAME"},
                       {.header = "TARGET"},
                       {.header = "STATE"},
                       {.header = "BEGINS"},
                       {.header = "ENDS"},
                       {.header = "STRUCK"}},
                      false);
  for (const Json& fault : report.at("faults")) {
    table.add({std::to_string(codec::int_at(fault, {"id"}).value_or(0)), codec::string_at(fault, {"name"}),
               codec::string_at(fault, {"target"}, "everything"), codec::string_at(fault, {"state"}),
               codec::string_at(fault, {"beginsIn"}, "-"), codec::string_at(fault, {"endsIn"}, "-"),
               std::to_string(codec::int_at(fault, {"struck"}).value_or(0))});
  }
  return table.flush();
}

ExitCode list_kinds(const FaultOptions& options, cli::AppContext& context) {
  const output::Format format = output::parse_format(options.form, {"json", "yaml"});
  Json report = output::make_report("SandboxFaultKinds");
  report["faults"] = Json::array();
  for (const world::FaultKind& kind : world::fault_kinds()) {
    Json entry = Json::object();
    entry["name"] = kind.name;
    entry["takesTarget"] = kind.takes_target;
    entry["needsSql"] = kind.needs_sql;
    entry["summary"] = kind.summary;
    report["faults"].push_back(std::move(entry));
  }
  context.io.out.write(format.is_table() ? kinds_text() : output::print_report(report, format));
  return ExitCode::ok;
}

ExitCode show_active(const FaultOptions& options, cli::AppContext& context) {
  const output::Format format = output::parse_format(options.form, {"json", "yaml"});
  const Json report = open_instance(context, find_instance(context, options.sandbox))->raw_get("/sandbox/faults");
  if (format.is_table() && report.at("faults").empty()) {
    context.io.note("no fault is switched on");
    return ExitCode::ok;
  }
  context.io.out.write(format.is_table() ? active_text(report) : output::print_report(report, format));
  return ExitCode::ok;
}

/// @throws Error (denied) when there is no such target
Json send(kube::Client& sandbox, const Json& request) {
  try {
    return sandbox.raw_send("POST", "/sandbox/faults", &request);
  } catch (const kube::ApiError& error) {
    if (error.status().code != 404) throw;
    throw Error(ExitCode::denied, error.status().message, "", "kubectl dba mssql list -A");
  }
}

ExitCode set(const FaultOptions& options, cli::AppContext& context) {
  const Json request = to_json(world::parse_fault(options.words));
  const Json fault = send(*open_instance(context, find_instance(context, options.sandbox)), request);
  context.io.line(fmt::format("fault {} is set (id {})", codec::string_at(fault, {"name"}),
                              codec::int_at(fault, {"id"}).value_or(0)));
  return ExitCode::ok;
}

ExitCode clear(const FaultOptions& options, cli::AppContext& context) {
  if (options.all != options.words.empty()) {
    throw usage_error("say which fault to clear, or --all", "kubectl dba sandbox fault active");
  }
  std::string path = "/sandbox/faults";
  if (!options.all) {
    const world::FaultRequest request = world::parse_fault(options.words);
    path += fmt::format("?name={}&namespace={}&database={}&member={}", request.name, request.target.ns,
                        request.target.database, request.target.member);
  }
  const Json answer = open_instance(context, find_instance(context, options.sandbox))->raw_send("DELETE", path);
  const auto count = codec::int_at(answer, {"cleared"}).value_or(0);
  const std::string what = options.all ? "" : " " + join(options.words, " ");
  if (count == 0) {
    context.io.note(fmt::format("no fault{} is switched on", what));
  } else {
    context.io.line(count == 1 ? fmt::format("fault{} is cleared", what) : fmt::format("{} faults are cleared", count));
  }
  return ExitCode::ok;
}

cli::Completions complete_kinds(cli::AppContext&, std::string_view) {
  cli::Completions completions;
  for (const world::FaultKind& kind : world::fault_kinds()) {
    completions.items.push_back({.value = std::string(kind.name), .help = std::string(kind.summary)});
  }
  return completions;
}

/// "sales", "sales/primary", "sales/secondaries", "sales/0" …
void add_targets(const Json& database, cli::Completions& completions) {
  const std::string name = codec::name_of(database);
  completions.items.push_back({.value = name, .help = "every replica"});
  completions.items.push_back({.value = name + "/primary", .help = "whoever leads then"});
  completions.items.push_back({.value = name + "/secondaries"});
  const std::int64_t replicas = codec::int_at(database, {"spec", "replicas"}).value_or(1);
  for (std::int64_t i = 0; i < replicas; ++i) completions.items.push_back({.value = fmt::format("{}/{}", name, i)});
}

/// The fault, then its target, then its keys.
cli::Completions complete_words(const FaultOptions& options, cli::AppContext& context) {
  if (options.words.empty()) return complete_kinds(context, {});
  cli::Completions completions;
  const world::FaultKind* kind = world::find_fault_kind(options.words.front());
  if (kind == nullptr) return completions;
  completions.directive = cli::kNoFileComp | cli::kNoSpace;  // A key goes on with its value.
  for (const std::string& key : world::keys_of(kind)) completions.items.push_back({.value = key + "="});
  if (!kind->takes_target || options.words.size() > 1) return completions;
  open_instance(context, find_instance(context, options.sandbox))
      ->list(kube::resources::mssqlservers, "demo", {},
             [&completions](Json&& database) { add_targets(database, completions); });
  return completions;
}

cli::Command leaf(const std::shared_ptr<FaultOptions>& options, std::string name, std::string summary,
                  std::string examples, ExitCode (*run)(const FaultOptions&, cli::AppContext&)) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .examples = std::move(examples),
          .run = [options, run](cli::AppContext& context) { return run(*options, context); }};
}

}  // namespace

cli::Command fault_command() {
  const auto options = std::make_shared<FaultOptions>();
  const cli::Argument words{
      .name = "FAULT",
      .help = "NAME [TARGET] [key=value…]",
      .into = &options->words,
      .complete = [options](cli::AppContext& context, std::string_view) { return complete_words(*options, context); }};

  cli::Command kinds = leaf(options, "list", "List every fault there is",
                            "# What can be broken\nkubectl dba sandbox fault list\n", list_kinds);
  kinds.flags = {cli::output_flag(options->form, {"json", "yaml"})};

  cli::Command active = leaf(options, "active", "Show the faults that are switched on",
                             "# What is broken now\nkubectl dba sandbox fault active\n", show_active);
  active.flags = {name_flag(*options), cli::output_flag(options->form, {"json", "yaml"})};

  cli::Command set_one = leaf(options, "set", "Switch a fault on",
                              "# The third replica hangs for ten seconds, five seconds from now\n"
                              "kubectl dba sandbox fault set freeze sales/2 after=5s for=10s\n\n"
                              "# One request in ten fails\n"
                              "kubectl dba sandbox fault set api-error probability=0.1\n",
                              set);
  set_one.description =
      "TARGET is [namespace/]database[/ordinal|/primary|/secondaries]; without one, everything is meant. Keys: "
      "after= for= times= probability= delay=.";
  set_one.flags = {name_flag(*options)};
  set_one.arguments = {words};

  cli::Command clear_one = leaf(options, "clear", "Switch faults off",
                                "# This one\nkubectl dba sandbox fault clear freeze sales/2\n\n"
                                "# Every one\nkubectl dba sandbox fault clear --all\n",
                                clear);
  clear_one.flags = {name_flag(*options), {.name = "all", .help = "Every fault", .into = &options->all}};
  clear_one.arguments = {words};
  clear_one.arguments.front().required = false;

  return {.name = "fault",
          .summary = "Break things on purpose",
          .commands = {std::move(kinds), std::move(active), std::move(set_one), std::move(clear_one)}};
}

}  // namespace dba::sandbox::commands
