#include "support/fake_clock.hpp"

#include <algorithm>

namespace dba::test {

WallTime FakeClock::wall_now() const {
  const std::lock_guard lock(mutex_);
  return kNow + std::chrono::duration_cast<WallTime::duration>(passed_);
}

platform::SteadyTime FakeClock::steady_now() const {
  const std::lock_guard lock(mutex_);
  return platform::SteadyTime(std::chrono::hours(1) + passed_);
}

bool FakeClock::sleep_until(platform::SteadyTime until, const std::stop_token& stop) {
  if (stop.stop_requested()) return true;
  const std::lock_guard lock(mutex_);
  const auto left =
      std::max(std::chrono::nanoseconds(0), until - platform::SteadyTime(std::chrono::hours(1) + passed_));
  passed_ += left;
  sleeps_.push_back(left);
  return false;
}

void FakeClock::advance(std::chrono::nanoseconds by) {
  const std::lock_guard lock(mutex_);
  passed_ += by;
}

std::vector<std::chrono::nanoseconds> FakeClock::sleeps() const {
  const std::lock_guard lock(mutex_);
  return sleeps_;
}

}  // namespace dba::test
