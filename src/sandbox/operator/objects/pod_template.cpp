#include "operator/objects/pod_template.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"
#include "operator/objects/volumes.hpp"

namespace dba::sandbox::kubedb {

namespace {

Json port(std::string_view name, int number) {
  return Json::object({{"containerPort", number}, {"name", name}, {"protocol", "TCP"}});
}

Json coordinator_ports() { return Json::array({port("coordinator", 2380), port("coordinatclient", 2379)}); }

Json plain_variable(std::string_view name, std::string_view value) {
  return Json::object({{"name", name}, {"value", value}});
}

Json field_variable(std::string_view name, std::string_view path) {
  Json variable = Json::object({{"name", name}});
  variable["valueFrom"]["fieldRef"] = Json::object({{"apiVersion", "v1"}, {"fieldPath", path}});
  return variable;
}

Json secret_variable(std::string_view name, std::string_view secret, std::string_view key) {
  Json variable = Json::object({{"name", name}});
  variable["valueFrom"]["secretKeyRef"] = Json::object({{"key", key}, {"name", secret}});
  return variable;
}

/// Ours first, then what the user set.
Json variables(const Json& container, Json own) {
  const Json* given = codec::find_at(container, {"env"});
  if (given != nullptr && given->is_array()) own.insert(own.end(), given->begin(), given->end());
  return own;
}

Json pod_variables() {
  return Json::array({field_variable("POD_NAME", "metadata.name"), field_variable("NAMESPACE", "metadata.namespace")});
}

Json server_variables(const Json& database, const Json& version) {
  const std::string auth = auth_secret_name(database);
  Json list = pod_variables();
  list.push_back(secret_variable("MSSQL_SA_USERNAME", auth, "username"));
  list.push_back(secret_variable("MSSQL_SA_PASSWORD", auth, "password"));
  list.push_back(plain_variable("MSSQL_AGENT_ENABLED", "true"));
  if (is_cluster(database)) list.push_back(plain_variable("MSSQL_ENABLE_HADR", "1"));
  list.push_back(plain_variable("VERSION", codec::string_at(version, {"spec", "version"})));
  return list;
}

void complete(Json& container, const Json& version, std::string_view image) {
  set_if_unset(container, "image", codec::string_at(version, {"spec", image, "image"}));
  set_if_unset(container, "imagePullPolicy", "IfNotPresent");
}

void add_mounts(Json& container, const Json& mounts) {
  Json& list = array_in(container, "volumeMounts");
  list.insert(list.end(), mounts.begin(), mounts.end());
}

void add_server(Json& pod, const Json& database, const Json& version) {
  Json& server = entry_in(array_in(pod, "containers"), "name", "mssql");
  complete(server, version, "db");
  server["env"] = variables(server, server_variables(database, version));
  server["ports"] = Json::array({port("db", 1433)});
  if (is_cluster(database)) server["ports"].push_back(port("mirror", 5022));
  add_mounts(server, server_mounts(database));
}

void add_coordinator(Json& pod, const Json& database, const Json& version) {
  Json& coordinator = entry_in(array_in(pod, "containers"), "name", "mssql-coordinator");
  complete(coordinator, version, "coordinator");
  Json own = pod_variables();
  own.push_back(plain_variable("DB_NAME", codec::name_of(database)));
  coordinator["env"] = variables(coordinator, std::move(own));
  coordinator["ports"] = coordinator_ports();
  add_mounts(coordinator, coordinator_mounts());
}

void add_exporter(Json& pod, const Json& database, const Json& version) {
  const Json* given = codec::find_at(database, {"spec", "monitor", "prometheus", "exporter"});
  Json& exporter = entry_in(array_in(pod, "containers"), "name", "exporter");
  complete(exporter, version, "exporter");
  const Json none = Json::object();
  const Json& settings = given == nullptr ? none : *given;
  for (const char* field : {"args", "resources", "securityContext"}) {
    if (!is_unset(settings, field)) exporter[field] = settings[field];
  }
  const std::string auth = auth_secret_name(database);
  Json own =
      Json::array({secret_variable("USERNAME", auth, "username"), secret_variable("PASSWORD", auth, "password")});
  exporter["env"] = variables(settings, std::move(own));
  const auto number = static_cast<int>(codec::int_at(settings, {"port"}).value_or(9399));
  exporter["ports"] = Json::array({port("metrics", number)});
}

void add_initializer(Json& pod, const Json& version) {
  Json& initializer = entry_in(array_in(pod, "initContainers"), "name", "mssql-init");
  complete(initializer, version, "initContainer");
  add_mounts(initializer, initializer_mounts());
}

Json template_of(const Json& database, Json labels, Json pod) {
  const Json* given = codec::find_at(database, {"spec", "podTemplate", "metadata"});
  Json metadata = Json::object();
  if (given != nullptr && given->contains("annotations")) metadata["annotations"] = (*given)["annotations"];
  if (given != nullptr && given->contains("labels")) {
    Json all = (*given)["labels"];
    all.update(labels);
    labels = std::move(all);
  }
  metadata["labels"] = std::move(labels);
  return Json::object({{"metadata", std::move(metadata)}, {"spec", std::move(pod)}});
}

}  // namespace

Json build_pod_template(const Json& database, const Json& version) {
  const Json* given = codec::find_at(database, {"spec", "podTemplate", "spec"});
  Json pod = given == nullptr || given->is_null() ? Json::object() : *given;
  pod.erase("podPlacementPolicy");  // the PetSet's own field
  add_server(pod, database, version);
  if (is_cluster(database)) add_coordinator(pod, database, version);
  if (!is_unset(database["spec"], "monitor")) add_exporter(pod, database, version);
  add_initializer(pod, version);
  set_if_unset(pod, "serviceAccountName", codec::name_of(database));
  add_volumes(array_in(pod, "volumes"), database);
  Json labels = offshoot_labels(codec::name_of(database));
  // No coordinator labels a standalone, and its Service wants the role.
  if (is_standalone(database)) labels[std::string(kRoleLabel)] = "primary";
  return template_of(database, std::move(labels), std::move(pod));
}

Json build_arbiter_template(const Json& database, const Json& version) {
  Json voter = Json::object({{"name", "mssql-coordinator"}});
  complete(voter, version, "coordinator");
  Json own = pod_variables();
  own.push_back(plain_variable("DB_NAME", codec::name_of(database)));
  voter["env"] = std::move(own);
  voter["ports"] = coordinator_ports();
  if (const Json* resources = codec::find_at(database, {"spec", "arbiter", "resources"}); resources != nullptr) {
    voter["resources"] = *resources;
    for (auto& [kind, list] : voter["resources"].items()) {
      (void)kind;
      if (list.is_object()) list.erase("storage");  // that of its volume
    }
  }
  const Json* security =
      find_entry(codec::find_at(database, {"spec", "podTemplate", "spec", "containers"}), "name", "mssql-coordinator");
  if (security != nullptr && security->contains("securityContext")) {
    voter["securityContext"] = (*security)["securityContext"];
  }
  voter["volumeMounts"] = Json::array({data_mount()});
  Json pod = Json::object({{"containers", Json::array({std::move(voter)})}});
  for (const char* field : {"nodeSelector", "tolerations"}) {
    const Json* given = codec::find_at(database, {"spec", "arbiter", field});
    if (given != nullptr) pod[field] = *given;
  }
  const Json* group = codec::find_at(database, {"spec", "podTemplate", "spec", "securityContext"});
  if (group != nullptr) pod["securityContext"] = *group;
  pod["serviceAccountName"] = codec::name_of(database);
  Json labels = offshoot_labels(codec::name_of(database));
  labels[std::string(kRoleLabel)] = "arbiter";
  return template_of(database, std::move(labels), std::move(pod));
}

}  // namespace dba::sandbox::kubedb
