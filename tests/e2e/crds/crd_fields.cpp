#include "crds/crd_fields.hpp"

#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dba::e2e {

namespace {

using mssql::FieldType;

FieldType type_of(const Json& node) {
  if (node.value("x-kubernetes-int-or-string", false)) return FieldType::quantity;
  const std::string type = node.value("type", "");
  if (type == "array") return FieldType::list;
  if (type == "string") return FieldType::string;
  if (type == "integer") return FieldType::integer;
  if (type == "boolean") return FieldType::boolean;
  if (node.contains("additionalProperties")) return FieldType::map;
  return type == "object" && !node.value("x-kubernetes-preserve-unknown-fields", false) ? FieldType::object
                                                                                        : FieldType::any;
}

std::string merge_of(const Json& node, FieldType type) {
  if (type == FieldType::object || type == FieldType::map) return node.value("x-kubernetes-map-type", "granular");
  if (type != FieldType::list) return "";
  const std::string merge = node.value("x-kubernetes-list-type", "atomic");
  if (!node.contains("x-kubernetes-list-map-keys")) return merge;
  const auto keys = node.at("x-kubernetes-list-map-keys").get<std::vector<std::string>>();
  return fmt::format("{} by {}", merge, fmt::join(keys, ", "));
}

void collect(const Json& node, const std::string& path, bool required, CrdFields& fields) {
  CrdField field{.shape = {.path = path, .type = type_of(node), .required = required}};
  field.merge = merge_of(node, field.shape.type);
  if (node.contains("enum")) field.shape.allowed = node.at("enum").get<std::vector<std::string>>();
  if (node.contains("default")) field.preset = codec::compact_json(node.at("default"));
  fields[path] = field;
  if (node.contains("properties")) {
    std::set<std::string> wanted;
    if (node.contains("required")) wanted = node.at("required").get<std::set<std::string>>();
    for (const auto& [name, child] : node.at("properties").items()) {
      // What has a default is filled in by the server, and need not be written.
      const bool missed = wanted.contains(name) && !child.contains("default");
      collect(child, path + "." + name, missed, fields);
    }
  }
  if (node.contains("items")) collect(node.at("items"), path + "[]", false, fields);
  if (node.contains("additionalProperties") && node.at("additionalProperties").is_object()) {
    collect(node.at("additionalProperties"), path + "{}", false, fields);
  }
}

}  // namespace

CrdFields fields_of_crd(const Json& crd) {
  CrdFields fields;
  const Json& root = crd.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema").at("properties");
  for (const char* part : {"spec", "status"}) {
    if (root.contains(part)) collect(root.at(part), part, false, fields);
  }
  return fields;
}

std::string_view name_of(FieldType type) {
  switch (type) {
    case FieldType::object:
      return "object";
    case FieldType::list:
      return "list";
    case FieldType::map:
      return "map";
    case FieldType::string:
      return "string";
    case FieldType::integer:
      return "integer";
    case FieldType::boolean:
      return "boolean";
    case FieldType::quantity:
      return "quantity";
    case FieldType::any:
      return "any";
  }
  return "?";
}

bool is_below_any(const CrdFields& fields, std::string_view path) {
  for (std::size_t end = path.find_last_of(".[{"); end != std::string_view::npos && end > 0;
       end = path.find_last_of(".[{", end - 1)) {
    const auto parent = fields.find(path.substr(0, end));
    if (parent != fields.end() && parent->second.shape.type == FieldType::any) return true;
  }
  return false;
}

}  // namespace dba::e2e
