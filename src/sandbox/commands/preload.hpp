#pragma once
// Objects that a sandbox begins with.

#include <optional>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"

#include "world/world.hpp"

namespace dba::sandbox::commands {

/// The MSSQLServerVersions of KubeDB's catalog.
std::vector<Json> catalog_objects();

/// A CA's Secret and the Issuer that signs with it, which the databases below name.
std::vector<Json> issuer_manifests(std::string_view ns, WallTime now);

/// Replicas of the groups below.
inline constexpr int kLoadedReplicas = 3;

/// A group as a user would apply it.
Json group_manifest(std::string_view ns, std::string_view name);

/// `count` databases db-00001 … with everything that lists show of them: PetSets, pods, volumes, Services and their
/// EndpointSlices. Secrets, certificates and the like the operator makes when something happens to one of them.
/// The number of the one of this name, from 1; absent when it is none of them.
std::optional<int> loaded_number(std::string_view name);
std::vector<Json> loaded_databases(world::World& world, std::string_view ns, int count);

}  // namespace dba::sandbox::commands
