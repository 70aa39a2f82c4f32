// Time, and the processes of a member.
#include "operator/coordinator/group.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "operator/coordinator/lags.hpp"
#include "world/random.hpp"

namespace dba::sandbox::kubedb::coordinator {

using std::chrono::nanoseconds;

Group::Group(const Settings& settings, std::uint64_t seed, Time now) : seed_(seed), now_(now) {
  reconfigure(settings, now);
}

const Member* Group::find(int id) const {
  const auto found = std::ranges::find(members_, id, &Member::id);
  return found == members_.end() ? nullptr : &*found;
}

Member* Group::member(int id) {
  const auto found = std::ranges::find(members_, id, &Member::id);
  return found == members_.end() ? nullptr : &*found;
}

void Group::reconfigure(const Settings& settings, Time now) {
  advance(now);
  settings_ = settings;
  std::uint64_t newest_term = 0;
  for (Member& m : members_) {
    newest_term = std::max(newest_term, m.term);
    const bool stays = m.arbiter() ? settings.arbiter : m.id < settings.replicas;
    if (!stays) end_coordinator(m), end_sql(m, "removed");
  }
  std::erase_if(members_, [&](const Member& m) { return m.arbiter() ? !settings.arbiter : m.id >= settings.replicas; });
  const auto add = [this](int id, int node) {
    Member* m = member(id);
    if (m == nullptr) m = &members_.emplace_back(Member{.id = id});
    m->node = node;
  };
  for (int i = 0; i < settings.replicas; ++i) add(i, i + 1);
  if (settings.arbiter) add(kArbiter, settings.replicas + 1);
  std::ranges::sort(members_, {}, &Member::node);
  for (Member& m : members_) {
    if (m.role == Role::primary) set_writable(m, true, "role of the distributed group");
  }
  agree_on_change(newest_term);
  refresh();
}

/// A change of the members or of the time-out is itself agreed on by raft: whoever votes afterwards knows the newest
/// term, and nobody votes before every promise made under the old rules has run out.
void Group::agree_on_change(std::uint64_t newest_term) {
  for (Member& m : members_) {
    m.votes_from = now_ + settings_.election.timeout();
    if (m.term == newest_term) continue;
    if (m.raft == Raft::leader) step_down(m);
    m.term = newest_term;
    m.voted_for = kNobody;
  }
}

void Group::advance(Time now) {
  for (auto next = next_due(); next.at <= now; next = next_due()) {
    now_ = std::max(now_, next.at);  // What stood still is overdue.
    Member& m = members_[next.index];
    m.cancel(next.timer);
    handle(m, next.timer);
    refresh();
  }
  now_ = std::max(now_, now);
}

Time Group::next_event() const { return next_due().at; }

Group::Due Group::next_due() const {
  Due next;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    for (std::size_t k = 0; k < kTimers; ++k) {
      const auto timer = static_cast<Timer>(k);
      if (members_[i].due[k] < next.at && !stands_still(members_[i], timer)) next = {members_[i].due[k], i, timer};
    }
  }
  return next;
}

bool Group::stands_still(const Member& m, Timer timer) const {
  switch (timer) {
    case Timer::lease:
      return false;  // It is a time that runs out, whoever stands still.
    case Timer::sql_stop:
    case Timer::sql_start:
      return m.sql_frozen;
    case Timer::exit:
    case Timer::probe:
    case Timer::transfer:
    case Timer::abandon:
    case Timer::election:
    case Timer::win:
    case Timer::promote:
    case Timer::join:
    case Timer::label:
    case Timer::flap:
      return m.coordinator_frozen;
  }
  return false;
}

void Group::handle(Member& m, Timer timer) {
  switch (timer) {
    case Timer::lease:
      return m.raft == Raft::leader ? step_down(m) : demote(m, "lease ran out");
    case Timer::exit:
      return end_coordinator(m);
    case Timer::sql_stop:
      return end_sql(m, "terminating");
    case Timer::sql_start:
      m.sql = Sql::ready;
      tell_sql(m, Action::Kind::sql_process);
      log(m, "mssql is ready now");
      return truth(m, "up", "");
    case Timer::probe:
      return hand_over(m);
    case Timer::transfer:
      return stand(m, true);
    case Timer::abandon:
      m.transferee = kNobody;
      return;
    case Timer::election:
      return stand(m, false);
    case Timer::win:
      return lead(m);
    case Timer::promote:
      return promote(m);
    case Timer::join:
      return join(m);
    case Timer::label:
      return patch_label(m);
    case Timer::flap:
      return hand_over(m);
  }
}

void Group::refresh() {
  settle_leaders();
  keep_split_brain();
  keep_leases();
  arm_elections();
  for (Member& m : members_) {
    consider_promotion(m);
    consider_join(m);
    consider_label(m);
    consider_leaving(m);
  }
}

nanoseconds Group::draw(Member& m, Timer purpose, nanoseconds least, nanoseconds most) {
  const auto number = static_cast<unsigned>(purpose);
  world::Random random(seed_, fmt::format("coordinator {}/{} member {} timer {} draw {}", settings_.ns,
                                          settings_.database, m.id, number, m.draws[number]++));
  return random.between(least, most);
}

std::size_t Group::draw_index(Member& m, Timer purpose, std::size_t count) {
  const nanoseconds most(static_cast<std::int64_t>(count) - 1);
  return static_cast<std::size_t>(draw(m, purpose, nanoseconds(0), most).count());
}

void Group::arm(Member& m, Timer timer, nanoseconds least, nanoseconds most) {
  m.when(timer) = now_ + draw(m, timer, least, most);
}

void Group::start_coordinator(Member& m) {
  m.coordinator_up = true;
  m.raft = Raft::follower;
  m.leader = kNobody;
  m.last_leader_node = 0;
  m.hearing = false;
  m.heard = now_;  // As far as it knows: what it heard and promised before is forgotten.
  if (!m.arbiter() && m.sql != Sql::ready) log(m, "mssql is not ready yet");
}

void Group::end_coordinator(Member& m) {
  if (!m.coordinator_up) return;
  if (m.raft == Raft::leader && !m.is_due(Timer::lease)) {
    m.when(Timer::lease) = last_heartbeat(m) + settings_.election.timeout();
  }
  m.coordinator_up = false;
  m.raft = Raft::follower;
  m.leader = kNobody;
  m.transferee = kNobody;
  m.held = false;
  for (const Timer timer : {Timer::exit, Timer::probe, Timer::transfer, Timer::abandon, Timer::election, Timer::win,
                            Timer::promote, Timer::join, Timer::label, Timer::flap}) {
    m.cancel(timer);
  }
}

void Group::start_sql(Member& m) {
  if (m.arbiter()) return;
  m.sql = Sql::starting;
  arm(m, Timer::sql_start, kSqlStart.least, kSqlStart.most);
}

void Group::end_sql(Member& m, std::string_view why) {
  m.cancel(Timer::sql_start);
  m.cancel(Timer::sql_stop);
  if (m.sql == Sql::down) return;
  const bool was_up = m.sql == Sql::ready;
  m.sql = Sql::down;
  m.writable = false;
  m.rogue = false;
  m.cancel(Timer::lease);
  if (was_up) truth(m, "down", why);
  m.abruptly_down = why == kPodGone;
  if (m.role == Role::resolving) return tell_sql(m, Action::Kind::sql_process);
  set_role(m, Role::resolving);
}

std::vector<Action> Group::take_actions() { return std::exchange(actions_, {}); }

}  // namespace dba::sandbox::kubedb::coordinator
