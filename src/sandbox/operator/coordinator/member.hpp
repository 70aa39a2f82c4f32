#pragma once
// What the model knows about one member of an availability group.

#include <array>
#include <cstdint>
#include <string>

#include "dba/platform/clock.hpp"

namespace dba::sandbox::kubedb::coordinator {

using Time = platform::SteadyTime;

/// A data member is named by its ordinal, the arbiter by this.
inline constexpr int kArbiter = -1;
inline constexpr int kNobody = -2;

/// What can be due for a member. The order decides between things that are due at the same moment.
enum class Timer {
  lease,     ///< Its right to take writes runs out.
  exit,      ///< Its coordinator ends after a SIGTERM.
  sql_stop,  ///< SQL Server ends after a SIGTERM.
  sql_start,
  probe,     ///< The coordinator notices that its SQL Server does not answer.
  transfer,  ///< "Stand for election now" arrives here.
  abandon,   ///< The transfer it began has come to nothing.
  election,  ///< It stands for election.
  win,       ///< The votes have arrived.
  promote,
  join,
  label,
  flap,
};
inline constexpr std::size_t kTimers = 13;
inline constexpr Time kNever = Time::max();

enum class Raft { follower, candidate, leader };
enum class Sql { down, starting, ready };
enum class Role { resolving, primary, secondary };

struct Member {
  int id = 0;
  int node = 0;  ///< Raft's name for it: ordinal + 1.
  // The pod.
  std::string pod{}, uid{};
  bool present = false, terminating = false;
  bool coordinator_up = false;
  bool coordinator_frozen = false, sql_frozen = false;
  std::uint64_t side = 0;  ///< Members of different sides do not hear each other.
  // Raft: the first two are on its volume and outlive the pod.
  std::uint64_t term = 0;
  int voted_for = kNobody;
  Raft raft = Raft::follower;
  int leader = kNobody;      ///< Whom it follows; itself when it leads.
  int last_leader_node = 0;  ///< The node number it last told about in its log.
  bool hearing = false;      ///< Heartbeats arrive.
  Time heard{};              ///< When one last did, unless they still do.
  Time votes_from{};         ///< Not before: the quorum or the time-out has changed.
  Time attached{};           ///< Since when it follows.
  Time leads_since{};
  int transferee = kNobody;  ///< To whom it is handing the leadership.
  Time transfer_began{};     ///< First attempt of a hand-over that has not worked yet.
  bool held = false;         ///< Leads, and waits for the member with the highest LSN.
  // SQL Server. The LSN is on its volume.
  Sql sql = Sql::down;
  Role role = Role::resolving;
  bool joined = false;  ///< Belongs to the availability group since its pod came.
  bool writable = false;
  bool abruptly_down = false;  ///< Its process ended without closing its connections.
  bool rogue = false;          ///< Believes itself primary by the split-brain fault.
  std::uint64_t lsn = 0;
  bool highest_by_fault = false;
  // The label on its pod.
  std::string label{}, wanted_label{};
  bool label_stale = false;
  std::chrono::nanoseconds label_delay{0};
  // Draws so far, one count a purpose, so that each draw has a stream of its own.
  std::array<std::uint64_t, kTimers> draws{};
  std::array<Time, kTimers> due = never();

  bool arbiter() const { return id == kArbiter; }
  bool live() const { return coordinator_up && !coordinator_frozen; }
  bool sql_answers() const { return sql == Sql::ready && !sql_frozen; }
  /// It could be made primary now.
  bool fit() const { return !arbiter() && live() && sql_answers() && !terminating; }
  Time& when(Timer timer) { return due[static_cast<std::size_t>(timer)]; }
  bool is_due(Timer timer) const { return due[static_cast<std::size_t>(timer)] != kNever; }
  void cancel(Timer timer) { when(timer) = kNever; }

 private:
  static constexpr std::array<Time, kTimers> never() {
    std::array<Time, kTimers> all{};
    all.fill(kNever);
    return all;
  }
};

}  // namespace dba::sandbox::kubedb::coordinator
