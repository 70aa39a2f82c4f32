#include "ready_wait.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/ready_service.hpp"

#include "database_input.hpp"

namespace dba::cli {

namespace {

using ReadyOutcome = mssql::ReadyResult::Outcome;

std::string resume_command(const Json& database) {
  return fmt::format("kubectl dba mssql wait {} -n {} --for=phase=Ready", shell_quote(codec::name_of(database)),
                     shell_quote(codec::namespace_of(database)));
}

std::string printed_name(const Json& database) {
  return fmt::format("mssqlserver.kubedb.com/{}", codec::name_of(database));
}

Error not_ready(const Json& database, std::string_view done, const mssql::ReadyResult& result,
                const WaitOptions& waiting) {
  const std::string name = printed_name(database);
  if (result.outcome == ReadyOutcome::never)
    return Error({.message = fmt::format("{} will not become Ready: {}", name, result.text), .reason = "NeverReady"});
  ErrorInfo info{
      .code = ExitCode::timed_out,
      .message = fmt::format("{} was {}, but is not Ready after {}", name, done, format_duration(waiting.timeout)),
      .hint = resume_command(database),
      .reason = "TimedOut"};
  info.details.push_back(result.text);
  if (!result.newest.empty()) info.details.push_back(fmt::format("newest condition: {}", result.newest));
  return Error(std::move(info));
}

mssql::ReadyResult wait_for_it(const Json& database, std::string_view done, platform::SteadyTime deadline,
                               AppContext& context) {
  output::Progress progress(context.io, context.progress_mode(), context.clock);
  try {
    return mssql::wait_until_ready(context.kube(), database, deadline,
                                   [&](std::string_view text) { progress.update(text); });
  } catch (const Error& error) {
    if (error.code() != ExitCode::interrupted) throw;
    throw Error({.code = error.code(),
                 .message = fmt::format("interrupted; {} was {} and goes on without us", printed_name(database), done),
                 .hint = resume_command(database)});
  }
}

}  // namespace

void check_wait(AppContext& context, const WaitOptions& waiting, DryRun dry_run) {
  check_along(context, "--wait", [&] {
    if (dry_run != DryRun::none && waiting.wait) throw usage_error("there is nothing to wait for with --dry-run");
  });
}

void finish_when_ready(const Json& database, std::string_view done, const WaitOptions& waiting,
                       platform::SteadyTime deadline, ChangeOutput& output, AppContext& context) {
  const mssql::ReadyResult result = wait_for_it(database, done, deadline, context);
  if (result.database != nullptr) output.replace(*result.database);
  output.finish();
  // The result is on stdout already: what is left to say goes to stderr alone.
  context.machine_output = false;
  if (result.outcome != ReadyOutcome::ready) throw not_ready(database, done, result, waiting);
}

}  // namespace dba::cli
