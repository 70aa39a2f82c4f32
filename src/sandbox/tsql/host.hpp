#pragma once
// What a session's engine (tsql/, store/) asks of the instance and the group around it (group/). Tests bring a fake.

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver {

/// One change of a transaction as the log keeps it: in SQLite's language with its values. It names rows, not how they
/// came about, so that redo gives the same rows on every replica whatever made them (NEWID, a temporary table, a view).
/// Values may hold several rows, each as long as the statement has parameters: it is run once for each.
struct LogStatement {
  std::string sql{};
  std::vector<Value> values{};
};

/// What a commit came to.
struct CommitOutcome {
  std::optional<Message> failure{};  ///< 9002, 3906 …: rolled back
  bool unknown = false;  ///< The role was lost while waiting for a secondary: the session is killed without an answer.
};

enum class Access { read, write };

class Host {
 public:
  virtual ~Host() = default;
  /// SERVERPROPERTY(name), @@VERSION ("version"), @@SERVERNAME ("servername"); absent = no such property (NULL).
  virtual std::optional<Value> server_property(std::string_view name) const = 0;
  /// A catalog or dynamic management view ("sys.dm_hadr_database_replica_states", "sys.databases" …), as this replica
  /// sees it; absent = there is none of this name in this version (208).
  virtual std::optional<Table> system_view(std::string_view name, std::string_view database) const = 0;
  /// The names system_view() knows, as it takes them ("sys.databases"): for sys.all_columns and OBJECT_ID.
  virtual std::vector<std::string> system_views() const { return {}; }
  /// The databases there are, in order of database_id: master, tempdb, model, msdb, then the user's.
  virtual std::vector<std::string> databases() const = 0;
  /// Why a database cannot be used so by this session (976, 983, 3906, 922 …); absent = it can.
  virtual std::optional<Message> refusal(std::string_view database, Access access, bool read_only_intent) const = 0;
  /// Makes a transaction of one database durable: appended to the log, hardened here and on the synchronous
  /// secondaries, and done to this replica's store by Store::redo before it returns without failure. Blocks meanwhile.
  /// The session holds the database's write lock (nobody else commits to it), nothing of the store is locked.
  virtual CommitOutcome commit(std::string_view database, std::vector<LogStatement> statements,
                               const std::stop_token& cancel) = 0;
  /// sys.fn_hadr_is_primary_replica(database): 1, 0; absent = NULL (not in a group).
  virtual std::optional<bool> is_primary(std::string_view database) const = 0;
  /// CREATE DATABASE and DROP DATABASE by a user. Absent = done.
  virtual std::optional<Message> create_database(std::string_view name) = 0;
  virtual std::optional<Message> drop_database(std::string_view name) = 0;
};

}  // namespace dba::sandbox::sqlserver
