// The order in which a person would write the keys of an MSSQLServer.

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/database_spec.hpp"

namespace dba::mssql {

namespace {

struct KeyOrder {
  std::string_view path;
  std::string_view keys;
};

constexpr std::array kOrder{
    KeyOrder{"", "apiVersion kind metadata spec status"},
    KeyOrder{"metadata", "name namespace labels annotations"},
    KeyOrder{
        "spec",
        "version topology replicas tls podTemplate storage storageType deletionPolicy configuration init authSecret "
        "monitor serviceTemplates"},
    KeyOrder{"spec.topology", "mode availabilityGroup distributedAG"},
    KeyOrder{"spec.topology.availabilityGroup",
             "databases secondaryAccessMode leaderElection loginSecretName masterKeySecretName endpointCertSecretName"},
    KeyOrder{"spec.topology.availabilityGroup.leaderElection",
             "period electionTick heartbeatTick transferLeadershipInterval transferLeadershipTimeout"},
    KeyOrder{"spec.topology.distributedAG", "self remote"},
    KeyOrder{"spec.topology.distributedAG.self", "role url"},
    KeyOrder{"spec.topology.distributedAG.remote", "name url"},
    KeyOrder{"spec.tls", "issuerRef clientTLS certificates"},
    KeyOrder{"spec.tls.issuerRef", "apiGroup kind name"},
    KeyOrder{"spec.tls.certificates[]",
             "alias secretName subject dnsNames ipAddresses uris emailAddresses duration issuerRef"},
    KeyOrder{"spec.tls.certificates[].subject", "organizations organizationalUnits countries localities provinces"},
    KeyOrder{"spec.podTemplate", "metadata controller spec"},
    KeyOrder{"spec.podTemplate.spec", "containers initContainers"},
    KeyOrder{"spec.podTemplate.spec.containers[]", "name env resources"},
    KeyOrder{"spec.podTemplate.spec.containers[].env[]", "name value"},
    KeyOrder{"spec.podTemplate.spec.containers[].resources", "requests limits"},
    KeyOrder{"spec.podTemplate.spec.containers[].resources.requests", "cpu memory"},
    KeyOrder{"spec.podTemplate.spec.containers[].resources.limits", "cpu memory"},
    KeyOrder{"spec.storage", "storageClassName accessModes resources"},
    KeyOrder{"spec.configuration", "secretName inline"},
    KeyOrder{"spec.authSecret", "kind name"},
    KeyOrder{"spec.monitor", "agent prometheus"},
    KeyOrder{"spec.monitor.prometheus", "exporter serviceMonitor"},
    KeyOrder{"spec.monitor.prometheus.exporter", "port"},
    KeyOrder{"spec.monitor.prometheus.serviceMonitor", "interval labels"},
    KeyOrder{"spec.serviceTemplates[]", "alias metadata spec"},
};

std::vector<std::string> keys_at(std::string_view path) {
  const auto row = std::find_if(kOrder.begin(), kOrder.end(), [path](const KeyOrder& r) { return r.path == path; });
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
