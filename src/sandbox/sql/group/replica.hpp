#pragma once
// What the model knows about one replica of an availability group.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sql/group/log.hpp"

namespace dba::sandbox::sqlserver::group {

enum class Role { resolving, primary, secondary };

/// As sys.dm_hadr_database_replica_states numbers them. @source mssql.md 1.5
enum class Sync { not_synchronizing, synchronizing, synchronized, reverting, initializing };

/// Where the log of a new database ends: what its making has written.
inline constexpr Position kBeginning = 48;

/// A database of the group on one replica.
struct DatabaseCopy {
  bool exists = false;
  Log log{};
  Position end = 0;       ///< Of the log: on a primary what was appended, on a secondary what is on its disk.
  Position hardened = 0;  ///< On the disk.
  Position redone = 0;    ///< In the data.
  Position recovery = 0;  ///< A new primary is open when it has redone up to here.
  Position acked = 0;     ///< Primary: commits up to here were acknowledged.
  Position counted = 0;   ///< What this replica is worth when the next primary is chosen: no unacknowledged tail.
  Position agreed = 0;    ///< Up to here it holds what the primary holds; behind it may lie a tail of its own.
  Time appended_at{}, hardened_at{}, redone_at{};  ///< Of the last record in each of the three.
  Time committed_at{};                             ///< When the last commit that it holds was made, on the primary.
  Position flushed_blocks = 0;                     ///< All that was ever written to the log: a performance counter.
  std::uint64_t transactions = 0;
  Sync sync = Sync::not_synchronizing;
  bool participant = false;          ///< Commits wait for it.
  std::optional<Time> busy_until{};  ///< Being seeded or reverted until then.
  bool suspended = false;            ///< Its disk is full: it takes no log.
  bool odd = false;                  ///< Its data hold what was kept back from the others.
};

/// Why the link to the primary broke last; stays after it is back. @source mssql.md 1.1, 4.6
struct ConnectError {
  int number = 0;   ///< One of the two below.
  int primary = 0;  ///< The other end.
  Time at{};
};
inline constexpr int kConnectionTerminated = 35267;
inline constexpr int kConnectionTimeout = 35206;

/// What faults do to one replica.
struct Condition {
  bool disk_full = false;
  std::chrono::nanoseconds slow_disk{0};  ///< Every write takes that much longer.
  std::optional<double> redo_rate{};      ///< KB/s instead of its own.
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct Replica {
  int ordinal = 0;
  std::string volume{};  ///< Names the disk; another one is empty.
  bool running = false, frozen = false;
  std::uint64_t side = 0;  ///< Replicas of different sides do not reach each other.
  Condition condition{};
  Role role = Role::resolving;
  std::uint64_t sequence = 0;  ///< Of the newest configuration that it knows of.
  bool joined = false;         ///< It has belonged to the group since its disk was made.
  Time started{};
  bool opened = false;  ///< Its databases have been open since then: they stay so when the primary goes.
  // Its connection to the primary.
  std::optional<int> primary{};  ///< Whom it is attached to; outlives a broken line until the session times out.
  std::optional<Time> ready{};   ///< The handshake is over then.
  std::optional<Time> lost{};    ///< Nothing has come through since.
  Time line_free{};              ///< Log goes over it from then on.
  std::optional<ConnectError> error{};
  std::map<std::string, DatabaseCopy> databases{};

  bool answers() const { return running && !frozen; }
  bool connected(Time now) const { return primary.has_value() && ready && *ready <= now; }
};

}  // namespace dba::sandbox::sqlserver::group
