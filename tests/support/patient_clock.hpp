#pragma once
// A FakeClock for what follows a watch without end: short waits are jumped over, endless ones last until somebody ends
// them.

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "support/fake_clock.hpp"

namespace dba::test {

class PatientClock : public FakeClock {
 public:
  bool sleep_until(platform::SteadyTime until, const std::stop_token& stop) override {
    if (until - steady_now() < std::chrono::hours(24)) return FakeClock::sleep_until(until, stop);
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait(lock, stop, [] { return false; });
    return true;
  }
};

}  // namespace dba::test
