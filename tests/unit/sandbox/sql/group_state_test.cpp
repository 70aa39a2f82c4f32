// The group in virtual time: what a commit waits for, and what each replica holds afterwards.
#include <doctest/doctest.h>

#include "unit/sandbox/sql/group_world.hpp"

using namespace dba::test;
using group::Fate;
using group::Sync;
using Rows = std::vector<std::string>;

TEST_CASE("LSNs have SQL Server's shape and grow with the log") {
  CHECK(group::lsn_of(0) == 42000000001600001U);
  CHECK(group::lsn_of(16383) == 42000001639900001U);
  CHECK(group::lsn_of(16384) == 43000000001600001U);
  CHECK(group::lsn_of(7, 3) == 42000000002300003U);
}

TEST_CASE_FIXTURE(GroupWorld, "a commit waits until every synchronous secondary has it on disk; redo comes later") {
  const auto took = commit(0, "one");
  CHECK(took >= 1ms);
  CHECK(took <= 2ms);
  CHECK(rows(0) == Rows{"one"});
  CHECK(copy(1).hardened == copy(0).hardened);
  CHECK(copy(1).redone < copy(1).hardened);
  CHECK(rows(1).empty());
  pass(10ms);
  CHECK(rows(1) == Rows{"one"});
  CHECK(rows(2) == Rows{"one"});
  CHECK(copy(1).sync == Sync::synchronized);
}

TEST_CASE_FIXTURE(GroupWorld, "a secondary that vanishes holds commits up until its session times out") {
  commit(0, "one");
  stop(2, true);
  const auto took = commit(0, "two");
  CHECK(took >= 9900ms);
  CHECK(took <= 10100ms);
  CHECK(copy(2).sync == Sync::not_synchronizing);
  CHECK(commit(0, "three") <= 2ms);
  CHECK(state.find(2)->error->number == 35206);
}

TEST_CASE_FIXTURE(GroupWorld, "one that says good-bye holds nobody up, and catches up when it is back") {
  stop(2);
  CHECK(commit(0, "one") <= 2ms);
  start(2);
  CHECK(copy(2).sync == Sync::not_synchronizing);
  follow(2);
  pass(50ms);
  CHECK(copy(2).sync == Sync::synchronizing);
  pass(100ms);
  CHECK(copy(2).sync == Sync::synchronized);
  CHECK(rows(2) == Rows{"one"});
  CHECK(copy(2).participant);
}

TEST_CASE_FIXTURE(GroupWorld, "a frozen secondary goes on where it stood when it thaws in time") {
  state.freeze(1, true, now);
  const auto record = write(0, "one");
  pass(5s);
  CHECK(record->fate == Fate::pending);
  CHECK(rows(0).empty());
  state.freeze(1, false, now);
  pass(5ms);
  CHECK(record->fate == Fate::acknowledged);
  CHECK(rows(0) == Rows{"one"});
  CHECK(copy(1).sync == Sync::synchronized);
}

TEST_CASE_FIXTURE(GroupWorld, "a partitioned secondary is left behind and found again") {
  state.separate(2, 7, now);
  CHECK(commit(0, "one") >= 9900ms);
  CHECK(commit(0, "two") <= 2ms);
  state.separate(2, 0, now);
  pass(200ms);
  CHECK(copy(2).sync == Sync::synchronized);
  CHECK(rows(2) == Rows{"one", "two"});
}

TEST_CASE_FIXTURE(GroupWorld, "a new primary has everything that was acknowledged, and the others follow it") {
  commit(0, "one");
  commit(0, "two");
  stop(0);
  promote(2);
  follow(1);
  CHECK(news == Rows{"2 recovering"});  // The last record was not in its data yet.
  CHECK_FALSE(state.is_open(*state.find(2), "agdb1"));
  pass(100ms);
  CHECK(state.is_open(*state.find(2), "agdb1"));
  CHECK(rows(2) == Rows{"one", "two"});
  CHECK(news == Rows{"2 recovering", "2 recovered"});
  commit(2, "three");
  start(0);
  follow(0);
  pass(1s);
  CHECK(rows(0) == Rows{"one", "two", "three"});
  CHECK(rows(1) == Rows{"one", "two", "three"});
  CHECK(state.find(0)->sequence == 2);
}

TEST_CASE_FIXTURE(GroupWorld, "a commit whose primary loses its role gets no answer, and is undone if nobody has it") {
  commit(0, "one");
  state.separate(0, 9, now);
  const auto record = write(0, "nobody else has this");
  pass(3s);
  CHECK(record->fate == Fate::pending);
  follow(0);
  CHECK(record->fate == Fate::unknown);
  promote(1);
  follow(2);
  pass(1s);
  commit(1, "two");
  state.separate(0, 0, now);
  pass(1s);
  CHECK(rows(0) == Rows{"one", "two"});
  CHECK(copy(0).sync == Sync::synchronized);
  CHECK(news.empty());
}

TEST_CASE_FIXTURE(GroupWorld, "a commit that the next primary holds counts, though its client was never told") {
  const auto record = write(0, "one");
  pass(1300us);  // On the disks of the secondaries; its own answer is a moment away.
  state.freeze(2, true, now);
  const auto second = write(0, "two");
  pass(1300us);
  CHECK(second->fate == Fate::pending);
  stop(0, true);
  CHECK(second->fate == Fate::unknown);
  CHECK(state.worth(1) > state.worth(2));
  CHECK(state.worth(0) < state.worth(1));  // Nobody was told of the second one.
  promote(1);
  pass(100ms);
  CHECK(rows(1) == Rows{"one", "two"});
  CHECK(record->fate == Fate::acknowledged);
}

TEST_CASE_FIXTURE(GroupWorld, "data of a dead branch are taken back by copying the primary's") {
  promote(2);  // Two primaries: split brain. The first keeps its secondary.
  commit(0, "mine");
  commit(2, "yours");
  CHECK(rows(2) == Rows{"yours"});
  follow(2);
  CHECK(copy(2).sync == Sync::reverting);
  pass(1s);
  CHECK(rows(2) == Rows{"mine"});
  CHECK(news == Rows{"2 lost 1 of agdb1"});
}

TEST_CASE_FIXTURE(GroupWorld, "a new disk is seeded; a new database is seeded over the connections there are") {
  commit(0, "one");
  stop(1);
  start(1, "another disk");
  CHECK(state.find(1)->databases.empty());
  follow(1);
  pass(70ms);
  CHECK(copy(1).sync == Sync::initializing);
  CHECK_FALSE(copy(1).exists);
  pass(1s);
  CHECK(rows(1) == Rows{"one"});
  state.reconfigure({.replicas = 3, .databases = {"agdb1", "agdb2"}}, now);
  pass(1s);
  write(0, "other", false, "agdb2");
  pass(1s);
  CHECK(state.find(0)->databases.at("agdb2").sync == Sync::synchronized);
  CHECK(stores[1]["agdb2"] == Rows{"other"});
  CHECK(stores[2]["agdb2"] == Rows{"other"});
}

TEST_CASE_FIXTURE(GroupWorld, "what was kept back is there until the next failover, then gone everywhere") {
  commit(0, "one");
  commit(0, "kept back", true);
  commit(0, "two");
  pass(1s);
  CHECK(rows(0) == Rows{"one", "kept back", "two"});
  CHECK(rows(1) == Rows{"one", "two"});
  CHECK(news.empty());
  stop(0);
  promote(1);
  follow(2);
  CHECK(news == Rows{"1 lost 1 of agdb1"});
  start(0);
  follow(0);
  pass(1s);
  CHECK(rows(0) == Rows{"one", "two"});
}

TEST_CASE_FIXTURE(GroupWorld, "a slow disk stretches commits, a slow redo only what readers see") {
  state.afflict(0, {.slow_disk = 200ms}, now);
  CHECK(commit(0, "one") >= 200ms);
  state.afflict(0, {}, now);
  state.afflict(1, {.redo_rate = 0.1}, now);
  CHECK(commit(0, "two") <= 2ms);
  pass(2s);
  CHECK(rows(1).size() < 2);
  CHECK(copy(1).sync == Sync::synchronized);
  pass(60s);
  CHECK(rows(1) == Rows{"one", "two"});
}

TEST_CASE_FIXTURE(GroupWorld, "a secondary with a full disk is suspended and does not hold up commits") {
  state.afflict(1, {.disk_full = true}, now);
  CHECK(copy(1).suspended);
  CHECK(commit(0, "one") <= 2ms);
  CHECK(copy(1).sync == Sync::not_synchronizing);
  state.afflict(1, {}, now);
  pass(100ms);
  CHECK(copy(1).sync == Sync::synchronized);
  CHECK(rows(1) == Rows{"one"});
}

TEST_CASE("a required secondary blocks commits while there is none") {
  GroupWorld world({.replicas = 2, .databases = {"agdb1"}, .required_secondaries = 1});
  world.commit(0, "one");
  world.stop(1);
  const auto record = world.write(0, "two");
  world.pass(60s);
  CHECK(record->fate == Fate::pending);
  world.start(1);
  world.follow(1);
  world.pass(1s);
  CHECK(record->fate == Fate::acknowledged);
}

TEST_CASE_FIXTURE(GroupWorld, "the log stays small as long as everybody follows, and waits for one that is away") {
  for (int i = 0; i < 500; ++i) commit(0, fmt::format("{}", i));
  pass(1s);
  CHECK(copy(0).log.entries().size() <= 64);
  CHECK(copy(1).log.entries().size() <= 64);
  stop(1);
  for (int i = 0; i < 500; ++i) commit(0, fmt::format("{}", i));
  CHECK(copy(0).log.entries().size() >= 500);
  start(1);
  follow(1);
  pass(1s);
  CHECK(rows(1).size() == 1000);
  CHECK(rows(1) == rows(0));
  CHECK(copy(0).log.entries().size() <= 64);
}
