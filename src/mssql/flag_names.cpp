#include "flag_names.hpp"

#include <array>

namespace dba::mssql {

namespace {

struct FieldFlag {
  std::string_view path, flag;
};

/// Fields and their flags; a field inside another one stands before it.
constexpr std::array kFlags{
    FieldFlag{"metadata.name", "NAME"},
    FieldFlag{"metadata.namespace", "--namespace"},
    FieldFlag{"metadata.labels", "--label"},
    FieldFlag{"metadata.annotations", "--annotation"},
    FieldFlag{"spec.version", "--version"},
    FieldFlag{"spec.topology.mode", "--topology"},
    FieldFlag{"spec.replicas", "--replicas"},
    FieldFlag{"spec.topology.availabilityGroup.databases", "--databases"},
    FieldFlag{"spec.topology.availabilityGroup.secondaryAccessMode", "--secondary-access"},
    FieldFlag{"spec.topology.availabilityGroup.leaderElection.period", "--leader-election-period"},
    FieldFlag{"spec.topology.availabilityGroup.leaderElection.electionTick", "--election-tick"},
    FieldFlag{"spec.topology.availabilityGroup.leaderElection.heartbeatTick", "--heartbeat-tick"},
    FieldFlag{"spec.topology.availabilityGroup.leaderElection.transferLeadershipInterval",
              "--transfer-leadership-interval"},
    FieldFlag{"spec.topology.availabilityGroup.leaderElection.transferLeadershipTimeout",
              "--transfer-leadership-timeout"},
    FieldFlag{"spec.topology.availabilityGroup.loginSecretName", "--login-secret"},
    FieldFlag{"spec.topology.availabilityGroup.masterKeySecretName", "--master-key-secret"},
    FieldFlag{"spec.topology.availabilityGroup.endpointCertSecretName", "--endpoint-cert-secret"},
    FieldFlag{"spec.topology.distributedAG.self.role", "--dag-role"},
    FieldFlag{"spec.topology.distributedAG.self.url", "--dag-url"},
    FieldFlag{"spec.topology.distributedAG.remote.name", "--dag-remote-name"},
    FieldFlag{"spec.topology.distributedAG.remote.url", "--dag-remote-url"},
    FieldFlag{"spec.topology", "--topology"},
    FieldFlag{"spec.tls.clientTLS", "--client-tls"},
    FieldFlag{"spec.tls.certificates", "--certificate"},
    FieldFlag{"spec.tls", "--issuer"},
    FieldFlag{"spec.storage.resources", "--storage"},
    FieldFlag{"spec.storage.storageClassName", "--storage-class"},
    FieldFlag{"spec.storage.accessModes", "--access-mode"},
    FieldFlag{"spec.storageType", "--storage-type"},
    FieldFlag{"spec.storage", "--storage"},
    FieldFlag{"spec.deletionPolicy", "--deletion-policy"},
    FieldFlag{"spec.configuration.secretName", "--config-secret"},
    FieldFlag{"spec.configuration.inline", "--config-file"},
    FieldFlag{"spec.init.script.configMap", "--init-configmap"},
    FieldFlag{"spec.init.script.secret", "--init-secret"},
    FieldFlag{"spec.authSecret", "--auth-secret"},
    FieldFlag{"spec.monitor.agent", "--monitor"},
    FieldFlag{"spec.monitor.prometheus.serviceMonitor.interval", "--monitor-interval"},
    FieldFlag{"spec.monitor.prometheus.serviceMonitor.labels", "--monitor-label"},
    FieldFlag{"spec.serviceTemplates", "--service"},
};

bool holds(std::string_view field, std::string_view path) {
  if (path.substr(0, field.size()) != field) return false;
  return path.size() == field.size() || path[field.size()] == '.' || path[field.size()] == '[';
}

}  // namespace

std::string_view flag_for(std::string_view path) {
  for (const FieldFlag& row : kFlags) {
    if (holds(row.path, path)) return row.flag;
  }
  return {};
}

}  // namespace dba::mssql
