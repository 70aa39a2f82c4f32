#pragma once
// A group in virtual time with what the rest of the cluster would do around it: pods that end, go and come back, one at
// a time in their order, and labels that are as the last patch left them.

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "operator/coordinator/group.hpp"
#include "operator/coordinator/lags.hpp"

namespace dba::test {

using namespace dba::sandbox::kubedb::coordinator;
using namespace std::chrono_literals;

inline Settings group_of(int replicas, bool arbiter = false) {
  return {.ns = "demo", .database = "sales", .replicas = replicas, .arbiter = arbiter};
}

class GroupWorld {
 public:
  explicit GroupWorld(Settings settings, std::uint64_t seed = 1) : group(std::move(settings), seed, now) {}

  Time now{std::chrono::hours(1)};
  Group group;
  std::vector<Action> history{};
  std::vector<std::string> states{};  ///< Every change of the labels, in one line each.

  /// Pods come one after the other; then time passes until everybody has its role.
  void boot() {
    for (const Member& m : group.members()) start(m.id), pass(2s);
    pass(40s);
  }

  void start(int id) {
    const auto pod = id == kArbiter ? std::string("sales-arbiter-0") : fmt::format("sales-{}", id);
    group.pod_started(id, pod, fmt::format("{}-{}", pod, ++incarnation_), "", now);
    note();
  }

  /// kubectl delete pod: SIGTERM, the end after a second, a new pod three seconds later, in order of the ordinals.
  void remove(const std::vector<int>& ids, bool force = false) {
    for (const int id : ids) {
      if (!force) group.pod_terminating(id, now);
      note();
    }
    if (!force) pass(1s);
    for (const int id : ids) {
      group.pod_gone(id, now);
      note();
    }
  }
  void bring_back(const std::vector<int>& ids) {
    for (const int id : ids) {
      pass(3s);
      start(id);
    }
  }

  void pass(std::chrono::nanoseconds span) {
    const Time until = now + span;
    while (group.next_event() <= until) {
      now = std::max(now, group.next_event());
      group.advance(now);
      note();
    }
    now = until;
    group.advance(now);
    note();
  }

  /// "0:primary 1:secondary 2:-", as kubedb.md 6.2 prints it.
  std::string labels() const {
    std::string line;
    for (const Member& m : group.members()) {
      line += fmt::format("{}{}:{}", line.empty() ? "" : " ", m.arbiter() ? "a" : std::to_string(m.id),
                          m.label.empty() ? "-" : m.label);
    }
    return line;
  }

  int primary() const {
    for (const Member& m : group.members()) {
      if (m.writable) return m.id;
    }
    return kNobody;
  }
  int leader() const {
    for (const Member& m : group.members()) {
      if (m.raft == Raft::leader) return m.id;
    }
    return kNobody;
  }
  int writable_count() const { return static_cast<int>(std::ranges::count_if(group.members(), &Member::writable)); }
  std::vector<std::string> log_of(int id) const {
    std::vector<std::string> lines;
    for (const Action& action : history) {
      if (action.kind == Action::Kind::log && action.member == id) lines.push_back(action.text);
    }
    return lines;
  }
  std::vector<std::string> truths() const {
    std::vector<std::string> lines;
    for (const Action& action : history) {
      if (action.kind != Action::Kind::truth) continue;
      lines.push_back(
          fmt::format("{} {}{}{}", action.pod, action.text, action.detail.empty() ? "" : ": ", action.detail));
    }
    return lines;
  }

 private:
  int incarnation_ = 0;
  void note() {
    for (Action& action : group.take_actions()) history.push_back(std::move(action));
    auto line = labels();
    if (states.empty() || states.back() != line) states.push_back(std::move(line));
  }
};

/// Three replicas, the first one primary; what led to it is forgotten.
inline GroupWorld three_replicas(std::uint64_t seed = 1) {
  GroupWorld world(group_of(3), seed);
  world.boot();
  REQUIRE(world.labels() == "0:primary 1:secondary 2:secondary");
  world.history.clear();
  world.states = {world.labels()};
  return world;
}

}  // namespace dba::test
