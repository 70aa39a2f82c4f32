// How the log moves: to the primary's own disk, over the lines to the secondaries' disks, from there into their data.
#include <algorithm>

#include "sql/group/group_state.hpp"

namespace dba::sandbox::sqlserver::group {

using std::chrono::nanoseconds;

namespace {

constexpr double kBlockKilobytes = 0.5;

nanoseconds time_for(Position blocks, double rate) {
  return nanoseconds(static_cast<std::int64_t>(static_cast<double>(blocks) * kBlockKilobytes / rate * 1e9));
}

}  // namespace

/// Everything up to `now`, as the replicas and their connections are at present. Each part computes when it happened,
/// so that it does not matter how often this is called.
void GroupState::move(Time now) {
  for (Replica& replica : replicas_) {
    if (replica.role != Role::primary || !replica.answers()) continue;
    harden_locally(replica, now);
    redo(replica, now);
  }
  for (Replica& replica : replicas_) {
    if (replica.primary && !replica.lost && *replica.ready <= now) ship(replica, at(*replica.primary), now);
  }
  for (Replica& replica : replicas_) {
    if (replica.role == Role::primary && replica.answers()) acknowledge(replica);
    if (replica.role != Role::primary && replica.answers()) redo(replica, now);
  }
}

void GroupState::harden_locally(Replica& replica, Time now) {
  for (auto& [name, copy] : replica.databases) {
    for (std::size_t i = copy.log.index_from(copy.hardened); i < copy.log.entries().size(); ++i) {
      const Entry& entry = copy.log.entries()[i];
      if (entry.hardened > now) break;
      copy.hardened = entry.record->end;
      copy.hardened_at = entry.hardened;
    }
  }
}

void GroupState::ship(Replica& secondary, Replica& primary, Time now) {
  secondary.opened = true;
  for (const auto& [name, theirs] : primary.databases) {
    const auto found = secondary.databases.find(name);
    if (found == secondary.databases.end()) continue;
    DatabaseCopy& copy = found->second;
    // A primary that still has redo to do is copied from when it is done.
    if (copy.busy_until && *copy.busy_until <= now && is_open(primary, name)) {
      const Time when = std::max(*copy.busy_until, theirs.redone_at);
      copy_database(secondary, primary, name, when);
      secondary.line_free = std::max(secondary.line_free, when);
    }
    if (!copy.busy_until && copy.exists && !copy.suspended) ship_database(secondary, primary, name, now);
  }
}

/// When the next record is on the secondary's disk.
Time GroupState::arrival(const Replica& secondary, const DatabaseCopy& copy, const Entry& entry) const {
  const Time sent = std::max(entry.record->appended, secondary.line_free);
  const Time flushed = sent + delays_.network + delays_.flush + secondary.condition.slow_disk;
  return std::max(flushed, copy.hardened_at);
}

void GroupState::ship_database(Replica& secondary, const Replica& primary, const std::string& database, Time now) {
  const DatabaseCopy& theirs = primary.databases.at(database);
  DatabaseCopy& copy = secondary.databases.at(database);
  for (std::size_t i = theirs.log.index_from(copy.end); i < theirs.log.entries().size(); ++i) {
    const Entry& entry = theirs.log.entries()[i];
    const Time when = arrival(secondary, copy, entry);
    if (when > now) break;
    copy.log.append({entry.record, when});
    copy.flushed_blocks += entry.record->end - entry.record->begin;
    copy.end = copy.hardened = copy.agreed = copy.counted = entry.record->end;
    copy.hardened_at = copy.appended_at = when;
    copy.committed_at = entry.record->appended;
  }
  const bool caught_up = copy.end >= theirs.hardened;
  if (settings_.synchronous && caught_up && copy.sync == Sync::synchronizing) {
    copy.sync = Sync::synchronized;
    copy.participant = true;
  }
}

void GroupState::redo(Replica& replica, Time now) {
  const double rate = replica.condition.redo_rate.value_or(delays_.redo_rate);
  for (auto& [name, copy] : replica.databases) {
    const Position limit = replica.role == Role::primary ? copy.recovery : copy.end;
    // What was acknowledged before this replica lost the primary's role may be a dead branch: that is known when it is
    // attached again.
    if (replica.role != Role::primary && (!replica.connected(now) || copy.busy_until)) continue;
    for (std::size_t i = copy.log.index_from(copy.redone); i < copy.log.entries().size(); ++i) {
      const Entry& entry = copy.log.entries()[i];
      const Record& record = *entry.record;
      if (record.end > limit) break;
      const Time begins = std::max({entry.hardened, copy.redone_at, replica.started});
      const Time when = std::max(begins + time_for(record.end - record.begin, rate), entry.hardened + delays_.redo);
      if (when > now) break;
      if (!record.kept_back) {
        actions_.push_back({StoreAction::Kind::apply, replica.ordinal, name, record.statements, 0});
      }
      copy.redone = record.end;
      copy.redone_at = when;
      ++copy.transactions;
      if (replica.role == Role::primary && is_recovered(replica)) {
        news_.push_back({News::Kind::recovered, replica.ordinal, "", when, 0});
      }
    }
  }
}

void GroupState::acknowledge(Replica& primary) {
  for (auto& [name, copy] : primary.databases) {
    int synchronized = 0;
    Position safe = copy.hardened;
    for (const Replica& secondary : replicas_) {
      if (secondary.primary != primary.ordinal) continue;
      const auto theirs = secondary.databases.find(name);
      if (theirs == secondary.databases.end() || !theirs->second.participant) continue;
      ++synchronized;
      safe = std::min(safe, theirs->second.hardened);
    }
    if (synchronized < settings_.required_secondaries || copy.redone < copy.recovery) continue;
    for (std::size_t i = copy.log.index_from(copy.acked); i < copy.log.entries().size(); ++i) {
      const Entry& entry = copy.log.entries()[i];
      Record& record = *entry.record;
      if (record.end > safe) break;
      record.fate = Fate::acknowledged;
      copy.acked = copy.counted = copy.agreed = copy.redone = record.end;
      copy.redone_at = std::max(copy.redone_at, entry.hardened);
      copy.committed_at = record.appended;
      copy.odd = copy.odd || record.kept_back;
      ++copy.transactions;
      actions_.push_back({StoreAction::Kind::apply, primary.ordinal, name, record.statements, 0});
    }
  }
}

Time GroupState::next_event() const {
  Time next = kNever;
  const auto consider = [&](Time when) {
    if (when > now_) next = std::min(next, when);
  };
  for (const Replica& replica : replicas_) {
    if (replica.lost) consider(*replica.lost + settings_.session_timeout);
    if (replica.ready) consider(*replica.ready);
    for (const auto& [name, copy] : replica.databases) {
      if (copy.busy_until) consider(*copy.busy_until);
      if (replica.role == Role::primary && replica.answers()) {
        const std::size_t index = copy.log.index_from(copy.hardened);
        if (index < copy.log.entries().size()) consider(copy.log.entries()[index].hardened);
      }
      if (!replica.primary || replica.lost || !copy.exists || copy.busy_until) continue;
      const auto theirs = find(*replica.primary)->databases.find(name);
      const Entry* const entry = theirs->second.log.find_from(copy.end);
      if (entry != nullptr) consider(arrival(replica, copy, *entry));
    }
  }
  return next;
}

/// Forgets what everybody holds; keeps the newest, and never more than a database can be copied faster for.
void GroupState::forget() {
  constexpr std::size_t kKept = 64;
  constexpr std::size_t kMost = 50'000;
  for (const std::string& database : settings_.databases) {
    Position needed = ~Position{0};
    for (const Replica& replica : replicas_) {
      const auto copy = replica.databases.find(database);
      if (copy == replica.databases.end() || !copy->second.exists) continue;
      needed = std::min({needed, copy->second.agreed, copy->second.redone});
    }
    for (Replica& replica : replicas_) {
      const auto copy = replica.databases.find(database);
      if (copy == replica.databases.end()) continue;
      Log& log = copy->second.log;
      if (log.entries().size() <= kKept) continue;
      const auto& entries = log.entries();
      Position upto = std::min(needed, entries[entries.size() - kKept].record->begin);
      if (entries.size() > kMost) upto = std::max(upto, entries[entries.size() - kMost].record->begin);
      log.forget_before(std::min(upto, copy->second.redone));
    }
  }
}

}  // namespace dba::sandbox::sqlserver::group
