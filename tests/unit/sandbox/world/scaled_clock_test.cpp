#include "world/scaled_clock.hpp"

#include <chrono>

#include <doctest/doctest.h>

#include "support/fake_clock.hpp"

using namespace dba::sandbox::world;
using namespace std::chrono_literals;

TEST_CASE("at speed 10 a second of the simulated world takes a tenth of a real one") {
  dba::test::FakeClock real;
  ScaledClock clock(real, 10);
  const auto start = clock.steady_now();
  const auto wall = clock.simulated_wall_now();
  real.advance(1s);
  CHECK(clock.steady_now() - start == 10s);
  CHECK(clock.simulated_wall_now() - wall == 10s);

  CHECK_FALSE(clock.sleep_until(clock.steady_now() + 20s, {}));
  CHECK(clock.steady_now() - start >= 30s);
  CHECK(clock.steady_now() - start < 30s + 1us);
  CHECK(real.sleeps().back() >= 2s);
  CHECK(real.sleeps().back() < 2s + 1us);
}

TEST_CASE("what stands on objects is never ahead of the real clock, and follows the simulated one behind it") {
  dba::test::FakeClock real;
  ScaledClock fast(real, 10), slow(real, 0.5);
  const auto wall = real.wall_now();
  real.advance(10s);
  CHECK(fast.wall_now() == real.wall_now());
  CHECK(slow.wall_now() - wall == 5s);
  fast.set_wall(real.wall_now() - 1h);
  real.advance(10s);
  CHECK(fast.wall_now() == fast.simulated_wall_now());
  CHECK(real.wall_now() - fast.wall_now() == 1h - 90s);
}

TEST_CASE("at speed 1 it is the clock underneath") {
  dba::test::FakeClock real;
  ScaledClock clock(real, 1);
  CHECK(clock.steady_now() == real.steady_now());
  CHECK(clock.wall_now() == real.wall_now());
  clock.sleep_until(clock.steady_now() + 1500ms, {});
  CHECK(real.sleeps().back() == 1500ms);
  CHECK(clock.steady_now() == real.steady_now());
}

TEST_CASE("whoever wakes up finds that the time has come, at any speed") {
  for (const double speed : {0.3, 0.7, 3.0, 7.0, 100.0, 333.0}) {
    CAPTURE(speed);
    dba::test::FakeClock real;
    ScaledClock clock(real, speed);
    for (int i = 1; i < 200; ++i) {
      const auto until = clock.steady_now() + std::chrono::nanoseconds(i * 1234567);
      clock.sleep_until(until, {});
      CHECK(clock.steady_now() >= until);
    }
  }
}

TEST_CASE("a sleep ends when it is asked to stop") {
  dba::test::FakeClock real;
  ScaledClock clock(real, 2);
  std::stop_source stop;
  stop.request_stop();
  CHECK(clock.sleep_until(clock.steady_now() + 1h, stop.get_token()));
}

TEST_CASE("never is a time that can be slept until") {
  dba::test::FakeClock real;
  ScaledClock clock(real, 0.5);
  CHECK_FALSE(clock.sleep_until(dba::platform::SteadyTime::max(), {}));
  CHECK(real.sleeps().back() > 24h * 365);
}

TEST_CASE(
    "time that is made to go slower wakes nobody up too early, and the wall can be set without steady time noticing") {
  dba::test::FakeClock real;
  ScaledClock clock(real, 50);
  const auto start = clock.steady_now();
  real.advance(1s);
  clock.set_speed(1);
  CHECK(clock.steady_now() - start == 50s);
  real.advance(1s);
  CHECK(clock.steady_now() - start == 51s);
  CHECK(clock.speed() == 1);

  clock.set_wall(real.wall_now());
  CHECK(clock.wall_now() == real.wall_now());
  CHECK(clock.steady_now() - start == 51s);
}
