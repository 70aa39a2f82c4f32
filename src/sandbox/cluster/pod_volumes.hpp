#pragma once
// What the volumes of a pod wait for.

#include <optional>
#include <string>

#include "api/api.hpp"

namespace dba::sandbox::cluster {

struct MissingVolume {
  std::string reason{}, message{};  ///< "FailedMount", 'MountVolume.SetUp failed for volume "config" : …'
};

/// The first volume that cannot be mounted yet. Absent: all can.
std::optional<MissingVolume> find_missing_volume(const api::Api& api, const Json& pod);
/// Why the scheduler leaves the pod alone, because of its claims: "persistentvolumeclaim \"x\" not found". Empty: not
/// at all.
std::string claim_problem(const api::Api& api, const Json& pod);
/// Whether the pod has the claim among its volumes.
bool uses_claim(const Json& pod, std::string_view claim);

}  // namespace dba::sandbox::cluster
