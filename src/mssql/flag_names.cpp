#include "flag_names.hpp"

#include <array>

namespace dba::mssql {

namespace {

struct Row {
  std::string_view path, flag;
};

/// Fields and their flags; a field inside another one stands before it.
constexpr std::array kFlags{
    Row{"metadata.name", "NAME"},
    Row{"metadata.namespace", "--namespace"},
    Row{"metadata.labels", "--label"},
    Row{"metadata.annotations", "--annotation"},
    Row{"spec.version", "--version"},
    Row{"spec.topology.mode", "--topology"},
    Row{"spec.replicas", "--replicas"},
    Row{"spec.topology.availabilityGroup.databases", "--databases"},
    Row{"spec.topology.availabilityGroup.secondaryAccessMode", "--secondary-access"},
    Row{"spec.topology.availabilityGroup.leaderElection.period", "--leader-election-period"},
    Row{"spec.topology.availabilityGroup.leaderElection.electionTick", "--election-tick"},
    Row{"spec.topology.availabilityGroup.leaderElection.heartbeatTick", "--heartbeat-tick"},
    Row{"spec.topology.availabilityGroup.leaderElection.transferLeadershipInterval", "--transfer-leadership-interval"},
    Row{"spec.topology.availabilityGroup.leaderElection.transferLeadershipTimeout", "--transfer-leadership-timeout"},
    Row{"spec.topology.availabilityGroup.loginSecretName", "--login-secret"},
    Row{"spec.topology.availabilityGroup.masterKeySecretName", "--master-key-secret"},
    Row{"spec.topology.availabilityGroup.endpointCertSecretName", "--endpoint-cert-secret"},
    Row{"spec.topology.distributedAG.self.role", "--dag-role"},
    Row{"spec.topology.distributedAG.self.url", "--dag-url"},
    Row{"spec.topology.distributedAG.remote.name", "--dag-remote-name"},
    Row{"spec.topology.distributedAG.remote.url", "--dag-remote-url"},
    Row{"spec.topology", "--topology"},
    Row{"spec.tls.clientTLS", "--client-tls"},
    Row{"spec.tls.certificates", "--certificate"},
    Row{"spec.tls", "--issuer"},
    Row{"spec.storage.resources", "--storage"},
    Row{"spec.storage.storageClassName", "--storage-class"},
    Row{"spec.storage.accessModes", "--access-mode"},
    Row{"spec.storageType", "--storage-type"},
    Row{"spec.storage", "--storage"},
    Row{"spec.deletionPolicy", "--deletion-policy"},
    Row{"spec.configuration.secretName", "--config-secret"},
    Row{"spec.configuration.inline", "--config-file"},
    Row{"spec.init.script.configMap", "--init-configmap"},
    Row{"spec.init.script.secret", "--init-secret"},
    Row{"spec.authSecret", "--auth-secret"},
    Row{"spec.monitor.agent", "--monitor"},
    Row{"spec.monitor.prometheus.serviceMonitor.interval", "--monitor-interval"},
    Row{"spec.monitor.prometheus.serviceMonitor.labels", "--monitor-label"},
    Row{"spec.serviceTemplates", "--service"},
};

bool holds(std::string_view field, std::string_view path) {
  if (path.substr(0, field.size()) != field) return false;
  return path.size() == field.size() || path[field.size()] == '.' || path[field.size()] == '[';
}

}  // namespace

std::string_view flag_for(std::string_view path) {
  for (const Row& row : kFlags) {
    if (holds(row.path, path)) return row.flag;
  }
  return {};
}

}  // namespace dba::mssql
