#include "world/scaled_clock.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace dba::sandbox::world {

namespace {

using Nanos = std::chrono::nanoseconds;

/// Far enough away to be never, near enough that adding it to a time stamp does not overflow.
constexpr Nanos kNever = std::chrono::hours(24 * 365 * 50);

Nanos scaled(Nanos span, double factor) {
  const double wanted = static_cast<double>(span.count()) * factor;
  if (wanted >= static_cast<double>(kNever.count())) return kNever;
  return Nanos(std::llround(wanted));
}

}  // namespace

ScaledClock::ScaledClock(platform::Clock& real, double speed)
    : real_(real), anchor_{.speed = speed, .real = real.steady_now(), .simulated = {}, .wall = real.wall_now()} {
  anchor_.simulated = anchor_.real;
}

ScaledClock::Anchor ScaledClock::anchor() const {
  const std::lock_guard lock(mutex_);
  return anchor_;
}

double ScaledClock::speed() const { return anchor().speed; }

platform::SteadyTime ScaledClock::steady_now() const {
  const Anchor from = anchor();
  return from.simulated + scaled(real_.steady_now() - from.real, from.speed);
}

WallTime ScaledClock::wall_now() const { return std::min(simulated_wall_now(), real_.wall_now()); }

WallTime ScaledClock::simulated_wall_now() const {
  const Anchor from = anchor();
  const Nanos passed = scaled(real_.steady_now() - from.real, from.speed);
  return from.wall + std::chrono::duration_cast<WallTime::duration>(passed);
}

void ScaledClock::set_speed(double speed) {
  const platform::SteadyTime simulated = steady_now();
  const WallTime wall = simulated_wall_now();
  const std::lock_guard lock(mutex_);
  anchor_ = {.speed = speed, .real = real_.steady_now(), .simulated = simulated, .wall = wall};
}

void ScaledClock::set_wall(WallTime now) {
  const platform::SteadyTime simulated = steady_now();
  const std::lock_guard lock(mutex_);
  anchor_ = {.speed = anchor_.speed, .real = real_.steady_now(), .simulated = simulated, .wall = now};
}

bool ScaledClock::sleep_until(platform::SteadyTime until, const std::stop_token& stop) {
  for (;;) {
    const Anchor from = anchor();
    // A hair late rather than early: who wakes up must find that the time has come.
    const Nanos wait = scaled(until - from.simulated, 1.0 / from.speed) + Nanos(from.speed == 1.0 ? 0 : 1);
    if (real_.sleep_until(from.real + wait, stop)) return true;
    // Only when time was made to go slower meanwhile is it too early.
    if (steady_now() >= until || anchor().real == from.real) return false;
  }
}

}  // namespace dba::sandbox::world
