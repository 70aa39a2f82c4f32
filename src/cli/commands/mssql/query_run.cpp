#include "query_run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <utility>

#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"
#include "dba/output/error_text.hpp"
#include "dba/sql/diagnostics.hpp"

namespace dba::cli {

namespace {

/// A server that does not answer a login for this long is not going to.
constexpr auto kConnectWithin = std::chrono::seconds(15);

constexpr std::string_view kEffectUnknown = "whether the statement took effect is not known";

/// Whether a statement was under way that may have been carried out all the same.
bool leaves_effect_unknown(const Error& error) {
  const auto* by_sql = dynamic_cast<const sql::SqlError*>(&error);
  return error.code() == ExitCode::timed_out || (by_sql != nullptr && by_sql->connection_dead());
}

std::optional<int> script_line(const sql::Diagnostic* record, const mssql::TsqlBatch& batch) {
  if (record == nullptr || !record->line || *record->line < 1) return std::nullopt;
  return batch.line + *record->line - 1;
}

/// The server's record that decided; nullptr when the failure is not of its words.
const sql::Diagnostic* record_of(const Error& error) {
  const auto* by_sql = dynamic_cast<const sql::SqlError*>(&error);
  return by_sql == nullptr ? nullptr : by_sql->decisive();
}

ResultError result_error(const Error& error, const std::string& pod, const mssql::TsqlBatch* batch) {
  ResultError result{.replica = pod, .message = why(error)};
  if (batch != nullptr) result.batch_line = batch->line;
  if (const sql::Diagnostic* record = record_of(error)) {
    result.message = record->message;
    result.sqlstate = record->sqlstate;
    result.number = sql::server_number(*record);
    result.severity = record->severity;
    result.state = record->state;
    if (batch != nullptr) result.line = script_line(record, *batch);
  }
  if (batch != nullptr && leaves_effect_unknown(error)) result.message += fmt::format("; {}", kEffectUnknown);
  return result;
}

/// The same failure with what to try next, where SQL Server's number says it: of a login as of a statement.
ErrorInfo with_hint(const Error& error) {
  /// @source SQL Server: the replica takes sessions of read intent alone
  constexpr int kReadIntentOnly = 978;
  ErrorInfo info = error.info();
  const sql::Diagnostic* record = record_of(error);
  if (info.hint.empty() && record != nullptr && record->number == kReadIntentOnly) info.hint = "--read-only";
  return info;
}

/// How many transactions the session is in.
class TransactionCount : public sql::ResultReader {
 public:
  static constexpr std::string_view kBatch = "SELECT @@TRANCOUNT";
  void columns(const std::vector<sql::Column>& /*columns*/) override {}
  void row(const sql::Row& row) override { open_ = !row.empty() && row.front() && *row.front() != "0"; }
  void done(std::optional<long long> /*affected*/) override {}
  void message(const sql::Diagnostic& /*message*/) override {}
  bool open() const { return open_; }

 private:
  bool open_ = false;
};

/// The failure of a batch with its place in the script, and what follows from it for the statement.
ErrorInfo placed(const Error& error, const ResultError& result, const std::string& who) {
  const std::string place = result.line ? fmt::format(" in line {}", *result.line)
                                        : fmt::format(" in the batch that begins in line {}", result.batch_line);
  ErrorInfo info = with_hint(error);
  info.message = who + info.message + place;
  if (!leaves_effect_unknown(error)) return info;
  info.message += fmt::format("; {}", kEffectUnknown);
  if (info.code == ExitCode::sql_unreachable) info.code = ExitCode::acceptance_unknown;
  return info;
}

/// A server that gave no answer: which, and how long was waited for it.
ErrorInfo silent(const Error& error, const std::string& pod, platform::SteadyTime::duration waited) {
  ErrorInfo info = error.info();
  const auto tenths = std::chrono::round<std::chrono::duration<std::int64_t, std::deci>>(waited);
  info.message = fmt::format("SQL Server{} did not answer within {} while connecting",
                             pod.empty() ? "" : fmt::format(" in pod \"{}\"", pod), format_duration(tenths));
  return info;
}

bool is_silence(const Error& error) {
  const auto* by_sql = dynamic_cast<const sql::SqlError*>(&error);
  return by_sql != nullptr && by_sql->failure() == sql::Failure::timed_out;
}

}  // namespace

QueryRun::QueryRun(AppContext& context, ResultPrinter& printer, const std::vector<mssql::TsqlBatch>& batches,
                   platform::SteadyTime deadline, bool several, std::size_t servers)
    : context_(context),
      printer_(printer),
      batches_(batches),
      deadline_(deadline),
      several_(several),
      left_(std::max<std::size_t>(servers, 1)) {}

void QueryRun::on(const std::string& pod, const Connect& connect) {
  const auto now = context_.clock.steady_now();
  const auto share = (deadline_ - now) / static_cast<int>(std::max<std::size_t>(left_--, 1));
  std::optional<mssql::QueryTargets::Connection> connection;
  try {
    connection = connect(now + std::min<platform::SteadyTime::duration>(share, kConnectWithin));
    run_batches(*connection);
  } catch (const Error& error) {
    const std::string& server = connection ? connection->pod : pod;
    if (!connection && is_silence(error)) {
      const Error named(silent(error, pod, context_.clock.steady_now() - now));
      if (several_) return tell(named, server, nullptr);
      throw named;
    }
    if (several_ && !is_interrupt(error)) return tell(error, server, nullptr);
    if (connection || is_interrupt(error)) end_with(error, server);
    throw Error(with_hint(error));
  }
}

/// Ends the result with a failure. On stderr run() tells it, unless it is an interruption, which nobody else tells.
void QueryRun::end_with(const Error& error, const std::string& pod) {
  if (context_.io.out.closed()) return;
  if (is_interrupt(error)) {
    tell(error, pod, nullptr);
  } else {
    printer_.fail(result_error(error, pod, nullptr));
  }
  printer_.finish();
  context_.machine_output = false;  // One document is on stdout already.
}

void QueryRun::run_batches(const mssql::QueryTargets::Connection& connection) {
  if (connection.by_sqlcmd) warn_of_sqlcmd();
  for (const mssql::TsqlBatch& batch : batches_) {
    bool told = false;
    printer_.begin({.replica = connection.pod, .named = several_, .line = batch.line}, [&](const Error& error) {
      told = true;
      tell(error, connection.pod, &batch);
    });
    try {
      run_batch(connection, batch);
    } catch (const sql::SqlError& error) {
      if (!told || error.connection_dead()) tell(error, connection.pod, &batch);
      return;
    } catch (const Error& error) {
      if (!leaves_effect_unknown(error)) throw;
      tell(error, connection.pod, &batch);
      return;
    }
  }
  if (!connection.by_sqlcmd) check_transaction(connection);
}

/// @throws Error for a script that would not do in several sessions what it does in one
void QueryRun::warn_of_sqlcmd() {
  if (batches_.size() > 1)
    throw Error(
        ExitCode::sql_unreachable,
        fmt::format("a script of {} batches needs an ODBC driver: sqlcmd runs each in a session of its own, which "
                    "knows nothing of USE, SET, #tables and transactions before it",
                    batches_.size()),
        "", "apt-get install tdsodbc");
  if (std::exchange(warned_, true)) return;
  context_.io.warn(
      "sqlcmd's text does not tell NULL from the text NULL, drops trailing blanks and cuts long values after 256 "
      "characters; a transaction that is left open is rolled back");
}

void QueryRun::run_batch(const mssql::QueryTargets::Connection& connection, const mssql::TsqlBatch& batch) {
  try {
    for (int i = 0; i < batch.times; ++i) connection.session->run(batch.text, printer_, deadline_);
  } catch (const Error& error) {
    if (!is_interrupt(error)) throw;
    throw Error(ExitCode::interrupted, "interrupted: whether the statement under way took effect is not known");
  }
}

/// The session is over after the script, and what it has not committed is gone.
void QueryRun::check_transaction(const mssql::QueryTargets::Connection& connection) {
  const bool begins_one = std::any_of(batches_.begin(), batches_.end(), [](const mssql::TsqlBatch& batch) {
    return to_lower(batch.text).find("tran") != std::string::npos;
  });
  if (!begins_one) return;
  TransactionCount count;
  connection.session->run(TransactionCount::kBatch, count, deadline_);
  if (!count.open()) return;
  tell(Error({.code = ExitCode::sql_failed,
              .message = "the script ends inside a transaction: what it changed there is rolled back",
              .hint = "end the script with COMMIT"}),
       connection.pod, nullptr);
}

/// On stderr, and as part of the result.
void QueryRun::tell(const Error& error, const std::string& pod, const mssql::TsqlBatch* batch) {
  const ResultError result = result_error(error, pod, batch);
  printer_.fail(result);
  const std::string who = several_ ? pod + ": " : "";
  ErrorInfo info = batch != nullptr ? placed(error, result, who) : with_hint(error);
  if (batch == nullptr) info.message = who + info.message;
  context_.io.err.write(output::error_text(info, context_.io.colour_err));
  code_ = worst(code_, info.code);
}

}  // namespace dba::cli
