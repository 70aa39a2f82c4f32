#pragma once
// The sandbox's own paths below /sandbox/: what `sandbox status|fault|truth|down` call.

#include <functional>

#include "dba/codec/json.hpp"

#include "http/server.hpp"
#include "world/world.hpp"

namespace dba::sandbox::commands {

struct ControlHooks {
  std::function<Json()> status{};
  /// Why a fault cannot be aimed at this; empty when it can.
  std::function<std::string(const world::FaultTarget& target)> missing_target{};
  std::function<void()> shut_down{};
};

/// GET status, truth[?namespace=&database=], faults; POST faults (a FaultRequest), shutdown; DELETE faults[?…].
http::Control control(world::World& world, ControlHooks hooks);

}  // namespace dba::sandbox::commands
