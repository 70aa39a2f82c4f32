#include "dba/base/exit_code.hpp"

#include <algorithm>
#include <array>

namespace dba {

namespace {

constexpr std::array kTable{
    ExitCodeRow{ExitCode::ok, "ok", "done, healthy, or already so"},
    ExitCodeRow{ExitCode::unexpected, "unexpected", "unexpected error; for diff: there are differences"},
    ExitCodeRow{
        ExitCode::usage, "usage",
        "wrong in itself: flags, values, local files, or --yes missing without a terminal; nothing was contacted"},
    ExitCodeRow{ExitCode::refused, "refused", "refused by a check after reading the cluster; nothing was changed"},
    ExitCodeRow{ExitCode::denied, "denied", "not found, not authorized, or the API is not installed"},
    ExitCodeRow{ExitCode::sql_unreachable, "sql-unreachable", "SQL Server unreachable, or no ODBC driver"},
    ExitCodeRow{ExitCode::acceptance_unknown, "acceptance-unknown", "sent, but whether it was accepted is unknown"},
    ExitCodeRow{ExitCode::sql_failed, "sql-failed", "a SQL statement failed"},
    ExitCodeRow{ExitCode::unhealthy, "unhealthy", "checked, and not healthy"},
    ExitCodeRow{ExitCode::limit_missed, "limit-missed",
                "what a test measured missed a limit given on the command line"},
    ExitCodeRow{ExitCode::write_lost, "write-lost",
                "an acknowledged write was lost, or two replicas were writable at once"},
    ExitCodeRow{ExitCode::ops_failed, "ops-failed", "the ops request failed or was denied"},
    ExitCodeRow{ExitCode::proved_nothing, "proved-nothing",
                "the run proved nothing: the fault is not proven, or the measurement was disturbed"},
    ExitCodeRow{ExitCode::held, "held", "no failover by design, though one was expected"},
    ExitCodeRow{ExitCode::not_failed_over, "not-failed-over",
                "the failover did not happen; the old primary still serves"},
    ExitCodeRow{ExitCode::something_remains, "something-remains",
                "the new primary serves, but something remains to do"},
    ExitCodeRow{ExitCode::timed_out, "timed-out", "accepted, but not finished within --timeout"},
    ExitCodeRow{ExitCode::interrupted, "interrupted", "interrupted (SIGINT)"},
    ExitCodeRow{ExitCode::terminated, "terminated", "terminated (SIGTERM)"},
};

/// Most severe first; every code of the table stands here once.
constexpr std::array kSeverity{
    ExitCode::interrupted,
    ExitCode::terminated,
    ExitCode::write_lost,
    ExitCode::not_failed_over,
    ExitCode::ops_failed,
    ExitCode::proved_nothing,
    ExitCode::held,
    ExitCode::limit_missed,
    ExitCode::something_remains,
    ExitCode::acceptance_unknown,
    ExitCode::sql_failed,
    ExitCode::sql_unreachable,
    ExitCode::denied,
    ExitCode::refused,
    ExitCode::usage,
    ExitCode::unexpected,
    ExitCode::timed_out,
    ExitCode::unhealthy,
    ExitCode::ok,
};
static_assert(kSeverity.size() == kTable.size());

}  // namespace

std::span<const ExitCodeRow> exit_code_table() { return kTable; }

ExitCode worst(ExitCode a, ExitCode b) {
  return *std::find_if(kSeverity.begin(), kSeverity.end(), [&](ExitCode code) { return code == a || code == b; });
}

}  // namespace dba
