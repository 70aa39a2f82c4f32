#include "topology.hpp"

#include <nlohmann/json.hpp>

#include "dba/mssql/names.hpp"

#include "containers.hpp"

namespace dba::mssql {

Topology topology_of(const Json& database) {
  const std::string mode = codec::string_at(database, {"spec", "topology", "mode"});
  if (mode == topology_name(Topology::availability_group)) return Topology::availability_group;
  if (mode == topology_name(Topology::distributed)) return Topology::distributed;
  return Topology::standalone;
}

std::string_view topology_name(Topology topology) {
  switch (topology) {
    case Topology::standalone:
      return "Standalone";
    case Topology::availability_group:
      return "AvailabilityGroup";
    case Topology::distributed:
      return "DistributedAG";
  }
  return {};
}

int replicas_of(const Json& database) {
  const int absent = topology_of(database) == Topology::standalone ? 1 : 0;
  return static_cast<int>(codec::int_at(database, {"spec", "replicas"}).value_or(absent));
}

bool has_arbiter(const Json& database) {
  return topology_of(database) == Topology::availability_group && replicas_of(database) % 2 == 0;
}

std::string environment_of(const Json& database, std::string_view variable) {
  const Json* container = find_container(database, kDatabaseContainer);
  if (container == nullptr) return {};
  const Json* entry = find_named(codec::find_at(*container, {"env"}), variable);
  return entry == nullptr ? "" : codec::string_at(*entry, {"value"});
}

}  // namespace dba::mssql
