#pragma once
// The faults api-latency, api-error and api-disconnect: whether they strike a request.

#include <optional>

#include "http/request.hpp"
#include "http/target.hpp"
#include "world/world.hpp"

namespace dba::sandbox::http {

/// The fault when it is set, meant for this verb and resource (its settings verb=, resource=) and strikes this time.
/// @param target null for a path that is no resource
std::optional<world::Fault> strikes(world::World& world, std::string_view fault, const Request& request,
                                    const Target* target);

}  // namespace dba::sandbox::http
