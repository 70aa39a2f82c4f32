#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/delete_service.hpp"
#include "dba/output/format.hpp"

#include "change_output.hpp"
#include "commands.hpp"
#include "database_argument.hpp"
#include "deletion_output.hpp"
#include "guard.hpp"
#include "mutation_flags.hpp"
#include "surroundings.hpp"

namespace dba::cli {

namespace {

using State = mssql::DeletionResult::State;

struct DeleteOptions {
  std::string name{}, output{};
  bool wipe_out_data = false;
  bool delete_ops_requests = false;
  bool ignore_not_found = false;
  MutationOptions change{};
  WaitOptions wait{.wait = true};
};

/// Absent when there is none and that is fine.
std::optional<mssql::DeletionInspection> inspect(kube::Client& client, const std::string& ns,
                                                 const DeleteOptions& options) {
  try {
    return mssql::inspect_deletion(client, ns, options.name);
  } catch (const Error& error) {
    if (options.ignore_not_found && error.info().reason == "NotFound") return std::nullopt;
    throw;
  }
}

Error timed_out(const std::string& ns, const DeleteOptions& options, const mssql::DeletionResult& result) {
  return Error(
      {.code = ExitCode::timed_out,
       .message = fmt::format("timed out waiting for the condition on mssqlservers/{}", options.name),
       .details = result.remains.empty() ? std::vector<std::string>{} : std::vector<std::string>{result.remains},
       .hint = fmt::format("kubectl dba mssql wait {} -n {} --for=delete", shell_quote(options.name), shell_quote(ns)),
       .reason = "TimedOut"});
}

mssql::DeletionResult carry_out(AppContext& context, const mssql::DeletionInspection& inspection,
                                const mssql::DeletionConsent& consent, platform::SteadyTime deadline,
                                const DeleteOptions& options, DeletionOutput& output) {
  using kube::resources::mssqlserveropsrequests;
  if (options.change.dry_run == DryRun::client) {
    for (const mssql::RequestOfDatabase& request : inspection.requests) {
      if (request.finished && options.delete_ops_requests) output.print(mssqlserveropsrequests, request.name, true);
    }
    return {};
  }
  output::Progress progress(context.io, context.progress_mode(), context.clock);
  return mssql::delete_database(context.kube(), inspection,
                                {.consent = consent,
                                 .wait = options.wait.wait,
                                 .deadline = deadline,
                                 .dry_run = server_dry_run(options.change.dry_run),
                                 .mark = make_mark(context, "delete", options.change)},
                                output.listener(progress));
}

ExitCode run_delete(const DeleteOptions& options, AppContext& context) {
  output::parse_format(options.output, {"name"});
  const bool asks = options.change.dry_run == DryRun::none && !options.change.yes;
  if (asks && !context.prompter.can_ask()) confirm(context, "", options.name, false);  // Before anything is contacted.
  kube::Client& client = context.kube();
  platform::SteadyTime deadline = limit_calls(context, options.wait.timeout);
  const std::string ns = client.config().ns;
  if (options.change.dry_run == DryRun::none || options.change.i_know_this_is)
    check_protected(context, client.config().context, ns, options.change.i_know_this_is);
  const auto inspection = inspect(client, ns, options);
  if (!inspection) return ExitCode::ok;
  if (!context.io.quiet || !options.change.yes) tell_plan(context, *inspection);  // What is asked about is shown.
  warn_of_requests(context, *inspection);
  const mssql::DeletionConsent consent{.wipe_out_data = options.wipe_out_data,
                                       .delete_ops_requests = options.delete_ops_requests,
                                       .command = context.command_line};
  mssql::check_deletion(*inspection, consent);
  if (asks) {
    confirm(context, fmt::format("Delete database {}/{}?", ns, options.name), options.name, false);
    deadline = limit_calls(context, options.wait.timeout);  // The user's time to think does not count.
  }

  DeletionOutput output(context, *inspection, options.output == "name", options.change.dry_run);
  const mssql::DeletionResult result = carry_out(context, *inspection, consent, deadline, options, output);
  for (const std::string& warning : result.warnings) context.io.warn(warning);
  if (result.state == State::timed_out) throw timed_out(ns, options, result);
  output.print(kube::resources::mssqlservers, options.name, result.state == State::gone);
  return ExitCode::ok;
}

}  // namespace

Command delete_command() {
  const auto options = std::make_shared<DeleteOptions>();
  Command command{.name = "delete", .summary = "Delete a database, saying first what goes and what stays"};
  command.description =
      "What goes beside the pods follows from the database's deletionPolicy; it is shown, and the name has to be "
      "typed (or --yes). DoNotTerminate is refused with the command that lifts it, WipeOut without --wipe-out-data.\n\n"
      "It waits until the database and its pods are gone; --wait=false returns once the deletion is accepted.";
  command.examples =
      "# Ask, delete, and wait until it is gone\n"
      "kubectl dba mssql delete sales -n demo\n"
      "# What would happen\n"
      "kubectl dba mssql delete sales -n demo --dry-run=server\n"
      "# In a script, data and backups included\n"
      "kubectl dba mssql delete sales -n demo --yes --wipe-out-data --timeout=5m";
  command.arguments = {database_argument(options->name)};
  command.flags = {
      {.name = "wipe-out-data",
       .help = "Agree to lose volumes, secrets and backups where the deletionPolicy is WipeOut",
       .into = &options->wipe_out_data,
       .typed_only = true},
      {.name = "delete-ops-requests",
       .help = "Delete the finished ops requests of the database first",
       .into = &options->delete_ops_requests},
      {.name = "ignore-not-found",
       .help = "Exit with 0 when there is no such database",
       .into = &options->ignore_not_found},
      output_flag(options->output, {"name"}),
  };
  std::vector<Flag> waiting = wait_flags(options->wait);
  waiting.front().help = "Return only when it is gone (default true)";
  command.flags = join_flags(std::move(command.flags), std::move(waiting));
  command.flags = join_flags(std::move(command.flags), mutation_flags(options->change));
  command.effect = Effect::destroys;
  command.run = [options](AppContext& context) { return run_delete(*options, context); };
  return command;
}

}  // namespace dba::cli
