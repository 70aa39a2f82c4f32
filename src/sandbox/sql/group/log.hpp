#pragma once
// The transaction log of one database as one replica holds it.

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "dba/platform/clock.hpp"

#include "sql/group/lsn.hpp"
#include "tsql/host.hpp"

namespace dba::sandbox::sqlserver::group {

using Time = platform::SteadyTime;
inline constexpr Time kNever = Time::max();

using Statements = std::shared_ptr<const std::vector<LogStatement>>;

/// What has become of a commit.
enum class Fate {
  pending,       ///< Waits for its log block to be on enough disks.
  acknowledged,  ///< The client was told so, or could have been.
  unknown,       ///< The role was lost before: the client gets no answer.
  vanished,      ///< Was acknowledged; no replica has it any more.
};

/// One committed transaction. Replicas that have the same record share it.
struct Record {
  Position begin = 0, end = 0;
  Time appended{};
  Statements statements{};
  Fate fate = Fate::pending;
  bool kept_back = false;  ///< By fault lose-acked-write: it goes to the secondaries without its statements.
};

/// A record in one replica's log.
struct Entry {
  std::shared_ptr<Record> record{};
  Time hardened = kNever;  ///< When it was, or (on the primary, ahead of time) will be on this replica's disk.
};

/// Records in order of position, without gaps; old ones are forgotten when no replica needs them any more.
class Log {
 public:
  const std::deque<Entry>& entries() const { return entries_; }
  /// The first entry at or behind this position; the size when there is none.
  std::size_t index_from(Position position) const;
  const Entry* find_from(Position position) const;
  void append(Entry entry) { entries_.push_back(std::move(entry)); }
  /// Takes off everything behind the position. @returns what was taken
  std::vector<Entry> cut(Position end);
  void forget_before(Position position);
  void clear() { entries_.clear(); }
  bool holds(const Record& record) const;

 private:
  std::deque<Entry> entries_{};
};

/// Up to where the two logs hold the same records. What both have forgotten counts as the same.
Position common_end(const Log& log, Position end, const Log& other, Position other_end);

}  // namespace dba::sandbox::sqlserver::group
