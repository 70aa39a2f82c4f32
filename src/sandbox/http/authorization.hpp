#pragma once
// In whose name a request is made, and whether that user may make it.

#include "api/api.hpp"
#include "http/request.hpp"
#include "http/target.hpp"

namespace dba::sandbox::http {

/// The administrator whom the token belongs to, or the one whom Impersonate-User and Impersonate-Group name.
/// @throws StatusError 500 for a group without a user
api::User user_of(const Request& request);

/// @param target null for a path that is no resource
/// @throws StatusError 403
void authorize(const api::Api& api, const Request& request, const Target* target);

}  // namespace dba::sandbox::http
