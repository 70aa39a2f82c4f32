// Compares the compact schema of the mssql room with KubeDB's real CRDs, path by path, in both directions. The folder
// of the CRDs is DBA_CRDS; without it the test is skipped (exit 77), unless DBA_REQUIRE insists on crds.

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/yaml.hpp"
#include "dba/mssql/schema.hpp"

#include "script/text.hpp"

namespace {

using dba::Json;
using dba::mssql::FieldType;
using dba::mssql::SchemaField;
using dba::mssql::SchemaKind;
using Fields = std::map<std::string, SchemaField>;

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

/// Everything below one node of an OpenAPI schema, by the paths that schema_fields() uses.
void collect(const Json& node, const std::string& path, bool required, Fields& fields) {
  SchemaField field{.path = path, .type = type_of(node), .required = required};
  if (node.contains("enum")) field.allowed = node.at("enum").get<std::vector<std::string>>();
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

Fields fields_of_crd(const std::string& file, std::string_view version) {
  Fields fields;
  const auto documents = dba::codec::parse_documents(dba::script::read_text(file), file);
  for (const Json& each : documents.at(0).value().at("spec").at("versions")) {
    if (each.at("name") == version)
      collect(each.at("schema").at("openAPIV3Schema").at("properties").at("spec"), "spec", false, fields);
  }
  return fields;
}

/// Whether one of the parents of `path` is left open on our side.
bool is_below_any(const Fields& ours, const std::string& path) {
  for (std::size_t end = path.find_last_of(".[{"); end != std::string::npos && end > 0;
       end = path.find_last_of(".[{", end - 1)) {
    const auto parent = ours.find(path.substr(0, end));
    if (parent != ours.end() && parent->second.type == FieldType::any) return true;
  }
  return false;
}

std::set<std::string> as_set(const std::vector<std::string>& values) { return {values.begin(), values.end()}; }

std::vector<std::string> differences(SchemaKind kind, const Fields& real) {
  std::vector<std::string> lines;
  Fields ours;
  for (const SchemaField& field : dba::mssql::schema_fields(kind)) {
    if (field.path.starts_with("spec")) ours[field.path] = field;
  }
  for (const auto& [path, field] : ours) {
    const auto found = real.find(path);
    if (found == real.end()) {
      lines.push_back(fmt::format("{}: not in the CRD", path));
      continue;
    }
    const SchemaField& theirs = found->second;
    if (field.type == FieldType::any) continue;
    if (field.type != theirs.type)
      lines.push_back(fmt::format("{}: {}, the CRD says {}", path, name_of(field.type), name_of(theirs.type)));
    if (as_set(field.allowed) != as_set(theirs.allowed))
      lines.push_back(fmt::format("{}: allows {}, the CRD {}", path, fmt::join(field.allowed, "|"),
                                  fmt::join(theirs.allowed, "|")));
    if (field.required != theirs.required && path != "spec")
      lines.push_back(fmt::format("{}: required {}, in the CRD {}", path, field.required, theirs.required));
  }
  for (const auto& [path, field] : real) {
    if (!ours.contains(path) && !is_below_any(ours, path))
      lines.push_back(fmt::format("{}: missing ({} in the CRD)", path, name_of(field.type)));
  }
  return lines;
}

}  // namespace

int main() {
  const char* folder = std::getenv("DBA_CRDS");
  if (folder == nullptr || *folder == '\0') {
    const char* required = std::getenv("DBA_REQUIRE");
    const bool insisted = required != nullptr && std::string_view(required).find("crds") != std::string_view::npos;
    fmt::print("{}: DBA_CRDS names no folder\n", insisted ? "FAILED" : "skipped");
    return insisted ? 1 : 77;
  }
  struct Row {
    SchemaKind kind;
    const char* file;
    const char* version;
  };
  std::size_t wrong = 0;
  for (const Row& row : {Row{SchemaKind::database, "kubedb.com_mssqlservers.yaml", "v1alpha2"},
                         Row{SchemaKind::ops_request, "ops.kubedb.com_mssqlserveropsrequests.yaml", "v1alpha1"}}) {
    const Fields real = fields_of_crd(fmt::format("{}/{}", folder, row.file), row.version);
    const std::vector<std::string> lines = differences(row.kind, real);
    for (const std::string& line : lines) fmt::print("{}: {}\n", row.file, line);
    fmt::print("{}: {} paths, {} differences\n", row.file, real.size(), lines.size());
    wrong += lines.size() + (real.empty() ? 1 : 0);
  }
  return wrong == 0 ? 0 : 1;
}
