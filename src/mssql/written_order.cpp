// The order in which a person would write the keys of an MSSQLServer.

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/database_spec.hpp"

namespace dba::mssql {

namespace {

struct Row {
  std::string_view path;
  std::string_view keys;
};

constexpr std::array kOrder{
    Row{"", "apiVersion kind metadata spec status"},
    Row{"metadata", "name namespace labels annotations"},
    Row{"spec",
        "version topology replicas tls podTemplate storage storageType deletionPolicy configuration init authSecret "
        "monitor serviceTemplates"},
    Row{"spec.topology", "mode availabilityGroup distributedAG"},
    Row{"spec.topology.availabilityGroup",
        "databases secondaryAccessMode leaderElection loginSecretName masterKeySecretName endpointCertSecretName"},
    Row{"spec.topology.availabilityGroup.leaderElection",
        "period electionTick heartbeatTick transferLeadershipInterval transferLeadershipTimeout"},
    Row{"spec.topology.distributedAG", "self remote"},
    Row{"spec.topology.distributedAG.self", "role url"},
    Row{"spec.topology.distributedAG.remote", "name url"},
    Row{"spec.tls", "issuerRef clientTLS certificates"},
    Row{"spec.tls.issuerRef", "apiGroup kind name"},
    Row{"spec.tls.certificates[]",
        "alias secretName subject dnsNames ipAddresses uris emailAddresses duration issuerRef"},
    Row{"spec.tls.certificates[].subject", "organizations organizationalUnits countries localities provinces"},
    Row{"spec.podTemplate", "metadata controller spec"},
    Row{"spec.podTemplate.spec", "containers initContainers"},
    Row{"spec.podTemplate.spec.containers[]", "name env resources"},
    Row{"spec.podTemplate.spec.containers[].env[]", "name value"},
    Row{"spec.podTemplate.spec.containers[].resources", "requests limits"},
    Row{"spec.podTemplate.spec.containers[].resources.requests", "cpu memory"},
    Row{"spec.podTemplate.spec.containers[].resources.limits", "cpu memory"},
    Row{"spec.storage", "storageClassName accessModes resources"},
    Row{"spec.configuration", "secretName inline"},
    Row{"spec.authSecret", "kind name"},
    Row{"spec.monitor", "agent prometheus"},
    Row{"spec.monitor.prometheus", "exporter serviceMonitor"},
    Row{"spec.monitor.prometheus.exporter", "port"},
    Row{"spec.monitor.prometheus.serviceMonitor", "interval labels"},
    Row{"spec.serviceTemplates[]", "alias metadata spec"},
};

std::vector<std::string> keys_at(std::string_view path) {
  const auto row = std::find_if(kOrder.begin(), kOrder.end(), [path](const Row& r) { return r.path == path; });
  return row == kOrder.end() ? std::vector<std::string>() : split(row->keys, ' ');
}

Json ordered(const Json& value, const std::string& path);

Json ordered_object(const Json& value, const std::string& path) {
  Json result = Json::object();
  const auto below = [&path](const std::string& key) { return path.empty() ? key : fmt::format("{}.{}", path, key); };
  for (const std::string& key : keys_at(path)) {
    if (const auto found = value.find(key); found != value.end()) result[key] = ordered(*found, below(key));
  }
  for (const auto& [key, element] : value.items()) {
    if (!result.contains(key)) result[key] = ordered(element, below(key));
  }
  return result;
}

Json ordered(const Json& value, const std::string& path) {
  if (value.is_object()) return ordered_object(value, path);
  if (!value.is_array()) return value;
  Json result = Json::array();
  for (const Json& element : value) result.push_back(ordered(element, path + "[]"));
  return result;
}

}  // namespace

Json in_written_order(const Json& database) { return ordered(database, ""); }

}  // namespace dba::mssql
