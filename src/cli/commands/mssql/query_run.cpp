#include "query_run.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dba/output/error_text.hpp"
#include "dba/sql/diagnostics.hpp"

namespace dba::cli {

namespace {

/// A server that does not answer a login for this long is not going to.
constexpr auto kConnectWithin = std::chrono::seconds(15);

bool is_interrupt(const Error& error) {
  return error.code() == ExitCode::interrupted || error.code() == ExitCode::terminated;
}

std::optional<int> script_line(const sql::Diagnostic* record, const mssql::TsqlBatch& batch) {
  if (record == nullptr || !record->line || *record->line < 1) return std::nullopt;
  return batch.line + *record->line - 1;
}

ResultError result_error(const Error& error, const std::string& pod, const mssql::TsqlBatch* batch) {
  ResultError result{.replica = pod, .message = error.info().message};
  if (!error.info().cause.empty()) result.message = error.info().cause;
  if (batch != nullptr) result.batch_line = batch->line;
  const auto* by_sql = dynamic_cast<const sql::SqlError*>(&error);
  const sql::Diagnostic* record = by_sql == nullptr ? nullptr : by_sql->decisive();
  if (record == nullptr) return result;
  result.message = record->message;
  result.sqlstate = record->sqlstate;
  result.number = record->number;
  result.severity = record->severity;
  result.state = record->state;
  if (batch != nullptr) result.line = script_line(record, *batch);
  return result;
}

/// The same failure with its place in the script.
ErrorInfo placed(ErrorInfo info, const ResultError& error, const std::string& who) {
  const std::string place = error.line ? fmt::format(" in line {}", *error.line)
                                       : fmt::format(" in the batch that begins in line {}", error.batch_line);
  info.message = who + info.message + place;
  return info;
}

}  // namespace

QueryRun::QueryRun(AppContext& context, ResultPrinter& printer, const std::vector<mssql::TsqlBatch>& batches,
                   platform::SteadyTime deadline, bool several)
    : context_(context), printer_(printer), batches_(batches), deadline_(deadline), several_(several) {}

void QueryRun::on(const std::string& pod, const Connect& connect) {
  try {
    const mssql::QueryTargets::Connection connection =
        connect(std::min(deadline_, context_.clock.steady_now() + kConnectWithin));
    run_batches(connection);
  } catch (const Error& error) {
    if (!several_ || is_interrupt(error)) throw;
    tell(error, pod, nullptr);
  }
}

void QueryRun::run_batches(const mssql::QueryTargets::Connection& connection) {
  for (const mssql::TsqlBatch& batch : batches_) {
    printer_.begin({.replica = connection.pod, .named = several_, .line = batch.line});
    try {
      for (int i = 0; i < batch.times; ++i) connection.session->run(batch.text, printer_, deadline_);
    } catch (const sql::SqlError& error) {
      if (is_interrupt(error)) throw;
      tell(error, connection.pod, &batch);
      return;
    }
  }
}

/// On stderr, and as part of the result.
void QueryRun::tell(const Error& error, const std::string& pod, const mssql::TsqlBatch* batch) {
  const ResultError result = result_error(error, pod, batch);
  printer_.fail(result);
  ErrorInfo info = error.info();
  const std::string who = several_ ? pod + ": " : "";
  info = batch != nullptr ? placed(std::move(info), result, who) : std::move(info);
  if (batch == nullptr) info.message = who + info.message;
  context_.io.err.write(output::error_text(info, context_.io.colour_err));
  code_ = worst(code_, error.code());
}

}  // namespace dba::cli
