#pragma once
// Provisioning and KubeDB's healthChecker: from what the pods look like to conditions, and when to look again. Pure.

#include <optional>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"
#include "dba/platform/clock.hpp"

namespace dba::sandbox::kubedb {

/// What can be seen of a database.
struct Health {
  bool replicas = false;   ///< All its pods are Ready, and the Secrets they mount are there.
  bool primary = false;    ///< There is a Ready pod that is the primary.
  bool accepting = false;  ///< Its SQL Server takes connections.
  bool roles = false;      ///< Every data pod says what it is.
};

/// Points in time that the conditions do not tell finely enough.
struct Progress {
  std::optional<platform::SteadyTime> replicas_ready{}, primary_seen{}, group_made{}, accepting{};
  std::optional<platform::SteadyTime> next_check{};  ///< The health check that will tell what has changed.
};

/// The conditions after a look at `now`.
/// @param conditions changed in place; @param progress kept by the caller between two looks
/// @returns when to look again, although nothing else happens.
std::optional<platform::SteadyTime> judge(const Json& database, const Health& health, Json& conditions,
                                          Progress& progress, platform::SteadyTime now, WallTime wall_now);

}  // namespace dba::sandbox::kubedb
