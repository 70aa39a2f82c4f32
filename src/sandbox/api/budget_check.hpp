#pragma once
// What a PodDisruptionBudget may say.

#include <vector>

#include "dba/codec/json.hpp"

#include "api/status_error.hpp"

namespace dba::sandbox::api {

/// @source kube-apiserver 1.36: ValidatePodDisruptionBudgetSpec
std::vector<Cause> check_budget(const Json& budget);

}  // namespace dba::sandbox::api
