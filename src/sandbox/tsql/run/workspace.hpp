#pragma once
// The databases a session has before it: snapshots to read, and the writers' copies of those it writes to, with what
// it has done to them so far.

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "tsql/host.hpp"
#include "tsql/store/connection.hpp"
#include "tsql/store/store.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// What SQLite calls the session's own temporary tables.
constexpr std::string_view kTemporary = "main";

class Workspace {
 public:
  Workspace(Store& store, Connection& connection, int spid);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// What the database is attached as for reading: its newest state, or the writer's copy once it was written to.
  /// The same throughout a statement. @throws SqlError 911 when there is none
  std::string reading(std::string_view database);
  /// What it is attached as for writing; begins SQLite's transaction.
  /// @throws SqlError 1222, 1205, 911; Interrupted
  std::string writing(std::string_view database, std::optional<std::chrono::milliseconds> timeout,
                      const std::stop_token& cancel);
  /// Begins SQLite's transaction, so that temporary tables roll back with the rest.
  void begin();
  void end_statement();  ///< From here on newer snapshots are read.

  /// Does `before object after` to the database attached as `schema`, and takes it down for the log.
  /// @param database whose log; empty = temporary tables, which have none
  class Change {
   public:
    Change(Workspace& workspace, std::string_view database, std::string_view before, std::string_view object,
           std::string_view after);
    void run(std::span<const Value> values);

   private:
    Workspace& workspace_;
    std::string database_;
    Prepared statement_;
    LogStatement log_;
    std::optional<std::size_t> place_{};
  };
  void change(std::string_view database, std::string_view before, std::string_view object, std::string_view after,
              std::span<const Value> values = {});

  /// Hands everything to the host. On failure everything is undone.
  CommitOutcome commit(Host& host, const std::stop_token& cancel);
  void roll_back();

  void save(std::string_view name);
  bool roll_back_to(std::string_view name);  ///< False: there is no such savepoint.
  void forget(std::string_view name);

 private:
  struct Written {
    std::unique_ptr<WriteLease> lease{};
    std::vector<LogStatement> log{};
  };
  struct Read {
    SnapshotPtr snapshot{};
    bool pinned = false;
  };
  struct Savepoint {
    std::string name{};
    std::map<std::string, std::size_t> log_sizes{};
  };

  void attach(std::string_view address, std::string_view schema);
  void release();
  void cut_logs(const Savepoint& savepoint);

  Store& store_;
  Connection& connection_;
  int spid_;
  std::map<std::string, Read> reads_{};
  std::map<std::string, Written> writes_{};
  std::vector<Savepoint> savepoints_{};
};

}  // namespace dba::sandbox::sqlserver::tsql
