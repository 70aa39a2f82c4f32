#pragma once
// What every part of one simulated world shares.

#include <cstdint>

#include "world/faults.hpp"
#include "world/random.hpp"
#include "world/scaled_clock.hpp"
#include "world/truth.hpp"

namespace dba::sandbox::world {

struct World {
  World(platform::Clock& real, std::uint64_t seed_value, double speed)
      : clock(real, speed), seed(seed_value), faults(clock, seed_value) {}
  ScaledClock clock;
  std::uint64_t seed;
  FaultRegistry faults;
  Truth truth{};
};

}  // namespace dba::sandbox::world
