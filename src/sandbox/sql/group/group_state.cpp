// What happens to the replicas from outside.
#include "sql/group/group_state.hpp"

#include <algorithm>
#include <utility>

namespace dba::sandbox::sqlserver::group {

GroupState::GroupState(const Settings& settings, Delays delays) : delays_(delays) { reconfigure(settings, {}); }

const Replica* GroupState::find(int replica) const {
  const auto found = std::ranges::find(replicas_, replica, &Replica::ordinal);
  return found == replicas_.end() ? nullptr : &*found;
}

Replica& GroupState::at(int replica) {
  const auto found = std::ranges::find(replicas_, replica, &Replica::ordinal);
  if (found != replicas_.end()) return *found;
  Replica added{.ordinal = replica};
  return *replicas_.insert(std::ranges::upper_bound(replicas_, replica, {}, &Replica::ordinal), std::move(added));
}

const Replica* GroupState::primary_of(const Replica& replica) const {
  if (replica.role == Role::primary) return &replica;
  return replica.connected(now_) ? find(*replica.primary) : nullptr;
}

void GroupState::reconfigure(const Settings& settings, Time now) {
  advance(now);
  settings_ = settings;
  for (Replica& replica : replicas_) {
    if (replica.ordinal >= settings.replicas && replica.primary) detach(replica);
  }
  std::erase_if(replicas_, [&](const Replica& replica) { return replica.ordinal >= settings.replicas; });
  for (int ordinal = 0; ordinal < settings.replicas; ++ordinal) at(ordinal);
  for (Replica& replica : replicas_) {
    if (replica.role == Role::primary) make_databases(replica);
  }
  for (Replica& replica : replicas_) {
    // Databases that were added are seeded over the connections that there are.
    if (!replica.connected(now_)) continue;
    for (const std::string& database : settings_.databases) {
      if (!replica.databases[database].exists) {
        begin_synchronizing(replica, at(*replica.primary), database, now_);
      }
    }
  }
}

void GroupState::make_databases(Replica& primary) {
  for (const std::string& database : settings_.databases) {
    DatabaseCopy& copy = primary.databases[database];
    if (copy.exists) continue;
    copy = {.exists = true};
    copy.end = copy.hardened = copy.redone = copy.acked = copy.counted = copy.agreed = kBeginning;
    copy.appended_at = copy.hardened_at = copy.redone_at = copy.committed_at = now_;
    copy.sync = settings_.synchronous ? Sync::synchronized : Sync::synchronizing;
    actions_.push_back({StoreAction::Kind::create, primary.ordinal, database, nullptr, 0});
  }
}

void GroupState::started(int ordinal, const std::string& volume, Time now) {
  advance(now);
  if (ordinal >= settings_.replicas) return;
  Replica& replica = at(ordinal);
  if (replica.primary) detach(replica);
  if (replica.volume != volume) {
    for (auto& [name, copy] : replica.databases) discard(replica, name, copy.log.cut(0));
    if (!replica.volume.empty()) actions_.push_back({StoreAction::Kind::wipe, ordinal, "", nullptr, 0});
    replica = {.ordinal = ordinal, .volume = volume, .side = replica.side, .condition = replica.condition};
  }
  replica.running = true;
  replica.role = Role::resolving;
  replica.started = now_;
  replica.opened = false;
  update_links();
}

void GroupState::ended(int ordinal, bool abruptly, Time now) {
  advance(now);
  Replica& replica = at(ordinal);
  if (!replica.running) return;
  give_up_commits(replica);
  replica.running = replica.frozen = false;
  replica.role = Role::resolving;
  for (Replica& other : replicas_) {
    const bool between = other.ordinal == ordinal ? other.primary.has_value() : other.primary == ordinal;
    if (between && !abruptly) detach(other, kConnectionTerminated);
  }
  update_links();
}

void GroupState::set_role(int ordinal, Role role, std::uint64_t sequence, Time now) {
  advance(now);
  Replica& replica = at(ordinal);
  if (replica.role == role && replica.sequence == sequence) return;
  if (replica.primary && role != Role::secondary) detach(replica);
  if (replica.role == Role::primary) give_up_commits(replica);
  replica.role = role;
  if (role != Role::primary) return update_links();
  replica.sequence = sequence;
  replica.joined = true;
  make_databases(replica);
  for (auto& [name, copy] : replica.databases) {
    // Whatever is on its disk counts from now on.
    copy.agreed = copy.acked = copy.counted = copy.end = copy.hardened;
    copy.sync = settings_.synchronous ? Sync::synchronized : Sync::synchronizing;
    copy.participant = false;
    copy.busy_until.reset();
    copy.recovery = copy.end;
  }
  if (!is_recovered(replica)) news_.push_back({News::Kind::recovering, ordinal, "", now_, 0});
  settle_agreements(replica);
  lose_kept_back(replica);
  update_links();
}

/// Commits that still wait will never be answered: their clients are cut off.
void GroupState::give_up_commits(Replica& replica) {
  for (auto& [name, copy] : replica.databases) {
    for (std::size_t i = copy.log.index_from(copy.acked); i < copy.log.entries().size(); ++i) {
      Record& record = *copy.log.entries()[i].record;
      if (record.fate == Fate::pending) record.fate = Fate::unknown;
    }
    copy.hardened = copy.end;  // What was on its way to the disk arrives there.
    copy.sync = Sync::not_synchronizing;
  }
}

/// A new primary settles what is right. What others have beyond it is a dead branch, wherever they are now.
void GroupState::settle_agreements(const Replica& primary) {
  for (Replica& other : replicas_) {
    if (other.ordinal == primary.ordinal || other.role == Role::primary) continue;
    for (auto& [name, copy] : other.databases) {
      const auto right = primary.databases.find(name);
      if (right == primary.databases.end()) continue;
      copy.agreed = common_end(copy.log, copy.end, right->second.log, right->second.end);
    }
  }
}

bool GroupState::held_elsewhere(const Replica& without, const std::string& database, const Record& record) const {
  return std::ranges::any_of(replicas_, [&](const Replica& other) {
    const auto copy = other.databases.find(database);
    if (other.ordinal == without.ordinal || copy == other.databases.end() || !copy->second.exists) return false;
    const bool old =
        copy->second.log.entries().empty() || record.end <= copy->second.log.entries().front().record->begin;
    return old ? record.end <= copy->second.end : copy->second.log.holds(record);
  });
}

/// Entries that a replica gives up: those that were acknowledged and that nobody else has are lost for good.
void GroupState::discard(Replica& replica, const std::string& database, const std::vector<Entry>& entries) {
  std::uint64_t lost = 0;
  for (const Entry& entry : entries) {
    Record& record = *entry.record;
    if (record.fate != Fate::acknowledged || held_elsewhere(replica, database, record)) continue;
    record.fate = Fate::vanished;
    ++lost;
  }
  if (lost > 0) news_.push_back({News::Kind::lost_write, replica.ordinal, database, now_, lost});
}

/// What the primary before kept back is missing in the data of any other.
void GroupState::lose_kept_back(const Replica& primary) {
  for (const auto& [name, copy] : primary.databases) {
    if (copy.odd) continue;
    std::uint64_t lost = 0;
    for (const Entry& entry : copy.log.entries()) {
      if (!entry.record->kept_back || entry.record->fate == Fate::vanished) continue;
      if (entry.record->fate == Fate::acknowledged) ++lost;
      entry.record->fate = Fate::vanished;
    }
    if (lost > 0) news_.push_back({News::Kind::lost_write, primary.ordinal, name, now_, lost});
  }
}

void GroupState::freeze(int ordinal, bool on, Time now) {
  advance(now);
  at(ordinal).frozen = on;
  update_links();
}

void GroupState::separate(int ordinal, std::uint64_t side, Time now) {
  advance(now);
  at(ordinal).side = side;
  update_links();
}

void GroupState::afflict(int ordinal, const Condition& condition, Time now) {
  advance(now);
  Replica& replica = at(ordinal);
  replica.condition = condition;
  for (auto& [name, copy] : replica.databases) {
    const bool suspended = condition.disk_full && replica.role == Role::secondary;
    if (copy.suspended && !suspended && copy.sync == Sync::not_synchronizing && replica.connected(now_)) {
      copy.sync = Sync::synchronizing;
    }
    copy.suspended = suspended;
    if (!suspended) continue;
    copy.sync = Sync::not_synchronizing;
    copy.participant = false;
  }
  move(now_);
}

std::shared_ptr<Record> GroupState::append(int ordinal, const std::string& database, Statements statements,
                                           bool kept_back, Time now) {
  advance(now);
  constexpr Position kBlock = 512;
  Replica& replica = at(ordinal);
  DatabaseCopy& copy = replica.databases[database];
  std::size_t size = 200;  // begin and commit of a transaction
  for (const LogStatement& statement : *statements) {
    size += 120;
    for (const Value& value : statement.values) {
      const auto* const text = std::get_if<std::string>(&value);
      size += text == nullptr ? 8 : text->size();
    }
  }
  auto record = std::make_shared<Record>();
  record->begin = copy.end;
  record->end = copy.end + (size + kBlock - 1) / kBlock;
  record->appended = now_;
  record->statements = std::move(statements);
  record->kept_back = kept_back;
  const Time previous = copy.log.entries().empty() ? Time{} : copy.log.entries().back().hardened;
  copy.log.append({record, std::max(now_ + delays_.flush + replica.condition.slow_disk, previous)});
  copy.flushed_blocks += record->end - record->begin;
  copy.end = record->end;
  copy.appended_at = now_;
  return record;
}

void GroupState::advance(Time now) {
  now_ = std::max(now_, now);
  time_out_links(now_);
  move(now_);
  forget();
}

bool GroupState::is_recovered(const Replica& primary) const {
  return std::ranges::all_of(primary.databases,
                             [](const auto& entry) { return entry.second.redone >= entry.second.recovery; });
}

bool GroupState::is_open(const Replica& replica, const std::string& database) const {
  const auto copy = replica.databases.find(database);
  return replica.role == Role::primary && copy != replica.databases.end() && copy->second.exists &&
         copy->second.redone >= copy->second.recovery;
}

std::uint64_t GroupState::worth(int ordinal) const {
  const Replica* const replica = find(ordinal);
  std::uint64_t sum = 0;
  if (replica == nullptr) return sum;
  for (const auto& [name, copy] : replica->databases) sum += copy.counted;
  return sum;
}

std::vector<StoreAction> GroupState::take_store_actions() { return std::exchange(actions_, {}); }
std::vector<News> GroupState::take_news() { return std::exchange(news_, {}); }

}  // namespace dba::sandbox::sqlserver::group
