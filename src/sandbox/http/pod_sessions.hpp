#pragma once
// pods/exec, pods/portforward and pods/log: finds the pod and its container, then hands the connection over.

#include "api/api.hpp"
#include "http/exchange.hpp"
#include "http/target.hpp"
#include "streaming/pod_backend.hpp"
#include "world/world.hpp"

namespace dba::sandbox::http {

bool is_session(const Target& target);
/// @throws StatusError as long as the connection is still ours: no such pod or container, wrong method.
void serve_session(api::Api& api, streaming::PodBackend& pods, world::World& world, Exchange& exchange,
                   const Target& target);

}  // namespace dba::sandbox::http
