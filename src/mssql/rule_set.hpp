#pragma once
// The rules on an MSSQLServer, grouped by the part of the object they look at. Pure; each function adds what it finds.

#include <string>
#include <string_view>
#include <vector>

#include "dba/mssql/findings.hpp"

#include "flag_names.hpp"
#include "topology.hpp"

namespace dba::mssql {

struct Subject {
  const Json& database;
  Topology topology;
  Findings& findings;

  bool in_group() const { return topology != Topology::standalone; }
  void error(std::string_view path, std::string_view message) const { findings.error(path, flag_for(path), message); }
  void warn(std::string_view path, std::string_view message) const { findings.warn(path, flag_for(path), message); }
};

void check_metadata(const Subject& subject);
void check_topology(const Subject& subject);   ///< Mode and replicas.
void check_databases(const Subject& subject);  ///< The databases of the group.
void check_leader_election(const Subject& subject);
void check_distributed(const Subject& subject);
void check_tls(const Subject& subject);
void check_environment(const Subject& subject);  ///< Licence, edition, reserved variables.
void check_resources(const Subject& subject);    ///< CPU and memory of container mssql.
void check_volumes(const Subject& subject);      ///< Reserved volume names and mount paths.
void check_storage(const Subject& subject);
void check_configuration(const Subject& subject);  ///< Configuration and init script.
void check_monitor(const Subject& subject);
void check_services(const Subject& subject);
void check_references(const Subject& subject);  ///< Names of Secrets, ConfigMaps, the StorageClass and the issuer.

inline constexpr std::string_view kGroupDatabases = "spec.topology.availabilityGroup.databases";
/// The names in the list of the group's databases.
std::vector<std::string> databases_of(const Json& database);
/// The list at `path`; nullptr when there is none, or something else.
const Json* list_at(const Json& object, codec::Path path);

}  // namespace dba::mssql
