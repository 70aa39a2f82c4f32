#pragma once
// What kind of database an MSSQLServer object describes.

#include <string_view>

#include "dba/codec/json.hpp"

namespace dba::mssql {

enum class Topology { standalone, availability_group, distributed };

/// By spec.topology.mode; an object without a topology (or with an unknown mode) is standalone.
Topology topology_of(const Json& database);
/// "Standalone", "AvailabilityGroup", "DistributedAG": what tables and JSON show.
std::string_view topology_name(Topology topology);
/// spec.replicas, or what the server takes for an absent one: 1 standalone, 0 in a group (which it refuses).
int replicas_of(const Json& database);
/// Whether the operator runs an arbiter: an availability group (not a distributed one) with an even number of replicas.
bool has_arbiter(const Json& database);
/// The value of an environment variable of container `mssql`; empty when it is absent or taken from elsewhere.
std::string environment_of(const Json& database, std::string_view variable);

}  // namespace dba::mssql
