// Ten thousand generated worlds in virtual time: pods are deleted, killed, frozen and cut off at random, and come back.
// What must hold in every one of them, whatever the seed:
//   - at no instant two replicas are writable, unless split-brain is on;
//   - terms never go back, and a term has one leader;
//   - nobody is promoted while another member has a higher LSN;
//   - when everything is well again, there is one primary and every other member is secondary, within a minute or so.
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "operator/coordinator/group.hpp"
#include "world/random.hpp"

using namespace dba::sandbox::kubedb::coordinator;
using dba::sandbox::world::Random;
using namespace std::chrono_literals;

namespace {

using std::chrono::nanoseconds;

struct Pod {
  bool present = false, terminating = false, sql_down = false, coordinator_down = false;
  Time gone_at = kNever, back_at = kNever, sql_back_at = kNever, coordinator_back_at = kNever;
};

struct Kind {
  bool split_brain = false, scaling = false;
};

/// One generated world. `violation` says what went wrong first; empty = nothing.
class World {
 public:
  World(std::uint64_t seed, Kind kind) : random_(seed, "worlds"), kind_(kind), group_(draw_settings(), seed, now_) {
    for (const Member& m : group_.members()) pods_.emplace(m.id, Pod{});
  }

  /// How often something happened that the rules are about: a run without any proves nothing.
  struct Tally {
    int promotions = 0, holds = 0, hand_overs = 0, two_writable = 0;
  };
  Tally tally{};

  std::string run() {
    for (auto& [id, pod] : pods_) pod.back_at = now_ + random_.between(0s, 6s);
    pass(random_.between(20s, 60s));
    const auto disturbances = 3 + random_.below(12);
    for (std::uint64_t i = 0; i < disturbances && violation_.empty(); ++i) {
      disturb();
      pass(random_.chance(0.3) ? random_.between(0s, 300ms) : random_.between(0s, 25s));
    }
    heal();
    pass(40s + group_.settings().election.timeout() * 12);
    if (violation_.empty()) check_settled();
    return violation_;
  }

 private:
  Random random_;
  Kind kind_;
  Time now_{std::chrono::hours(1)};
  Group group_;
  std::map<int, Pod> pods_{};
  std::string violation_{};
  std::set<int> writable_{};
  std::map<std::uint64_t, int> leader_of_term_{};
  std::map<int, std::uint64_t> terms_{};
  bool split_brain_ = false;
  int incarnation_ = 0;

  Settings draw_settings() {
    constexpr int kReplicas[] = {2, 2, 3, 3, 3, 4, 5, 7};
    Settings settings{.ns = "demo", .database = "sales"};
    settings.replicas = kReplicas[random_.below(std::size(kReplicas))];
    settings.arbiter = settings.replicas % 2 == 0 && random_.chance(0.8);
    settings.pre_vote = random_.chance(0.5);
    settings.election.period = random_.between(100ms, 500ms);
    settings.election.heartbeat_tick = 1 + static_cast<int>(random_.below(3));
    return settings;
  }

  int any_member() { return std::next(pods_.begin(), static_cast<std::ptrdiff_t>(random_.below(pods_.size())))->first; }
  int any_of(int member) { return member == kNobody || random_.chance(0.4) ? any_member() : member; }
  int primary() const { return writable_.empty() ? kNobody : *writable_.begin(); }

  void disturb() {
    const int id = any_of(primary());
    Pod& pod = pods_.at(id);
    if (kind_.split_brain && random_.chance(0.07)) {
      split_brain_ = true;
      return group_.split_brain(std::nullopt, true, now_);
    }
    if (kind_.scaling && random_.chance(0.2)) return scale();
    switch (random_.below(14)) {
      case 0:
      case 1:
        return remove(id, false);
      case 2:
        return remove(id, true);
      case 3:
      case 4: {
        const bool force = random_.chance(0.5);
        for (auto& [other, unused] : pods_) {
          if (random_.chance(0.6)) remove(other, force);
        }
        return;
      }
      case 5:
        if (!pod.present || pod.sql_down || id == kArbiter) return;
        pod.sql_down = true;
        pod.sql_back_at = now_ + random_.between(200ms, 15s);
        return group_.container_crashed(id, Container::sql, now_);
      case 6:
        if (!pod.present || pod.coordinator_down) return;
        pod.coordinator_down = true;
        pod.coordinator_back_at = now_ + random_.between(200ms, 15s);
        return group_.container_crashed(id, Container::coordinator, now_);
      case 7:
        return group_.freeze(id, true, true, now_);
      case 8:
        return random_.chance(0.5) ? group_.freeze(id, true, false, now_) : group_.freeze(id, false, true, now_);
      case 9:
        return group_.freeze(id, false, false, now_);
      case 10:
        return group_.partition(id, 1 + random_.below(2), now_);
      case 11:
        for (const auto& [other, unused] : pods_) group_.partition(other, random_.below(3), now_);
        return;
      case 12:
        for (const auto& [other, unused] : pods_) group_.partition(other, 0, now_);
        return;
      default: {
        if (random_.chance(0.5)) return group_.hold_highest_lsn(id, id != kArbiter && random_.chance(0.6), now_);
        const auto lsn = 1 + random_.below(3);
        return group_.harden(id, group_.find(id)->lsn + lsn, now_);
      }
    }
  }

  void scale() {
    Settings settings = group_.settings();
    settings.replicas = 1 + static_cast<int>(random_.below(6));
    settings.arbiter = settings.replicas % 2 == 0 && random_.chance(0.8);
    group_.reconfigure(settings, now_);
    std::erase_if(pods_, [this](const auto& entry) { return group_.find(entry.first) == nullptr; });
    for (const Member& m : group_.members()) {
      if (pods_.try_emplace(m.id).second) pods_[m.id].back_at = now_ + random_.between(0s, 5s);
    }
  }

  void remove(int id, bool force) {
    Pod& pod = pods_.at(id);
    if (!pod.present || (pod.terminating && !force)) return;
    if (force) {
      pod.gone_at = now_;
    } else {
      pod.terminating = true;
      pod.gone_at = now_ + random_.between(500ms, 3s);
      group_.pod_terminating(id, now_);
    }
  }

  void heal() {
    for (const auto& [id, pod] : pods_) {
      group_.freeze(id, false, false, now_);
      group_.partition(id, 0, now_);
      group_.hold_highest_lsn(id, false, now_);
    }
    group_.split_brain(std::nullopt, false, now_);
    watch();
    split_brain_ = false;
  }

  Time next_of_pods() const {
    Time next = kNever;
    for (const auto& [id, pod] : pods_) {
      next = std::min({next, pod.gone_at, pod.back_at, pod.sql_back_at, pod.coordinator_back_at});
    }
    return next;
  }

  void move_pods() {
    for (auto& [id, pod] : pods_) {
      if (pod.gone_at <= now_) {
        group_.pod_gone(id, now_);
        pod = Pod{.back_at = now_ + random_.between(0s, 5s)};
      } else if (pod.back_at <= now_) {
        group_.pod_started(id, fmt::format("sales-{}", id), fmt::format("uid-{}", ++incarnation_), "", now_);
        pod = Pod{.present = true};
      } else if (pod.sql_back_at <= now_) {
        pod.sql_down = false;
        pod.sql_back_at = kNever;
        group_.container_started(id, Container::sql, now_);
      } else if (pod.coordinator_back_at <= now_) {
        pod.coordinator_down = false;
        pod.coordinator_back_at = kNever;
        group_.container_started(id, Container::coordinator, now_);
      }
    }
  }

  void pass(nanoseconds span) {
    const Time until = now_ + span;
    watch();
    while (violation_.empty()) {
      const Time next = std::min(next_of_pods(), group_.next_event());
      if (next > until) break;
      now_ = std::max(now_, next);
      if (next_of_pods() <= now_) {
        move_pods();
      } else {
        group_.advance(now_);
      }
      watch();
    }
    now_ = until;
    group_.advance(now_);
  }

  void violate(std::string what) {
    if (violation_.empty()) violation_ = std::move(what);
  }

  void watch() {
    for (const Action& action : group_.take_actions()) {
      if (action.kind != Action::Kind::truth) continue;
      if (action.text == "read-only" || action.text == "down") writable_.erase(action.member);
      if (action.text == "writable") writable_.insert(action.member);
      if (writable_.size() > 1) ++tally.two_writable;
      if (action.text == "held") ++tally.holds;
      if (action.detail == "hands over") ++tally.hand_overs;
      if (action.text == "writable" && action.detail == "promoted") ++tally.promotions;
      if (writable_.size() > 1 && !split_brain_) violate(fmt::format("{} writable", writable_.size()));
      if (action.text == "leader" && action.detail.empty()) {
        const auto [known, first] = leader_of_term_.try_emplace(action.number, action.member);
        if (!first) violate(fmt::format("term {} has leaders {} and {}", action.number, known->second, action.member));
      }
      if (action.text == "writable" && action.detail == "promoted") check_highest(action.member);
    }
    std::size_t writable = 0;
    for (const Member& m : group_.members()) {
      if (m.term < terms_[m.id]) violate(fmt::format("term of {} goes back from {} to {}", m.id, terms_[m.id], m.term));
      terms_[m.id] = m.term;
      if (!m.writable) continue;
      ++writable;
      if (!writable_.contains(m.id)) violate("writable without being told");
    }
    if (writable != writable_.size()) violate("told of more than are writable");
  }

  void check_highest(int promoted) {
    const auto rank = [](const Member& m) { return std::pair(m.highest_by_fault, m.highest_by_fault ? 0 : m.lsn); };
    for (const Member& m : group_.members()) {
      if (m.id != kArbiter && rank(m) > rank(*group_.find(promoted))) {
        violate(fmt::format("{} is promoted although {} has the higher LSN", promoted, m.id));
      }
    }
  }

  void check_settled() {
    int primaries = 0;
    std::string labels;
    bool right = true;
    for (const Member& m : group_.members()) {
      labels += fmt::format(" {}:{}", m.id, m.label);
      if (m.writable) ++primaries;
      const std::string expected = m.id == kArbiter ? "arbiter" : m.writable ? "primary" : "secondary";
      right = right && m.label == expected;
    }
    if (primaries != 1 || !right) violate(fmt::format("not settled: {} writable,{}", primaries, labels));
  }
};

World::Tally run_worlds(std::uint64_t first, std::uint64_t count, Kind kind) {
  World::Tally sum;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    World world(seed, kind);
    const auto violation = world.run();
    if (!violation.empty()) FAIL_CHECK("seed " << seed << ": " << violation);
    sum.promotions += world.tally.promotions;
    sum.holds += world.tally.holds;
    sum.hand_overs += world.tally.hand_overs;
    sum.two_writable += world.tally.two_writable;
  }
  MESSAGE(count << " worlds: " << sum.promotions << " promotions, " << sum.holds << " holds, " << sum.hand_overs
                << " hand-overs, two writable " << sum.two_writable << " times");
  return sum;
}

}  // namespace

TEST_CASE("ten thousand worlds keep the rules") {
  const auto sum = run_worlds(1, 10'000, {});
  CHECK(sum.promotions > 20'000);
  CHECK(sum.holds > 1'000);
  CHECK(sum.hand_overs > 5'000);
  CHECK(sum.two_writable == 0);
}

TEST_CASE("with split-brain two are writable, and the rules are kept again when it is over") {
  const auto sum = run_worlds(10'001, 1'000, {.split_brain = true});
  CHECK(sum.two_writable > 200);
}

TEST_CASE("groups that grow and shrink meanwhile keep the rules") {
  const auto sum = run_worlds(20'001, 3'000, {.scaling = true});
  CHECK(sum.promotions > 3'000);
  CHECK(sum.two_writable == 0);
}
