#include "world/faults.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "support/fake_clock.hpp"
#include "world/world.hpp"

using namespace dba::sandbox::world;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  dba::test::FakeClock clock{};
  FaultRegistry faults{clock, 1};
};

const Victim kSales0{.ns = "demo", .database = "sales", .ordinal = 0, .role = "primary"};
const Victim kSales1{.ns = "demo", .database = "sales", .ordinal = 1, .role = "secondary"};

}  // namespace

TEST_CASE("a fault concerns whom its target names") {
  const Victim sales{.ns = "demo", .database = "sales"};
  const Victim elsewhere{.ns = "prod", .database = "sales", .ordinal = 0};
  struct Row {
    std::string_view text;
    bool zero, one, whole, other, world;
  };
  for (const auto& row : std::vector<Row>{
           {"freeze", true, true, true, true, true},
           {"freeze sales", true, true, true, false, false},
           {"freeze demo/sales", true, true, true, false, false},
           {"freeze sales/0", true, false, false, false, false},
           {"freeze sales/1", false, true, false, false, false},
           {"freeze sales/primary", true, false, false, false, false},
           {"freeze sales/secondaries", false, true, false, false, false},
           {"freeze prod/sales", false, false, false, true, false},
           {"freeze orders", false, false, false, false, false},
       }) {
    CAPTURE(row.text);
    const auto target = parse_fault(row.text).target;
    CHECK(concerns(target, kSales0) == row.zero);
    CHECK(concerns(target, kSales1) == row.one);
    CHECK(concerns(target, sales) == row.whole);
    CHECK(concerns(target, elsewhere) == row.other);
    CHECK(concerns(target, {}) == row.world);
  }
}

TEST_CASE_FIXTURE(Fixture, "after= and for= are the beginning and the end") {
  faults.set(parse_fault("freeze sales/0 after=5s for=10s"));
  CHECK_FALSE(faults.active("freeze", kSales0));
  CHECK(faults.all().size() == 1);
  CHECK(faults.next_change() == clock.steady_now() + 5s);
  clock.advance(5s);
  CHECK(faults.active("freeze", kSales0));
  CHECK_FALSE(faults.active("freeze", kSales1));
  CHECK_FALSE(faults.active("partition", kSales0));
  CHECK(faults.next_change() == clock.steady_now() + 10s);
  clock.advance(10s);
  CHECK_FALSE(faults.active("freeze", kSales0));
  CHECK(faults.all().empty());
  CHECK_FALSE(faults.next_change());
}

TEST_CASE_FIXTURE(Fixture, "times= is how often it strikes") {
  faults.set(parse_fault("api-error times=2"));
  CHECK(faults.strikes("api-error")->struck == 1);
  CHECK(faults.active("api-error"));  // Asking does not count.
  CHECK(faults.strikes("api-error")->struck == 2);
  CHECK_FALSE(faults.strikes("api-error"));
  CHECK(faults.all().empty());
}

TEST_CASE("probability= is drawn each time, the same with the same seed") {
  const auto hits = [](std::uint64_t seed) {
    dba::test::FakeClock clock;
    FaultRegistry faults(clock, seed);
    faults.set(parse_fault("api-error probability=0.3"));
    std::vector<bool> drawn;
    for (int i = 0; i < 500; ++i) drawn.push_back(faults.strikes("api-error").has_value());
    return drawn;
  };
  const auto first = hits(1);
  const auto count = std::count(first.begin(), first.end(), true);
  CHECK(count > 110);
  CHECK(count < 190);
  CHECK(first == hits(1));
  CHECK(first != hits(2));
}

TEST_CASE_FIXTURE(Fixture, "faults are cleared by number, by name and target, or all") {
  const auto id = faults.set(parse_fault("freeze sales/0"));
  faults.set(parse_fault("freeze sales/1"));
  faults.set(parse_fault("freeze demo/sales/1"));
  faults.set(parse_fault("partition sales/1"));
  CHECK(faults.clear(id));
  CHECK_FALSE(faults.clear(id));
  CHECK(faults.clear("freeze", parse_fault("freeze sales/1").target) == 2);
  CHECK(faults.clear("freeze", {}) == 0);
  CHECK(faults.all().size() == 1);
  CHECK(faults.clear("partition", {}) == 1);
  faults.set(parse_fault("operator-down"));
  faults.clear_all();
  CHECK(faults.all().empty());
}

TEST_CASE_FIXTURE(Fixture, "a fault is told as JSON with its state") {
  faults.set(parse_fault("freeze sales/0 after=5s for=10s"));
  const auto told = [&] { return to_json(faults.all().at(0), clock.steady_now()).dump(); };
  CHECK(
      told() ==
      R"({"id":1,"name":"freeze","target":"demo/sales/0","after":"5s","for":"10s","state":"waiting","beginsIn":"5s","endsIn":"15s","struck":0})");
  clock.advance(6s);
  CHECK(
      told() ==
      R"({"id":1,"name":"freeze","target":"demo/sales/0","after":"5s","for":"10s","state":"active","endsIn":"9s","struck":0})");
}

TEST_CASE("listeners hear of what was set and cleared, began and ended") {
  World world(dba::platform::system_clock(), 1, 1000);
  std::mutex mutex;
  std::condition_variable changed;
  int calls = 0;
  world.faults.on_change([&] {
    const std::lock_guard lock(mutex);
    ++calls;
    changed.notify_all();
  });
  const auto wait_for = [&](int count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 20s, [&] { return calls >= count; });
  };
  world.faults.set(parse_fault("freeze sales after=30s for=30s"));
  CHECK(wait_for(1));
  CHECK(wait_for(3));  // It began, and ended, without anybody asking.
  CHECK(world.faults.all().empty());
  world.faults.set(parse_fault("freeze sales after=1000h"));
  world.faults.clear_all();
  CHECK(wait_for(5));
}

TEST_CASE("a registry that somebody listens to ends at once, whatever it waits for") {
  for (const char* text : {"freeze sales", "freeze sales after=1000h"}) {
    World world(dba::platform::system_clock(), 1, 1);
    world.faults.on_change([] {});
    world.faults.set(parse_fault(text));
  }
  World idle(dba::platform::system_clock(), 1, 1);
  idle.faults.on_change([] {});
}

TEST_CASE("many threads may set, ask and clear") {
  World world(dba::platform::system_clock(), 1, 1);
  std::atomic<int> heard{0};
  world.faults.on_change([&heard] { ++heard; });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&world] {
        for (int k = 0; k < 100; ++k) {
          const auto id = world.faults.set(parse_fault("freeze sales/0 times=1"));
          world.faults.active("freeze", kSales0);
          world.faults.strikes("freeze", kSales0);
          world.faults.clear(id);
        }
      });
    }
  }
  CHECK(world.faults.all().empty());
  CHECK(heard.load() >= 800);
}
