#include "tsql/run/workspace.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

std::string read_schema(std::string_view database) { return "r:" + to_lower(database); }
std::string write_schema(std::string_view database) { return "w:" + to_lower(database); }

}  // namespace

Workspace::Workspace(Store& store, Connection& connection, int spid)
    : store_(store), connection_(connection), spid_(spid) {}

Workspace::~Workspace() {
  try {
    roll_back();
  } catch (const StoreError&) {
    // The connection goes next, and what it has not committed with it.
  }
}

void Workspace::attach(std::string_view address, std::string_view schema) {
  connection_.execute(fmt::format("ATTACH {} AS {}", quoted_text(address), quoted_identifier(schema)));
}

std::string Workspace::reading(std::string_view database) {
  const std::string key = to_lower(database);
  if (writes_.contains(key)) return write_schema(database);
  Read& read = reads_[key];
  if (read.pinned) return read_schema(database);
  SnapshotPtr newest = store_.snapshot(database);
  if (!newest) {
    if (!read.snapshot) reads_.erase(key);
    fail_database(database);
  }
  if (!read.snapshot ||
      (snapshot_number(*read.snapshot) != snapshot_number(*newest) && !connection_.in_transaction())) {
    if (read.snapshot) connection_.execute("DETACH " + quoted_identifier(read_schema(database)));
    read.snapshot = nullptr;
    attach(snapshot_address(*newest), read_schema(database));
    read.snapshot = std::move(newest);
  }
  read.pinned = true;
  return read_schema(database);
}

void Workspace::end_statement() {
  for (auto& [name, read] : reads_) read.pinned = false;
  // SQLite attaches ten databases at most.
  if (reads_.size() <= 3 || connection_.in_transaction()) return;
  for (const auto& [name, read] : reads_) {
    if (read.snapshot) connection_.execute("DETACH " + quoted_identifier(read_schema(name)));
  }
  reads_.clear();
}

void Workspace::begin() {
  if (!connection_.in_transaction()) connection_.execute("BEGIN");
}

std::string Workspace::writing(std::string_view database, std::optional<std::chrono::milliseconds> timeout,
                               const std::stop_token& cancel) {
  const std::string key = to_lower(database);
  if (!writes_.contains(key)) {
    LeaseFailure failure{};
    std::unique_ptr<WriteLease> lease = store_.lease(database, spid_, timeout, cancel, failure);
    if (!lease) {
      switch (failure) {
        case LeaseFailure::timed_out:
          fail(1222, "Lock request time out period exceeded.", 16, 56);
        case LeaseFailure::cancelled:
          throw Interrupted();
        case LeaseFailure::deadlock:
          fail(1205,
               fmt::format("Transaction (Process ID {}) was deadlocked on lock resources with another process and has "
                           "been chosen as the "
                           "deadlock victim. Rerun the transaction.",
                           spid_),
               13, 51);
        case LeaseFailure::no_database:
          fail_database(database);
      }
    }
    attach(lease->address(), write_schema(database));
    writes_.emplace(key, Written{std::move(lease), {}});
  }
  begin();
  return write_schema(database);
}

Workspace::Change::Change(Workspace& workspace, std::string_view database, std::string_view before,
                          std::string_view object, std::string_view after)
    : workspace_(workspace),
      database_(to_lower(database)),
      statement_(workspace.connection_.prepare(fmt::format(
          "{}{}.{}{}", before, quoted_identifier(database.empty() ? std::string(kTemporary) : write_schema(database)),
          quoted_identifier(object), after))) {
  if (!database_.empty()) log_.sql = fmt::format("{}{}{}", before, quoted_identifier(object), after);
}

void Workspace::Change::run(std::span<const Value> values) {
  statement_.bind_all(values);
  statement_.step();
  statement_.reset();
  if (database_.empty()) return;
  std::vector<LogStatement>& log = workspace_.writes_.at(database_).log;
  if (!place_) {
    place_ = log.size();
    log.push_back(log_);
  }
  LogStatement& entry = log.at(*place_);
  entry.values.insert(entry.values.end(), values.begin(), values.end());
}

void Workspace::change(std::string_view database, std::string_view before, std::string_view object,
                       std::string_view after, std::span<const Value> values) {
  Change(*this, database, before, object, after).run(values);
}

CommitOutcome Workspace::commit(Host& host, const std::stop_token& cancel) {
  CommitOutcome outcome;
  std::vector<std::string> done;
  for (auto& [database, written] : writes_) {
    if (written.log.empty()) continue;
    outcome = host.commit(database, std::move(written.log), cancel);
    if (outcome.failure || outcome.unknown) {
      roll_back();
      return outcome;
    }
    done.push_back(database);
  }
  if (connection_.in_transaction()) connection_.execute("COMMIT");
  for (const std::string& database : done) writes_.at(database).lease->keep();
  release();
  return outcome;
}

void Workspace::roll_back() {
  if (connection_.in_transaction()) connection_.execute("ROLLBACK");
  release();
}

void Workspace::release() {
  savepoints_.clear();
  for (const auto& [database, written] : writes_)
    connection_.execute("DETACH " + quoted_identifier(write_schema(database)));
  writes_.clear();
}

void Workspace::save(std::string_view name) {
  begin();
  connection_.execute("SAVEPOINT " + quoted_identifier(name));
  Savepoint savepoint{to_lower(name), {}};
  for (const auto& [database, written] : writes_) savepoint.log_sizes[database] = written.log.size();
  savepoints_.push_back(std::move(savepoint));
}

void Workspace::cut_logs(const Savepoint& savepoint) {
  for (auto& [database, written] : writes_) {
    const auto size = savepoint.log_sizes.find(database);
    written.log.resize(size == savepoint.log_sizes.end() ? 0 : size->second);
  }
}

bool Workspace::roll_back_to(std::string_view name) {
  const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                  [&](const Savepoint& one) { return one.name == to_lower(name); });
  if (found == savepoints_.rend()) return false;
  connection_.execute("ROLLBACK TO " + quoted_identifier(name));
  cut_logs(*found);
  savepoints_.erase(found.base(), savepoints_.end());
  return true;
}

void Workspace::forget(std::string_view name) {
  const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                  [&](const Savepoint& one) { return one.name == to_lower(name); });
  if (found == savepoints_.rend()) return;
  connection_.execute("RELEASE " + quoted_identifier(name));
  savepoints_.erase(std::prev(found.base()), savepoints_.end());
}

}  // namespace dba::sandbox::sqlserver::tsql
