#include "api/builtin_checks.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"
#include "dba/base/quantity.hpp"

#include "api/budget_check.hpp"
#include "api/json_values.hpp"
#include "api/metadata_checks.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

using Causes = std::vector<Cause>;

std::string json_kind(const Json& value) {
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "bool";
  if (value.is_array()) return "array";
  return value.is_object() ? "object" : "number";
}

void check_text_map(const Resource& type, const Json& holder, const char* key, const std::string& go_field) {
  const Json* map = member(holder, key);
  if (map == nullptr) return;
  for (const Json& value : *map) {
    if (value.is_string() || value.is_null()) continue;
    throw undecodable(type, fmt::format("json: cannot unmarshal {} into Go struct field {} of type string",
                                        json_kind(value), go_field));
  }
}

void check_data_keys(const Json& object, Causes& causes) {
  for (const char* list : {"data", "binaryData"}) {
    const Json* data = member(object, list);
    if (data == nullptr) continue;
    for (const auto& [key, value] : data->items()) {
      if (const std::string fault = config_key_fault(key); !fault.empty()) {
        causes.push_back(invalid_value(fmt::format("{}[{}]", list, key), key, fault));
      }
    }
  }
}

struct SecretKeys {
  std::string_view type;
  std::array<std::string_view, 2> keys;
};
constexpr std::array kSecretKeys{
    SecretKeys{"kubernetes.io/basic-auth", {"username", "password"}},
    SecretKeys{"kubernetes.io/tls", {"tls.crt", "tls.key"}},
};

void check_secret(const Json& secret, Causes& causes) {
  check_data_keys(secret, causes);
  const std::string type = codec::string_at(secret, {"type"});
  const auto has = [&](std::string_view key) { return codec::find_at(secret, {"data", key}) != nullptr; };
  for (const SecretKeys& row : kSecretKeys) {
    if (row.type != type) continue;
    const bool either_is_enough = type == "kubernetes.io/basic-auth";
    if (either_is_enough && (has(row.keys[0]) || has(row.keys[1]))) continue;
    for (const std::string_view key : row.keys) {
      if (!has(key)) causes.push_back(required_value(fmt::format("data[{}]", key)));
    }
  }
}

void check_port(const Json& port, const char* field, const std::string& path, Causes& causes) {
  const auto number = codec::int_at(port, {field});
  if (number && (*number < 1 || *number > 65535)) {
    causes.push_back(
        invalid_value(fmt::format("{}.{}", path, field), *number, "must be between 1 and 65535, inclusive"));
  }
}

void check_service(const Json& service, Causes& causes) {
  const std::string type = codec::string_at(service, {"spec", "type"});
  const Json* ports = codec::find_at(service, {"spec", "ports"});
  const bool headless = codec::string_at(service, {"spec", "clusterIP"}) == "None";
  const std::size_t count = ports == nullptr ? 0 : ports->size();
  if (count == 0 && !headless && type != "ExternalName") causes.push_back(required_value("spec.ports"));
  std::set<std::string> names;
  for (std::size_t at = 0; at < count; ++at) {
    const Json& port = (*ports)[at];
    const std::string path = fmt::format("spec.ports[{}]", at);
    const std::string name = codec::string_at(port, {"name"});
    if (count > 1 && name.empty()) causes.push_back(required_value(path + ".name"));
    if (!name.empty() && !names.insert(name).second) causes.push_back(duplicate_value(path + ".name", name));
    if (member(port, "port") == nullptr) causes.push_back(required_value(path + ".port"));
    check_port(port, "port", path, causes);
    check_port(port, "targetPort", path, causes);
  }
  static const std::vector<std::string> kTypes{"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    causes.push_back(unsupported_value("spec.type", type, kTypes));
  }
}

void check_pod(const Json& pod, Causes& causes) {
  const Json* containers = codec::find_at(pod, {"spec", "containers"});
  if (containers == nullptr || containers->empty()) {
    causes.push_back(required_value("spec.containers"));
    return;
  }
  for (std::size_t at = 0; at < containers->size(); ++at) {
    const Json& container = (*containers)[at];
    for (const char* field : {"name", "image"}) {
      if (codec::string_at(container, {field}).empty()) {
        causes.push_back(required_value(fmt::format("spec.containers[{}].{}", at, field)));
      }
    }
  }
}

void check_claim(const Json& claim, Causes& causes) {
  const Json* modes = codec::find_at(claim, {"spec", "accessModes"});
  if (modes == nullptr || modes->empty()) {
    causes.push_back(required_value("spec.accessModes", "at least 1 access mode is required"));
  }
  if (codec::find_at(claim, {"spec", "resources", "requests", "storage"}) == nullptr) {
    causes.push_back(required_value("spec.resources[storage]"));
  }
}

std::optional<Quantity> quantity_at(const Json& object, codec::Path path) {
  return Quantity::try_parse(codec::string_at(object, path));
}

/// A claim's spec without what may still be changed once it is bound.
Json fixed_part(const Json& claim, bool bound) {
  Json spec = claim.value("spec", Json::object());
  if (!bound) return spec;
  erase_member(spec, "volumeAttributesClassName");
  if (Json* resources = member(spec, "resources"); resources != nullptr) {
    if (Json* requests = member(*resources, "requests"); requests != nullptr) erase_member(*requests, "storage");
  }
  return spec;
}

void check_claim_update(const Json& old, const Json& claim, Causes& causes) {
  const bool bound = codec::string_at(old, {"status", "phase"}) == "Bound";
  Json before = fixed_part(old, bound);
  const Json after = fixed_part(claim, bound);
  if (before.contains("volumeName") == false && after.contains("volumeName"))
    before["volumeName"] = after["volumeName"];
  if (!same_value(before, after)) {
    causes.push_back(forbidden_field("spec",
                                     "spec is immutable after creation except resources.requests and "
                                     "volumeAttributesClassName for bound claims"));
  }
  const auto old_size = quantity_at(old, {"spec", "resources", "requests", "storage"});
  const auto new_size = quantity_at(claim, {"spec", "resources", "requests", "storage"});
  const auto capacity = quantity_at(old, {"status", "capacity", "storage"});
  const Quantity none = Quantity::from_bytes(0);
  const Quantity wanted = new_size.value_or(none);
  if (old_size && wanted < *old_size && wanted <= capacity.value_or(none)) {
    causes.push_back(forbidden_field("spec.resources.requests.storage", "field can not be less than status.capacity"));
  }
}

/// A pod's spec without what may be changed after creation.
Json fixed_pod_spec(const Json& pod) {
  Json spec = pod.value("spec", Json::object());
  for (const char* field : {"activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations", "nodeName"}) {
    erase_member(spec, field);
  }
  for (const char* list : {"containers", "initContainers"}) {
    Json* containers = member(spec, list);
    if (containers == nullptr) continue;
    for (Json& container : *containers) erase_member(container, "image");
  }
  return spec;
}

std::size_t container_count(const Json& pod) {
  const Json* containers = codec::find_at(pod, {"spec", "containers"});
  return containers == nullptr ? 0 : containers->size();
}

void check_pod_update(const Json& old, const Json& pod, Causes& causes) {
  if (same_value(fixed_pod_spec(old), fixed_pod_spec(pod))) return;
  if (container_count(old) != container_count(pod)) {
    causes.push_back(forbidden_field("spec.containers", "pod updates may not add or remove containers"));
    return;
  }
  causes.push_back(forbidden_field(
      "spec",
      "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
      "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
      "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
}

void check_frozen_data(const Json& old, const Json& object, Causes& causes) {
  if (!codec::bool_at(old, {"immutable"})) return;
  const Json nothing;
  if (!codec::bool_at(object, {"immutable"})) {
    causes.push_back(forbidden_field("immutable", "field is immutable when `immutable` is set"));
  }
  for (const char* field : {"data", "binaryData"}) {
    if (!same_value(old.value(field, nothing), object.value(field, nothing))) {
      causes.push_back(forbidden_field(field, "field is immutable when `immutable` is set"));
    }
  }
}

void check_service_update(const Json& old, const Json& service, Causes& causes) {
  const std::string before = codec::string_at(old, {"spec", "clusterIP"});
  const std::string after = codec::string_at(service, {"spec", "clusterIP"});
  if (before.empty() || before == after) return;
  causes.push_back(invalid_value("spec.clusterIPs[0]", Json::array({after}), "may not change once set"));
}

/// @source apimachinery resource.ErrFormatWrong
constexpr std::string_view kNoQuantity =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

void check_quantities(const Resource& type, const Json& holder) {
  for (const char* list : {"limits", "requests"}) {
    const Json* quantities = codec::find_at(holder, {"resources", list});
    if (quantities == nullptr || !quantities->is_object()) continue;
    for (const Json& one : *quantities) {
      const std::string text = one.is_string() ? one.get<std::string>() : one.dump();
      if (!Quantity::try_parse(text)) throw undecodable(type, kNoQuantity);
    }
  }
}

void check_all_quantities(const Resource& type, const Json& object) {
  const Json* spec = member(object, "spec");
  if (spec == nullptr) return;
  if (type.kind == "PersistentVolumeClaim") check_quantities(type, *spec);
  const Json* containers = type.kind == "Pod" ? member(*spec, "containers") : nullptr;
  if (containers == nullptr || !containers->is_array()) return;
  for (const Json& container : *containers) check_quantities(type, container);
}

}  // namespace

void check_forms(const Resource& type, const Json& object) {
  const Json nothing = Json::object();
  const Json& metadata = object.contains("metadata") ? object["metadata"] : nothing;
  check_text_map(type, metadata, "labels", "ObjectMeta.labels");
  check_text_map(type, metadata, "annotations", "ObjectMeta.annotations");
  if (type.kind == "ConfigMap") check_text_map(type, object, "data", "ConfigMap.data");
  if (!type.custom) check_all_quantities(type, object);
  if (type.kind != "Secret") return;
  check_text_map(type, object, "data", "Secret.data");
  const Json* data = member(object, "data");
  if (data == nullptr) return;
  try {
    for (const Json& value : *data) base64_decode(value.is_string() ? value.get<std::string>() : "");
  } catch (const Error& error) {
    throw undecodable(type, error.info().message);
  }
}

std::vector<Cause> check_builtin(const Resource& type, const Json& object) {
  Causes causes;
  if (type.kind == "Secret") check_secret(object, causes);
  if (type.kind == "ConfigMap") check_data_keys(object, causes);
  if (type.kind == "Service") check_service(object, causes);
  if (type.kind == "Pod") check_pod(object, causes);
  if (type.kind == "PersistentVolumeClaim") check_claim(object, causes);
  if (type.kind == "PodDisruptionBudget") causes = check_budget(object);
  return causes;
}

std::vector<Cause> check_builtin_update(const Resource& type, const Json& old, const Json& object) {
  Causes causes;
  if (type.kind == "Secret" && codec::string_at(old, {"type"}) != codec::string_at(object, {"type"})) {
    causes.push_back(invalid_value("type", codec::string_at(object, {"type"}), "field is immutable"));
  }
  if (type.kind == "Secret" || type.kind == "ConfigMap") check_frozen_data(old, object, causes);
  if (type.kind == "Pod") check_pod_update(old, object, causes);
  if (type.kind == "PersistentVolumeClaim") check_claim_update(old, object, causes);
  if (type.kind == "Service") check_service_update(old, object, causes);
  return causes;
}

}  // namespace dba::sandbox::api
