// `doctor`: is everything there that this tool needs, and what to do where it is not.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/doctor_service.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

#include "../mutation_flags.hpp"
#include "commands.hpp"

namespace dba::cli {

namespace {

/// What is left without any configuration. @source kubectl
constexpr std::string_view kNoServer = "http://localhost:8080";

using mssql::Check;
using mssql::CheckStatus;

Check examine_kubeconfig(const AppContext& context) {
  try {
    if (context.settings.problem) throw *context.settings.problem;
    const kube::ClientConfig config = context.connection();
    if (config.context.empty() && config.server == kNoServer)
      throw Error(ExitCode::usage, "no kubeconfig names a cluster");
    return {.name = "kubeconfig", .text = fmt::format("context \"{}\", namespace \"{}\"", config.context, config.ns)};
  } catch (const Error& error) {
    const ErrorInfo& info = error.info();
    return {.name = "kubeconfig",
            .status = CheckStatus::fail,
            .text = info.cause.empty() ? info.message : fmt::format("{}: {}", info.message, info.cause),
            .remedy = info.hint.empty() ? "kubectl config get-contexts" : info.hint};
  }
}

std::vector<Check> examine(AppContext& context) {
  std::vector<Check> checks{examine_kubeconfig(context)};
  if (checks.back().status == CheckStatus::ok) {
    kube::Client& client = context.kube();
    checks.push_back(mssql::examine_server(client));
    if (checks.back().status == CheckStatus::ok) {
      for (Check& check : mssql::examine_cluster(client, client.config().ns)) checks.push_back(std::move(check));
    }
  }
  checks.push_back(mssql::examine_drivers(context.list_drivers));
  return checks;
}

std::string text_of(const std::vector<Check>& checks) {
  output::Table table({{.header = "CHECK"}, {.header = "STATUS"}, {.header = "FOUND"}, {.header = "REMEDY"}}, false);
  for (const Check& check : checks) {
    table.add({check.name, std::string(mssql::status_name(check.status)), neutralise_controls(check.text),
               check.remedy.empty() ? "-" : neutralise_controls(check.remedy)});
  }
  return table.flush();
}

ExitCode run_doctor(const std::string& form, AppContext& context) {
  const output::Format format = output::parse_format(form, {"table", "json", "yaml"});
  const std::vector<Check> checks = examine(context);
  context.io.out.write(format.is_table() ? text_of(checks)
                                         : output::print_report(mssql::doctor_report(checks), format));
  return mssql::all_sound(checks) ? ExitCode::ok : ExitCode::unhealthy;
}

}  // namespace

Command doctor_command() {
  const auto form = std::make_shared<std::string>();
  return {
      .name = "doctor",
      .summary = "Check that everything this tool needs is there, and say what to do where it is not",
      .description =
          "Looks at the kubeconfig, the API server, KubeDB's resources and operators, cert-manager, StorageClasses, "
          "what you may do, the clock, and ODBC. Exits with 10 when something that is needed is broken or missing; "
          "what "
          "cannot be read is unknown, and what only some commands need a warning.",
      .examples =
          "# Everything\nkubectl dba doctor\n\n# In another namespace, for a script\n"
          "kubectl dba doctor -n demo -o json\n",
      .flags = {output_flag(*form, {"table", "json", "yaml"})},
      .run = [form](AppContext& context) { return run_doctor(*form, context); },
      .settings_optional = true,
  };
}

}  // namespace dba::cli
