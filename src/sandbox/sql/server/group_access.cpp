// What a session may do to which database right now, commits, and what the views show.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sql/server/group_servers.hpp"
#include "sql/server/messages.hpp"
#include "sql/server/server_process.hpp"
#include "tsql/names.hpp"

namespace dba::sandbox::sqlserver {

using group::Replica;
using group::Role;
using group::Sync;

DatabaseSettings GroupServers::settings() {
  const std::lock_guard lock(mutex_);
  return settings_;
}

Store& GroupServers::store_of(int ordinal) {
  const std::lock_guard lock(mutex_);
  return *member(ordinal).store;
}

std::optional<std::string> GroupServers::find_group_database(std::string_view name) const {
  return settings_.clustered ? find_name(settings_.databases, name) : std::nullopt;
}

std::vector<views::DatabaseRow> GroupServers::database_rows(int ordinal) {
  Member& member = this->member(ordinal);
  std::vector<views::DatabaseRow> rows;
  int id = 0;
  const auto add = [&](const std::string& name, bool grouped, int state) {
    rows.push_back({.id = ++id, .name = name, .in_group = grouped, .state = state, .created = member.created});
  };
  for (const char* system : {"master", "tempdb", "model", "msdb"}) add(system, false, 0);
  const Replica* const replica = state_.find(ordinal);
  for (const std::string& name : settings_.databases) {
    ++id;  // A database keeps its number when the ones before it are not there yet.
    if (replica == nullptr) continue;
    const auto copy = replica->databases.find(name);
    if (copy == replica->databases.end()) continue;
    if (!copy->second.exists && copy->second.sync != Sync::initializing) continue;
    --id;
    add(name, true, state_of(*replica, name));
  }
  for (const std::string& name : member.local) add(name, false, 0);
  return rows;
}

/// As sys.databases numbers it.
int GroupServers::state_of(const Replica& replica, const std::string& database) const {
  constexpr int kOnline = 0, kRestoring = 1, kRecovering = 2;
  const group::DatabaseCopy& copy = replica.databases.at(database);
  if (!copy.exists) return kRestoring;
  if (replica.role == Role::primary) return state_.is_open(replica, database) ? kOnline : kRecovering;
  const bool open = replica.role == Role::secondary && replica.opened && !copy.busy_until;
  return open ? kOnline : kRecovering;
}

std::vector<std::string> GroupServers::databases(int ordinal) {
  const std::lock_guard lock(mutex_);
  advance();
  std::vector<std::string> names;
  for (const views::DatabaseRow& row : database_rows(ordinal)) names.push_back(row.name);
  return names;
}

std::optional<Message> GroupServers::refusal(int ordinal, std::string_view database, Access access,
                                             bool read_only_intent) {
  const std::lock_guard lock(mutex_);
  advance();
  return refusal_locked(ordinal, database, access, read_only_intent);
}

std::optional<Message> GroupServers::refusal_locked(int ordinal, std::string_view name, Access access,
                                                    bool read_only_intent) {
  const auto database = find_group_database(name);
  if (!database) return std::nullopt;
  const Replica* const replica = state_.find(ordinal);
  if (replica == nullptr || replica->role == Role::resolving) return messages::not_in_role(*database);
  if (replica->role == Role::secondary) return secondary_refusal(*replica, *database, access, read_only_intent);
  if (!state_.is_open(*replica, *database)) return messages::recovering(*database);
  const bool forwarder = settings_.distributed && !settings_.dag.primary;
  if (access == Access::write && forwarder) return messages::read_only(*database);
  return std::nullopt;
}

std::optional<Message> GroupServers::secondary_refusal(const Replica& replica, const std::string& database,
                                                       Access access, bool read_only_intent) const {
  const auto copy = replica.databases.find(database);
  if (copy == replica.databases.end() || !copy->second.exists) return messages::restoring(database);
  if (settings_.access == SecondaryAccess::none) return messages::not_readable(database);
  if (copy->second.busy_until) return messages::recovering(database);
  if (!replica.opened) return messages::not_readable(database);
  if (settings_.access == SecondaryAccess::read_only && !read_only_intent) return messages::read_intent_only(database);
  return access == Access::write ? std::optional(messages::read_only(database)) : std::nullopt;
}

std::optional<bool> GroupServers::is_primary(int ordinal, std::string_view database) {
  const std::lock_guard lock(mutex_);
  const Replica* const replica = state_.find(ordinal);
  if (!find_group_database(database) || replica == nullptr) return std::nullopt;
  return replica->role == Role::primary;
}

/// Waits until something happens to the group, but not beyond `until`.
void GroupServers::wait(std::unique_lock<std::mutex>& lock, group::Time until) {
  const group::Time now = world_.clock.steady_now();
  if (until <= now) return;
  const auto longest = std::chrono::seconds(1);
  const auto simulated = std::min<std::chrono::nanoseconds>(until - now, longest);
  const auto real = std::chrono::duration<double, std::nano>(simulated) / world_.clock.speed();
  changed_.wait_for(lock, std::chrono::ceil<std::chrono::microseconds>(real));
}

/// Whether fault lose-acked-write takes the next commit of this member. Gives the lock back meanwhile: a fault that has
/// struck for the last time tells its listeners, and we are one.
bool GroupServers::keeps_back(std::unique_lock<std::mutex>& lock, int ordinal) {
  const world::Victim who = victim(ordinal);
  const auto fault = world_.faults.active("lose-acked-write", who);
  if (!fault) return false;
  const auto rows = fault->request.settings.find("rows");
  const int most = rows == fault->request.settings.end() ? 1 : std::max(1, std::atoi(rows->second.c_str()));
  int& taken = kept_back_[fault->id];
  if (taken >= most) return false;
  lock.unlock();
  const bool struck = world_.faults.strikes("lose-acked-write", who).has_value();
  lock.lock();
  if (struck) ++taken;
  return struck;
}

CommitOutcome GroupServers::commit(int ordinal, const std::string& name, std::vector<LogStatement> statements) {
  std::unique_lock lock(mutex_);
  advance();
  const auto database = find_group_database(name);
  if (!database) return commit_locally(lock, ordinal, name, statements);
  const bool keep_back = keeps_back(lock, ordinal);
  advance();
  if (auto refused = refusal_locked(ordinal, *database, Access::write, false)) return {.failure = std::move(refused)};
  if (state_.find(ordinal)->condition.disk_full) return {.failure = messages::log_full(*database)};
  const auto record =
      state_.append(ordinal, *database, std::make_shared<const std::vector<LogStatement>>(std::move(statements)),
                    keep_back, world_.clock.steady_now());
  while (record->fate == group::Fate::pending && !closing_) {
    wait(lock, state_.next_event());
    advance();
  }
  return {.unknown = record->fate == group::Fate::pending || record->fate == group::Fate::unknown};
}

/// A database outside the group: only this disk has to have it.
CommitOutcome GroupServers::commit_locally(std::unique_lock<std::mutex>& lock, int ordinal, const std::string& database,
                                           const std::vector<LogStatement>& statements) {
  const group::Condition none;
  const auto condition = [&]() -> const group::Condition& {
    const Replica* const replica = state_.find(ordinal);
    return replica == nullptr ? none : replica->condition;
  };
  if (condition().disk_full) return {.failure = messages::log_full(database)};
  const std::shared_ptr<ServerProcess> process = member(ordinal).process;
  const group::Time due = world_.clock.steady_now() + state_.delays().flush + condition().slow_disk;
  while (world_.clock.steady_now() < due && !closing_) wait(lock, due);
  while (!closing_ && member(ordinal).process == process && process && process->frozen()) {
    wait(lock, world_.clock.steady_now() + std::chrono::seconds(1));
  }
  if (closing_ || !process || member(ordinal).process != process) return {.unknown = true};
  member(ordinal).store->redo(database, statements);
  return {};
}

std::optional<Message> GroupServers::create_database(int ordinal, const std::string& name) {
  const std::lock_guard lock(mutex_);
  advance();
  for (const views::DatabaseRow& row : database_rows(ordinal)) {
    if (same_name(row.name, name)) return messages::exists_already(name);
  }
  if (state_.find(ordinal) != nullptr && state_.find(ordinal)->condition.disk_full) return messages::log_full("master");
  Member& member = this->member(ordinal);
  member.local.push_back(name);
  member.store->create(name);
  return std::nullopt;
}

std::optional<Message> GroupServers::drop_database(int ordinal, const std::string& name) {
  const std::lock_guard lock(mutex_);
  advance();
  if (find_group_database(name)) return messages::in_availability_group(name);
  Member& member = this->member(ordinal);
  const auto found = find_name(member.local, name);
  if (!found) return messages::no_such_database(name);
  member.store->drop(*found);
  std::erase(member.local, *found);
  return std::nullopt;
}

std::optional<Table> GroupServers::view(int ordinal, std::string_view name, views::Context context) {
  const std::lock_guard lock(mutex_);
  read_settings();
  context.now = advance();
  context.wall = world_.clock.simulated_wall_now();
  context.state = settings_.clustered ? &state_ : nullptr;
  context.self = state_.find(ordinal);
  context.databases = database_rows(ordinal);
  return views::find_view(context, name);
}

}  // namespace dba::sandbox::sqlserver
