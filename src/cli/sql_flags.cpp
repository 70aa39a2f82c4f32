#include "sql_flags.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/error.hpp"
#include "dba/kube/pod_streams.hpp"

#include "mutation_flags.hpp"

namespace dba::cli {

namespace {

constexpr auto kNoLimit = std::chrono::hours(24 * 365);
/// A server that takes longer than this to answer at all is not going to.
constexpr auto kLongestRound = std::chrono::seconds(60);

std::string default_text(std::chrono::nanoseconds timeout) {
  if (timeout.count() == 0) return "no limit";
  return human_duration(std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
}

}  // namespace

std::vector<Flag> sql_flags(SqlOptions& options, const std::string& timeout_help) {
  std::vector<Flag> flags{
      {.name = "odbc-driver",
       .value = "NAME",
       .help = "ODBC driver: a section of odbcinst.ini or the path of its library (default: Microsoft's, else FreeTDS)",
       .into = &options.driver},
      timeout_flag(options.timeout, fmt::format("{}: seconds or a duration like 90s, 0 = no limit (default {})",
                                                timeout_help, default_text(options.timeout)))};
  for (Flag& flag : flags) flag.group = "SQL Server";
  return flags;
}

Flag limit_flag(const char* name, const char* help, std::optional<std::chrono::nanoseconds>& into) {
  return {.name = name,
          .value = "DURATION",
          .help = help,
          .into =
              [&into](const std::string&, const std::string& text) {
                const auto limit = try_parse_duration(text);
                if (!limit || limit->count() < 0)
                  throw usage_error(fmt::format("\"{}\" is not a duration like 0s, 500ms or 30s", text));
                into = limit;
              },
          .group = "Gate"};
}

mssql::OpenSql sql_opener(AppContext& context, const SqlOptions& options) {
  return [&context, driver = options.driver](const Json& database) {
    kube::Client& client = context.kube();
    mssql::PodSql::Exec exec;
    // Who names a driver wants no other.
    if (driver.empty()) {
      exec = [&context](const kube::ExecRequest& request, platform::SteadyTime deadline) {
        return context.run_in_pod(context, request, deadline);
      };
    }
    return std::make_unique<mssql::PodSql>(
        client, context.open_sql(context, driver), mssql::read_sql_access(client, database), std::move(exec),
        [&context](std::string_view why) { context.io.warn(fmt::format("{}; asking sqlcmd in the pods", why)); });
  };
}

platform::SteadyTime deadline_of(AppContext& context, std::chrono::nanoseconds timeout) {
  const auto span = timeout.count() == 0 ? std::chrono::nanoseconds(kNoLimit) : timeout;
  return context.clock.steady_now() + std::chrono::duration_cast<platform::SteadyTime::duration>(span);
}

mssql::SqlQuestion sql_question(AppContext& context, const SqlOptions& options) {
  mssql::SqlQuestion question{.open = sql_opener(context, options), .until = deadline_of(context, options.timeout)};
  if (options.timeout.count() != 0) context.limit(*question.until);
  return question;
}

mssql::SqlQuestion repeated_sql_question(AppContext& context, const SqlOptions& options) {
  const std::chrono::nanoseconds limit = options.timeout.count() == 0 ? kLongestRound : options.timeout;
  return {.open = sql_opener(context, options), .timeout = limit};
}

}  // namespace dba::cli
