#pragma once
// pods/eviction: a deletion that PodDisruptionBudgets may refuse.

#include "dba/base/timestamp.hpp"

#include "api/api.hpp"
#include "http/request.hpp"
#include "http/target.hpp"

namespace dba::sandbox::http {

/// 201 with Status Success when the pod is (being) deleted; it is then noted in the budget that covers it.
/// @throws StatusError 429 when a budget forbids it, 500 when several budgets cover the pod.
Answer evict(api::Api& api, const Request& request, const Target& target, WallTime now);

}  // namespace dba::sandbox::http
