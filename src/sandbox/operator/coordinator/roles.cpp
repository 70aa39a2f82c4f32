// What follows from who leads: SQL roles, the rule of the highest LSN, labels.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "operator/coordinator/group.hpp"
#include "operator/coordinator/lags.hpp"

namespace dba::sandbox::kubedb::coordinator {

namespace {

constexpr std::uint64_t kFirstSequence = 0x1a;

std::string_view name_of(Role role) {
  return role == Role::primary ? "PRIMARY" : role == Role::secondary ? "SECONDARY" : "RESOLVING";
}

}  // namespace

std::uint64_t Group::lsn_of(const Member& m) const {
  return m.highest_by_fault ? std::numeric_limits<std::uint64_t>::max() : m.lsn;
}

std::uint64_t Group::highest_lsn() const {
  std::uint64_t highest = 0;
  for (const Member& m : members_) {
    if (!m.arbiter()) highest = std::max(highest, lsn_of(m));
  }
  return highest;
}

void Group::consider_promotion(Member& m) {
  const bool stands_by = m.raft == Raft::leader && m.fit() && m.role != Role::primary && m.transferee == kNobody;
  // Nobody is promoted on the word of those who are gone: here a quorum has to be there.
  if (!stands_by || reached(m, false) < settings_.quorum()) {
    m.cancel(Timer::promote);
    return;
  }
  if (m.is_due(Timer::promote)) return;
  const bool waits_in_vain =
      m.held && lsn_of(m) < highest_lsn() && std::ranges::none_of(members_, [&](const Member& other) {
        return lsn_of(other) == highest_lsn() && other.fit() && hears(other);
      });
  if (!waits_in_vain) arm(m, Timer::promote, kPromotion.least, kPromotion.most);
}

void Group::promote(Member& m) {
  if (lsn_of(m) < highest_lsn()) return wait_for_highest(m);
  make_primary(m, "promoted");
  if (settings_.clustered) log(m, "New primary is ready to accept connections...");
}

void Group::wait_for_highest(Member& m) {
  const auto highest = std::ranges::find_if(
      members_, [&](const Member& other) { return lsn_of(other) == highest_lsn() && other.fit() && hears(other); });
  if (highest != members_.end()) return begin_transfer(m, *highest);
  if (m.held) return;
  m.held = true;
  const auto missing = std::ranges::find_if(
      members_, [&](const Member& other) { return !other.arbiter() && lsn_of(other) == highest_lsn(); });
  const auto name = fmt::format("{}-{}", settings_.database, missing->id);
  log(m, fmt::format("{} has the highest LSN, waiting for it", name));
  truth(m, "held", name + " has the highest LSN");
}

void Group::make_primary(Member& m, std::string_view why) {
  const auto previous = sequence_;
  ++promotions_;
  sequence_ = (promotions_ << 32U) + kFirstSequence;
  m.joined = true;
  m.held = false;
  set_role(m, Role::primary);
  if (settings_.clustered) {
    log(m, fmt::format("Sequence Number updated. new sequenceNumber = {}, previous sequenceNumber = {}", sequence_,
                       previous));
  }
  set_writable(m, true, why);
  want_label(m, "primary");
}

void Group::demote(Member& m, std::string_view why) {
  if (m.role != Role::primary || m.rogue) return;
  set_writable(m, false, why);
  m.cancel(Timer::lease);
  set_role(m, Role::secondary);
  want_label(m, "secondary");
}

void Group::set_writable(Member& m, bool writable, std::string_view why) {
  const bool now = writable && !settings_.forwarder && m.sql_answers();
  if (m.writable == now) return;
  m.writable = now;
  truth(m, now ? "writable" : "read-only", why);
}

void Group::set_role(Member& m, Role role) {
  if (m.role == role && role != Role::primary) return;
  m.role = role;
  tell_sql(m, Action::Kind::sql_role);
}

void Group::tell_sql(const Member& m, Action::Kind kind) {
  actions_.push_back({kind,
                      now_,
                      m.id,
                      m.pod,
                      m.uid,
                      std::string(name_of(m.role)),
                      "",
                      sequence_,
                      {m.sql == Sql::ready, m.sql_frozen, m.abruptly_down, m.side}});
}

void Group::consider_join(Member& m) {
  const Member* leader = find(m.leader);
  const bool can = m.fit() && m.role == Role::resolving && hears(m) && leader->role == Role::primary;
  if (!can) {
    m.cancel(Timer::join);
    return;
  }
  if (m.is_due(Timer::join)) return;
  // A container that only restarted finds its availability group on its volume.
  if (!m.joined) {
    log(m, "No Availability Group found");
    log(m, "Joining  Availability Group...");
  }
  arm(m, Timer::join, kJoin.least, kJoin.most);
}

void Group::join(Member& m) {
  m.joined = true;
  set_role(m, Role::secondary);
  want_label(m, "secondary");
}

void Group::want_label(Member& m, std::string role) {
  m.wanted_label = std::move(role);
  m.cancel(Timer::label);  // What was under way was for another role.
}

void Group::consider_label(Member& m) {
  if (m.arbiter() && m.coordinator_up) m.wanted_label = "arbiter";
  const bool can = m.coordinator_up && !m.terminating && !m.label_stale && m.label != m.wanted_label;
  if (!can) {
    m.cancel(Timer::label);
  } else if (!m.is_due(Timer::label)) {
    arm(m, Timer::label, m.label_delay + kLabel.least, m.label_delay + kLabel.most);
  }
}

void Group::patch_label(Member& m) {
  m.label = m.wanted_label;
  actions_.push_back({Action::Kind::label, now_, m.id, m.pod, m.uid, m.label, "", 0});
  truth(m, "label", m.label);
  if (settings_.clustered) {
    log(m, fmt::format("Successfully patched label of {}/{} to {}", settings_.ns, m.pod, m.label));
  }
}

/// Keeps one secondary in the belief that it is primary as long as the fault is on and there is a true one.
void Group::keep_split_brain() {
  if (!split_brain_) {
    for (Member& m : members_) {
      if (m.rogue) end_rogue(m);
    }
    return;
  }
  for (Member& m : members_) {
    if (m.rogue && m.raft == Raft::leader) m.rogue = false;  // Now it is elected indeed.
    if (m.rogue) return;
  }
  const bool there_is_one = std::ranges::any_of(members_, [](const Member& m) { return m.writable; });
  if (!there_is_one) return;
  std::vector<Member*> secondaries;
  for (Member& m : members_) {
    if (m.fit() && m.role == Role::secondary && split_brain_member_.value_or(m.id) == m.id) secondaries.push_back(&m);
  }
  if (secondaries.empty()) return;
  Member& chosen = *secondaries[draw_index(*secondaries.front(), Timer::promote, secondaries.size())];
  chosen.rogue = true;
  truth(chosen, "leader", "split-brain");
  make_primary(chosen, "split-brain");
}

void Group::end_rogue(Member& m) {
  m.rogue = false;
  demote(m, "split-brain is over");
}

void Group::log(const Member& m, std::string line) {
  if (!m.coordinator_up || !settings_.clustered) return;
  actions_.push_back({Action::Kind::log, now_, m.id, m.pod, m.uid, std::move(line), "", 0});
}

void Group::truth(const Member& m, std::string_view what, std::string_view detail) {
  actions_.push_back({Action::Kind::truth, now_, m.id, m.pod, m.uid, std::string(what), std::string(detail), m.term});
}

}  // namespace dba::sandbox::kubedb::coordinator
