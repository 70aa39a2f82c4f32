#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/cli/context.hpp"
#include "dba/mssql/query_target.hpp"
#include "dba/mssql/tsql_batches.hpp"
#include "dba/output/error_text.hpp"
#include "dba/platform/files.hpp"

#include "commands.hpp"
#include "completers.hpp"
#include "database_argument.hpp"
#include "mutation_flags.hpp"
#include "query_options.hpp"
#include "query_run.hpp"
#include "result_printer.hpp"
#include "sql_flags.hpp"
#include "watching.hpp"

namespace dba::cli {

namespace {

/// @throws Error (usage)
std::vector<mssql::TsqlBatch> read_script(const QueryOptions& options, AppContext& context) {
  if (options.text && options.file) throw usage_error("-Q and -f exclude each other");
  if (!options.text && !options.file)
    throw usage_error("give the statements with -Q, or a file with -f (- is standard input)",
                      "kubectl dba mssql query NAME -Q \"SELECT @@VERSION\"");
  const bool is_stdin = options.file == "-";
  if (is_stdin) context.stdin_is_taken = true;
  const std::string source = options.text ? "-Q" : is_stdin ? "standard input" : fmt::format("-f {}", *options.file);
  std::string script = options.text ? *options.text
                       : is_stdin   ? platform::read_stdin(context.stop)
                                    : platform::read_file(*options.file);
  const auto batches = mssql::split_batches(mssql::decode_script(std::move(script), source));
  if (batches.empty()) throw usage_error("there is no statement to run");
  return batches;
}

/// Runs the batches on everybody they are for. @returns the worst outcome
ExitCode run_on_targets(const QueryOptions& options, const mssql::TargetWish& wish, ResultForm form,
                        const std::vector<mssql::TsqlBatch>& batches, AppContext& context) {
  kube::Client& client = context.kube();
  const std::string ns = client.config().ns;
  const mssql::SqlQuestion question = sql_question(context, options.sql);
  mssql::QueryTargets targets(client, ns, options.name, wish, question.open);
  ResultPrinter printer(context.io, form, ns, options.name);
  QueryRun run(context, printer, batches, *question.until, wish.all, targets.pods().size());

  if (targets.pods().empty()) {
    run.on("", [&](platform::SteadyTime deadline) { return targets.connect_by_role(options.session, deadline); });
  }
  for (const mssql::SqlPod& pod : targets.pods()) {
    run.on(pod.pod, [&](platform::SteadyTime deadline) { return targets.connect(pod, options.session, deadline); });
  }
  printer.finish();
  return run.code();
}

ExitCode run_query(const QueryOptions& options, AppContext& context) {
  const ResultForm form = parse_result_form(options.output);
  const mssql::TargetWish wish = target_of(options);
  const std::vector<mssql::TsqlBatch> batches = read_script(options, context);
  ExitCode code = ExitCode::ok;
  const ExitCode ended =
      watch_until_ended(context, [&] { code = run_on_targets(options, wish, form, batches, context); });
  return ended == ExitCode::ok ? code : ended;
}

}  // namespace

Command query_command() {
  const auto options = std::make_shared<QueryOptions>();
  Command command{.name = "query", .summary = "Run T-SQL on the primary, a secondary, or every replica"};
  command.description =
      "Batches are separated by GO on a line of its own (GO 5 runs the one before five times); the first that fails is "
      "printed to its end, as SQL Server goes on with it, and ends the script. Rows are printed as they come, messages "
      "(PRINT) go to stderr. NULL is <NULL> in a table, nothing in "
      "csv, where an empty text is \"\", and \\N in tsv. json is one document, ndjson one object a row; whole numbers "
      "of "
      "more than 15 digits and decimals are texts there.\n\n"
      "Exits with 7 when SQL Server refuses a statement, with its message and number, and with level, state and line "
      "as "
      "far as the driver tells them (FreeTDS does not). Exits with 5 when no session comes about, with 6 when the "
      "connection breaks while a statement runs, with 124 when --timeout is over: whether that statement took effect "
      "is not known then.\n\n"
      "Without an ODBC driver the pods' own sqlcmd runs the statements, of one batch only. Its text does not tell NULL "
      "from the text NULL, drops trailing blanks and cuts long values after 256 characters.";
  command.examples =
      "# On the primary\n"
      "kubectl dba mssql query sales -n demo -Q \"SELECT name, state_desc FROM sys.databases\"\n"
      "# A script, in one of its databases\n"
      "kubectl dba mssql query sales -n demo --database agdb1 --file schema.sql\n"
      "# On a secondary that lets read-only clients in\n"
      "kubectl dba mssql query sales -n demo --role secondary --read-only --database agdb1 -Q \"SELECT COUNT(*) FROM "
      "t\"\n"
      "# The same of every replica, as CSV\n"
      "kubectl dba mssql query sales -n demo --all-replicas -o csv -Q \"SELECT @@SERVERNAME AS server\"";
  command.arguments = {database_argument(options->name)};
  command.flags = {
      {.name = "query", .letter = 'Q', .value = "TSQL", .help = "The statements", .into = &options->text},
      {.name = "file",
       .letter = 'f',
       .value = "FILE",
       .help = "File with the statements, - is standard input",
       .into = &options->file,
       .complete = complete_files},
      output_flag(options->output, result_forms()),
  };
  command.flags = join_flags(std::move(command.flags), target_flags(*options));
  command.flags = join_flags(std::move(command.flags), sql_flags(options->sql, "How long all of it may take"));
  command.run = [options](AppContext& context) { return run_query(*options, context); };
  return command;
}

}  // namespace dba::cli
