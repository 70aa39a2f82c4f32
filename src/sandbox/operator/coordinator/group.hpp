#pragma once
// One availability group in virtual time: raft among the coordinators, and what they do to SQL Server and to the role
// labels. Pure: no clock, no threads, no sockets. Whoever owns a Group tells it what happened and when, and carries out
// the actions it answers with.
//
// Two writable replicas are kept apart by a lease. A primary takes writes only as long as its coordinator reached a
// quorum within the last election time-out (a member whose process is known not to run counts as reached: it cannot
// vote elsewhere). A member that heard a leader does not vote for another one before that time-out has passed, nor does
// a freshly started one. So whoever is elected was elected after the lease of its predecessor had run out.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/coordinator/member.hpp"
#include "operator/coordinator/settings.hpp"

namespace dba::sandbox::kubedb::coordinator {

/// How the SQL Server process of a member is.
struct SqlProcess {
  bool running = false, frozen = false;
  bool abruptly = false;   ///< It ended without a word: its machine is gone.
  std::uint64_t side = 0;  ///< Those of different sides do not reach each other.
};

/// Something to be carried out, or told, at `at`.
struct Action {
  enum class Kind {
    label,        ///< text = the role label of the pod.
    sql_role,     ///< text = PRIMARY, SECONDARY or RESOLVING, number = the group's sequence number.
    sql_process,  ///< The same when the role is not new: the process is.
    log,          ///< text = a line of the coordinator's log.
    truth,        ///< text = what, detail, number = the term: see world::TruthEvent.
  };
  Kind kind = Kind::log;
  Time at{};
  int member = 0;
  std::string pod{}, uid{};
  std::string text{}, detail{};
  std::uint64_t number = 0;
  SqlProcess process{};
};

enum class Container { sql, coordinator };

/// A member as a coordinator that takes over finds it.
struct Found {
  int member = 0;
  std::string pod{}, uid{}, label{};
};

class Group {
 public:
  /// @param seed of the world; draws come from streams named after the database and the purpose
  Group(const Settings& settings, std::uint64_t seed, Time now);

  // What happened. Each call first lets everything happen that was due before; times must not go back.
  void advance(Time now);
  void reconfigure(const Settings& settings, Time now);
  /// A settled group that ran before we came: the labels are believed, nothing is done.
  void adopt(const std::vector<Found>& members, Time now);
  void pod_started(int member, std::string pod, std::string uid, std::string label, Time now);  ///< All containers run.
  void pod_terminating(int member, Time now);
  void pod_gone(int member, Time now);
  void container_crashed(int member, Container container, Time now);
  void container_started(int member, Container container, Time now);
  void freeze(int member, bool sql, bool coordinator, Time now);
  void partition(int member, std::uint64_t side, Time now);  ///< 0 = the side of everybody else.
  void harden(int member, std::uint64_t lsn, Time now);
  /// What the member's log is worth, as measured right now; no time passes.
  void measure(int member, std::uint64_t lsn);
  void label_seen(int member, std::string label, Time now);
  // Faults.
  void hold_highest_lsn(int member, bool on, Time now);
  void stale_label(int member, bool on, std::chrono::nanoseconds delay, Time now);
  void split_brain(std::optional<int> member, bool on, Time now);  ///< Absent member = one of the secondaries.
  void flap(std::optional<std::chrono::nanoseconds> period, Time now);

  /// Everything that came out of the calls since the last take, in order of time.
  std::vector<Action> take_actions();
  /// When something happens by itself; kNever when nothing will.
  Time next_event() const;

  const Settings& settings() const { return settings_; }
  const Member* find(int member) const;
  const std::vector<Member>& members() const { return members_; }
  std::uint64_t sequence_number() const { return sequence_; }

 private:
  Settings settings_;
  std::uint64_t seed_;
  Time now_;
  std::vector<Member> members_{};
  std::vector<Action> actions_{};
  std::uint64_t sequence_ = 0;  ///< Of the availability group; 0 = there is none yet.
  std::uint64_t promotions_ = 0;
  bool split_brain_ = false;
  std::optional<int> split_brain_member_{};
  std::optional<std::chrono::nanoseconds> flap_{};

  struct Due {
    Time at = kNever;
    std::size_t index = 0;
    Timer timer{};
  };

  // group.cpp: time and processes; what comes in is in inputs.cpp
  Due next_due() const;
  Member* member(int id);
  void handle(Member& m, Timer timer);
  void agree_on_change(std::uint64_t newest_term);
  void refresh();  ///< Follows up on whatever changed: who hears whom, and what that makes due.
  void arm(Member& m, Timer timer, std::chrono::nanoseconds least, std::chrono::nanoseconds most);
  std::chrono::nanoseconds draw(Member& m, Timer purpose, std::chrono::nanoseconds least,
                                std::chrono::nanoseconds most);
  std::size_t draw_index(Member& m, Timer purpose, std::size_t count);
  void start_coordinator(Member& m);
  void end_coordinator(Member& m);
  void start_sql(Member& m);
  void end_sql(Member& m, std::string_view why);
  bool stands_still(const Member& m, Timer timer) const;

  // election.cpp: raft
  bool reach(const Member& a, const Member& b) const;
  bool hears(const Member& m) const;
  int reached(const Member& m, bool count_ended) const;
  bool may_stand(const Member& m) const;
  bool may_vote(const Member& voter) const;
  void stand(Member& m, bool by_transfer);
  int collect_votes(Member& m, bool by_transfer);
  void learn_term(Member& m);
  void lead(Member& m);
  void step_down(Member& m);
  void follow(Member& m, Member& leader);
  void settle_leaders();
  void arm_elections();
  void keep_leases();
  Time last_heartbeat(const Member& leader) const;
  Member* successor_of(const Member& leader);
  void consider_leaving(Member& m);
  void hand_over(Member& leader);
  void begin_transfer(Member& leader, Member& to);
  void tell_leader(Member& m, const Member& leader);

  // roles.cpp: SQL roles, labels
  std::uint64_t lsn_of(const Member& m) const;
  std::uint64_t highest_lsn() const;
  void consider_promotion(Member& m);
  void promote(Member& m);
  void wait_for_highest(Member& m);
  void make_primary(Member& m, std::string_view why);
  void demote(Member& m, std::string_view why);
  void set_writable(Member& m, bool writable, std::string_view why);
  void set_role(Member& m, Role role);
  void tell_sql(const Member& m, Action::Kind kind);
  void consider_join(Member& m);
  void join(Member& m);
  void want_label(Member& m, std::string role);
  void consider_label(Member& m);
  void patch_label(Member& m);
  void keep_split_brain();
  void end_rogue(Member& m);
  void log(const Member& m, std::string line);
  void truth(const Member& m, std::string_view what, std::string_view detail);
};

}  // namespace dba::sandbox::kubedb::coordinator
