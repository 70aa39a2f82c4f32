#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/kube/api_error.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/replicas_service.hpp"
#include "dba/output/error_text.hpp"

#include "commands.hpp"
#include "completers.hpp"
#include "database_argument.hpp"
#include "replica_printer.hpp"
#include "sql_flags.hpp"
#include "watching.hpp"

namespace dba::cli {

namespace {

struct ReplicasOptions {
  std::string name{}, output{}, sort = "name";
  mssql::ReplicaFilter filter{};
  mssql::ReplicaLimits limits{};
  bool exit_code = false;
  bool watch = false;
  std::optional<std::chrono::nanoseconds> interval{};
  SqlOptions sql{};
};

constexpr const char* kHealthy = "ok";
constexpr auto kInterval = std::chrono::seconds(2);

/// Why nobody answers, as far as it is known.
std::vector<std::string> reasons_of_silence(const mssql::ReplicaReport& report) {
  if (!report.errors.empty()) return report.errors;
  std::vector<std::string> reasons;
  for (const mssql::ReplicaState& replica : report.replicas) {
    if (replica.failure) reasons.push_back(fmt::format("{}: {}", replica.kubernetes.pod, replica.failure->whole()));
  }
  return reasons;
}

void tell_error(AppContext& context, const ErrorInfo& error) {
  context.io.err.write(output::error_text(error, context.io.colour_err));
}

/// What the report comes to, told on stderr.
ExitCode judge(const mssql::ReplicaReport& report, const ReplicasOptions& options, AppContext& context) {
  if (report.two_primaries_proven) {
    tell_error(context, {.code = ExitCode::write_lost,
                         .message = mssql::replica_summary(report),
                         .hint = mssql::coordinator_log_command(report.ns, report.primaries.front())});
    return ExitCode::write_lost;
  }
  if (const ExitCode silence = mssql::code_of_silence(report); silence != ExitCode::ok) {
    tell_error(context, {.code = silence,
                         .message = options.filter.replicas.empty()
                                        ? fmt::format("no replica of \"{}\" could be asked", options.name)
                                        : fmt::format("{} gave no answer", english_list(options.filter.replicas)),
                         .details = reasons_of_silence(report),
                         .cause = report.phase == "Halted" ? "the database is halted" : ""});
    return silence;
  }
  const std::vector<std::string> missed = mssql::missed_limits(report, options.limits);
  if (!missed.empty()) {
    tell_error(context, {.code = ExitCode::unhealthy, .message = "a limit is not kept", .details = missed});
    return ExitCode::unhealthy;
  }
  return options.exit_code && mssql::health_text(report) != kHealthy ? ExitCode::unhealthy : ExitCode::ok;
}

/// @returns what the whole report comes to, whatever part of it is shown
mssql::ReplicaReport read_part(mssql::ReplicaReader& reader, const ReplicasOptions& options) {
  mssql::ReplicaReport report = reader.read();
  mssql::select_replicas(report, options.filter);
  mssql::sort_replicas(report, options.sort);
  return report;
}

/// Whether the same question may be answered a little later.
bool may_pass(const kube::ApiError& error) {
  return error.code() != ExitCode::denied && error.code() != ExitCode::refused && error.code() != ExitCode::interrupted;
}

ExitCode run_replicas(const ReplicasOptions& options, AppContext& context) {
  ReplicaPrinter printer(context.io, context.clock, options.output, options.watch);
  if (options.watch && (options.limits.max_rpo || options.limits.max_rto || options.exit_code))
    throw usage_error("--max-rpo, --max-rto and --exit-code judge once: leave out --watch");
  if (options.interval && !options.watch) throw usage_error("--interval: there is only one round without --watch");
  kube::Client& client = context.kube();
  const std::string ns = client.config().ns;
  if (!options.watch) {
    mssql::ReplicaReader reader(client, ns, options.name, sql_question(context, options.sql));
    const mssql::ReplicaReport report = read_part(reader, options);
    printer.print(report);
    return judge(report, options, context);
  }
  return watch_until_ended(context, [&] {
    mssql::ReplicaReader reader(client, ns, options.name, repeated_sql_question(context, options.sql));
    printer.print_changes(read_part(reader, options));
    bool lost = false;
    while (go_on_showing(context) &&
           !context.clock.sleep_until(deadline_of(context, options.interval.value_or(kInterval)), context.stop)) {
      try {
        printer.print_changes(read_part(reader, options));
        if (std::exchange(lost, false)) context.io.warn("the API server answers again");
      } catch (const kube::ApiError& error) {
        if (!may_pass(error)) throw;
        if (!std::exchange(lost, true)) context.io.warn("cannot follow what happens, trying again: " + why(error));
      }
    }
    if (context.stop.stop_requested()) throw Error(ExitCode::interrupted, "interrupted");
  });
}

}  // namespace

Command replicas_command() {
  const auto options = std::make_shared<ReplicasOptions>();
  Command command{.name = "replicas", .summary = "Show how far every replica has come, asked of SQL Server itself"};
  command.description =
      "Every replica is asked at once, each through a tunnel of its own. A row holds what the replica says about "
      "itself "
      "and what the primary says about it; over several databases the worst value. -o wide and csv have a row for each "
      "database. A replica that gives no answer keeps its row, with the reason.\n\n"
      "RPO is what would be lost if the replica took over now: nothing where SQL Server calls it ready for a failover, "
      "else the time between its last commit and the primary's. RTO is the time to redo the rest of its log: queue by "
      "rate. Both are estimates; \"unknown\" is never taken for good.\n\n"
      "Exits with 5 when no replica answers, with 12 when two lead at the same time. --exit-code exits with 10 also "
      "when the health is not ok, or not known. A label or a Service that says otherwise than SQL Server is no good "
      "health, nor is a database that is being deleted.";
  command.examples =
      "# One row a replica\n"
      "kubectl dba mssql replicas sales -n demo\n"
      "# One row a replica and database, the longest redo queue first\n"
      "kubectl dba mssql replicas sales -n demo -o wide --sort redo-queue\n"
      "# Fail (10) unless every secondary could take over without loss and within half a minute\n"
      "kubectl dba mssql replicas sales -n demo --max-rpo 0s --max-rto 30s\n"
      "# Every change, one JSON object a line\n"
      "kubectl dba mssql replicas sales -n demo -w -o json";
  command.arguments = {database_argument(options->name)};
  command.flags = {
      {.name = "database",
       .value = "NAME",
       .help = "Only this database of SQL Server (repeatable)",
       .into = &options->filter.databases,
       .split_commas = true,
       .complete = complete_group_databases(options->name)},
      {.name = "replica",
       .value = "POD",
       .help = "Only this replica (repeatable); the others are asked as well",
       .into = &options->filter.replicas,
       .split_commas = true,
       .complete = complete_replicas(options->name)},
      {.name = "sort",
       .value = "KEY",
       .help = "Order of the rows, the worst first",
       .into = &options->sort,
       .one_of = mssql::replica_sort_keys()},
      watch_flag(options->watch),
      {.name = "interval",
       .value = "DURATION",
       .help = "With --watch, the pause between two rounds of questions (default 2s)",
       .into = [options](const std::string& flag,
                         const std::string& text) { options->interval = parse_timeout(flag, text); }},
      {.name = "exit-code", .help = "Exit with 10 unless the health is ok", .into = &options->exit_code},
      output_flag(options->output, replica_forms()),
      limit_flag("max-rpo", "Exit with 10 unless every replica would lose no more than this: 0s, 30s, 5m",
                 options->limits.max_rpo),
      limit_flag("max-rto", "Exit with 10 unless every replica could take over within this: 0s, 30s, 5m",
                 options->limits.max_rto),
  };
  command.flags = join_flags(std::move(command.flags), sql_flags(options->sql, "How long all of it may take"));
  command.run = [options](AppContext& context) { return run_replicas(*options, context); };
  return command;
}

}  // namespace dba::cli
