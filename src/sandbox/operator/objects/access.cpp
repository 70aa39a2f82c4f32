#include "operator/objects/access.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "operator/database.hpp"

namespace dba::sandbox::kubedb {

namespace {

Json object_of(const Json& database, std::string_view api_version, std::string_view kind) {
  return Json::object({{"apiVersion", api_version},
                       {"kind", kind},
                       {"metadata", offshoot_metadata(database, codec::name_of(database))}});
}

Json rule(Json groups, Json resources, Json verbs) {
  return Json::object(
      {{"apiGroups", std::move(groups)}, {"resources", std::move(resources)}, {"verbs", std::move(verbs)}});
}

}  // namespace

std::vector<Json> build_access(const Json& database) {
  const std::string name = codec::name_of(database);
  Json account = object_of(database, "v1", "ServiceAccount");
  Json role = object_of(database, "rbac.authorization.k8s.io/v1", "Role");
  role["rules"] = Json::array(
      {rule(Json::array({""}), Json::array({"pods"}), Json::array({"get", "list", "watch", "patch", "update"})),
       rule(Json::array({"apps.k8s.appscode.com"}), Json::array({"petsets"}), Json::array({"get", "list"})),
       rule(Json::array({"kubedb.com"}), Json::array({"mssqlservers"}), Json::array({"get", "list", "watch"}))});
  Json binding = object_of(database, "rbac.authorization.k8s.io/v1", "RoleBinding");
  binding["roleRef"] = Json::object({{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", name}});
  binding["subjects"] = Json::array(
      {Json::object({{"kind", "ServiceAccount"}, {"name", name}, {"namespace", codec::namespace_of(database)}})});
  return {std::move(account), std::move(role), std::move(binding)};
}

std::vector<Json> build_disruption_budget(const Json& database) {
  if (!is_cluster(database)) return {};
  const std::int64_t voters = replicas_of(database) + (needs_arbiter(database) ? 1 : 0);
  Json budget = object_of(database, "policy/v1", "PodDisruptionBudget");
  budget["spec"] =
      Json::object({{"maxUnavailable", std::max<std::int64_t>(1, (voters - 1) / 2)},
                    {"selector", Json::object({{"matchLabels", selector_labels(codec::name_of(database))}})}});
  return {std::move(budget)};
}

Json build_appbinding(const Json& database, const Json& version, std::string_view ca_bundle) {
  const std::string name = codec::name_of(database), ns = codec::namespace_of(database);
  Json binding = object_of(database, "appcatalog.appscode.com/v1alpha1", "AppBinding");
  Json& spec = binding["spec"];
  spec["appRef"] =
      Json::object({{"apiGroup", "kubedb.com"}, {"kind", "MSSQLServer"}, {"name", name}, {"namespace", ns}});
  spec["clientConfig"]["service"] = Json::object({{"name", name}, {"path", "/"}, {"port", 1433}, {"scheme", "tcp"}});
  spec["secret"] = Json::object({{"kind", "Secret"}, {"name", auth_secret_name(database)}});
  spec["type"] = "kubedb.com/mssqlserver";
  spec["version"] = codec::string_at(version, {"spec", "version"});
  if (wants_client_tls(database)) {
    if (!ca_bundle.empty()) spec["clientConfig"]["caBundle"] = ca_bundle;
    spec["tlsSecret"] = Json::object({{"kind", "Secret"}, {"name", certificate_secret_name(database, "client")}});
  }
  return binding;
}

}  // namespace dba::sandbox::kubedb
