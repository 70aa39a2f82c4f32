#pragma once
// What one replica keeps: its databases, each as it was left by the last change redone. A primary and a secondary
// keep the same way: what a transaction did comes in by redo() on both, so their databases cannot drift apart.
//
// Readers get a snapshot (they never wait and never hold anybody up); writers work on a second copy that is theirs
// alone while they hold the database's write lock, and hand over what they changed as LogStatements.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dba/platform/clock.hpp"

#include "tsql/host.hpp"

namespace dba::sandbox::sqlserver {

/// What every database begins with: what the engine knows of its tables, and the last IDENTITY value of each.
constexpr std::string_view kEmptyDatabase =
    "CREATE TABLE \"$tables\"(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE CI, definition TEXT NOT NULL);"
    "CREATE TABLE \"$identity\"(id INTEGER PRIMARY KEY, last INTEGER NOT NULL);";

/// One database at one moment. Never changes; cheap to hand around, also to the store of another replica.
class Snapshot;
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// The right to write to one database, and the copy to do it on.
class WriteLease {
 public:
  virtual ~WriteLease() = default;  ///< Gives the lock back; what was not handed to redo() is gone.
  /// What SQLite's ATTACH takes to reach the copy.
  virtual std::string address() const = 0;
  /// The copy has committed exactly what Host::commit redid: it need not be made anew for the next writer.
  virtual void keep() = 0;
};

enum class LeaseFailure { timed_out, cancelled, deadlock, no_database };

/// Thread-safe.
class Store {
 public:
  /// @param clock what the waits for a write lock are measured with
  explicit Store(platform::Clock& clock);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// An empty database; nothing happens when there is one of this name (names do not differ by case).
  void create(std::string_view database);
  void drop(std::string_view database);
  bool contains(std::string_view database) const;

  /// Does what a transaction did: all of it or, with an exception, nothing. For a primary's own commits (from
  /// Host::commit) and for a secondary's redo.
  /// @throws std::runtime_error when the database is not the one the statements were made for
  void redo(std::string_view database, std::span<const LogStatement> statements);

  /// The database as it is now: to seed another replica, or to come back to. Absent when there is no such database.
  SnapshotPtr snapshot(std::string_view database);
  /// Makes the database what the snapshot is, creating it if need be. A transaction under way in it cannot commit.
  void restore(std::string_view database, const SnapshotPtr& snapshot);

  /// Waits for the write lock of a database.
  /// @param owner   who asks, for the search for deadlocks: a session's spid
  /// @param timeout absent = for ever
  /// @effects blocks
  std::unique_ptr<WriteLease> lease(std::string_view database, int owner,
                                    std::optional<std::chrono::milliseconds> timeout, const std::stop_token& cancel,
                                    LeaseFailure& failure);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// What SQLite's ATTACH takes to reach a snapshot; holds as long as the snapshot lives.
std::string snapshot_address(const Snapshot& snapshot);
/// A number that differs between any two snapshots of a process.
std::uint64_t snapshot_number(const Snapshot& snapshot);

}  // namespace dba::sandbox::sqlserver
