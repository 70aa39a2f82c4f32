#include "api/field_type.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

struct KeyedList {
  std::string_view field, keys, kinds = "";  ///< `kinds` empty: in every kind not named by another row.
};
/// @source OpenAPI of kube-apiserver: x-kubernetes-list-map-keys
constexpr std::array kKeyedLists{
    KeyedList{"ports", "port,protocol", "Service"},
    KeyedList{"ports", "", "EndpointSlice,Endpoints"},
    KeyedList{"ports", "containerPort,protocol"},
    KeyedList{"containers", "name"},
    KeyedList{"initContainers", "name"},
    KeyedList{"ephemeralContainers", "name"},
    KeyedList{"volumes", "name"},
    KeyedList{"env", "name"},
    KeyedList{"volumeMounts", "mountPath"},
    KeyedList{"volumeDevices", "devicePath"},
    KeyedList{"claims", "name"},
    KeyedList{"resourceClaims", "name"},
    KeyedList{"schedulingGates", "name"},
    KeyedList{"imagePullSecrets", "name", "Pod,StatefulSet,Deployment,ReplicaSet,DaemonSet,Job,CronJob"},
    KeyedList{"secrets", "name", "ServiceAccount"},
    KeyedList{"hostAliases", "ip"},
    KeyedList{"topologySpreadConstraints", "topologyKey,whenUnsatisfiable"},
    KeyedList{"conditions", "type"},
    KeyedList{"podIPs", "ip"},
    KeyedList{"hostIPs", "ip"},
    KeyedList{"addresses", "type", "Node"},
    KeyedList{"ownerReferences", "uid"},
};

/// Objects whose keys are free.
constexpr std::array<std::string_view, 14> kMaps{"labels",
                                                 "annotations",
                                                 "data",
                                                 "binaryData",
                                                 "stringData",
                                                 "requests",
                                                 "limits",
                                                 "capacity",
                                                 "allocatable",
                                                 "parameters",
                                                 "hard",
                                                 "used",
                                                 "allocatedResources",
                                                 "allocatedResourceStatuses"};

/// Objects that belong to one manager as a whole.
constexpr std::array<std::string_view, 20> kWholeObjects{
    "selector",         "matchLabels",       "labelSelector", "nodeSelector",      "involvedObject",
    "regarding",        "related",           "roleRef",       "claimRef",          "dataSource",
    "targetRef",        "configMapKeyRef",   "secretKeyRef",  "fieldRef",          "fileKeyRef",
    "resourceFieldRef", "namespaceSelector", "secretRef",     "nodeSelectorTerms", "deprecatedTopology"};

template <std::size_t size>
bool any_is(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool lists(std::string_view comma_separated, std::string_view word) {
  const std::vector<std::string> words = split(comma_separated, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view keys_in_table(std::string_view kind, std::string_view field) {
  std::string_view general;
  for (const KeyedList& row : kKeyedLists) {
    if (row.field != field) continue;
    if (row.kinds.empty()) {
      general = row.keys;
    } else if (lists(row.kinds, kind)) {
      return row.keys;
    }
  }
  return general;
}

FieldType::Shape shape_by_form(const Json& value) {
  return value.is_object() ? FieldType::Shape::fields : FieldType::Shape::whole;
}

}  // namespace

FieldType FieldType::root(const Resource& type) {
  FieldType made;
  made.source_ = type.custom ? Source::schema : Source::table;
  made.schema_ = type.schema.get();
  made.kind_ = type.kind;
  made.at_root_ = true;
  return made;
}

FieldType FieldType::field(std::string_view name) const {
  FieldType below;
  below.kind_ = kind_;
  below.name_ = name;
  below.source_ = at_root_ && name == "metadata" ? Source::metadata : source_;
  if (source_ == Source::schema && schema_ != nullptr) {
    const Json* properties = member(*schema_, "properties");
    below.schema_ = properties == nullptr ? nullptr : member(*properties, name);
    if (below.schema_ == nullptr) below.schema_ = member(*schema_, "additionalProperties");
  }
  return below;
}

FieldType FieldType::item() const {
  FieldType below = *this;
  below.at_root_ = false;
  below.name_.clear();
  below.schema_ = schema_ == nullptr ? nullptr : member(*schema_, "items");
  return below;
}

std::vector<std::string> FieldType::keys() const {
  if (source_ == Source::schema) {
    const Json* listed = schema_ == nullptr ? nullptr : member(*schema_, "x-kubernetes-list-map-keys");
    return listed == nullptr ? std::vector<std::string>() : listed->get<std::vector<std::string>>();
  }
  return split(keys_in_table(kind_, name_), ',');
}

Json FieldType::default_key(std::string_view key) { return key == "protocol" ? Json("TCP") : Json(); }

FieldType::Shape FieldType::shape(const Json& value) const {
  if (source_ == Source::schema && schema_ != nullptr) {
    if (value.is_object()) {
      return codec::string_at(*schema_, {"x-kubernetes-map-type"}) == "atomic" ? Shape::whole : Shape::fields;
    }
    const std::string list_type = codec::string_at(*schema_, {"x-kubernetes-list-type"});
    if (value.is_array() && list_type == "map") return Shape::keyed;
    if (value.is_array() && list_type == "set") return Shape::set;
    return Shape::whole;
  }
  if (source_ == Source::schema) return shape_by_form(value);
  if (value.is_array()) {
    if (name_ == "finalizers" && (source_ == Source::metadata || kind_ == "Namespace")) return Shape::set;
    return keys().empty() ? Shape::whole : Shape::keyed;
  }
  if (value.is_object() && any_is(kWholeObjects, name_)) return Shape::whole;
  return shape_by_form(value);
}

bool FieldType::names(std::string_view field) const {
  if (source_ == Source::schema) {
    if (at_root_ && (field == "metadata" || field == "apiVersion" || field == "kind")) return true;
    const Json* properties = schema_ == nullptr ? nullptr : member(*schema_, "properties");
    return properties != nullptr && member(*properties, field) != nullptr;
  }
  return !any_is(kMaps, name_);
}

bool FieldType::is_closed() const {
  if (source_ != Source::schema || schema_ == nullptr) return false;
  return !codec::bool_at(*schema_, {"x-kubernetes-preserve-unknown-fields"}) &&
         codec::string_at(*schema_, {"type"}) == "object";
}

}  // namespace dba::sandbox::api
