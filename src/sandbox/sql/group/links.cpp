// Who is attached to whom, and what happens when a connection is made or breaks.
#include <algorithm>

#include "sql/group/group_state.hpp"

namespace dba::sandbox::sqlserver::group {

bool GroupState::reaches(const Replica& a, const Replica& b) const {
  return a.answers() && b.answers() && a.side == b.side;
}

/// Whom it is attached to, as long as that one is primary; else the one with the newest configuration.
Replica* GroupState::choose_primary(const Replica& secondary) {
  Replica* best = nullptr;
  for (Replica& candidate : replicas_) {
    if (candidate.role != Role::primary || candidate.ordinal == secondary.ordinal) continue;
    if (secondary.primary == candidate.ordinal) return &candidate;
    if (best == nullptr || candidate.sequence > best->sequence) best = &candidate;
  }
  return best;
}

void GroupState::update_links() {
  for (Replica& replica : replicas_) {
    if (replica.primary) {
      Replica& primary = at(*replica.primary);
      const bool over = primary.running && primary.role != Role::primary;
      const bool left = replica.running && replica.role != Role::secondary;
      if (over || left) {
        detach(replica, kConnectionTerminated);
      } else if (!reaches(replica, primary)) {
        if (!replica.lost) replica.lost = now_;
        continue;
      } else if (replica.lost) {
        replica.lost.reset();
        replica.line_free = now_;
        continue;
      } else {
        continue;
      }
    }
    if (replica.role != Role::secondary) continue;
    Replica* const primary = choose_primary(replica);
    if (primary != nullptr && reaches(replica, *primary)) attach(replica, *primary);
  }
}

void GroupState::attach(Replica& secondary, Replica& primary) {
  const bool anything =
      std::ranges::any_of(primary.databases, [](const auto& entry) { return entry.second.end > kBeginning; });
  // A group that nobody has written to yet is in step from the beginning.
  const Time ready = anything ? now_ + delays_.connect : now_;
  secondary.primary = primary.ordinal;
  secondary.ready = ready;
  secondary.lost.reset();
  secondary.line_free = ready;
  secondary.sequence = primary.sequence;
  secondary.joined = true;
  for (const std::string& database : settings_.databases) {
    begin_synchronizing(secondary, primary, database, ready);
  }
}

void GroupState::begin_synchronizing(Replica& secondary, Replica& primary, const std::string& database, Time when) {
  const auto source = primary.databases.find(database);
  if (source == primary.databases.end() || !source->second.exists) return;
  const DatabaseCopy& theirs = source->second;
  DatabaseCopy& copy = secondary.databases[database];
  copy.participant = false;
  copy.suspended = secondary.condition.disk_full;
  if (!copy.exists) {
    copy.sync = Sync::initializing;
    copy.busy_until = theirs.end == kBeginning ? when : when + delays_.seed;
    if (*copy.busy_until <= now_) copy_database(secondary, primary, database, now_);
    return;
  }
  const Position common = common_end(copy.log, copy.end, theirs.log, theirs.end);
  const auto& kept = theirs.log.entries();
  const Position first_kept = kept.empty() ? theirs.end : kept.front().record->begin;
  if (copy.odd || copy.redone > common || common < std::min(first_kept, theirs.end)) {
    copy.sync = Sync::reverting;
    copy.busy_until = when + delays_.revert;
    return;
  }
  discard(secondary, database, copy.log.cut(common));
  copy.end = copy.hardened = copy.agreed = copy.counted = common;
  copy.busy_until.reset();
  copy.sync = copy.suspended ? Sync::not_synchronizing : Sync::synchronizing;
}

/// Seeding, or the end of an undo: the secondary gets what the primary has.
void GroupState::copy_database(Replica& secondary, const Replica& primary, const std::string& database, Time when) {
  const DatabaseCopy& theirs = primary.databases.at(database);
  DatabaseCopy& copy = secondary.databases[database];
  // Up to where both agree nothing is lost; what lies behind is.
  discard(secondary, database, copy.log.cut(common_end(copy.log, copy.end, theirs.log, theirs.end)));
  const bool suspended = copy.suspended;
  copy = {.exists = true, .log = theirs.log};
  copy.log.cut(theirs.redone);
  copy.end = copy.hardened = copy.redone = copy.agreed = copy.counted = theirs.redone;
  copy.hardened_at = copy.redone_at = copy.appended_at = when;
  copy.committed_at = theirs.committed_at;
  copy.odd = theirs.odd;
  copy.suspended = suspended;
  copy.sync = suspended ? Sync::not_synchronizing : Sync::synchronizing;
  actions_.push_back({StoreAction::Kind::copy, secondary.ordinal, database, nullptr, primary.ordinal});
}

void GroupState::detach(Replica& secondary, std::optional<int> error, std::optional<Time> since) {
  if (error) secondary.error = ConnectError{*error, secondary.primary.value_or(0), since.value_or(now_)};
  secondary.primary.reset();
  secondary.ready.reset();
  secondary.lost.reset();
  for (auto& [name, copy] : secondary.databases) {
    if (secondary.role != Role::primary) copy.sync = Sync::not_synchronizing;
    copy.participant = false;
    copy.busy_until.reset();
  }
}

void GroupState::time_out_links(Time now) {
  for (Replica& replica : replicas_) {
    if (!replica.lost || *replica.lost + settings_.session_timeout > now) continue;
    const Time when = *replica.lost + settings_.session_timeout;
    // What the others have acknowledged by then, they have; only this one is not waited for any more.
    move(when);
    detach(replica, kConnectionTimeout, when);
    update_links();
  }
}

}  // namespace dba::sandbox::sqlserver::group
