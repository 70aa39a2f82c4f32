#include "crds/compact_crd.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dba/mssql/schema.hpp"

namespace dba::e2e {

namespace {

using mssql::FieldType;
using mssql::SchemaField;
using mssql::SchemaKind;

struct Default {
  std::string_view path;  ///< The last names of the path.
  std::string_view json;
};

/// What the API server fills in. Fields that the schema requires have no default, whatever their name.
constexpr std::array kDefaults{
    Default{"authSecret.apiGroup", R"("")"},
    Default{"authSecret.kind", R"("Secret")"},
    Default{"authSecret.name", R"("")"},
    Default{"availabilityGroup.secondaryAccessMode", R"("Passive")"},
    Default{"azureDisk.fsType", R"("ext4")"},
    Default{"azureDisk.readOnly", "false"},
    Default{"configMap.name", R"("")"},
    Default{"configMapKeyRef.name", R"("")"},
    Default{"configSecret.name", R"("")"},
    Default{"configuration.restart", R"("auto")"},
    Default{"databaseRef.name", R"("")"},
    Default{"exporter.port", "56790"},
    Default{"fileKeyRef.optional", "false"},
    Default{"healthChecker.failureThreshold", "1"},
    Default{"healthChecker.periodSeconds", "10"},
    Default{"healthChecker.timeoutSeconds", "10"},
    Default{"iscsi.iscsiInterface", R"("default")"},
    Default{"leaderElection.electionTick", "10"},
    Default{"leaderElection.heartbeatTick", "1"},
    Default{"leaderElection.period", R"("100ms")"},
    Default{"leaderElection.transferLeadershipInterval", R"("1s")"},
    Default{"leaderElection.transferLeadershipTimeout", R"("60s")"},
    Default{"manifestOptions.archiver", "false"},
    Default{"manifestOptions.initScript", "false"},
    Default{"metricRelabelings[].action", R"("replace")"},
    Default{"nodePublishSecretRef.name", R"("")"},
    Default{"podTemplate.spec.podPlacementPolicy", R"({"name": "default"})"},
    Default{"rbd.keyring", R"("/etc/ceph/keyring")"},
    Default{"rbd.pool", R"("rbd")"},
    Default{"rbd.user", R"("admin")"},
    Default{"relabelings[].action", R"("replace")"},
    Default{"scaleIO.fsType", R"("xfs")"},
    Default{"scaleIO.storageMode", R"("ThinProvisioned")"},
    Default{"secretKeyRef.name", R"("")"},
    Default{"secretRef.apiGroup", R"("")"},
    Default{"secretRef.kind", R"("Secret")"},
    Default{"secretRef.name", R"("")"},
    Default{"sources[].secret.name", R"("")"},
    Default{"spec.apply", R"("IfReady")"},
    Default{"spec.healthChecker", R"({"failureThreshold": 1, "periodSeconds": 10, "timeoutSeconds": 10})"},
    Default{"spec.maxRetries", "1"},
    Default{"verticalScaling.mode", R"("Restart")"},
};

/// Lists that server-side apply merges by the name of their entries.
constexpr std::array<std::string_view, 2> kListsByName{"containers[].env", "resources.claims"};

/// Objects that belong to one manager as a whole.
constexpr std::array<std::string_view, 17> kAtomicObjects{
    "arbiter.nodeSelector", "authSecret",   "configMap",  "configMapKeyRef", "configSecret",    "dataSource",
    "databaseRef",          "fieldRef",     "fileKeyRef", "issuerRef",       "labelSelector",   "nodePublishSecretRef",
    "resourceFieldRef",     "secretKeyRef", "secretRef",  "selector",        "sources[].secret"};

/// @source KubeDB's CRDs: what a quantity looks like
constexpr const char* kQuantityPattern =
    R"(^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$)";

bool ends_with_names(std::string_view path, std::string_view names) {
  return path == names || (path.ends_with(names) && path[path.size() - names.size() - 1] == '.');
}

template <std::size_t size>
bool any_ends(const std::array<std::string_view, size>& endings, std::string_view path) {
  return std::any_of(endings.begin(), endings.end(),
                     [path](std::string_view names) { return ends_with_names(path, names); });
}

/// Fields by the path of their parent, in the order of the schema.
using Children = std::map<std::string, std::vector<const SchemaField*>, std::less<>>;

Children children_of(const std::vector<SchemaField>& fields) {
  Children children;
  for (const SchemaField& field : fields) {
    const std::string& path = field.path;
    const bool element = path.ends_with("[]") || path.ends_with("{}");
    const std::size_t end = element ? path.size() - 2 : path.rfind('.');
    if (end != std::string::npos) children[path.substr(0, end)].push_back(&field);
  }
  return children;
}

Json plain_schema(const SchemaField& field) {
  switch (field.type) {
    case FieldType::object:
    case FieldType::map:
      return {{"type", "object"}};
    case FieldType::list:
      return {{"type", "array"}};
    case FieldType::string:
      return {{"type", "string"}};
    case FieldType::integer:
      return {{"type", "integer"}};
    case FieldType::boolean:
      return {{"type", "boolean"}};
    case FieldType::quantity:
      return {{"anyOf", {{{"type", "integer"}}, {{"type", "string"}}}},
              {"pattern", kQuantityPattern},
              {"x-kubernetes-int-or-string", true}};
    case FieldType::any:
      break;
  }
  return {{"x-kubernetes-preserve-unknown-fields", true}};
}

void add_server_side(const SchemaField& field, Json& node) {
  const auto found = std::find_if(kDefaults.begin(), kDefaults.end(),
                                  [&](const Default& each) { return ends_with_names(field.path, each.path); });
  if (found != kDefaults.end() && !field.required) node["default"] = codec::parse_json(found->json, found->path);
  if (field.type == FieldType::list && any_ends(kListsByName, field.path)) {
    node["x-kubernetes-list-type"] = "map";
    node["x-kubernetes-list-map-keys"] = {"name"};
  }
  const bool object = field.type == FieldType::object || field.type == FieldType::map;
  if (object && any_ends(kAtomicObjects, field.path)) node["x-kubernetes-map-type"] = "atomic";
}

Json schema_node(const SchemaField& field, const Children& children) {
  Json node = plain_schema(field);
  if (!field.allowed.empty()) node["enum"] = field.allowed;
  add_server_side(field, node);
  const auto found = children.find(field.path);
  if (found == children.end()) return node;
  for (const SchemaField* child : found->second) {
    Json below = schema_node(*child, children);
    if (field.type == FieldType::list) {
      node["items"] = std::move(below);
    } else if (field.type == FieldType::map) {
      node["additionalProperties"] = std::move(below);
    } else {
      const std::string name = child->path.substr(field.path.size() + 1);
      node["properties"][name] = std::move(below);
      if (child->required) node["required"].push_back(name);
    }
  }
  return node;
}

Json spec_schema(SchemaKind kind) {
  const std::vector<SchemaField> fields = mssql::schema_fields(kind);
  return schema_node(fields.front(), children_of(fields));
}

}  // namespace

Json fill_crd(Json shell) {
  const std::map<std::string, SchemaKind, std::less<>> kinds{{"MSSQLServer", SchemaKind::database},
                                                             {"MSSQLServerOpsRequest", SchemaKind::ops_request}};
  Json& spec = shell.at("spec");
  const auto kind = kinds.find(spec.at("names").at("kind").get<std::string>());
  if (kind == kinds.end()) return shell;
  Json& root = spec.at("versions").at(0).at("schema").at("openAPIV3Schema");
  root.at("properties")["spec"] = spec_schema(kind->second);
  return shell;
}

}  // namespace dba::e2e
