#pragma once
// The one table of exit codes. Scripts branch on these numbers, so a number never changes its meaning.

#include <span>
#include <string_view>

namespace dba {

enum class ExitCode : int {
  ok = 0,
  unexpected = 1,  ///< Unexpected error; for `diff`: there are differences.
  usage = 2,
  refused = 3,
  denied = 4,  ///< Not found, not authorized, API not installed.
  sql_unreachable = 5,
  acceptance_unknown = 6,
  sql_failed = 7,
  unhealthy = 10,
  limit_missed = 11,
  write_lost = 12,
  ops_failed = 13,
  proved_nothing = 14,
  held = 15,
  not_failed_over = 18,
  something_remains = 22,
  timed_out = 124,
  interrupted = 130,
  terminated = 143,
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view name;     ///< Short stable word for JSON, e.g. "refused".
  std::string_view meaning;  ///< One sentence for people.
};

/// Every exit code in ascending order; `kubectl dba exit-codes` prints it and the README is tested against it.
std::span<const ExitCodeRow> exit_code_table();

/// The code of a run over several objects or cycles: the more severe of two, in the order of design 3.3
/// (130 and 143 win, then 12 18 13 14 15 11 22 6 7 5 4 3 2 1 124 10 0).
ExitCode worst(ExitCode a, ExitCode b);

}  // namespace dba
