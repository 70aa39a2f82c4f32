// The mutating webhook. Its order matters: without the version it stops half-way. @source kubedb.md 2.1

#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"
#include "operator/webhook.hpp"
#include "operator/webhook/containers.hpp"
#include "operator/webhook/resources.hpp"

namespace dba::sandbox::kubedb {

namespace {

constexpr int kExporterPort = 9399;
constexpr std::int64_t kExporterUser = 10001;

void set_leader_election(Json& spec) {
  Json& group = object_in(object_in(spec, "topology"), "availabilityGroup");
  if (is_unset(group, "leaderElection")) {
    group["leaderElection"] = Json::object({{"period", "300ms"}, {"electionTick", 10}, {"heartbeatTick", 1}});
  }
  set_if_unset(group["leaderElection"], "transferLeadershipInterval", "1s");
  set_if_unset(group["leaderElection"], "transferLeadershipTimeout", "60s");
}

void set_topology(Json& database) {
  Json& spec = database["spec"];
  if (is_standalone(database)) {
    set_if_unset(spec, "replicas", 1);
  } else if (is_cluster(database)) {
    set_leader_election(spec);
  }
}

void move_config_secret(Json& spec) {
  const std::string name = codec::string_at(spec, {"configSecret", "name"});
  if (!name.empty()) set_if_unset(object_in(spec, "configuration"), "secretName", name);
  spec.erase("configSecret");
}

void set_arbiter(Json& database) {
  const bool even = codec::int_at(database, {"spec", "replicas"}).value_or(0) % 2 == 0;
  if (!is_availability_group(database) || !even) return;
  if (is_unset(database["spec"], "arbiter")) database["spec"]["arbiter"]["resources"] = arbiter_resources();
}

void set_tls(Json& database) {
  if (codec::find_at(database, {"spec", "tls", "issuerRef"}) == nullptr) return;
  Json& tls = database["spec"]["tls"];
  set_if_unset(tls, "clientTLS", false);
  Json& certificates = array_in(tls, "certificates");
  std::vector<std::string> aliases{"server", "client"};
  if (is_availability_group(database)) aliases.emplace_back("endpoint");
  for (const std::string& alias : aliases) {
    Json& certificate = entry_in(certificates, "alias", alias);
    set_if_unset(certificate, "secretName", name_with_suffix(codec::name_of(database), alias + "-cert"));
    Json& subject = object_in(certificate, "subject");
    set_if_unset(subject, "organizations", Json::array({"kubedb"}));
    set_if_unset(subject, "organizationalUnits", Json::array({alias}));
  }
}

void set_monitor(Json& spec) {
  if (is_unset(spec, "monitor")) return;
  Json& prometheus = object_in(spec["monitor"], "prometheus");
  if (!prometheus.contains("exporter")) prometheus["exporter"]["port"] = kExporterPort;
  Json& security = object_in(prometheus["exporter"], "securityContext");
  set_if_unset(security, "runAsUser", kExporterUser);
  set_if_unset(security, "runAsGroup", kExporterUser);
}

void set_archiver(Json& database) {
  if (codec::find_at(database, {"spec", "init", "archiver"}) == nullptr) return;
  Json& archiver = database["spec"]["init"]["archiver"];
  for (const char* reference : {"encryptionSecret", "fullDBRepository", "manifestRepository"}) {
    if (!is_unset(archiver, reference)) set_if_unset(archiver[reference], "namespace", codec::namespace_of(database));
  }
}

}  // namespace

void set_defaults(Json& database, const Lookup& lookup) {
  Json& spec = object_in(database, "spec");
  set_if_unset(spec, "storageType", "Durable");
  set_if_unset(spec, "deletionPolicy", "Delete");
  // The schema asks for a name where the webhook writes none: the operator fills it in.
  set_if_unset(spec, "authSecret", Json::object({{"kind", "Secret"}, {"name", ""}}));
  set_topology(database);
  object_in(spec, "podTemplate");
  const std::optional<Json> version =
      lookup("catalog.kubedb.com/v1alpha1", "MSSQLServerVersion", "", codec::string_at(spec, {"version"}));
  if (!version) return;
  move_config_secret(spec);
  set_arbiter(database);
  set_container_defaults(database, *version);
  set_tls(database);
  set_resource_defaults(database);
  set_monitor(spec);
  set_archiver(database);
}

}  // namespace dba::sandbox::kubedb
