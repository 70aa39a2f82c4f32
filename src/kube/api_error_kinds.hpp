#pragma once
// Errors the client concludes by itself, in the words of those the server sends.

#include <string>
#include <vector>

#include "dba/kube/api_error.hpp"

namespace dba::kube {

/// 409 AlreadyExists for the object of `operation`.
ApiError name_is_taken(const Operation& operation);
/// `failure` of a write of which a look-up showed that it was not carried out: exit 1, may be run again.
ApiError not_carried_out(const ApiError& failure, const Operation& operation);
/// `failure` of a write whose outcome a look-up could not tell: exit 6.
ApiError still_unknown(const ApiError& failure, const Operation& operation, std::string why);

/// `failure` to reach the default address that is left when no kubeconfig was found in any of `looked_for`.
ApiError without_kubeconfig(const ApiError& failure, const std::vector<std::string>& looked_for,
                            const Operation& operation);

}  // namespace dba::kube
