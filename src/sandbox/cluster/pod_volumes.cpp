#include "cluster/pod_volumes.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/context.hpp"

namespace dba::sandbox::cluster {

namespace {

std::vector<const Json*> volumes_of(const Json& pod) {
  std::vector<const Json*> volumes;
  const Json* const list = codec::find_at(pod, {"spec", "volumes"});
  if (list == nullptr || !list->is_array()) return volumes;
  for (const Json& volume : *list) volumes.push_back(&volume);
  return volumes;
}

/// kubelet's words for a reference that leads nowhere; empty when it is optional or there.
std::string missing_source(const api::Api& api, const std::string& ns, const char* kind, const char* word,
                           const Json& source, std::string_view name_field) {
  const std::string name = codec::string_at(source, {name_field});
  if (name.empty() || codec::bool_at(source, {"optional"}) || api.find(type_of("v1", kind), ns, name)) return {};
  return fmt::format("{} \"{}\" not found", word, name);
}

std::string missing_in(const api::Api& api, const std::string& ns, const Json& volume) {
  if (const Json* const secret = codec::find_at(volume, {"secret"})) {
    return missing_source(api, ns, "Secret", "secret", *secret, "secretName");
  }
  if (const Json* const map = codec::find_at(volume, {"configMap"})) {
    return missing_source(api, ns, "ConfigMap", "configmap", *map, "name");
  }
  const Json* const sources = codec::find_at(volume, {"projected", "sources"});
  if (sources == nullptr || !sources->is_array()) return {};
  for (const Json& source : *sources) {
    if (const Json* const secret = codec::find_at(source, {"secret"})) {
      std::string missing = missing_source(api, ns, "Secret", "secret", *secret, "name");
      if (!missing.empty()) return missing;
    }
    if (const Json* const map = codec::find_at(source, {"configMap"})) {
      std::string missing = missing_source(api, ns, "ConfigMap", "configmap", *map, "name");
      if (!missing.empty()) return missing;
    }
  }
  return {};
}

}  // namespace

std::optional<MissingVolume> find_missing_volume(const api::Api& api, const Json& pod) {
  const std::string ns = codec::namespace_of(pod);
  for (const Json* const volume : volumes_of(pod)) {
    const std::string missing = missing_in(api, ns, *volume);
    if (missing.empty()) continue;
    return MissingVolume{"FailedMount", fmt::format("MountVolume.SetUp failed for volume \"{}\" : {}",
                                                    codec::string_at(*volume, {"name"}), missing)};
  }
  return std::nullopt;
}

std::string claim_problem(const api::Api& api, const Json& pod) {
  const std::string ns = codec::namespace_of(pod);
  for (const Json* const volume : volumes_of(pod)) {
    const std::string claim = codec::string_at(*volume, {"persistentVolumeClaim", "claimName"});
    if (claim.empty()) continue;
    const api::Object found = api.find(type_of("v1", "PersistentVolumeClaim"), ns, claim);
    if (!found) return fmt::format("persistentvolumeclaim \"{}\" not found", claim);
    if (codec::find_at(*found, {"metadata", "deletionTimestamp"}) != nullptr) {
      return fmt::format("persistentvolumeclaim \"{}\" is being deleted", claim);
    }
    if (codec::string_at(*found, {"status", "phase"}) == "Bound") continue;
    const api::Object storage_class = api.find(type_of("storage.k8s.io/v1", "StorageClass"), "",
                                               codec::string_at(*found, {"spec", "storageClassName"}));
    // A class that waits for its first consumer is bound once the pod has a node.
    if (storage_class && codec::string_at(*storage_class, {"volumeBindingMode"}) == "WaitForFirstConsumer") continue;
    return "pod has unbound immediate PersistentVolumeClaims";
  }
  return {};
}

bool uses_claim(const Json& pod, std::string_view claim) {
  return std::ranges::any_of(volumes_of(pod), [&](const Json* volume) {
    return codec::string_at(*volume, {"persistentVolumeClaim", "claimName"}) == claim;
  });
}

}  // namespace dba::sandbox::cluster
