#pragma once
// What to try next after each kind of failure: one command or one edit.

#include <string>
#include <string_view>

#include "dba/kube/api_error.hpp"

namespace dba::kube {

std::string hint_for(ApiError::Kind kind, const StatusInfo& status, const Operation& operation);
std::string hint_for(ApiError::Kind kind, const TransportFailure& failure, const Operation& operation);
/// The command that shows the object (or the collection) of `operation`.
std::string object_hint(const Operation& operation);

bool has_cause(const StatusInfo& status, std::string_view reason);
/// The 404 is not about the object but about the namespace it was to be in.
bool is_missing_namespace(ApiError::Kind kind, const StatusInfo& status, const Operation& operation);
/// The server is there; it is its certificate that does not pass.
bool is_untrusted(const TransportFailure& failure);

}  // namespace dba::kube
