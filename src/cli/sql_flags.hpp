#pragma once
// What the commands share that talk to SQL Server: their flags, and opening it.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/cli/flags.hpp"
#include "dba/mssql/roles_service.hpp"

namespace dba::cli {

struct SqlOptions {
  std::string driver{};
  std::chrono::nanoseconds timeout = std::chrono::seconds(10);  ///< Of the whole command; 0 = no limit.
};

/// --odbc-driver and --timeout. @param timeout_help what the limit is for: "How long to wait for the servers"
std::vector<Flag> sql_flags(SqlOptions& options, const std::string& timeout_help);

/// A limit of a gate: a duration that is not negative.
Flag limit_flag(const char* name, const char* help, std::optional<std::chrono::nanoseconds>& into);

/// Opens the servers of a database with the driver there is; without any the pod's own sqlcmd, told on stderr.
mssql::OpenSql sql_opener(AppContext& context, const SqlOptions& options);

/// The same as a question, whose end is --timeout from now on; calls to the API server end then as well.
mssql::SqlQuestion sql_question(AppContext& context, const SqlOptions& options);
/// For a command that goes on and on: --timeout is for every round of answers.
mssql::SqlQuestion repeated_sql_question(AppContext& context, const SqlOptions& options);

/// When --timeout is over; far away without a limit.
platform::SteadyTime deadline_of(AppContext& context, std::chrono::nanoseconds timeout);

}  // namespace dba::cli
