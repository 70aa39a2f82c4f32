// What faults do to a group: the highest-LSN hold, partitions, freezes, crashes, split-brain, stale labels, flapping.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "group_world.hpp"

using namespace dba::test;

namespace {

bool contains(const std::vector<std::string>& lines, const std::string& line) {
  return std::ranges::find(lines, line) != lines.end();
}

void settled_on(GroupWorld& world, int primary) {
  CHECK(world.primary() == primary);
  CHECK(world.writable_count() == 1);
  for (const auto& m : world.group.members()) CHECK(m.label == (m.id == primary ? "primary" : "secondary"));
}

}  // namespace

TEST_CASE("while the member with the highest LSN is down, nobody is promoted; when it is back, it is") {
  for (const bool force : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CAPTURE(force);
      CAPTURE(seed);
      auto world = three_replicas(seed);
      world.group.hold_highest_lsn(0, true, world.now);
      world.remove({0}, force);
      world.pass(120s);
      CHECK(world.primary() == kNobody);
      CHECK(world.leader() != kNobody);  // There is a leader: it waits.
      CHECK(world.labels() == "0:- 1:secondary 2:secondary");
      const auto held = fmt::format("sales-{} held: sales-0 has the highest LSN", world.leader());
      CHECK(std::ranges::count(world.truths(), held) == 1);
      CHECK(contains(world.log_of(world.leader()), "sales-0 has the highest LSN, waiting for it"));
      world.bring_back({0});
      world.pass(30s);
      settled_on(world, 0);
    }
  }
}

TEST_CASE("a held group goes on as soon as the hold is released") {
  auto world = three_replicas();
  world.group.hold_highest_lsn(0, true, world.now);
  world.remove({0}, true);
  world.pass(60s);
  REQUIRE(world.primary() == kNobody);
  world.group.hold_highest_lsn(0, false, world.now);
  world.pass(2s);
  CHECK(world.primary() != kNobody);
}

TEST_CASE("whoever has hardened more wins, whoever was elected") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto world = three_replicas(seed);
    world.group.harden(1, 70, world.now);
    world.group.harden(2, 71, world.now);
    world.group.harden(0, 71, world.now);
    world.remove({0}, true);
    world.pass(12s);
    CHECK(world.primary() == 2);
  }
}

TEST_CASE("a primary that is cut off stops taking writes before the others have a new one") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto world = three_replicas(seed);
    world.group.partition(0, 7, world.now);
    const Time cut = world.now;
    world.pass(12s);
    CHECK(world.primary() > 0);
    Time stopped{}, resumed{};
    for (const auto& action : world.history) {
      if (action.kind != Action::Kind::truth) continue;
      if (action.text == "read-only" && action.member == 0) stopped = action.at;
      if (action.text == "writable") resumed = action.at;
    }
    CHECK(stopped - cut > 2600ms);
    CHECK(stopped - cut <= 3s);
    CHECK(resumed > stopped);
    const int primary = world.primary();
    world.group.partition(0, 0, world.now);
    world.pass(10s);
    settled_on(world, primary);
  }
}

TEST_CASE("a minority that is cut off changes nothing, and comes back without an election") {
  auto world = three_replicas();
  world.group.partition(1, 7, world.now);
  world.group.partition(2, 8, world.now);  // Two cut off from each other, too: then the primary has no quorum.
  world.pass(20s);
  CHECK(world.primary() == kNobody);
  world.group.partition(1, 0, world.now);
  world.pass(20s);
  CHECK(world.primary() >= 0);
  const int primary = world.primary();
  const auto term = world.group.find(primary)->term;
  world.group.partition(2, 0, world.now);
  world.pass(20s);
  settled_on(world, primary);
  CHECK(world.group.find(primary)->term == term);
}

TEST_CASE("without pre-vote, a member that was cut off forces an election with its newer term") {
  auto settings = group_of(3);
  settings.pre_vote = false;
  GroupWorld world(settings);
  world.boot();
  REQUIRE(world.primary() == 0);
  world.group.partition(2, 7, world.now);
  world.pass(60s);
  CHECK(world.primary() == 0);
  const auto before = world.group.find(0)->term;
  CHECK(world.group.find(2)->term > before + 5);
  world.group.partition(2, 0, world.now);
  world.pass(20s);
  CHECK(world.writable_count() == 1);
  CHECK(world.group.find(world.primary())->term > before);
}

TEST_CASE("a frozen primary is replaced, and wakes up as a secondary") {
  auto world = three_replicas();
  world.group.freeze(0, true, true, world.now);
  CHECK(world.primary() == kNobody);
  world.pass(12s);
  const int primary = world.primary();
  CHECK(primary > 0);
  CHECK(world.group.find(0)->label == "primary");  // Nobody is awake to change it.
  world.group.freeze(0, false, false, world.now);
  CHECK(world.writable_count() == 1);
  world.pass(10s);
  settled_on(world, primary);
}

TEST_CASE("a short freeze is over before anybody noticed") {
  auto world = three_replicas();
  const auto term = world.group.find(0)->term;
  world.group.freeze(0, true, true, world.now);
  world.pass(1s);
  world.group.freeze(0, false, false, world.now);
  world.pass(20s);
  settled_on(world, 0);
  CHECK(world.group.find(0)->term == term);
}

TEST_CASE("when only SQL Server is frozen or dead, the coordinator hands over after it has noticed") {
  for (const bool crash : {false, true}) {
    CAPTURE(crash);
    auto world = three_replicas();
    if (crash) {
      world.group.container_crashed(0, Container::sql, world.now);
    } else {
      world.group.freeze(0, true, false, world.now);
    }
    world.pass(5s);
    const int primary = world.primary();
    CHECK(primary > 0);
    if (crash) {
      world.group.container_started(0, Container::sql, world.now);
    } else {
      world.group.freeze(0, false, false, world.now);
    }
    world.pass(20s);
    settled_on(world, primary);
  }
}

TEST_CASE("a SQL Server that died is led no more, also when it starts again at once") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    auto world = three_replicas(seed);
    world.group.container_crashed(0, Container::sql, world.now);
    world.group.container_started(0, Container::sql, world.now);
    world.pass(20s);
    CHECK(world.primary() > 0);
    settled_on(world, world.primary());
  }
}

TEST_CASE("a primary whose coordinator died takes writes until its lease is over") {
  auto world = three_replicas();
  world.group.container_crashed(0, Container::coordinator, world.now);
  CHECK(world.primary() == 0);
  world.pass(2s);
  CHECK(world.primary() == 0);
  world.pass(1s);
  CHECK(world.primary() == kNobody);
  world.pass(8s);
  const int primary = world.primary();
  CHECK(primary > 0);
  world.group.container_started(0, Container::coordinator, world.now);
  world.pass(10s);
  settled_on(world, primary);
}

TEST_CASE("split-brain makes a second writable replica, and ends with the fault") {
  for (const std::optional<int> member : {std::optional<int>(), std::optional<int>(2)}) {
    auto world = three_replicas();
    world.group.split_brain(member, true, world.now);
    world.pass(5s);
    CHECK(world.writable_count() == 2);
    CHECK(world.group.find(0)->writable);
    if (member) CHECK(world.labels() == "0:primary 1:secondary 2:primary");
    world.group.split_brain(member, false, world.now);
    CHECK(world.writable_count() == 1);
    world.pass(5s);
    settled_on(world, 0);
  }
}

TEST_CASE("split-brain of a member that is primary already changes nothing") {
  auto world = three_replicas();
  world.group.split_brain(0, true, world.now);
  world.pass(60s);
  settled_on(world, 0);
}

TEST_CASE("a stale label says what was, until the fault ends") {
  auto world = three_replicas();
  world.group.stale_label(1, true, 0ns, world.now);
  world.group.stale_label(2, true, 0ns, world.now);
  world.remove({0}, true);
  world.pass(15s);
  CHECK(world.primary() > 0);
  CHECK(world.labels() == "0:- 1:secondary 2:secondary");
  world.group.stale_label(1, false, 0ns, world.now);
  world.group.stale_label(2, false, 0ns, world.now);
  world.pass(1s);
  CHECK(world.group.find(world.primary())->label == "primary");
}

TEST_CASE("a late label comes later by the delay") {
  auto world = three_replicas();
  for (const int id : {1, 2}) world.group.stale_label(id, true, 5s, world.now);
  world.remove({0});
  world.pass(4s);
  REQUIRE(world.primary() > 0);
  CHECK(world.labels() == "0:- 1:secondary 2:secondary");
  world.pass(5s);
  CHECK(world.group.find(world.primary())->label == "primary");
}

TEST_CASE("a label that somebody else changes is put right again") {
  auto world = three_replicas();
  world.group.label_seen(1, "primary", world.now);
  CHECK(world.group.find(1)->label == "primary");
  world.pass(1s);
  settled_on(world, 0);
}

TEST_CASE("a flapping leadership moves on, one primary at a time, and rests when the fault is over") {
  auto world = three_replicas();
  world.group.flap(10s, world.now);
  std::set<int> seen;
  for (int i = 0; i < 120; ++i) {
    world.pass(1s);
    CHECK(world.writable_count() <= 1);
    if (world.primary() >= 0) seen.insert(world.primary());
  }
  CHECK(seen.size() >= 2);
  world.group.flap(std::nullopt, world.now);
  world.pass(10s);
  const int primary = world.primary();
  world.pass(60s);
  settled_on(world, primary);
}

TEST_CASE("growing to five and shrinking to three keeps one primary") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    auto world = three_replicas(seed);
    world.group.reconfigure(group_of(5), world.now);
    world.start(3);
    world.pass(2s);
    world.start(4);
    world.pass(30s);
    CHECK(world.labels() == "0:primary 1:secondary 2:secondary 3:secondary 4:secondary");
    while (world.primary() < 3) {
      const int primary = world.primary();
      world.remove({primary});
      world.bring_back({primary});
      world.pass(30s);
    }
    for (const int last : {4, 3}) {  // The operator takes the highest first.
      world.remove({last});
      world.group.reconfigure(group_of(last), world.now);
      world.pass(30s);
    }
    CHECK(world.writable_count() == 1);
    CHECK(world.group.members().size() == 3);
  }
}

TEST_CASE("a settled group that is taken over keeps its roles without a single patch") {
  GroupWorld world(group_of(3));
  world.group.adopt(
      {{0, "sales-0", "a", "secondary"}, {1, "sales-1", "b", "primary"}, {2, "sales-2", "c", "secondary"}}, world.now);
  CHECK(world.group.next_event() == kNever);  // A group at rest costs nothing.
  world.pass(60s);
  CHECK(world.labels() == "0:secondary 1:primary 2:secondary");
  CHECK(world.truths() == std::vector<std::string>{"sales-0 up: found", "sales-1 up: found", "sales-1 leader",
                                                   "sales-1 writable: found", "sales-2 up: found",
                                                   "sales-0 label: secondary", "sales-1 label: primary",
                                                   "sales-2 label: secondary"});
  world.remove({1});
  world.bring_back({1});
  world.pass(30s);
  CHECK(world.writable_count() == 1);
  CHECK(world.primary() != 1);
}

TEST_CASE("sequence numbers rise with every promotion, also back to the same member") {
  auto world = three_replicas();
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < 6; ++i) {
    const int primary = world.primary();
    world.remove({primary});
    world.bring_back({primary});
    world.pass(30s);
  }
  for (const auto& action : world.history) {
    if (action.kind == Action::Kind::sql_role && action.text == "PRIMARY") numbers.push_back(action.number);
  }
  CHECK(numbers.size() == 6);
  CHECK(std::ranges::is_sorted(numbers));
  CHECK(std::set<std::uint64_t>(numbers.begin(), numbers.end()).size() == 6);
}

TEST_CASE("the same seed gives the same history, another seed another one") {
  const auto history_of = [](std::uint64_t seed) {
    auto world = three_replicas(seed);
    world.remove({0}, true);
    world.bring_back({0});
    world.pass(60s);
    std::vector<std::string> lines;
    for (const auto& action : world.history) {
      lines.push_back(
          fmt::format("{} {} {} {}", action.at.time_since_epoch().count(), action.member, action.text, action.number));
    }
    return lines;
  };
  CHECK(history_of(5) == history_of(5));
  CHECK(history_of(5) != history_of(6));
}

TEST_CASE("leaderElection governs how fast a crash is noticed") {
  auto settings = group_of(3);
  settings.election.period = 1s;
  GroupWorld world(settings);
  world.boot();
  world.pass(60s);
  REQUIRE(world.primary() == 0);
  world.remove({0}, true);
  world.pass(9s);
  CHECK(world.primary() == kNobody);
  world.pass(15s);
  CHECK(world.primary() > 0);
}

TEST_CASE("what was seen of a pod before its new label was carried out does not undo the label") {
  auto settings = group_of(1);
  settings.clustered = false;
  Group group(settings, 1, Time(1h));
  group.pod_started(0, "sales-0", "uid", "", Time(1h));
  const auto labels = [&group] {
    const auto actions = group.take_actions();
    return std::ranges::count(actions, Action::Kind::label, &Action::kind);
  };
  Time now(1h);
  do {
    now = group.next_event();
    REQUIRE(now != kNever);
    group.advance(now);
    group.label_seen(0, "", now);  // Something else of the pod has changed at the very same moment.
  } while (labels() == 0);
  group.advance(now + 5s);
  CHECK(labels() == 0);
  CHECK(group.find(0)->label == "primary");
}
