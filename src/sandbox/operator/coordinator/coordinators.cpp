#include "operator/coordinator/coordinators.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace dba::sandbox::kubedb::coordinator {

namespace {

/// So long a pod found running with its role waits for the rest of its group to be found, too.
constexpr std::chrono::seconds kAdoption{3};

bool restarted(const ContainerView& before, const ContainerView& now) {
  return before.running && (!now.running || before.run != now.run);
}

}  // namespace

Coordinators::Coordinators(std::uint64_t seed, std::function<bool(const PodView&)> patching, LsnSource lsn)
    : seed_(seed), patching_(std::move(patching)), lsn_(std::move(lsn)) {}

void Coordinators::measure(const Key& key, Database& database) const {
  if (!lsn_ || !database.group) return;
  for (const Member& member : database.group->members()) {
    const auto lsn = member.arbiter() ? std::nullopt : lsn_(key.first, key.second, member.id);
    if (lsn) database.group->measure(member.id, *lsn);
  }
}

const Group* Coordinators::find(const std::string& ns, const std::string& database) const {
  const auto found = databases_.find({ns, database});
  return found == databases_.end() || !found->second.group ? nullptr : &*found->second.group;
}

void Coordinators::database_seen(const Json& object, Time now) {
  const auto settings = settings_of(object);
  const Key key{settings.ns, settings.database};
  Database& database = databases_[key];
  database.gone = false;
  touched_.insert(key);
  if (database.group) {
    if (database.group->settings() != settings) database.group->reconfigure(settings, now);
    return;
  }
  database.group.emplace(settings, seed_, now);
  apply_faults(key, database, now);
  for (auto& [member, pod] : database.pods) feed(database, {}, pod, now);
}

void Coordinators::database_gone(const std::string& ns, const std::string& name, Time) {
  const auto found = databases_.find({ns, name});
  if (found == databases_.end()) return;
  found->second.gone = true;
  touched_.insert(found->first);
}

void Coordinators::pod_seen(const Json& object, Time now) {
  const auto view = pod_view(object);
  if (!view) return;
  const Key key{view->ns, view->database};
  Database& database = databases_[key];
  measure(key, database);
  touched_.insert(key);
  PodView before;
  if (const auto known = database.pods.find(view->member); known != database.pods.end()) before = known->second;
  if (before.uid != view->uid) {
    forget(database, view->member, now);
    before = {};
  }
  database.pods[view->member] = *view;
  if (database.group) feed(database, before, *view, now);
}

void Coordinators::pod_gone(const Json& object, Time now) {
  const auto view = pod_view(object);
  if (!view) return;
  const Key key{view->ns, view->database};
  Database& database = databases_[key];
  touched_.insert(key);
  const auto known = database.pods.find(view->member);
  if (known == database.pods.end() || known->second.uid != view->uid) return;
  measure(key, database);
  forget(database, view->member, now);
  database.pods.erase(known);
}

void Coordinators::forget(Database& database, int member, Time now) {
  if (database.started.erase(member) > 0) database.group->pod_gone(member, now);
}

void Coordinators::feed(Database& database, const PodView& before, const PodView& seen, Time now) {
  if (!database.started.contains(seen.member)) {
    if (!seen.all_running()) return;
    // Found running with its role already: the group may have been settled before we came.
    const bool found = before.uid.empty() && !seen.role.empty() && database.started.empty();
    if (found || database.adopt_by) {
      if (!adopt_if_settled(database, now) && !database.adopt_by) database.adopt_by = now + kAdoption;
      return;
    }
    start(database, seen, now);
    return;
  }
  Group& group = *database.group;
  if (restarted(before.sql, seen.sql)) group.container_crashed(seen.member, Container::sql, now);
  if (restarted(before.coordinator, seen.coordinator)) {
    group.container_crashed(seen.member, Container::coordinator, now);
  }
  if (seen.sql.running) group.container_started(seen.member, Container::sql, now);
  if (seen.coordinator.running) group.container_started(seen.member, Container::coordinator, now);
  if (seen.deleting) group.pod_terminating(seen.member, now);
  if (!patching_(seen)) group.label_seen(seen.member, seen.role, now);
}

void Coordinators::start(Database& database, const PodView& pod, Time now) {
  database.started.insert(pod.member);
  database.group->pod_started(pod.member, pod.pod, pod.uid, pod.role, now);
  if (pod.deleting) database.group->pod_terminating(pod.member, now);
}

/// A group whose members all run, with one primary among them, is taken over as it is.
bool Coordinators::adopt_if_settled(Database& database, Time now) {
  std::vector<Found> found;
  int primaries = 0;
  for (const Member& m : database.group->members()) {
    const auto pod = database.pods.find(m.id);
    if (pod == database.pods.end() || !pod->second.all_running() || pod->second.deleting) return false;
    const auto& role = pod->second.role;
    if (role == "primary") ++primaries;
    if (m.arbiter() ? role != "arbiter" : role != "primary" && role != "secondary") return false;
    found.push_back({m.id, pod->second.pod, pod->second.uid, role});
  }
  if (primaries != 1) return false;
  for (const Found& one : found) database.started.insert(one.member);
  database.group->adopt(found, now);
  database.adopt_by.reset();
  return true;
}

void Coordinators::start_found(Database& database, Time now) {
  database.adopt_by.reset();
  for (const auto& [member, pod] : database.pods) {
    if (pod.all_running() && !database.started.contains(member)) start(database, pod, now);
  }
}

void Coordinators::faults_changed(std::vector<world::Fault> faults, Time now) {
  faults_ = std::move(faults);
  for (auto& [key, database] : databases_) {
    if (!database.group || (faults_.empty() && !database.faults.any())) continue;
    apply_faults(key, database, now);
    touched_.insert(key);
  }
}

void Coordinators::apply_faults(const Key& key, Database& database, Time now) {
  if (faults_.empty() && !database.faults.any()) return;
  for (const FaultNews& news : database.faults.apply(faults_, *database.group, now)) {
    for (const int member : news.members) {
      const Member* m = database.group->find(member);
      if (m == nullptr) continue;
      outcomes_.push_back(
          {key.first, key.second, {Action::Kind::truth, now, member, m->pod, m->uid, "fault", news.what, m->term}});
    }
  }
}

std::vector<Outcome> Coordinators::advance(Time now) {
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    touched_.insert(schedule_.begin()->second);
    schedule_.erase(schedule_.begin());
  }
  for (const Key& key : std::exchange(touched_, {})) {
    const auto found = databases_.find(key);
    if (found == databases_.end()) continue;
    Database& database = found->second;
    if (database.group) {
      measure(key, database);
      if (database.adopt_by && *database.adopt_by <= now) start_found(database, now);
      database.group->advance(now);
      apply_faults(key, database, now);  // Who is meant by "primary" may be known only now.
      collect(key, database);
    }
    reschedule(key, database);
    if (database.pods.empty() && (database.gone || !database.group)) {
      schedule_.erase({database.scheduled, key});
      databases_.erase(found);
    }
  }
  return std::exchange(outcomes_, {});
}

void Coordinators::collect(const Key& key, Database& database) {
  for (Action& action : database.group->take_actions()) {
    outcomes_.push_back({key.first, key.second, std::move(action)});
  }
}

void Coordinators::reschedule(const Key& key, Database& database) {
  schedule_.erase({database.scheduled, key});
  const Time next = database.group ? database.group->next_event() : kNever;
  database.scheduled = std::min(next, database.adopt_by.value_or(kNever));
  if (database.scheduled != kNever) schedule_.emplace(database.scheduled, key);
}

Time Coordinators::next_event() const { return schedule_.empty() ? kNever : schedule_.begin()->first; }

}  // namespace dba::sandbox::kubedb::coordinator
