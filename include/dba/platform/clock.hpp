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
  virtual WallTime wall_now() const = 0;
  virtual SteadyTime steady_now() const = 0;
  /// Returns at `until` or as soon as `stop` is requested; true when stopped.
  virtual bool sleep_until(SteadyTime until, const std::stop_token& stop) = 0;
};

Clock& system_clock();

}  // namespace dba::platform
