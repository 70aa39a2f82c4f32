#pragma once
// A group that has run for a while: what the petset controller, the kubelets and the coordinators make of a database,
// as it is when all of them have done their work.

#include <vector>

#include "dba/codec/json.hpp"

#include "world/world.hpp"

namespace dba::sandbox::commands {

struct RunningGroup {
  std::vector<Json> petsets;
  std::vector<Json> pods;    ///< Running, with their roles: the first one leads.
  std::vector<Json> claims;  ///< As they are asked for; not bound.
};

/// @param database with uid, and defaults filled in
/// @param number   of this group in its world, from 1: no two have the same addresses
RunningGroup running_group(world::World& world, const Json& database, int number);

/// What the coordinators of the group have said, and the kubelets: log lines as an annotation of each pod, and Events.
/// @returns the Events
std::vector<Json> tell_beginnings(RunningGroup& group, WallTime now);

/// Loaded objects come with their identity, so that others can refer to it.
std::string make_uid(world::Random& random);

}  // namespace dba::sandbox::commands
