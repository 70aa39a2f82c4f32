#pragma once
// Watch requests: events as they come, one JSON object after the other, until time, server or client end it.

#include "api/api.hpp"
#include "http/exchange.hpp"
#include "http/target.hpp"
#include "world/world.hpp"

namespace dba::sandbox::http {

/// @throws StatusError as long as nothing was sent.
void serve_watch(api::Api& api, world::World& world, Exchange& exchange, const Target& target);

}  // namespace dba::sandbox::http
