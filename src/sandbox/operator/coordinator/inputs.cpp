// What happened: pods, containers, faults, labels as others see them.
#include <algorithm>
#include <utility>

#include "operator/coordinator/group.hpp"
#include "operator/coordinator/lags.hpp"

namespace dba::sandbox::kubedb::coordinator {

using std::chrono::nanoseconds;

void Group::adopt(const std::vector<Found>& found, Time now) {
  advance(now);
  for (const Found& one : found) {
    Member* m = member(one.member);
    if (m == nullptr) continue;
    m->pod = one.pod;
    m->uid = one.uid;
    m->present = m->coordinator_up = true;
    m->label = m->wanted_label = one.label;
    m->term = 1;
    m->heard = m->votes_from = now_;
    if (m->arbiter()) continue;
    m->sql = Sql::ready;
    m->joined = true;
    truth(*m, "up", "found");
    if (one.label != "primary") {
      set_role(*m, Role::secondary);
      continue;
    }
    m->raft = Raft::leader;
    m->leader = m->id;
    m->leads_since = now_;
    promotions_ = 1;
    sequence_ = (promotions_ << 32U) + 0x1aU;
    truth(*m, "leader", "");
    set_role(*m, Role::primary);
    set_writable(*m, true, "found");
  }
  for (const Member& m : members_) {
    if (!m.label.empty()) truth(m, "label", m.label);
  }
  for (Member& m : members_) {
    for (Member& leader : members_) {
      if (leader.raft != Raft::leader || !m.coordinator_up) continue;
      m.leader = leader.id;
      m.last_leader_node = leader.node;
      m.attached = now_;
      m.hearing = m.id != leader.id;
    }
  }
  refresh();
}

void Group::pod_started(int id, std::string pod, std::string uid, std::string label, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr) return;
  m->pod = std::move(pod);
  m->uid = std::move(uid);
  m->present = true;
  m->label = m->wanted_label = std::move(label);
  m->joined = false;
  start_coordinator(*m);
  start_sql(*m);
  refresh();
}

void Group::pod_terminating(int id, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || !m->present || m->terminating) return;
  m->terminating = true;
  arm(*m, Timer::sql_stop, kSqlStop.least, kSqlStop.most);
  // The leader hands over before it exits; the others just go.
  if (m->raft == Raft::leader && settings_.clustered) {
    m->transfer_began = now_;
    hand_over(*m);
  } else {
    arm(*m, Timer::exit, kExit.least, kExit.most);
  }
  refresh();
}

void Group::pod_gone(int id, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || !m->present) return;
  end_coordinator(*m);
  end_sql(*m, kPodGone);
  m->present = m->terminating = m->joined = false;
  m->coordinator_frozen = m->sql_frozen = false;
  m->label = m->wanted_label = "";
  refresh();
}

void Group::container_crashed(int id, Container container, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || !m->present) return;
  if (container == Container::coordinator) {
    end_coordinator(*m);
  } else {
    end_sql(*m, "crashed");
    log(*m, "mssql is not ready yet");
  }
  refresh();
}

void Group::container_started(int id, Container container, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || !m->present || m->terminating) return;
  if (container == Container::coordinator && !m->coordinator_up) start_coordinator(*m);
  if (container == Container::sql && m->sql == Sql::down) start_sql(*m);
  refresh();
}

void Group::freeze(int id, bool sql, bool coordinator, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || (m->sql_frozen == sql && m->coordinator_frozen == coordinator)) return;
  const bool sql_changes = m->sql_frozen != sql;
  m->sql_frozen = sql;
  m->coordinator_frozen = coordinator;
  if (sql_changes && m->sql == Sql::ready) tell_sql(*m, Action::Kind::sql_process);
  // Who stands still acknowledges nothing. Awake again it takes writes as before, unless its lease has run out.
  if (sql_changes && m->role == Role::primary && m->sql == Sql::ready) {
    set_writable(*m, !sql, sql ? "frozen" : "thawed");
  }
  refresh();
}

void Group::partition(int id, std::uint64_t side, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || m->side == side) return;
  m->side = side;
  if (m->sql == Sql::ready) tell_sql(*m, Action::Kind::sql_process);
  refresh();
}

void Group::harden(int id, std::uint64_t lsn, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || m->lsn >= lsn) return;
  m->lsn = lsn;
  refresh();
}

void Group::measure(int id, std::uint64_t lsn) {
  if (Member* m = member(id)) m->lsn = lsn;
}

void Group::label_seen(int id, std::string label, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || m->label == label) return;
  // Who saw this could not know yet of a label that nobody has carried out.
  const bool outdated = std::ranges::any_of(
      actions_, [id](const Action& action) { return action.kind == Action::Kind::label && action.member == id; });
  if (outdated) return;
  m->label = std::move(label);
  refresh();
}

void Group::hold_highest_lsn(int id, bool on, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr || m->highest_by_fault == on) return;
  m->highest_by_fault = on;
  refresh();
}

void Group::stale_label(int id, bool on, nanoseconds delay, Time now) {
  advance(now);
  Member* m = member(id);
  if (m == nullptr) return;
  m->label_stale = on && delay.count() == 0;
  m->label_delay = on ? delay : nanoseconds(0);
  refresh();
}

void Group::split_brain(std::optional<int> id, bool on, Time now) {
  advance(now);
  split_brain_ = on;
  split_brain_member_ = id;
  refresh();
}

void Group::flap(std::optional<nanoseconds> period, Time now) {
  advance(now);
  flap_ = period;
  refresh();
}

}  // namespace dba::sandbox::kubedb::coordinator
