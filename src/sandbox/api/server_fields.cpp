#include "api/server_fields.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>

#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

constexpr std::array<std::string_view, 14> kMetadataOrder{"name",
                                                          "generateName",
                                                          "namespace",
                                                          "uid",
                                                          "resourceVersion",
                                                          "generation",
                                                          "creationTimestamp",
                                                          "deletionTimestamp",
                                                          "deletionGracePeriodSeconds",
                                                          "labels",
                                                          "annotations",
                                                          "ownerReferences",
                                                          "finalizers",
                                                          "managedFields"};

constexpr std::array<std::string_view, 8> kKept{"name",
                                                "namespace",
                                                "generateName",
                                                "generation",
                                                "creationTimestamp",
                                                "deletionTimestamp",
                                                "deletionGracePeriodSeconds",
                                                "selfLink"};

void take_over(Json& target, const Json& source, std::string_view key) {
  const Json* value = member(source, key);
  if (value == nullptr) {
    erase_member(target, key);
  } else {
    target[std::string(key)] = *value;
  }
}

bool has_status(const Resource& type) { return type.has_subresource("status"); }

void keep_other_parts(const Resource& type, std::string_view subresource, const Json& current, Json& next) {
  if (subresource.empty()) {
    if (has_status(type)) take_over(next, current, "status");
    return;
  }
  Json whole = current;
  if (subresource == "finalize" || subresource == "resize" || subresource == "ephemeralcontainers") {
    take_over(whole, next, "spec");
  } else if (subresource == "scale") {
    take_over(child_object(whole, "spec"), next.value("spec", Json::object()), "replicas");
  } else {
    take_over(whole, next, "status");
  }
  if (type.custom) {
    take_over(whole["metadata"], next["metadata"], "managedFields");
  } else {
    whole["metadata"] = next["metadata"];
  }
  next = std::move(whole);
}

/// A Service keeps the addresses it was given unless it names others.
void keep_addresses(const Json& current, Json& next) {
  const Json* given = member(current, "spec");
  Json* spec = member(next, "spec");
  if (given == nullptr || spec == nullptr || !spec->is_object()) return;
  if (codec::string_at(*given, {"type"}) != codec::string_at(*spec, {"type"})) return;
  for (const char* field : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
    if (member(*spec, field) == nullptr) take_over(*spec, *given, field);
  }
}

}  // namespace

void clear_server_fields(const Resource& type, Json& object) {
  Json& metadata = child_object(object, "metadata");
  for (const char* field : {"uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds",
                            "selfLink", "resourceVersion", "managedFields"}) {
    erase_member(metadata, field);
  }
  if (!type.namespaced) erase_member(metadata, "namespace");
  if (has_status(type) && type.kind != "Node") erase_member(object, "status");
}

void keep_server_fields(const Resource& type, std::string_view subresource, const Json& current, Json& next) {
  if (type.group.empty() && type.kind == "Service") keep_addresses(current, next);
  Json& metadata = child_object(next, "metadata");
  const Json& kept = current["metadata"];
  for (const std::string_view field : kKept) take_over(metadata, kept, field);
  if (codec::uid_of(next).empty()) take_over(metadata, kept, "uid");
  take_over(metadata, kept, "resourceVersion");
  keep_other_parts(type, subresource, current, next);
}

void keep_applied_part(const Resource& type, std::string_view subresource, Json& configuration) {
  if (subresource.empty()) {
    if (has_status(type)) erase_member(configuration, "status");
    return;
  }
  Json part = {{"apiVersion", configuration["apiVersion"]},
               {"kind", configuration["kind"]},
               {"metadata", {{"name", codec::name_of(configuration)}}}};
  if (type.namespaced) part["metadata"]["namespace"] = codec::namespace_of(configuration);
  take_over(part, configuration, subresource == "status" ? "status" : "spec");
  configuration = std::move(part);
}

bool counts_generations(const Resource& type) {
  static constexpr std::array<std::string_view, 9> kCounting{"Pod",        "Deployment",          "StatefulSet",
                                                             "ReplicaSet", "DaemonSet",           "Job",
                                                             "CronJob",    "PodDisruptionBudget", "EndpointSlice"};
  return type.custom || std::find(kCounting.begin(), kCounting.end(), type.kind) != kCounting.end();
}

bool wish_differs(const Resource& type, const Json& current, const Json& next) {
  const auto wish = [&](const Json& object) {
    Json rest = object;
    erase_member(rest, "metadata");
    if (has_status(type)) erase_member(rest, "status");
    return rest;
  };
  return !same_value(wish(current), wish(next));
}

void tidy(Json& object) {
  Json ordered = Json::object();
  for (const char* key : {"apiVersion", "kind", "metadata"}) {
    if (Json* value = member(object, key); value != nullptr) ordered[key] = std::move(*value);
  }
  Json& metadata = child_object(ordered, "metadata");
  Json sorted = Json::object();
  for (const std::string_view key : kMetadataOrder) {
    Json* value = member(metadata, key);
    if (key == "resourceVersion" && value == nullptr) {
      sorted["resourceVersion"] = "";
    } else if (value != nullptr) {
      sorted[std::string(key)] = std::move(*value);
    }
  }
  metadata = std::move(sorted);
  for (auto& [key, value] : object.items()) {
    if (key != "apiVersion" && key != "kind" && key != "metadata") ordered[key] = std::move(value);
  }
  object = std::move(ordered);
}

}  // namespace dba::sandbox::api
