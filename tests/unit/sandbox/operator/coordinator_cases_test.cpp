// The failover cases of kubedb.md 6.2, with the transitions that the documentation shows.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "group_world.hpp"

using namespace dba::test;

namespace {

/// Three replicas with the given one primary: the primary is deleted until it is there.
GroupWorld three_led_by(int wanted, std::uint64_t seed = 1) {
  auto world = three_replicas(seed);
  for (int i = 0; i < 50 && world.primary() != wanted; ++i) {
    const int primary = world.primary();
    world.remove({primary});
    world.bring_back({primary});
    world.pass(40s);
  }
  REQUIRE(world.primary() == wanted);
  world.history.clear();
  world.states = {world.labels()};
  return world;
}

bool saw(const GroupWorld& world, const std::string& labels) {
  return std::ranges::find(world.states, labels) != world.states.end();
}

std::chrono::nanoseconds outage_of(const GroupWorld& world) {
  Time stopped{};
  for (const auto& action : world.history) {
    if (action.kind != Action::Kind::truth) continue;
    if (stopped == Time{} && (action.text == "read-only" || action.text == "down")) stopped = action.at;
    if (stopped != Time{} && action.text == "writable") return action.at - stopped;
  }
  return -1s;
}

}  // namespace

TEST_CASE("a new group gets its first pod as primary, as soon as there is a quorum") {
  GroupWorld world(group_of(3));
  world.start(0);
  world.pass(60s);
  CHECK(world.labels() == "0:- 1:- 2:-");  // One of three elects nobody.
  world.start(1);
  world.pass(60s);
  CHECK(world.labels() == "0:primary 1:secondary 2:-");
  world.start(2);
  world.pass(60s);
  CHECK(world.labels() == "0:primary 1:secondary 2:secondary");
  CHECK(world.log_of(2) ==
        std::vector<std::string>{"mssql is not ready yet", "raft.node: 3 elected leader 1 at term 1",
                                 "lastLeaderId : 0, currentLeaderId : 1", "new elected primary is :sales-0.",
                                 "This pod is now a secondary according to raft", "mssql is ready now",
                                 "No Availability Group found", "Joining  Availability Group...",
                                 "Successfully patched label of demo/sales-2 to secondary"});
  const auto log = world.log_of(0);
  CHECK(log == std::vector<std::string>{
                   "mssql is not ready yet", "mssql is ready now", "raft.node: 1 elected leader 1 at term 1",
                   "lastLeaderId : 0, currentLeaderId : 1", "new elected primary is :sales-0.",
                   "Sequence Number updated. new sequenceNumber = 4294967322, previous sequenceNumber = 0",
                   "New primary is ready to accept connections...",
                   "Successfully patched label of demo/sales-0 to primary"});
}

TEST_CASE("case 1: the primary is deleted, and another pod is primary almost immediately") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto world = three_replicas(seed);
    world.remove({0});
    world.bring_back({0});
    world.pass(40s);
    const bool one = saw(world, "0:- 1:primary 2:secondary") && world.labels() == "0:secondary 1:primary 2:secondary";
    const bool two = saw(world, "0:- 1:secondary 2:primary") && world.labels() == "0:secondary 1:secondary 2:primary";
    CHECK((one || two));
    CHECK(outage_of(world) > 300ms);
    CHECK(outage_of(world) < 2s);
  }
}

TEST_CASE("case 1, forced: the others notice by the missing heartbeats, within 3 to 8 seconds") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto world = three_replicas(seed);
    world.remove({0}, true);
    world.pass(12s);
    CHECK((world.labels() == "0:- 1:primary 2:secondary" || world.labels() == "0:- 1:secondary 2:primary"));
    CHECK(outage_of(world) >= 3s);
    CHECK(outage_of(world) < 10s);
    world.bring_back({0});
    world.pass(40s);
    CHECK((world.labels() == "0:secondary 1:primary 2:secondary" ||
           world.labels() == "0:secondary 1:secondary 2:primary"));
  }
}

TEST_CASE(
    "case 2: primary and a secondary are deleted, the quorum is gone, the third becomes primary when one is back") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const bool force : {false, true}) {
      CAPTURE(seed);
      CAPTURE(force);
      auto world = three_led_by(2, seed);
      world.remove({1, 2}, force);
      world.pass(20s);
      CHECK(world.labels() == "0:secondary 1:- 2:-");
      CHECK(world.primary() == kNobody);
      world.bring_back({1, 2});
      world.pass(30s);
      CHECK(world.labels() == "0:primary 1:secondary 2:secondary");
    }
  }
}

TEST_CASE("case 3: both secondaries are deleted, the primary stays what it is although the quorum is gone") {
  for (const bool force : {false, true}) {
    CAPTURE(force);
    auto world = three_replicas();
    world.remove({1, 2}, force);
    world.pass(60s);
    CHECK(world.labels() == "0:primary 1:- 2:-");
    CHECK(world.primary() == 0);
    world.bring_back({1, 2});
    world.pass(30s);
    CHECK(world.labels() == "0:primary 1:secondary 2:secondary");
    CHECK(outage_of(world) == -1s);
  }
}

TEST_CASE("case 4: all are deleted and come back") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const bool force : {false, true}) {
      CAPTURE(seed);
      CAPTURE(force);
      auto world = three_led_by(2, seed);
      world.remove({0, 1, 2}, force);
      world.pass(1s);
      CHECK(world.labels() == "0:- 1:- 2:-");
      world.bring_back({0, 1, 2});
      world.pass(30s);
      CHECK(world.labels() == "0:primary 1:secondary 2:secondary");
    }
  }
}

TEST_CASE("two replicas and an arbiter survive the loss of one") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    GroupWorld world(group_of(2, true), seed);
    world.boot();
    REQUIRE(world.labels() == "0:primary 1:secondary a:arbiter");
    world.remove({0}, true);
    world.pass(12s);
    CHECK(world.labels() == "0:- 1:primary a:arbiter");
    world.bring_back({0});
    world.pass(30s);
    CHECK(world.labels() == "0:secondary 1:primary a:arbiter");
    world.remove({1, kArbiter}, true);
    world.pass(20s);
    CHECK(world.labels() == "0:secondary 1:- a:-");
    CHECK(world.primary() == kNobody);
    world.bring_back({1, kArbiter});
    world.pass(30s);
    CHECK(world.labels() == "0:primary 1:secondary a:arbiter");
  }
}

TEST_CASE("five replicas survive the loss of two, and not of three") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    GroupWorld world(group_of(5), seed);
    world.boot();
    REQUIRE(world.labels() == "0:primary 1:secondary 2:secondary 3:secondary 4:secondary");
    world.remove({0, 1}, true);
    world.pass(20s);
    const int second = world.primary();
    CHECK(second >= 2);
    world.remove({second}, true);
    world.pass(20s);
    CHECK(world.primary() == kNobody);
    world.bring_back({0});
    world.pass(30s);
    CHECK(world.primary() >= 2);
    world.bring_back({1, second});
    world.pass(30s);
    CHECK(world.writable_count() == 1);
    CHECK(std::ranges::count_if(world.group.members(), [](const auto& m) { return m.label == "secondary"; }) == 4);
  }
}

TEST_CASE("a standalone instance is primary whenever its SQL Server is ready") {
  auto settings = group_of(1);
  settings.clustered = false;
  GroupWorld world(settings);
  world.start(0);
  world.pass(12s);
  CHECK(world.labels() == "0:primary");
  CHECK(world.primary() == 0);
  world.remove({0});
  CHECK(world.labels() == "0:-");
  CHECK(world.primary() == kNobody);
  world.bring_back({0});
  world.pass(12s);
  CHECK(world.primary() == 0);
  world.group.container_crashed(0, Container::sql, world.now);
  world.pass(1s);
  CHECK(world.primary() == kNobody);
  world.group.container_started(0, Container::sql, world.now);
  world.pass(12s);
  CHECK(world.primary() == 0);
  CHECK(world.log_of(0).empty());  // There is no coordinator that could write one.
}

TEST_CASE("the primary of a distributed group's secondary side forwards and takes no writes, until the sides change") {
  auto settings = group_of(3);
  settings.forwarder = true;
  GroupWorld world(settings);
  world.boot();
  CHECK(world.labels() == "0:primary 1:secondary 2:secondary");
  CHECK(world.primary() == kNobody);
  settings.forwarder = false;
  world.group.reconfigure(settings, world.now);
  world.pass(1s);
  CHECK(world.primary() == 0);
  settings.forwarder = true;
  world.group.reconfigure(settings, world.now);
  world.pass(1s);
  CHECK(world.primary() == kNobody);
  CHECK(world.labels() == "0:primary 1:secondary 2:secondary");
}
