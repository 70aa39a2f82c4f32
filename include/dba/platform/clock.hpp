#pragma once
// Time as a port, so that a test can run a five-minute wait in microseconds.

#include <chrono>
#include <stop_token>

#include "dba/base/timestamp.hpp"

namespace dba::platform {

using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall_now() const = 0;      ///< The time of day: for marks, ages, certificates.
  virtual SteadyTime steady_now() const = 0;  ///< Never jumps: for deadlines and durations.
  /// Returns at `until` or as soon as `stop` is requested; true when stopped.
  virtual bool sleep_until(SteadyTime until, const std::stop_token& stop) = 0;
};

Clock& system_clock();  ///< The real one. Thread-safe.

}  // namespace dba::platform
