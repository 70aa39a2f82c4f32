#include "operator/objects/pods.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"

#include "operator/database.hpp"
#include "operator/json_edit.hpp"

namespace dba::sandbox::kubedb {

namespace {

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

const Json& claim_templates(const Json& petset) {
  static const Json none = Json::array();
  const Json* found = codec::find_at(petset, {"spec", "volumeClaimTemplates"});
  return found == nullptr ? none : *found;
}

}  // namespace

std::string pod_name(std::string_view petset, std::int64_t ordinal) { return fmt::format("{}-{}", petset, ordinal); }

std::int64_t ordinal_of(std::string_view pod, std::string_view petset) {
  if (pod.size() <= petset.size() + 1 || !pod.starts_with(petset) || pod[petset.size()] != '-') return -1;
  const std::string_view digits = pod.substr(petset.size() + 1);
  std::int64_t ordinal = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  return error == std::errc{} && end == digits.data() + digits.size() ? ordinal : -1;
}

std::string revision_of(const Json& petset) {
  constexpr std::size_t kLetters = 10;
  // Keys sorted: the API server gives them back in another order.
  const std::string text = nlohmann::json(petset["spec"]["template"]).dump();
  return name_with_suffix(codec::name_of(petset), name_suffix(fnv1a(text), kLetters));
}

Json build_pod(const Json& petset, std::int64_t ordinal, std::string_view node) {
  const std::string name = pod_name(codec::name_of(petset), ordinal);
  const Json& pattern = petset["spec"]["template"];
  Json metadata = pattern.value("metadata", Json::object());
  Json labels = metadata.value("labels", Json::object());
  labels["apps.kubernetes.io/pod-index"] = std::to_string(ordinal);
  labels["controller-revision-hash"] = revision_of(petset);
  labels["statefulset.kubernetes.io/pod-name"] = name;
  Json pod = Json::object({{"apiVersion", "v1"}, {"kind", "Pod"}});
  pod["metadata"] = Json::object({{"name", name}, {"namespace", codec::namespace_of(petset)}});
  if (metadata.contains("annotations")) pod["metadata"]["annotations"] = metadata["annotations"];
  pod["metadata"]["labels"] = std::move(labels);
  pod["metadata"]["ownerReferences"] = Json::array({owner_reference(petset)});
  Json& spec = pod["spec"];
  spec = pattern["spec"];
  spec["hostname"] = name;
  spec["subdomain"] = codec::string_at(petset, {"spec", "serviceName"});
  if (!node.empty()) spec["nodeName"] = node;
  for (const Json& claim : claim_templates(petset)) {
    const std::string volume = codec::name_of(claim);
    Json& entry = entry_in(array_in(spec, "volumes"), "name", volume);
    entry = Json::object({{"name", volume}});
    entry["persistentVolumeClaim"]["claimName"] = fmt::format("{}-{}", volume, name);
  }
  return pod;
}

std::vector<Json> build_claims(const Json& petset, std::int64_t ordinal) {
  std::vector<Json> claims;
  for (const Json& pattern : claim_templates(petset)) {
    Json claim = Json::object({{"apiVersion", "v1"}, {"kind", "PersistentVolumeClaim"}});
    const std::string name = fmt::format("{}-{}", codec::name_of(pattern), pod_name(codec::name_of(petset), ordinal));
    claim["metadata"] = Json::object({{"name", name}, {"namespace", codec::namespace_of(petset)}});
    claim["metadata"]["labels"] = petset["spec"]["selector"].value("matchLabels", Json::object());
    claim["spec"] = pattern["spec"];
    claims.push_back(std::move(claim));
  }
  return claims;
}

}  // namespace dba::sandbox::kubedb
