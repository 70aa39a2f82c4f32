#pragma once
// How many pods a PodDisruptionBudget expects, and how many of them it wants to be healthy. Pure but for reading.

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "api/api.hpp"

namespace dba::sandbox::cluster {

struct BudgetScale {
  std::int64_t expected = 0, desired = 0;
};

/// The wish cannot be told; the text says why, in the words of the disruption controller.
struct UnknownScale : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// @param pods those that the budget covers. Where it speaks of pods that may be missing, or of a share, what counts is
///             how many pods their owners want; pods without owner do not count then.
/// @throws UnknownScale
/// @source kubernetes pkg/controller/disruption: getExpectedPodCount, finders
BudgetScale scale_of(const api::Api& api, const Json& budget, const std::vector<api::Object>& pods);

}  // namespace dba::sandbox::cluster
