#include <atomic>

#include <fmt/format.h>

#include "tsql/run/sql_session.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

std::uint64_t next_descriptor() {
  static std::atomic<std::uint64_t> last{0x1000};
  return ++last;
}

}  // namespace

void SqlSession::begin_transaction() {
  if (++transactions_ > 1) return;
  descriptor_ = next_descriptor();
  record_->set_in_transaction(true);
  answer().transaction(ResultSink::Transaction::begun, descriptor_);
}

void SqlSession::commit_transaction() {
  if (transactions_ == 0) fail(3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.");
  check_not_doomed();
  if (--transactions_ > 0) return;
  record_->set_in_transaction(false);
  const CommitOutcome outcome = workspace_.commit(host_, answer().stop());
  if (outcome.unknown) throw Abandoned{};
  if (outcome.failure) {
    answer().transaction(ResultSink::Transaction::rolled_back, descriptor_);
    throw SqlError(*outcome.failure);
  }
  answer().transaction(ResultSink::Transaction::committed, descriptor_);
}

void SqlSession::roll_back_transaction(const std::string& name) {
  if (transactions_ == 0) fail(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.");
  if (!name.empty() && !doomed_ && workspace_.roll_back_to(name)) return;
  discard();
  answer().transaction(ResultSink::Transaction::rolled_back, descriptor_);
}

void SqlSession::save_transaction(const std::string& name) {
  if (transactions_ == 0) fail(628, "Cannot issue SAVE TRANSACTION when there is no active transaction.");
  workspace_.save(name);
}

void SqlSession::flush_changes() {
  if (transactions_ > 0) return;
  const CommitOutcome outcome = workspace_.commit(host_, answer().stop());
  if (outcome.unknown) throw Abandoned{};
  if (outcome.failure) throw SqlError(*outcome.failure);
}

void SqlSession::discard() {
  transactions_ = 0;
  doomed_ = false;
  record_->set_in_transaction(false);
  workspace_.roll_back();
}

void SqlSession::check_not_doomed() const {
  if (!doomed_) return;
  fail(3930,
       "The current transaction cannot be committed and cannot support operations that write to the log file. Roll "
       "back the transaction.");
}

void SqlSession::before_change() {
  check_not_doomed();
  if (settings_.implicit_transactions && transactions_ == 0) begin_transaction();
}

void SqlSession::begin(ResultSink& sink) {
  guarded(sink, {}, [&] {
    begin_transaction();
    answer().done({});
  });
}

void SqlSession::commit(ResultSink& sink, bool begin_next) {
  guarded(sink, {}, [&] {
    commit_transaction();
    if (begin_next) begin_transaction();
    answer().done({});
  });
}

void SqlSession::roll_back(ResultSink& sink, bool begin_next) {
  guarded(sink, {}, [&] {
    roll_back_transaction("");
    if (begin_next) begin_transaction();
    answer().done({});
  });
}

}  // namespace dba::sandbox::sqlserver::tsql
