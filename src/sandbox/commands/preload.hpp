#pragma once
// What a simulated cluster has when it starts: KubeDB's catalog, and databases.

#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "world/world.hpp"

namespace dba::sandbox::commands {

/// The MSSQLServerVersions of the catalog.
std::vector<Json> catalog_objects();

/// What a user would apply for an availability group of three replicas with databases agdb1 and agdb2: CA Secret,
/// Issuer and MSSQLServer, in this order. @param now when the CA begins to be valid
std::vector<Json> group_manifests(std::string_view ns, std::string_view name, WallTime now);

/// A Ready availability group of three replicas as it stands in the API server after a while: database, PetSet,
/// Services, pods and claims. Nobody reconciles it (annotation "sandbox/loaded"): it is there to be many.
std::vector<Json> loaded_database(world::World& world, std::string_view ns, std::string_view name, int number);

}  // namespace dba::sandbox::commands
