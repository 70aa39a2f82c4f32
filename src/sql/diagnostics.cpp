#include "dba/sql/diagnostics.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace dba::sql {

namespace {

struct NumberRow {
  int number;
  Failure failure;
};

/// Error numbers that say alone what happened.
/// @source Microsoft Learn, Database Engine events and errors
constexpr NumberRow kNumbers[] = {
    {18456, Failure::login_failed},
    {18452, Failure::login_failed},
    {18470, Failure::login_failed},
    {18486, Failure::login_failed},
    {18487, Failure::login_failed},
    {18488, Failure::login_failed},
    {18401, Failure::not_ready},
    {17187, Failure::not_ready},
    {17142, Failure::not_ready},
    {17188, Failure::not_ready},
    {6005, Failure::not_ready},
    {983, Failure::role_changing},
    {976, Failure::not_readable},
    {978, Failure::not_readable},
    {979, Failure::not_readable},
    {982, Failure::not_readable},
    {4060, Failure::database_unavailable},
    {911, Failure::database_unavailable},
    {922, Failure::database_unavailable},
    {927, Failure::database_unavailable},
    {942, Failure::database_unavailable},
    {945, Failure::database_unavailable},
    {952, Failure::database_unavailable},
    {988, Failure::database_unavailable},
    {3906, Failure::read_only},
    {9002, Failure::log_full},
    {229, Failure::permission},
    {262, Failure::permission},
    {297, Failure::permission},
    {300, Failure::permission},
    {916, Failure::permission},
    {1205, Failure::deadlock},
    {1222, Failure::lock_timed_out},
    {2627, Failure::duplicate_key},
    {2601, Failure::duplicate_key},
    {596, Failure::killed},
};

std::optional<Failure> by_number(int number) {
  const auto* row = std::find_if(std::begin(kNumbers), std::end(kNumbers),
                                 [&](const NumberRow& candidate) { return candidate.number == number; });
  return row == std::end(kNumbers) ? std::nullopt : std::optional(row->failure);
}

/// 4060 comes together with 18456, which then only says that the login ended there.
int weight(Failure failure) { return failure == Failure::login_failed ? 1 : 2; }

/// What follows from each failure, in the order of the enumeration.
struct FailureRow {
  Failure failure;
  std::string_view name;
  ExitCode code;              ///< Of a statement; a session that does not come about is nearly always 5.
  bool ends_session = false;  ///< Whether the connection is of no use any more.
};

constexpr std::array<FailureRow, 19> kFailures{{
    {Failure::no_driver, "no-driver", ExitCode::sql_unreachable},
    {Failure::unreachable, "unreachable", ExitCode::sql_unreachable},
    {Failure::tls, "tls", ExitCode::sql_unreachable},
    {Failure::timed_out, "timed-out", ExitCode::timed_out, true},
    {Failure::interrupted, "interrupted", ExitCode::interrupted, true},
    {Failure::not_ready, "not-ready", ExitCode::sql_unreachable},
    {Failure::login_failed, "login-failed", ExitCode::denied},
    {Failure::database_unavailable, "database-unavailable", ExitCode::sql_failed},
    {Failure::role_changing, "role-changing", ExitCode::sql_failed},
    {Failure::not_readable, "not-readable", ExitCode::sql_failed},
    {Failure::read_only, "read-only", ExitCode::sql_failed},
    {Failure::log_full, "log-full", ExitCode::sql_failed},
    {Failure::permission, "permission", ExitCode::sql_failed},
    {Failure::deadlock, "deadlock", ExitCode::sql_failed},
    {Failure::lock_timed_out, "lock-timed-out", ExitCode::sql_failed},
    {Failure::duplicate_key, "duplicate-key", ExitCode::sql_failed},
    {Failure::killed, "killed", ExitCode::sql_unreachable, true},
    {Failure::connection_lost, "connection-lost", ExitCode::sql_unreachable, true},
    {Failure::statement, "statement", ExitCode::sql_failed},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kFailures.size(); ++i) {
    if (static_cast<std::size_t>(kFailures[i].failure) != i) return false;
  }
  return true;
}
static_assert(in_order() && kFailures.back().failure == Failure::statement, "a row for every failure");

const FailureRow& row_of(Failure failure) { return kFailures[static_cast<std::size_t>(failure)]; }

ExitCode exit_code_of(Phase phase, Failure failure) {
  const bool told_apart = failure == Failure::login_failed || failure == Failure::interrupted;
  return phase == Phase::connect && !told_apart ? ExitCode::sql_unreachable : row_of(failure).code;
}

/// FreeTDS's own codes for a connection that is gone or never came about.
/// @source FreeTDS 1.3 dblib error numbers, passed on as native codes
bool is_transport_code(int number) { return number >= 20002 && number <= 20020; }

/// Of a connection that broke, as the driver tells it. Records of the server have a severity, or are of FreeTDS.
bool is_transport_record(const Diagnostic& record) {
  return !record.severity && (is_transport_code(record.number) || record.sqlstate == "08S01");
}

const Diagnostic* decisive_of(const std::vector<Diagnostic>& records) {
  const Diagnostic* best = nullptr;
  int best_weight = 0;
  for (const Diagnostic& record : records) {
    const auto failure = by_number(record.number);
    if (failure && weight(*failure) > best_weight) {
      best = &record;
      best_weight = weight(*failure);
    }
  }
  if (best != nullptr || records.empty()) return best;
  const auto error = std::find_if_not(records.begin(), records.end(), is_notice);
  return error == records.end() ? &records.front() : &*error;
}

std::string cause_of(const Diagnostic* record) {
  if (record == nullptr) return {};
  if (server_number(*record) == 0) return record->message;
  std::string origin = fmt::format("Msg {}", record->number);
  if (record->severity) origin += fmt::format(", Level {}", *record->severity);
  if (record->state) origin += fmt::format(", State {}", *record->state);
  if (record->line && *record->line > 0) origin += fmt::format(", Line {}", *record->line);
  return fmt::format("{}: {}", origin, record->message);
}

ErrorInfo info_of(Phase phase, Failure failure, std::string message, const std::vector<Diagnostic>& records,
                  std::string hint) {
  ErrorInfo info;
  info.code = exit_code_of(phase, failure);
  info.message = std::move(message);
  info.cause = cause_of(decisive_of(records));
  info.hint = std::move(hint);
  info.reason = failure_name(failure);
  return info;
}

}  // namespace

std::string_view failure_name(Failure failure) { return row_of(failure).name; }

bool is_notice(const Diagnostic& record) {
  /// @source SQL Server: errors are of level 11 and higher
  constexpr int kLowestError = 11;
  if (record.severity) return *record.severity < kLowestError;
  return record.sqlstate.starts_with("01") && !is_transport_record(record);
}

int server_number(const Diagnostic& record) {
  return record.number <= 0 || is_transport_record(record) ? 0 : record.number;
}

Failure classify(Phase phase, const std::vector<Diagnostic>& records, bool dead) {
  const Diagnostic* decisive = decisive_of(records);
  if (decisive != nullptr) {
    if (const auto failure = by_number(decisive->number)) return *failure;
  }
  if (phase == Phase::connect) return Failure::unreachable;
  const bool broken =
      dead || std::any_of(records.begin(), records.end(), [](const Diagnostic& record) {
        return is_transport_code(record.number) || record.sqlstate == "08S01" || record.severity.value_or(0) >= 20;
      });
  return broken ? Failure::connection_lost : Failure::statement;
}

std::string_view without_origin(std::string_view message) {
  while (message.starts_with('[')) {
    const auto end = message.find(']');
    if (end == std::string_view::npos) break;
    message.remove_prefix(end + 1);
  }
  return message;
}

SqlError::SqlError(Phase phase, Failure failure, std::string message, std::vector<Diagnostic> records, std::string hint)
    : Error(info_of(phase, failure, std::move(message), records, std::move(hint))),
      failure_(failure),
      records_(std::move(records)) {}

const Diagnostic* SqlError::decisive() const { return decisive_of(records_); }

bool SqlError::connection_dead() const { return row_of(failure_).ends_session; }

}  // namespace dba::sql
