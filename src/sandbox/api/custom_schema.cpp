#include "api/custom_schema.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

constexpr std::array<std::string_view, 16> kMetadataFields{
    "name",       "generateName",    "namespace",         "selfLink",
    "uid",        "resourceVersion", "generation",        "creationTimestamp",
    "labels",     "annotations",     "deletionTimestamp", "deletionGracePeriodSeconds",
    "finalizers", "ownerReferences", "managedFields",     "clusterName"};

using Unknown = std::vector<std::string>;

void prune_value(Json& value, const Json& schema, const std::string& path, Unknown& unknown);

void prune_fields(Json& value, const Json& schema, const std::string& path, Unknown& unknown) {
  const Json* properties = member(schema, "properties");
  const Json* additional = member(schema, "additionalProperties");
  const bool open = codec::bool_at(schema, {"x-kubernetes-preserve-unknown-fields"}) ||
                    (properties == nullptr && additional == nullptr && !schema.contains("type"));
  for (auto at = value.begin(); at != value.end();) {
    const Json* known = properties == nullptr ? nullptr : member(*properties, at.key());
    if (known == nullptr) known = additional;
    if (known == nullptr && !open) {
      unknown.push_back(below(path, at.key()));
      at = value.erase(at);
      continue;
    }
    if (known != nullptr) prune_value(*at, *known, below(path, at.key()), unknown);
    ++at;
  }
}

void prune_value(Json& value, const Json& schema, const std::string& path, Unknown& unknown) {
  if (value.is_object() && !codec::bool_at(schema, {"x-kubernetes-int-or-string"})) {
    prune_fields(value, schema, path, unknown);
  }
  const Json* items = member(schema, "items");
  if (!value.is_array() || items == nullptr) return;
  for (std::size_t at = 0; at < value.size(); ++at)
    prune_value(value[at], *items, fmt::format("{}[{}]", path, at), unknown);
}

}  // namespace

std::vector<std::string> prune_metadata(Json& object) {
  Unknown unknown;
  Json* metadata = member(object, "metadata");
  if (metadata == nullptr || !metadata->is_object()) return unknown;
  for (auto at = metadata->begin(); at != metadata->end();) {
    const bool known = std::find(kMetadataFields.begin(), kMetadataFields.end(), at.key()) != kMetadataFields.end();
    if (!known) unknown.push_back("metadata." + at.key());
    at = known ? std::next(at) : metadata->erase(at);
  }
  return unknown;
}

std::vector<std::string> prune(Json& object, const Json& schema) {
  Unknown unknown = prune_metadata(object);
  const Json nothing = Json::object();
  const Json* properties = member(schema, "properties");
  for (auto at = object.begin(); at != object.end();) {
    const std::string key = at.key();
    if (key == "apiVersion" || key == "kind" || key == "metadata") {
      ++at;
      continue;
    }
    const Json* known = properties == nullptr ? nullptr : member(*properties, key);
    if (known == nullptr) {
      unknown.push_back(key);
      at = object.erase(at);
      continue;
    }
    prune_value(*at, *known, key, unknown);
    ++at;
  }
  std::sort(unknown.begin(), unknown.end());
  return unknown;
}

void fill_in_defaults(Json& value, const Json& schema) {
  if (value.is_array()) {
    if (const Json* items = member(schema, "items"); items != nullptr) {
      for (Json& item : value) fill_in_defaults(item, *items);
    }
    return;
  }
  if (!value.is_object()) return;
  const Json* properties = member(schema, "properties");
  if (properties != nullptr) {
    for (const auto& [name, property] : properties->items()) {
      const Json* standard = member(property, "default");
      Json* present = member(value, name);
      if (standard != nullptr && (present == nullptr || present->is_null())) value[name] = *standard;
    }
  }
  const Json* additional = member(schema, "additionalProperties");
  for (auto& [name, child] : value.items()) {
    const Json* known = properties == nullptr ? nullptr : member(*properties, name);
    if (known == nullptr) known = additional;
    if (known != nullptr) fill_in_defaults(child, *known);
  }
}

}  // namespace dba::sandbox::api
