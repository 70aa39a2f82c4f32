#include "operator/objects/petsets.hpp"

#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"
#include "operator/objects/pod_template.hpp"

namespace dba::sandbox::kubedb {

namespace {

Json claim_template(Json spec) {
  set_if_unset(spec, "accessModes", Json::array({"ReadWriteOnce"}));
  Json claim = Json::object();
  claim["metadata"]["name"] = "data";
  claim["spec"] = std::move(spec);
  return claim;
}

Json petset(const Json& database, std::string_view name, std::int64_t replicas, Json labels, Json pod_template) {
  Json object = Json::object({{"apiVersion", "apps.k8s.appscode.com/v1"},
                              {"kind", "PetSet"},
                              {"metadata", offshoot_metadata(database, name)}});
  const std::string placement =
      codec::string_at(database, {"spec", "podTemplate", "spec", "podPlacementPolicy", "name"}, "default");
  Json& spec = object["spec"];
  spec["podManagementPolicy"] = is_standalone(database) ? "OrderedReady" : "Parallel";
  spec["podPlacementPolicy"]["name"] = placement;
  spec["replicas"] = replicas;
  spec["selector"]["matchLabels"] = std::move(labels);
  spec["serviceName"] = name_with_suffix(codec::name_of(database), "pods");
  spec["template"] = std::move(pod_template);
  spec["updateStrategy"]["type"] = "OnDelete";
  return object;
}

/// The arbiter stores raft's log only; its size stands among its requests.
Json arbiter_claim(const Json& database) {
  const std::string size = codec::string_at(database, {"spec", "arbiter", "resources", "requests", "storage"}, "2Gi");
  Json spec = Json::object();
  spec["resources"]["requests"]["storage"] = size;
  const std::string chosen = codec::string_at(database, {"spec", "storage", "storageClassName"});
  if (!chosen.empty()) spec["storageClassName"] = chosen;
  return claim_template(std::move(spec));
}

}  // namespace

std::vector<Json> build_petsets(const Json& database, const Json& version) {
  const std::string name = codec::name_of(database);
  const Json* storage = codec::find_at(database, {"spec", "storage"});
  std::vector<Json> petsets{
      petset(database, name, replicas_of(database), selector_labels(name), build_pod_template(database, version))};
  if (is_durable(database)) {
    petsets.back()["spec"]["volumeClaimTemplates"] =
        Json::array({claim_template(storage == nullptr ? Json::object() : *storage)});
  }
  if (!needs_arbiter(database)) return petsets;
  // Two PetSets of one database must not claim each other's pods.
  Json labels = selector_labels(name);
  labels[std::string(kRoleLabel)] = "arbiter";
  petsets.push_back(petset(database, name_with_suffix(name, "arbiter"), 1, std::move(labels),
                           build_arbiter_template(database, version)));
  petsets.back()["spec"]["volumeClaimTemplates"] = Json::array({arbiter_claim(database)});
  return petsets;
}

}  // namespace dba::sandbox::kubedb
