#pragma once
// A clock that moves only when somebody sleeps on it or a test pushes it: a five-minute wait takes microseconds.

#include <mutex>
#include <vector>

#include "dba/platform/clock.hpp"

namespace dba::test {

/// What a FakeClock shows at first: 2026-01-02T03:04:05Z.
inline constexpr WallTime kNow{std::chrono::duration_cast<WallTime::duration>(std::chrono::seconds(1767323045))};

/// Starts at kNow. Thread-safe.
class FakeClock : public platform::Clock {
 public:
  WallTime wall_now() const override;
  platform::SteadyTime steady_now() const override;
  /// Jumps to `until` at once, unless `stop` is requested already.
  bool sleep_until(platform::SteadyTime until, const std::stop_token& stop) override;

  void advance(std::chrono::nanoseconds by);
  std::vector<std::chrono::nanoseconds> sleeps() const;  ///< Every sleep so far, in order; 0 for a time gone by.

 private:
  mutable std::mutex mutex_;
  std::chrono::nanoseconds passed_{0};
  std::vector<std::chrono::nanoseconds> sleeps_{};
};

}  // namespace dba::test
