// `config view`: what the configuration file, the environment and the flags say, and which one counts.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

#include "../config_file.hpp"
#include "../mutation_flags.hpp"
#include "commands.hpp"

namespace dba::cli {

namespace {

bool is_secret(std::string_view flag) { return flag == "token" || flag == "password"; }

/// One row a flag: what was typed before the environment before the file.
std::vector<FlagDefault> effective_flags(const AppContext& context) {
  std::map<std::string, FlagDefault> by_name;
  for (const FlagDefault& typed : context.typed) {
    if (typed.flag != "output") by_name[typed.flag] = typed;
  }
  for (const FlagDefault& given : context.settings.defaults) by_name.emplace(given.flag, given);
  std::vector<FlagDefault> rows;
  for (auto& [name, row] : by_name) {
    if (is_secret(name)) row.values.assign(row.values.size(), "***");
    rows.push_back(row);
  }
  return rows;
}

std::string problem_text(const ErrorInfo& problem) {
  return problem.cause.empty() ? problem.message : fmt::format("{}: {}", problem.message, problem.cause);
}

Json config_report(const AppContext& context) {
  const Settings& settings = context.settings;
  Json report = output::make_report("Config");
  report["file"] = settings.file.empty() ? Json(nullptr) : Json(settings.file);
  report["fileExists"] = settings.file_exists;
  report["flags"] = Json::array();
  for (const FlagDefault& row : effective_flags(context)) {
    Json entry = Json::object();
    entry["name"] = row.flag;
    entry["values"] = row.values;
    entry["source"] = row.source;
    const std::string problem = default_problem(*context.root, row);
    entry["problem"] = problem.empty() ? Json(nullptr) : Json(problem);
    report["flags"].push_back(std::move(entry));
  }
  report["protected"] = Json::object();
  report["protected"]["contexts"] = settings.protected_contexts;
  report["protected"]["namespaces"] = settings.protected_namespaces;
  report["problem"] = settings.problem ? Json(problem_text(settings.problem->info())) : Json(nullptr);
  report["remarks"] = settings.remarks;
  return report;
}

std::string config_text(const AppContext& context) {
  const Settings& settings = context.settings;
  output::Table table({{.header = "SETTING"}, {.header = "VALUE"}, {.header = "SOURCE"}}, false);
  for (const FlagDefault& row : effective_flags(context)) {
    const std::string problem = default_problem(*context.root, row);
    table.add({"--" + row.flag, join(row.values, ",") + (problem.empty() ? "" : " (wrong)"), row.source});
    if (!problem.empty()) context.io.warn(fmt::format("--{} (from {}): {}", row.flag, row.source, problem));
  }
  const auto add_globs = [&](const std::string& name, const std::vector<std::string>& globs) {
    if (!globs.empty()) table.add({name, join(globs, ","), settings.file});
  };
  add_globs("protected.contexts", settings.protected_contexts);
  add_globs("protected.namespaces", settings.protected_namespaces);
  return table.flush();
}

ExitCode run_config_view(const std::string& form, AppContext& context) {
  const Settings& settings = context.settings;
  const output::Format format = output::parse_format(form, {"table", "json", "yaml"});
  const std::vector<FlagDefault> flags = effective_flags(context);
  const bool wrong = settings.problem || std::any_of(flags.begin(), flags.end(), [&](const FlagDefault& row) {
                       return !default_problem(*context.root, row).empty();
                     });
  const ExitCode code = wrong ? ExitCode::usage : ExitCode::ok;
  if (!format.is_table()) {
    context.io.out.write(output::print_report(config_report(context), format));
    return code;
  }
  context.io.note(settings.file_exists ? "configuration file: " + settings.file
                                       : fmt::format("there is no configuration file {}", settings.file));
  for (const std::string& remark : settings.remarks) context.io.warn(remark);
  const std::string text = config_text(context);
  if (settings.problem) {
    context.io.note("what it sets and protects is not known: every other command refuses to run until it is right");
  } else if (text.empty()) {
    context.io.note("every flag has its built-in default, and nothing is protected");
  }
  context.io.out.write(text);
  return code;
}

Command config_view_command() {
  const auto form = std::make_shared<std::string>();
  return {
      .name = "view",
      .summary = "Show every configured value and where it comes from",
      .description =
          "A typed flag counts before the environment, the environment before the file.\n"
          "\n"
          "The file is ${XDG_CONFIG_HOME:-~/.config}/kubectl-dba/config.yaml:\n"
          "\n"
          "  defaults:                  # what a flag is when it is not typed\n"
          "    namespace: demo\n"
          "    timeout: 15m\n"
          "  protected:                 # changes there need --i-know-this-is=CONTEXT\n"
          "    contexts: [\"prod-*\"]\n"
          "    namespaces: [payments]\n"
          "\n"
          "In the environment, --request-timeout is KUBECTL_DBA_REQUEST_TIMEOUT, and so on. Flags that give consent, "
          "such as --yes, have to be typed.",
      .examples =
          "# What counts here\nkubectl dba config view\n\n"
          "# For a script\nkubectl dba config view -o json\n",
      .flags = {output_flag(*form, {"table", "json", "yaml"})},
      .run = [form](AppContext& context) { return run_config_view(*form, context); },
      .settings_optional = true,
  };
}

}  // namespace

Command config_command() {
  return {
      .name = "config",
      .summary = "Defaults of flags and protected places",
      .commands = {config_view_command()},
  };
}

}  // namespace dba::cli
