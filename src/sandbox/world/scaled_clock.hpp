#pragma once
// The one clock of a simulated world: real time, or a multiple of it. Everything that waits inside the sandbox waits on
// it, so that --speed 10 makes ten simulated seconds out of one.

#include <mutex>
#include <stop_token>

#include "dba/platform/clock.hpp"

namespace dba::sandbox::world {

class ScaledClock final : public platform::Clock {
 public:
  /// @param real  the clock underneath
  /// @param speed simulated seconds in one real second, > 0
  ScaledClock(platform::Clock& real, double speed);
  /// What stands on objects: simulated time, but never ahead of the real one. Clients compute ages with clocks of their
  /// own, and certificates are looked at by programs that know no other time.
  WallTime wall_now() const override;
  /// Simulated time whatever the speed: for the ground truth.
  WallTime simulated_wall_now() const;
  platform::SteadyTime steady_now() const override;
  bool sleep_until(platform::SteadyTime until, const std::stop_token& stop) override;

  double speed() const;
  /// From now on time goes at another speed. Who sleeps already wakes up no earlier than the simulated time asked for;
  /// later, when the speed has grown.
  void set_speed(double speed);
  /// What the simulated wall shows now; steady time does not notice.
  void set_wall(WallTime now);

 private:
  /// Where the two kinds of time stood when the speed was last set.
  struct Anchor {
    double speed;
    platform::SteadyTime real, simulated;
    WallTime wall;
  };
  Anchor anchor() const;

  platform::Clock& real_;
  mutable std::mutex mutex_{};
  Anchor anchor_;
};

}  // namespace dba::sandbox::world
