// What happens to the members, and what that makes of processes and stores.
#include "sql/server/group_servers.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sql/server/messages.hpp"
#include "sql/server/server_process.hpp"

namespace dba::sandbox::sqlserver {

namespace {

constexpr const char* kHealthDatabase = "kubedb_system";

group::Role role_of(std::string_view role) {
  if (role == "PRIMARY") return group::Role::primary;
  return role == "SECONDARY" ? group::Role::secondary : group::Role::resolving;
}

/// KB/s that fault redo-lag leaves.
double rate_of(const world::Fault& fault) {
  const auto rate = fault.request.settings.find("rate");
  const double slowest = 0.001;
  if (rate == fault.request.settings.end()) return 1.0;
  try {
    return std::max(slowest, std::stod(rate->second));
  } catch (const std::logic_error&) {
    return 1.0;
  }
}

}  // namespace

GroupServers::GroupServers(world::World& world, const FindObject& find, std::string ns, std::string database)
    : world_(world), find_(find), ns_(std::move(ns)), database_(std::move(database)), state_(group::Settings{}) {
  read_settings();
}

GroupServers::~GroupServers() = default;

GroupServers::Member& GroupServers::member(int ordinal) {
  Member& member = members_[ordinal];
  if (!member.store) {
    member.store = std::make_unique<Store>(world_.clock);
    member.created = world_.clock.simulated_wall_now();
    for (const char* system : {"master", "tempdb", "model", "msdb"}) member.store->create(system);
  }
  return member;
}

/// Reads the MSSQLServer again: databases may have been added, replicas come and gone.
void GroupServers::read_settings() {
  const auto object = find_(kube::resources::mssqlservers, ns_, database_);
  if (!object) return;  // It is being deleted: what runs goes on.
  DatabaseSettings now = database_settings(*object);
  if (now == settings_) return;
  settings_ = std::move(now);
  state_.reconfigure({.replicas = settings_.replicas, .databases = settings_.databases}, world_.clock.steady_now());
}

/// The disk outlives the pod, unless it has none but its own.
std::string GroupServers::volume_of(const std::string& pod, const std::string& uid) const {
  const auto claim = find_(kube::resources::persistentvolumeclaims, ns_, fmt::format("data-{}", pod));
  return claim ? codec::uid_of(*claim) : uid;
}

void GroupServers::tell(const MemberChange& change) {
  Aftermath after;
  {
    const std::lock_guard lock(mutex_);
    read_settings();
    const group::Time now = advance();
    Member& member = this->member(change.ordinal);
    member.pod = change.pod;
    const bool another_pod = member.process && member.process->pod_uid() != change.uid;
    if (member.process && (!change.running || another_pod)) end(member, change, now, after);
    if (change.running && !member.process) start(member, change, now);
    state_.separate(change.ordinal, change.side, now);
    state_.freeze(change.ordinal, change.frozen, now);
    if (member.process) member.process->freeze(change.frozen);
    if (change.running) take_role(member, change, now, after);
    carry_out();
    changed_.notify_all();
  }
  for (const auto& session : after.sessions) session->kill(messages::killed());
  for (const auto& process : after.processes) process->end();
}

void GroupServers::start(Member& member, const MemberChange& change, group::Time now) {
  const std::string volume = volume_of(change.pod, change.uid);
  if (member.volume != volume) {
    for (const std::string& name : std::exchange(member.local, {})) member.store->drop(name);
    member.volume = volume;
  }
  state_.started(change.ordinal, volume, now);
  member.process = std::make_shared<ServerProcess>(*this, settings_, change);
}

void GroupServers::end(Member& member, const MemberChange& change, group::Time now, Aftermath& after) {
  state_.ended(change.ordinal, change.abruptly, now);
  after.processes.push_back(std::exchange(member.process, nullptr));
}

void GroupServers::take_role(Member& member, const MemberChange& change, group::Time now, Aftermath& after) {
  const group::Role role = role_of(change.role);
  const group::Replica* const replica = state_.find(change.ordinal);
  if (replica == nullptr) return;
  const group::Role before = replica->role;
  state_.set_role(change.ordinal, role, change.sequence_number, now);
  if (before != role && before != group::Role::resolving) doom_sessions(member, after);
  if (role == group::Role::primary && std::ranges::find(member.local, kHealthDatabase) == member.local.end()) {
    member.local.emplace_back(kHealthDatabase);
    member.store->create(kHealthDatabase);
  }
}

/// A change of role ends the sessions that are in a database of the group, or have a transaction open.
void GroupServers::doom_sessions(const Member& member, Aftermath& after) const {
  if (!settings_.clustered || !member.process) return;
  for (auto& session : member.process->sessions()) {
    if (session->in_transaction() || find_group_database(session->database()))
      after.sessions.push_back(std::move(session));
  }
}

void GroupServers::faults_changed() {
  const std::lock_guard lock(mutex_);
  advance();
  changed_.notify_all();
}

void GroupServers::close() {
  std::vector<std::shared_ptr<ServerProcess>> processes;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (auto& [ordinal, member] : members_) {
      if (member.process) processes.push_back(std::move(member.process));
      member.process.reset();
    }
    changed_.notify_all();
  }
  for (const auto& process : processes) process->end();
}

std::shared_ptr<ServerProcess> GroupServers::find_process(const std::string& pod) {
  const std::lock_guard lock(mutex_);
  read_settings();
  for (const auto& [ordinal, member] : members_) {
    if (member.pod == pod) return member.process;
  }
  return nullptr;
}

std::optional<std::uint64_t> GroupServers::worth(int ordinal) {
  const std::lock_guard lock(mutex_);
  if (!settings_.clustered || !members_.contains(ordinal)) return std::nullopt;
  advance();
  return state_.worth(ordinal);
}

/// Lets everything happen that was due by now, on the stores, too.
group::Time GroupServers::advance() {
  const group::Time now = world_.clock.steady_now();
  apply_faults(now);
  state_.advance(now);
  carry_out();
  return now;
}

world::Victim GroupServers::victim(int ordinal) const {
  const group::Replica* const replica = state_.find(ordinal);
  const bool primary = replica != nullptr && replica->role == group::Role::primary;
  const bool secondary = replica != nullptr && replica->role == group::Role::secondary;
  return {.ns = ns_,
          .database = database_,
          .ordinal = ordinal,
          .role = primary     ? "primary"
                  : secondary ? "secondary"
                              : ""};
}

void GroupServers::apply_faults(group::Time now) {
  for (const auto& [ordinal, member] : members_) {
    const world::Victim who = victim(ordinal);
    group::Condition condition;
    condition.disk_full = world_.faults.active("disk-full", who).has_value();
    if (const auto slow = world_.faults.active("slow-disk", who)) {
      condition.slow_disk = slow->request.delay.value_or(std::chrono::milliseconds(100));
    }
    if (const auto lag = world_.faults.active("redo-lag", who)) condition.redo_rate = rate_of(*lag);
    const group::Replica* const replica = state_.find(ordinal);
    if (replica != nullptr && replica->condition != condition) state_.afflict(ordinal, condition, now);
  }
}

void GroupServers::carry_out() {
  for (const group::StoreAction& action : state_.take_store_actions()) act(action);
  for (const group::News& news : state_.take_news()) tell_truth(news);
}

void GroupServers::act(const group::StoreAction& action) {
  using Kind = group::StoreAction::Kind;
  Store& store = *member(action.replica).store;
  switch (action.kind) {
    case Kind::create:
      return store.create(action.database);
    case Kind::copy:
      return store.restore(action.database, member(action.from).store->snapshot(action.database));
    case Kind::wipe:
      for (const std::string& database : settings_.databases) store.drop(database);
      return;
    case Kind::apply:
      break;
  }
  try {
    store.redo(action.database, *action.statements);
  } catch (const std::runtime_error&) {
    // It builds on what fault lose-acked-write has kept back: here there is nothing to do it on.
  }
}

void GroupServers::tell_truth(const group::News& news) {
  using Kind = group::News::Kind;
  const Member& who = member(news.replica);
  world::TruthEvent event{.ns = ns_, .database = database_, .pod = who.pod};
  if (who.process) event.pod_uid = who.process->pod_uid();
  event.at = world_.clock.simulated_wall_now() -
             std::chrono::duration_cast<WallTime::duration>(world_.clock.steady_now() - news.at);
  switch (news.kind) {
    case Kind::lost_write:
      event.what = "lost-write";
      event.detail = fmt::format("acknowledged in {}", news.database);
      event.count = news.count;
      break;
    case Kind::recovering:
      event.what = "recovering";
      break;
    case Kind::recovered:
      event.what = "recovered";
      break;
  }
  world_.truth.record(std::move(event));
}

}  // namespace dba::sandbox::sqlserver
