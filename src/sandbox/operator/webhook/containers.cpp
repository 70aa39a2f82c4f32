#include "operator/webhook/containers.hpp"

#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"
#include "operator/webhook/resources.hpp"

namespace dba::sandbox::kubedb {

namespace {

constexpr std::int64_t kDefaultUser = 10001;

Json& pod_spec(Json& database) { return object_in(object_in(database["spec"], "podTemplate"), "spec"); }

void set_security(Json& container, std::int64_t user, bool binds_low_ports) {
  Json& security = object_in(container, "securityContext");
  set_if_unset(security, "allowPrivilegeEscalation", false);
  Json capabilities = Json::object();
  if (binds_low_ports) capabilities["add"] = Json::array({"NET_BIND_SERVICE"});
  capabilities["drop"] = Json::array({"ALL"});
  set_if_unset(security, "capabilities", capabilities);
  set_if_unset(security, "runAsGroup", user);
  set_if_unset(security, "runAsNonRoot", true);
  set_if_unset(security, "runAsUser", user);
  set_if_unset(security, "seccompProfile", Json::object({{"type", "RuntimeDefault"}}));
}

/// Only when neither requests nor limits are given.
void set_resources_if_unset(Json& container, const Json& defaults) {
  Json& resources = object_in(container, "resources");
  if (is_unset(resources, "requests") && is_unset(resources, "limits")) set_default_resources(resources, defaults);
}

Json resize_policy() {
  Json policy = Json::array();
  for (const char* resource : {"cpu", "memory"}) {
    policy.push_back(Json::object({{"resourceName", resource}, {"restartPolicy", "NotRequired"}}));
  }
  return policy;
}

}  // namespace

void set_container_defaults(Json& database, const Json& version) {
  const std::int64_t user = codec::int_at(version, {"spec", "securityContext", "runAsUser"}).value_or(kDefaultUser);
  Json& pod = pod_spec(database);
  set_if_unset(object_in(pod, "securityContext"), "fsGroup", user);
  set_security(entry_in(array_in(pod, "initContainers"), "name", "mssql-init"), user, false);
  Json& containers = array_in(pod, "containers");
  set_security(entry_in(containers, "name", "mssql"), user, true);
  if (is_cluster(database)) set_security(entry_in(containers, "name", "mssql-coordinator"), user, false);
}

void set_resource_defaults(Json& database) {
  Json& pod = pod_spec(database);
  set_resources_if_unset(entry_in(array_in(pod, "initContainers"), "name", "mssql-init"), init_resources());
  Json& containers = array_in(pod, "containers");
  set_default_resources(object_in(entry_in(containers, "name", "mssql"), "resources"), mssql_resources());
  if (is_availability_group(database)) {
    set_resources_if_unset(entry_in(containers, "name", "mssql-coordinator"), coordinator_resources());
  }
  for (Json& container : containers) set_if_unset(container, "resizePolicy", resize_policy());
}

}  // namespace dba::sandbox::kubedb
