#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/mssql/database_spec.hpp"
#include "dba/mssql/names.hpp"

#include "rule_set.hpp"

namespace dba::mssql {

namespace {

Json service_port(std::string_view name, int port, std::string_view target) {
  Json entry = Json::object();
  entry["name"] = name;
  entry["protocol"] = "TCP";
  entry["port"] = port;
  entry["targetPort"] = target;
  return entry;
}

}  // namespace

// @source KubeDB's guide to distributed availability groups: the Service that is made first, to learn its address
Json make_dag_service(std::string_view database, std::string_view ns) {
  Json service = Json::object();
  service["apiVersion"] = "v1";
  service["kind"] = "Service";
  Json& metadata = service["metadata"];
  metadata["name"] = primary_service_name(database);
  if (!ns.empty()) metadata["namespace"] = ns;
  Findings findings;
  check_metadata({service, Topology::distributed, findings});
  findings.throw_if_errors("cannot generate the Service");
  Json& spec = service["spec"];
  spec["type"] = "LoadBalancer";
  Json& selector = spec["selector"];
  selector[std::string(kInstanceLabel)] = database;
  selector[std::string(kManagedByLabel)] = kManagedByLabelValue;
  selector[std::string(kNameLabel)] = kNameLabelValue;
  selector[std::string(kRoleLabel)] = kRolePrimary;
  spec["ports"] = Json::array({service_port("primary", kSqlPort, "db"), service_port("mirror", kMirrorPort, "mirror")});
  return service;
}

}  // namespace dba::mssql
