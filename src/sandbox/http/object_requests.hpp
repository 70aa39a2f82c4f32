#pragma once
// Requests for stored objects: everything but watches and the sessions of pods.

#include "dba/base/timestamp.hpp"

#include "api/api.hpp"
#include "http/request.hpp"
#include "http/target.hpp"

namespace dba::sandbox::http {

/// @param now for the ages in tables
/// @throws StatusError for refusals that have no warnings to go with them
Answer serve_objects(api::Api& api, const Request& request, const Target& target, WallTime now);

}  // namespace dba::sandbox::http
