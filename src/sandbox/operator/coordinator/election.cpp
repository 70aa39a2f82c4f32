// Raft: who hears whom, elections, hand-overs. Heartbeats are not simulated one by one: when a connection breaks, the
// last one that came through is computed, so that a group at rest has nothing due.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "operator/coordinator/group.hpp"
#include "operator/coordinator/lags.hpp"

namespace dba::sandbox::kubedb::coordinator {

bool Group::reach(const Member& a, const Member& b) const {
  return a.live() && b.live() && (a.id == b.id || a.side == b.side);
}

bool Group::hears(const Member& m) const {
  if (m.leader == m.id || !m.live()) return false;
  const Member* leader = find(m.leader);
  return leader != nullptr && leader->raft == Raft::leader && leader->term == m.term && reach(m, *leader);
}

/// @param count_ended also those whose coordinator is known not to run: they vote for nobody
int Group::reached(const Member& m, bool count_ended) const {
  return static_cast<int>(std::ranges::count_if(
      members_, [&](const Member& other) { return reach(m, other) || (count_ended && !other.coordinator_up); }));
}

Time Group::last_heartbeat(const Member& leader) const {
  const auto since = now_ - leader.leads_since;
  return leader.leads_since + since / settings_.election.heartbeat() * settings_.election.heartbeat();
}

/// A member whose pod has come back does not stand while somebody who never left can; among such, the one with the
/// highest LSN and then the lowest ordinal.
bool Group::may_stand(const Member& m) const {
  if (!m.fit()) return false;
  if (m.joined) return true;
  return std::ranges::none_of(members_, [&](const Member& other) {
    if (other.id == m.id || !other.fit() || !reach(m, other)) return false;
    if (other.joined || lsn_of(other) > lsn_of(m)) return true;
    return lsn_of(other) == lsn_of(m) && other.id < m.id;
  });
}

bool Group::may_vote(const Member& voter) const {
  if (voter.raft == Raft::leader || voter.hearing) return false;
  return voter.votes_from <= now_ && voter.heard + settings_.election.timeout() <= now_;
}

void Group::stand(Member& m, bool by_transfer) {
  if (m.raft == Raft::leader) return;
  if (by_transfer) {
    const Member* from = find(m.leader);
    if (!hears(m) || from->transferee != m.id || !m.fit()) return;
  } else {
    arm(m, Timer::election, settings_.election.timeout(), settings_.election.timeout() * 2);
    if (!may_stand(m) || now_ < m.votes_from) return;
    if (settings_.pre_vote) {
      const auto willing = std::ranges::count_if(members_, [&](const Member& voter) {
        return reach(m, voter) && voter.term <= m.term && (voter.id == m.id || may_vote(voter));
      });
      if (willing < settings_.quorum()) return learn_term(m);
    }
  }
  if (collect_votes(m, by_transfer) < settings_.quorum()) return learn_term(m);
  arm(m, Timer::win, kVoteTrip.least, kVoteTrip.most);
}

/// Whoever refuses a vote says which term it knows of.
void Group::learn_term(Member& m) {
  for (const Member& voter : members_) {
    if (!reach(m, voter) || voter.term <= m.term) continue;
    m.term = voter.term;
    m.voted_for = kNobody;
  }
}

int Group::collect_votes(Member& m, bool by_transfer) {
  ++m.term;
  m.voted_for = m.id;
  m.raft = Raft::candidate;
  m.leader = kNobody;
  m.hearing = false;
  m.cancel(Timer::win);
  int votes = 1;
  for (Member& voter : members_) {
    if (voter.id == m.id || !reach(m, voter) || voter.term > m.term) continue;
    // A hand-over is asked for by the leader itself, which takes no more writes: its heartbeats do not count.
    if (!by_transfer && !may_vote(voter)) continue;
    if (voter.term < m.term) {
      if (voter.raft == Raft::leader) step_down(voter);
      voter.raft = Raft::follower;
      voter.cancel(Timer::win);
      voter.term = m.term;
      voter.voted_for = kNobody;
    }
    if (voter.voted_for != kNobody && voter.voted_for != m.id) continue;
    voter.voted_for = m.id;
    voter.leader = kNobody;
    voter.hearing = false;
    ++votes;
  }
  return votes;
}

void Group::lead(Member& m) {
  if (m.raft != Raft::candidate) return;
  m.raft = Raft::leader;
  m.leader = m.id;
  m.leads_since = m.attached = now_;
  m.transferee = kNobody;
  m.held = false;
  m.cancel(Timer::election);
  truth(m, "leader", "");
  tell_leader(m, m);
  if (!m.terminating) return;
  m.transfer_began = now_;
  m.when(Timer::probe) = now_;  // As soon as the others follow.
}

void Group::step_down(Member& m) {
  m.raft = Raft::follower;
  m.leader = kNobody;
  m.transferee = kNobody;
  m.held = false;
  m.hearing = false;
  m.heard = now_ - settings_.election.timeout();  // Nothing is left of its own leadership that a vote could break.
  for (const Timer timer : {Timer::lease, Timer::abandon, Timer::promote, Timer::probe, Timer::flap}) m.cancel(timer);
  demote(m, "stepped down");
  if (m.terminating) arm(m, Timer::exit, kExit.least, kExit.most);
}

void Group::follow(Member& m, Member& leader) {
  if (m.leader == leader.id && m.term == leader.term) return;
  if (m.term < leader.term) m.voted_for = kNobody;
  m.term = leader.term;
  m.raft = Raft::follower;
  m.cancel(Timer::win);
  m.leader = leader.id;
  m.attached = now_;
  m.hearing = true;
  tell_leader(m, leader);
}

void Group::tell_leader(Member& m, const Member& leader) {
  if (!settings_.clustered) return;
  log(m, fmt::format("raft.node: {} elected leader {} at term {}", m.node, leader.node, leader.term));
  if (m.last_leader_node == leader.node) return;
  log(m, fmt::format("lastLeaderId : {}, currentLeaderId : {}", m.last_leader_node, leader.node));
  log(m, fmt::format("new elected primary is :{}.", leader.pod));
  if (m.id != leader.id && !m.arbiter()) log(m, "This pod is now a secondary according to raft");
  m.last_leader_node = leader.node;
}

void Group::settle_leaders() {
  for (Member& leader : members_) {
    if (leader.raft != Raft::leader || !leader.live()) continue;
    const auto newer = std::ranges::find_if(
        members_, [&](const Member& other) { return reach(leader, other) && other.term > leader.term; });
    if (newer != members_.end()) {
      leader.term = newer->term;
      leader.voted_for = kNobody;
      step_down(leader);
      continue;
    }
    for (Member& other : members_) {
      if (other.id == leader.id || !reach(leader, other)) continue;
      if (other.raft == Raft::leader) step_down(other);
      follow(other, leader);
    }
  }
}

void Group::arm_elections() {
  const auto timeout = settings_.election.timeout();
  for (Member& m : members_) {
    if (!m.live() || m.raft == Raft::leader) {
      m.cancel(Timer::election);
      if (m.coordinator_frozen && m.hearing) m.heard = now_;
      if (!m.live()) m.hearing = false;
      continue;
    }
    if (!settings_.clustered) {
      if (m.sql != Sql::ready) continue;
      ++m.term;
      m.raft = Raft::candidate;
      lead(m);
      continue;
    }
    if (hears(m)) {
      m.hearing = true;
      m.cancel(Timer::election);
      continue;
    }
    if (m.hearing) {
      const Member* leader = find(m.leader);
      m.hearing = false;
      m.heard = leader == nullptr ? now_ : std::max(m.attached, last_heartbeat(*leader));
      if (!m.arbiter()) m.when(Timer::election) = m.heard + draw(m, Timer::election, timeout, timeout * 2);
    } else if (!m.is_due(Timer::election) && !m.arbiter()) {
      arm(m, Timer::election, timeout, timeout * 2);
    }
  }
}

void Group::keep_leases() {
  if (!settings_.clustered) return;
  for (Member& m : members_) {
    const bool leads = m.raft == Raft::leader;
    if (!leads && (m.role != Role::primary || m.rogue)) {
      m.cancel(Timer::lease);
      continue;
    }
    if (leads && m.live() && reached(m, true) >= settings_.quorum()) {
      m.cancel(Timer::lease);
    } else if (!m.is_due(Timer::lease)) {
      m.when(Timer::lease) = last_heartbeat(m) + settings_.election.timeout();
    }
  }
}

/// Who would take over best: highest LSN, then whoever never left, then by draw.
Member* Group::successor_of(const Member& leader) {
  const auto worth = [this](const Member& m) { return std::pair(lsn_of(m), m.joined); };
  std::vector<Member*> best;
  for (Member& m : members_) {
    if (m.id == leader.id || !m.fit() || !hears(m)) continue;
    if (!best.empty() && worth(m) < worth(*best.front())) continue;
    if (!best.empty() && worth(m) > worth(*best.front())) best.clear();
    best.push_back(&m);
  }
  return best.empty() ? nullptr : best[draw_index(*best.front(), Timer::transfer, best.size())];
}

/// A leader that is about to end, whose SQL Server does not answer, or that is told to by the flap fault, hands over.
void Group::consider_leaving(Member& m) {
  const bool leads = m.raft == Raft::leader && m.live() && settings_.clustered;
  if (!leads || (m.sql_answers() && !m.terminating)) {
    m.cancel(Timer::probe);
  } else if (!m.is_due(Timer::probe)) {
    const auto interval = settings_.election.transfer_interval;
    arm(m, Timer::probe, m.terminating ? interval : kProbe.least, m.terminating ? interval : kProbe.most);
  }
  if (!leads || !flap_) {
    m.cancel(Timer::flap);
  } else if (!m.is_due(Timer::flap)) {
    m.when(Timer::flap) = now_ + *flap_;
  }
}

void Group::hand_over(Member& leader) {
  if (leader.raft != Raft::leader || !leader.live() || leader.transferee != kNobody) return;
  if (Member* to = successor_of(leader)) return begin_transfer(leader, *to);
  const bool gives_up = leader.terminating && now_ - leader.transfer_began >= settings_.election.transfer_timeout;
  if (gives_up) arm(leader, Timer::exit, kExit.least, kExit.most);
}

void Group::begin_transfer(Member& leader, Member& to) {
  leader.transferee = to.id;
  demote(leader, "hands over");
  leader.cancel(Timer::promote);
  leader.when(Timer::abandon) = now_ + settings_.election.timeout();
  arm(to, Timer::transfer, kHandOver.least, kHandOver.most);
}

}  // namespace dba::sandbox::kubedb::coordinator
