#include "dba/platform/clock.hpp"

#include <future>

#include <doctest/doctest.h>

#include "support/fake_clock.hpp"

using namespace std::chrono_literals;

namespace dba::platform {

TEST_CASE("the system clock returns at once for a time gone by") {
  Clock& clock = system_clock();
  CHECK_FALSE(clock.sleep_until(clock.steady_now() - 1h, std::stop_token{}));
}

TEST_CASE("the system clock sleeps at least as long as asked") {
  Clock& clock = system_clock();
  const SteadyTime until = clock.steady_now() + 5ms;
  CHECK_FALSE(clock.sleep_until(until, std::stop_token{}));
  CHECK(clock.steady_now() >= until);
}

TEST_CASE("a stop ends a sleep without end, before or while it sleeps") {
  std::stop_source stop;
  std::promise<void> sleeping;
  std::future<bool> stopped = std::async(std::launch::async, [&] {
    sleeping.set_value();
    return system_clock().sleep_until(SteadyTime::max(), stop.get_token());
  });
  sleeping.get_future().wait();
  stop.request_stop();
  CHECK(stopped.get());
  CHECK(system_clock().sleep_until(SteadyTime::max(), stop.get_token()));
}

TEST_CASE("the fake clock moves only by sleeping and pushing") {
  test::FakeClock clock;
  const WallTime wall = clock.wall_now();
  const SteadyTime steady = clock.steady_now();
  CHECK_FALSE(clock.sleep_until(steady + 5min, std::stop_token{}));
  clock.advance(1s);
  CHECK(clock.wall_now() - wall == 301s);
  CHECK(clock.steady_now() - steady == 301s);
  CHECK_FALSE(clock.sleep_until(steady, std::stop_token{}));
  CHECK(clock.steady_now() - steady == 301s);
  CHECK(clock.sleeps() == std::vector<std::chrono::nanoseconds>{5min, 0s});

  std::stop_source stop;
  stop.request_stop();
  CHECK(clock.sleep_until(SteadyTime::max(), stop.get_token()));
  CHECK(clock.steady_now() - steady == 301s);
}

}  // namespace dba::platform
