#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/mssql/roles_service.hpp"
#include "dba/output/format.hpp"

#include "commands.hpp"
#include "completers.hpp"
#include "mutation_flags.hpp"
#include "role_printer.hpp"
#include "watching.hpp"

namespace dba::cli {

namespace {

struct RolesOptions {
  std::string name{}, output{};
  RoleSelection selection{};
  bool watch = false;
  bool no_sql = false;  ///< What is done anyway as long as nothing is read over SQL.
  bool exit_code = false;
};

/// Exactly one has to lead; a gate takes unknown for bad, and what is about to go.
ExitCode exit_code_of(const mssql::RoleReport& report, const RolesOptions& options) {
  const bool one = report.primary_state == mssql::PrimaryState::one;
  if (!one) return ExitCode::unhealthy;
  const bool healthy = report.agreement == mssql::Agreement::agree && !report.partial && !report.deleting;
  return options.exit_code && !healthy ? ExitCode::unhealthy : ExitCode::ok;
}

ExitCode run_roles(const RolesOptions& options, AppContext& context) {
  RolePrinter printer(context.io, context.clock, options.selection,
                      parse_watched_format(options.output, role_forms(), options.watch));
  kube::Client& client = context.kube();
  if (!options.watch) {
    const mssql::RoleReport report = mssql::read_roles(client, client.config().ns, options.name);
    printer.print(report);
    return exit_code_of(report, options);
  }
  return watch_until_ended(context, [&] {
    mssql::follow_roles(client, client.config().ns, options.name, [&](const mssql::RoleReport& report) {
      printer.print_changes(report);
      context.machine_output = false;  // From here on stdout is a stream of reports, and of nothing else.
      return !context.io.out.closed();
    });
  });
}

}  // namespace

Command roles_command() {
  const auto options = std::make_shared<RolesOptions>();
  Command command{.name = "roles", .summary = "Show who leads, and whether labels and Services agree"};
  command.description =
      "One row a pod: the role SQL Server reports (unknown: only Kubernetes is asked), the role label, the Service "
      "whose endpoints hold the pod, whether the two agree, and since when. A pod that is going away, has failed "
      "or has ended is never the primary.\n\n"
      "Exits with 10 when no pod, or more than one, is labelled primary; -w goes on. --exit-code exits with 10 also "
      "for "
      "what is missing or not known: every replica that is wanted has to be there, run, carry a role and be behind the "
      "Service of that role.";
  command.examples =
      "# Everything about the roles of one database\n"
      "kubectl dba mssql roles sales -n demo\n"
      "# The primary's pod name alone, for a script\n"
      "kubectl dba mssql roles sales -n demo --primary -q\n"
      "# Every change as it happens, one JSON object a line\n"
      "kubectl dba mssql roles sales -n demo -w -o json\n"
      "# Fail (10) unless one pod leads and every replica is where its label says\n"
      "kubectl dba mssql roles sales -n demo --exit-code";
  command.arguments = {
      {.name = "NAME", .help = "Name of the database", .into = &options->name, .complete = complete_databases}};
  command.flags = {
      {.name = "primary", .help = "Only the primary; with -q its name alone", .into = &options->selection.primary},
      {.name = "secondaries",
       .help = "Only the secondaries; with -q their names alone",
       .into = &options->selection.secondaries},
      watch_flag(options->watch),
      {.name = "no-sql", .help = "Ask Kubernetes alone, not SQL Server", .into = &options->no_sql},
      {.name = "exit-code",
       .help = "Exit with 10 unless one pod leads and every replica is there and where its label says",
       .into = &options->exit_code},
      output_flag(options->output, role_forms()),
  };
  command.run = [options](AppContext& context) { return run_roles(*options, context); };
  return command;
}

}  // namespace dba::cli
