// Generated worlds: whatever befalls a group whose primaries are chosen by worth, no acknowledged commit is lost, and
// when all is well again everybody has the same.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "unit/sandbox/sql/group_world.hpp"
#include "world/random.hpp"

using namespace dba::test;
using dba::sandbox::world::Random;

namespace {

struct Chaos : GroupWorld {
  Random random;
  int written = 0;
  std::vector<std::shared_ptr<group::Record>> records{};
  std::map<int, std::shared_ptr<group::Record>> last{};

  bool split_brains = false;

  explicit Chaos(std::uint64_t seed) : random(seed, "chaos") {}

  int any() { return static_cast<int>(random.below(3)); }
  const group::Replica& replica(int ordinal) { return *state.find(ordinal); }
  std::optional<int> primary() {
    for (const auto& one : state.replicas()) {
      if (one.role == group::Role::primary) return one.ordinal;
    }
    return std::nullopt;
  }

  /// As the coordinators do: only who holds the most may lead, also compared with those that are away.
  void elect() {
    while (const auto old = primary()) follow(*old);
    std::uint64_t most = 0;
    for (int i = 0; i < 3; ++i) most = std::max(most, state.worth(i));
    for (int i = 0; i < 3; ++i) {
      if (!replica(i).answers() || state.worth(i) < most) continue;
      promote(i);
      for (int other = 0; other < 3; ++other) {
        if (other != i && replica(other).running) follow(other);
      }
      return;
    }
  }

  void step() {
    const int who = any();
    switch (random.below(9)) {
      case 0:
        if (replica(who).running) stop(who, random.chance(0.5));
        break;
      case 1:
        if (!replica(who).running) start(who);
        break;
      case 2:
        if (replica(who).running) state.freeze(who, !replica(who).frozen, now);
        break;
      case 3:
        state.separate(who, random.below(2), now);
        break;
      case 4:
        if (split_brains && replica(who).running) {
          promote(who);
        } else {
          elect();
        }
        break;
      case 5:
        state.afflict(
            who, {.slow_disk = std::chrono::milliseconds(random.below(50)), .redo_rate = 0.2 + random.fraction() * 100},
            now);
        break;
      default:
        write_some();
        break;
    }
    carry_out();
    pass(random.between(0ns, random.chance(0.1) ? std::chrono::nanoseconds(15s) : std::chrono::nanoseconds(20ms)));
  }

  void write_some() {
    for (int leader = 0; leader < 3; ++leader) {
      if (!state.is_open(replica(leader), "agdb1")) continue;
      // One commit at a time: a session holds the database's write lock until its own is done.
      if (last[leader] && last[leader]->fate == group::Fate::pending) continue;
      records.push_back(last[leader] = write(leader, std::to_string(written++), split_brains && random.chance(0.1)));
      pass(random.between(0ns, 3ms));
    }
  }

  void heal() {
    for (int i = 0; i < 3; ++i) {
      if (!replica(i).running) start(i);
      state.freeze(i, false, now);
      state.separate(i, 0, now);
      state.afflict(i, {}, now);
    }
    carry_out();
    elect();
    pass(60s);
  }

  std::set<std::string> acknowledged() const {
    std::set<std::string> rows;
    for (const auto& record : records) {
      if (record->fate == group::Fate::acknowledged) rows.insert(record->statements->front().sql);
    }
    return rows;
  }
};

}  // namespace

TEST_CASE("in five hundred generated worlds no acknowledged commit is lost, and the replicas agree in the end") {
  std::size_t commits = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    Chaos chaos(seed);
    for (int i = 0; i < 80; ++i) chaos.step();
    chaos.heal();
    REQUIRE(chaos.primary());
    REQUIRE(chaos.news.end() == std::ranges::find_if(chaos.news, [](const std::string& line) {
              return line.find("lost") != std::string::npos;
            }));
    const auto rows = chaos.rows(*chaos.primary());
    const std::set<std::string> present(rows.begin(), rows.end());
    CHECK(present.size() == rows.size());  // Nothing was done twice.
    const auto acknowledged = chaos.acknowledged();
    CHECK(std::ranges::includes(present, acknowledged));
    commits += acknowledged.size();
    for (int i = 0; i < 3; ++i) {
      CHECK(chaos.rows(i) == rows);
      CHECK(chaos.copy(i).sync == group::Sync::synchronized);
    }
  }
  CHECK(commits > 1000);
}

TEST_CASE("after split brains and writes kept back, too, the replicas agree in the end") {
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    Chaos chaos(seed);
    chaos.split_brains = true;
    for (int i = 0; i < 80; ++i) chaos.step();
    chaos.heal();
    REQUIRE(chaos.primary());
    std::set<std::string> kept_back;
    for (const auto& record : chaos.records) {
      if (record->kept_back) kept_back.insert(record->statements->front().sql);
    }
    // Who kept something back, or was copied from such a one, may have it still.
    const auto rows_of = [&](int ordinal) {
      auto rows = chaos.rows(ordinal);
      std::erase_if(rows, [&](const std::string& row) { return kept_back.contains(row); });
      return rows;
    };
    const auto rows = rows_of(*chaos.primary());
    CHECK(std::set<std::string>(rows.begin(), rows.end()).size() == rows.size());
    for (int i = 0; i < 3; ++i) {
      CHECK(chaos.copy(i).sync == group::Sync::synchronized);
      CHECK(rows_of(i) == rows);
    }
    // Whatever was acknowledged and is not there is counted as lost, and nothing else.
    for (const auto& record : chaos.records) {
      const auto& text = record->statements->front().sql;
      const bool present = std::ranges::find(rows, text) != rows.end();
      lost += record->fate == group::Fate::vanished ? 1U : 0U;
      if (record->kept_back) continue;
      if (record->fate == group::Fate::acknowledged) CHECK(present);
      if (record->fate == group::Fate::vanished) CHECK_FALSE(present);
    }
  }
  CHECK(lost > 100);
}
