#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/mssql/roles_service.hpp"
#include "dba/output/format.hpp"

#include "commands.hpp"
#include "database_argument.hpp"
#include "mutation_flags.hpp"
#include "role_printer.hpp"
#include "sql_flags.hpp"
#include "watching.hpp"

namespace dba::cli {

namespace {

struct RolesOptions {
  std::string name{}, output{};
  RoleSelection selection{};
  bool watch = false;
  bool no_sql = false;
  bool exit_code = false;
  SqlOptions sql{};
};

/// Exactly one has to lead; a gate takes unknown for bad, and what is about to go.
ExitCode exit_code_of(const mssql::RoleReport& report, const RolesOptions& options) {
  if (report.two_primaries_proven) return ExitCode::write_lost;
  const bool one = report.primary_state == mssql::PrimaryState::one;
  if (!one) return ExitCode::unhealthy;
  const bool healthy = report.agreement == mssql::Agreement::agree && !report.partial && !report.deleting;
  return options.exit_code && !healthy ? ExitCode::unhealthy : ExitCode::ok;
}

ExitCode run_roles(const RolesOptions& options, AppContext& context) {
  if (options.no_sql && !options.sql.driver.empty())
    throw usage_error("--no-sql asks no SQL Server: leave out --odbc-driver");
  if (options.selection.primary && options.selection.secondaries)
    throw usage_error("--primary and --secondaries exclude each other: without both every pod is shown");
  RolePrinter printer(context.io, context.clock, options.selection,
                      parse_watched_format(options.output, role_forms(), options.watch));
  kube::Client& client = context.kube();
  if (!options.watch) {
    const mssql::SqlQuestion question = options.no_sql ? mssql::SqlQuestion{} : sql_question(context, options.sql);
    const mssql::RoleReport report = mssql::read_roles(client, client.config().ns, options.name, question);
    printer.print(report);
    return exit_code_of(report, options);
  }
  const mssql::SqlQuestion question =
      options.no_sql ? mssql::SqlQuestion{} : repeated_sql_question(context, options.sql);
  const auto on_report = [&](const mssql::RoleReport& report) {
    printer.print_changes(report);
    return go_on_showing(context);
  };
  return watch_until_ended(context,
                           [&] { mssql::follow_roles(client, client.config().ns, options.name, on_report, question); });
}

}  // namespace

Command roles_command() {
  const auto options = std::make_shared<RolesOptions>();
  Command command{.name = "roles", .summary = "Show who leads, and whether SQL Server, labels and Services agree"};
  command.description =
      "One row a pod: the role SQL Server itself reports, the role label, the Service whose endpoints hold the pod, "
      "whether they agree, and since when the label says so. Every pod is asked at once, through a tunnel of its own; "
      "where none can be asked, or with --no-sql, the labels decide who leads, and the note below the table says so: "
      "then "
      "the pod has to be ready as well. A pod that is going away, has failed or has ended is never the primary.\n\n"
      "Exits with 12 when two instances lead at the same time by their own words, and with 10 when no pod, or more "
      "than "
      "one, is the primary; -w goes on. --exit-code exits with 10 also for what is missing or not known: every replica "
      "that is wanted has to be there, run, have a role, carry it as its label and be behind the Service of that role.";
  command.examples =
      "# Everything about the roles of one database\n"
      "kubectl dba mssql roles sales -n demo\n"
      "# The primary's pod name alone, for a script\n"
      "kubectl dba mssql roles sales -n demo --primary -q\n"
      "# Every change as it happens, one JSON object a line\n"
      "kubectl dba mssql roles sales -n demo -w -o json\n"
      "# Fail (10) unless one pod leads and SQL Server, label and Service agree on every replica\n"
      "kubectl dba mssql roles sales -n demo --exit-code";
  command.arguments = {database_argument(options->name)};
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
  command.flags = join_flags(std::move(command.flags), sql_flags(options->sql, "How long to wait for the answers"));
  command.run = [options](AppContext& context) { return run_roles(*options, context); };
  return command;
}

}  // namespace dba::cli
