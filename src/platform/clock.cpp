#include "dba/platform/clock.hpp"

#include <condition_variable>
#include <mutex>

namespace dba::platform {

namespace {

class SystemClock : public Clock {
 public:
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }

  bool sleep_until(SteadyTime until, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_until(lock, stop, until, [] { return false; });
    return stop.stop_requested();
  }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

}  // namespace dba::platform
