#include "tsql/run/sql_session.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/engine.hpp"
#include "tsql/syntax/parser.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// Errors that end a batch even without XACT_ABORT.
/// @source learn.microsoft.com: SET XACT_ABORT; sommarskog.se: Error and Transaction Handling
bool ends_batch(int number) {
  static constexpr int kNumbers[] = {102, 137, 156, 207, 208, 209, 241, 245, 911, 976, 983, 1205, 3906, 4104, 8114};
  return std::ranges::find(kNumbers, number) != std::end(kNumbers);
}

constexpr std::string_view kNoWindow = "Windowed functions can only appear in the SELECT or ORDER BY clauses.";
constexpr std::string_view kNoAggregate =
    "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a "
    "select list, and the column "
    "being aggregated is an outer reference.";

/// SQLite could not take what the translation made of a statement, or the engine has a fault.
SqlError internal_fault(const std::exception& error) {
  struct Known {
    std::string_view words, text;
    int number;
  };
  static constexpr Known kKnown[] = {{"parser stack overflow", kTooDeep, 191},
                                     {"Expression tree is too large", kTooDeep, 191},
                                     {"misuse of window function", kNoWindow, 4108},
                                     {"misuse of aggregate", kNoAggregate, 147}};
  const std::string_view text = error.what();
  for (const Known& one : kKnown) {
    if (text.starts_with(one.words)) return SqlError({one.number, 15, 1, std::string(one.text), {}, 0});
  }
  return SqlError(
      {8624,
       16,
       1,
       fmt::format("Internal Query Processor Error: The query processor could not produce a query plan. {}", text),
       {},
       0});
}

bool is_change(const Statement& statement) {
  return std::holds_alternative<Insert>(statement.what) || std::holds_alternative<Update>(statement.what) ||
         std::holds_alternative<Delete>(statement.what);
}

}  // namespace

SqlSession::SqlSession(Host& host, Store& store, platform::Clock& clock, std::shared_ptr<SessionRecord> record)
    : host_(host),
      store_(store),
      clock_(clock),
      record_(std::move(record)),
      functions_(*this),
      connection_(":memory:"),
      workspace_(store, connection_, record_->spid()),
      random_(static_cast<std::uint64_t>(clock.wall_now().time_since_epoch().count()) ^
              (static_cast<std::uint64_t>(record_->spid()) << 48)) {
  connection_.set_functions(&functions_);
  connection_.execute(kEmptyDatabase);
}

void SqlSession::guarded(ResultSink& sink, const std::stop_token& cancel, const std::function<void()>& work) {
  Answer answer(sink, cancel, record_->stop());
  answer_ = &answer;
  connection_.set_interrupt([&answer] { return answer.abandoned(); });
  now_ = moment_of(clock_.wall_now());
  try {
    work();
  } catch (const Abandoned&) {
    if (settings_.xact_abort || record_->killed()) discard();
  } catch (const Interrupted&) {
    if (settings_.xact_abort || record_->killed()) discard();
  } catch (const SqlError& error) {
    // Left over from reading or from the transaction requests of a driver.
    try {
      tell(error.message());
      answer.done({}, true);
    } catch (const Abandoned&) {
    }
  }
  if (transactions_ == 0) discard();
  clean_up_statement();
  connection_.set_interrupt({});
  answer_ = nullptr;
}

void SqlSession::run(const Request& request, ResultSink& sink, const std::stop_token& cancel) {
  guarded(sink, cancel, [&] {
    variables_.clear();
    caught_.clear();
    tries_ = nesting_ = 0;
    run_parameters(request);
    finish_batch();
    for (const Parameter& parameter : request.parameters) {
      if (!parameter.output) continue;
      Parameter given = parameter;
      given.value = variables_.at(to_lower(parameter.name)).value;
      answer().output(given);
    }
  });
  drop_table_variables();
}

void SqlSession::drop_table_variables() {
  for (const std::string& name : table_variables_) {
    workspace_.change("", "DROP TABLE IF EXISTS ", name, "");
    const Value names[] = {name};
    workspace_.change("", "DELETE FROM ", "$tables", " WHERE name = ?", names);
  }
  table_variables_.clear();
}

void SqlSession::run_parameters(const Request& request) {
  std::vector<std::string> declared;
  for (const Parameter& parameter : request.parameters) {
    if (parameter.name.empty()) continue;
    declared.push_back(parameter.name);
    variables_[to_lower(parameter.name)] = {parameter.type, parameter.value};
  }
  run_text(request.batch, declared);
}

void SqlSession::run_text(const std::string& text, const std::vector<std::string>& declared) {
  const Statements statements = parse_batch(text, {settings_.quoted_identifier, declared});
  run_all(statements);
}

void SqlSession::finish_batch() {
  if (!doomed_) return;
  discard();
  answer().transaction(ResultSink::Transaction::rolled_back, descriptor_);
  tell({3998,
        16,
        1,
        "Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.",
        {},
        1});
  answer().done({}, true);
}

SqlSession::Flow SqlSession::run_all(const Statements& statements) {
  for (const StatementPtr& statement : statements) {
    const Flow flow = run_one(*statement);
    if (flow != Flow::next) return flow;
  }
  return Flow::next;
}

SqlSession::Flow SqlSession::run_one(const Statement& statement) {
  answer().check_listening();
  now_ = moment_of(clock_.wall_now());
  try {
    const Flow flow = execute(statement);
    clean_up_statement();
    return flow;
  } catch (const SqlError& error) {
    clean_up_statement();
    return failed(error, statement);
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    clean_up_statement();
    return failed(internal_fault(error), statement);
  }
}

/// What an error comes to: CATCH gets it, or the client.
SqlSession::Flow SqlSession::failed(SqlError error, const Statement& statement) {
  Message& message = error.message();
  if (message.line == 0) message.line = statement.line;
  last_error_ = message.number;
  row_count_ = 0;
  const bool lost = message.number == 1205 || message.severity >= 20;
  const bool aborts =
      lost || settings_.xact_abort || ends_batch(message.number) || std::holds_alternative<Throw>(statement.what);
  if (transactions_ == 0 || lost) {
    const bool was_open = transactions_ > 0;
    discard();
    if (was_open) answer().transaction(ResultSink::Transaction::rolled_back, descriptor_);
  }
  if (tries_ > 0 && message.severity < 20) {
    if (transactions_ > 0 && aborts && !std::holds_alternative<Throw>(statement.what)) doomed_ = true;
    if (transactions_ > 0 && settings_.xact_abort) doomed_ = true;
    throw error;
  }
  const bool rolls_back = transactions_ > 0 && (settings_.xact_abort || ends_batch(message.number)) &&
                          message.number != 208 && message.number != 207;
  if (rolls_back) {
    discard();
    answer().transaction(ResultSink::Transaction::rolled_back, descriptor_);
  }
  tell(message);
  if (is_change(statement) && !aborts) tell({3621, 0, 0, "The statement has been terminated.", {}, message.line});
  answer().done({}, true);
  if (message.severity >= 20) record_->kill(message);
  return aborts ? Flow::leave : Flow::next;
}

void SqlSession::clean_up_statement() {
  for (const std::string& table : scratch_) connection_.execute("DROP TABLE IF EXISTS " + quoted_identifier(table));
  scratch_.clear();
  workspace_.end_statement();
}

void SqlSession::tell(const Message& message) { answer().message(message); }

void SqlSession::done(std::optional<std::int64_t> count) {
  last_error_ = 0;
  answer().done(settings_.no_count ? std::nullopt : count);
}

void SqlSession::counted(std::int64_t rows) {
  row_count_ = rows;
  done(rows);
}

void SqlSession::reset() {
  discard();
  settings_ = {};
  variables_.clear();
  context_.clear();
  for (const TableDefinition& table : all_tables(connection_, kTemporary)) {
    connection_.execute("DROP TABLE IF EXISTS " + quoted_identifier(table.name));
  }
  connection_.execute("DELETE FROM \"$tables\"; DELETE FROM \"$identity\"");
}

}  // namespace dba::sandbox::sqlserver::tsql

namespace dba::sandbox::sqlserver {

std::unique_ptr<Session> make_session(Host& host, Store& store, platform::Clock& clock,
                                      std::shared_ptr<SessionRecord> record) {
  return std::make_unique<tsql::SqlSession>(host, store, clock, std::move(record));
}

std::vector<Message> login_messages(std::string_view database) {
  return {{5701, 0, 2, fmt::format("Changed database context to '{}'.", database), {}, 1},
          {5703, 0, 1, "Changed language setting to us_english.", {}, 1}};
}

}  // namespace dba::sandbox::sqlserver
