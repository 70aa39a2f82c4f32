#include "endpoints.hpp"

#include <nlohmann/json.hpp>

#include "dba/mssql/names.hpp"

namespace dba::mssql {

namespace {

/// An absent condition counts as true. @source discovery.k8s.io/v1 EndpointConditions
bool is_ready(const Json& endpoint) { return codec::bool_at(endpoint, {"conditions", "ready"}, true); }

}  // namespace

std::vector<Endpoint> ready_endpoints(const std::vector<Json>& slices, std::string_view ns, std::string_view name) {
  std::vector<Endpoint> found;
  for (const Json& slice : slices) {
    const std::string service = codec::label_of(slice, kServiceNameLabel);
    const bool primary = service == primary_service_name(name), secondary = service == secondary_service_name(name);
    const Json* endpoints = codec::find_at(slice, {"endpoints"});
    if ((!primary && !secondary) || codec::namespace_of(slice) != ns || endpoints == nullptr ||
        !endpoints->is_array()) {
      continue;
    }
    for (const Json& endpoint : *endpoints) {
      const std::string pod = codec::string_at(endpoint, {"targetRef", "name"});
      if (pod.empty() || !is_ready(endpoint)) continue;
      found.push_back({.service = std::string(primary ? kRolePrimary : kRoleSecondary),
                       .pod = pod,
                       .uid = codec::string_at(endpoint, {"targetRef", "uid"})});
    }
  }
  return found;
}

}  // namespace dba::mssql
