#include "http/openapi.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"

#include "api/resource.hpp"
#include "http/discovery.hpp"
#include "http/problems.hpp"

namespace dba::sandbox::http {

namespace {

constexpr std::string_view kObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

Json group_version_kind(const api::Resource& type) {
  return Json{{"group", type.group}, {"version", type.version}, {"kind", type.kind}};
}

/// "io.k8s.api.core.v1.Pod", "com.kubedb.v1alpha2.MSSQLServer"
std::string schema_name(const api::Resource& type) {
  if (!type.custom) {
    const std::string group = type.group.empty() ? "core" : type.group.substr(0, type.group.find('.'));
    return fmt::format("io.k8s.api.{}.{}.{}", group, type.version, type.kind);
  }
  std::vector<std::string> parts = split(type.group, '.');
  std::reverse(parts.begin(), parts.end());
  return fmt::format("{}.{}.{}", join(parts, "."), type.version, type.kind);
}

Json text_property(std::string_view description) { return Json{{"description", description}, {"type", "string"}}; }

Json kind_schema(const api::Resource& type, const std::string& references) {
  Json schema = type.schema ? *type.schema : Json{{"type", "object"}};
  if (!schema.contains("description")) schema["description"] = fmt::format("{} of the simulated cluster.", type.kind);
  Json properties = Json::object();
  properties["apiVersion"] = text_property("The versioned schema of this object.");
  properties["kind"] = text_property("The kind of this object.");
  properties["metadata"] = {{"description", "Standard object's metadata."},
                            {"allOf", Json::array({{{"$ref", fmt::format("{}{}", references, kObjectMeta)}}})},
                            {"default", Json::object()}};
  if (schema.contains("properties")) {
    for (const auto& [name, property] : schema["properties"].items()) {
      if (!properties.contains(name)) properties[name] = property;
    }
  } else if (!type.schema) {
    properties["spec"] = {{"type", "object"}, {"description", "What is wanted."}};
    properties["status"] = {{"type", "object"}, {"description", "What is there."}};
  }
  schema["properties"] = std::move(properties);
  schema["x-kubernetes-group-version-kind"] = Json::array({group_version_kind(type)});
  return schema;
}

Json object_meta() {
  const Json text_map{{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
  Json properties = Json::object();
  for (const std::string_view name : {"name", "generateName", "namespace", "uid", "resourceVersion",
                                      "creationTimestamp", "deletionTimestamp", "selfLink"}) {
    properties[name] = {{"type", "string"}, {"default", ""}};
  }
  properties["generation"] = {{"type", "integer"}, {"format", "int64"}};
  properties["deletionGracePeriodSeconds"] = {{"type", "integer"}, {"format", "int64"}};
  properties["labels"] = text_map;
  properties["annotations"] = text_map;
  properties["finalizers"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
  properties["ownerReferences"] = {{"type", "array"}, {"items", {{"type", "object"}}}};
  properties["managedFields"] = {{"type", "array"}, {"items", {{"type", "object"}}}};
  return Json{{"description", "Metadata that all objects have."}, {"type", "object"}, {"properties", properties}};
}

Json query_parameters(bool v2) {
  Json parameters = Json::array();
  for (const std::string_view name : {"pretty", "dryRun", "fieldManager", "fieldValidation", "force"}) {
    Json parameter{{"name", name}, {"in", "query"}, {"description", "A parameter of writes."}};
    const std::string_view type = name == "force" ? "boolean" : "string";
    if (v2) parameter["type"] = type;
    if (!v2) parameter["schema"] = {{"type", type}, {"uniqueItems", true}};
    if (v2) parameter["uniqueItems"] = true;
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

Json operation(const api::Resource& type, std::string_view action, bool writes, bool v2) {
  Json out{{"operationId", fmt::format("{}{}{}", action, type.version, type.kind)},
           {"responses", {{"200", {{"description", "OK"}}}}},
           {"x-kubernetes-action", action},
           {"x-kubernetes-group-version-kind", group_version_kind(type)}};
  if (writes) out["parameters"] = query_parameters(v2);
  if (action == "patch" && !v2) {
    // No strategic merge patch: with it kubectl would compute patches from these schemas instead of its own, better
    // ones.
    Json content = Json::object();
    for (const std::string_view media :
         {"application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"}) {
      content[media] = {{"schema", {{"type", "object"}}}};
    }
    out["requestBody"] = {{"content", content}, {"required", true}};
  }
  return out;
}

void add_paths(Json& paths, const api::Resource& type, bool v2) {
  const std::string root =
      type.group.empty() ? "/api/" + type.version : fmt::format("/apis/{}/{}", type.group, type.version);
  const std::string collection =
      fmt::format("{}{}/{}", root, type.namespaced ? "/namespaces/{namespace}" : "", type.plural);
  paths[collection] = {{"get", operation(type, "list", false, v2)}, {"post", operation(type, "post", true, v2)}};
  paths[collection + "/{name}"] = {{"get", operation(type, "get", false, v2)},
                                   {"put", operation(type, "put", true, v2)},
                                   {"patch", operation(type, "patch", true, v2)},
                                   {"delete", operation(type, "delete", true, v2)}};
}

Json info() { return Json{{"title", "Kubernetes (simulated)"}, {"version", "v1.36.3"}}; }

Json version_document(std::string_view group, std::string_view version) {
  Json paths = Json::object(), schemas = Json::object();
  schemas[kObjectMeta] = object_meta();
  for (const api::Resource& type : api::resources()) {
    if (type.group != group || type.version != version) continue;
    add_paths(paths, type, false);
    schemas[schema_name(type)] = kind_schema(type, "#/components/schemas/");
  }
  return Json{{"openapi", "3.0.0"}, {"info", info()}, {"paths", paths}, {"components", {{"schemas", schemas}}}};
}

Json old_document() {
  Json paths = Json::object(), definitions = Json::object();
  definitions[kObjectMeta] = object_meta();
  for (const api::Resource& type : api::resources()) {
    add_paths(paths, type, true);
    definitions[schema_name(type)] = kind_schema(type, "#/definitions/");
  }
  return Json{{"swagger", "2.0"}, {"info", info()}, {"paths", paths}, {"definitions", definitions}};
}

Json index() {
  Json paths = Json::object();
  const auto add = [&paths](const std::string& path) {
    paths[path] = {{"serverRelativeURL", fmt::format("/openapi/v3/{}?hash=1", path)}};
  };
  add("api/v1");
  for (const ApiGroup& group : api_groups()) {
    for (const std::string& version : group.versions) add(fmt::format("apis/{}/{}", group.name, version));
  }
  return Json{{"paths", paths}};
}

Answer document_answer(const Json& body) { return {.body = codec::compact_json(body)}; }

/// The old document as protobuf, which is all that kubectl asks of it: that it can be read. Kinds that are served stand
/// in the documents of version 3; this one answers for all others, and so is empty.
/// @source openapiv2.proto of gnostic-models: Document 1 swagger, 2 info, 8 paths, 9 definitions; Info 1 title, 2
/// version
Answer empty_protobuf_document() {
  const auto field = [](char tag, const std::string& bytes) {
    return std::string(1, tag) + static_cast<char>(bytes.size()) + bytes;
  };
  return {.body = field(0x0a, "2.0") + field(0x12, field(0x0a, "Kubernetes") + field(0x12, "v1.36.3")) +
                  field(0x42, "") + field(0x4a, ""),
          .content_type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"};
}

bool wants_only_protobuf(const Request& request) {
  const std::string accept = request.header("accept");
  return accept.find("protobuf") != std::string::npos && accept.find("json") == std::string::npos &&
         accept.find("*/*") == std::string::npos;
}

}  // namespace

std::optional<Answer> open_api(const Request& request, const std::vector<std::string>& segments) {
  if (segments.size() < 2 || segments[0] != "openapi") return std::nullopt;
  const bool protobuf = wants_only_protobuf(request);
  if (segments[1] == "v2" && segments.size() == 2) {
    if (protobuf) return empty_protobuf_document();
    static const Answer document = document_answer(old_document());
    return document;
  }
  if (segments[1] != "v3") return std::nullopt;
  if (protobuf) throw not_acceptable(false);
  if (segments.size() == 2) return document_answer(index());
  if (segments.size() == 4 && segments[2] == "api" && segments[3] == "v1") {
    return document_answer(version_document("", "v1"));
  }
  if (segments.size() != 5 || segments[2] != "apis") return std::nullopt;
  const Json paths = index();
  if (!paths["paths"].contains(fmt::format("apis/{}/{}", segments[3], segments[4]))) return std::nullopt;
  return document_answer(version_document(segments[3], segments[4]));
}

}  // namespace dba::sandbox::http
