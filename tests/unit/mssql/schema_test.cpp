#include "dba/mssql/schema.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/text.hpp"

#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using test::yaml;

std::string shape_problems(SchemaKind kind, const char* spec) {
  Json object = yaml("{apiVersion: a, kind: b, metadata: {name: c}}");
  object["spec"] = yaml(std::string("v: ") + spec)["v"];
  std::vector<std::string> lines;
  for (const Finding& finding : check_shape(kind, object).all()) lines.push_back(finding.path + ": " + finding.message);
  return join(lines, "\n");
}

std::string in_database(const std::string& spec) {
  return shape_problems(SchemaKind::database, ("{version: v, tls: {}, " + spec + "}").c_str());
}

const SchemaField& field(const std::vector<SchemaField>& fields, std::string_view path) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [path](const SchemaField& f) { return f.path == path; });
  REQUIRE(found != fields.end());
  return *found;
}

TEST_CASE("fields are listed with their types, parents first") {
  const std::vector<SchemaField> fields = schema_fields(SchemaKind::database);
  CHECK(fields.front().path == "spec");
  CHECK(field(fields, "spec.version").type == FieldType::string);
  CHECK(field(fields, "spec.version").required);
  CHECK(field(fields, "spec.tls").required);
  CHECK_FALSE(field(fields, "spec.replicas").required);
  CHECK(field(fields, "spec.replicas").type == FieldType::integer);
  CHECK(field(fields, "spec.configuration.inline").type == FieldType::map);
  CHECK(field(fields, "spec.configuration.inline{}").type == FieldType::string);
  CHECK(field(fields, "spec.topology.availabilityGroup.databases[]").type == FieldType::string);
  CHECK(field(fields, "spec.topology.mode").allowed == std::vector<std::string>{"AvailabilityGroup", "DistributedAG"});
  CHECK(field(fields, "spec.storage.resources.requests{}").type == FieldType::quantity);
  CHECK(field(fields, "spec.podTemplate.spec.volumes").type == FieldType::any);
  CHECK(field(fields, "spec.init.script.projected.sources[].downwardAPI.items[].fieldRef.fieldPath").required);
  CHECK(field(fields, "spec.monitor.prometheus.serviceMonitor.endpoints[].relabelings[].action").allowed.size() == 22);

  const std::vector<SchemaField> ops = schema_fields(SchemaKind::ops_request);
  CHECK(field(ops, "spec.type").allowed.size() == 9);
  CHECK(field(ops, "spec.volumeExpansion.mssqlserver").type == FieldType::quantity);
  CHECK(field(ops, "spec.restart").type == FieldType::object);
  for (const auto* list : {&fields, &ops}) {
    std::set<std::string> paths;
    for (const SchemaField& f : *list) {
      CAPTURE(f.path);
      CHECK(paths.insert(f.path).second);
      const std::size_t end = f.path.ends_with("[]") || f.path.ends_with("{}") ? f.path.size() - 2 : f.path.rfind('.');
      if (f.path != "spec") CHECK(paths.contains(f.path.substr(0, end)));
    }
  }
}

TEST_CASE("unknown fields are told with where or how they should be") {
  CHECK(in_database("Replicas: 3") == "spec.Replicas: unknown field; it is spelled \"replicas\"");
  CHECK(in_database("replcas: 3") == "spec.replcas: unknown field; did you mean \"replicas\"?");
  CHECK(in_database("secondaryAccessMode: All") ==
        "spec.secondaryAccessMode: unknown field here; it belongs at "
        "spec.topology.availabilityGroup.secondaryAccessMode");
  CHECK(in_database("leaderElection: {}") ==
        "spec.leaderElection: unknown field here; it belongs at spec.topology.availabilityGroup.leaderElection");
  CHECK(in_database("backup: {}") == "spec.backup: unknown field");
  CHECK(
      in_database("podTemplate: {spec: {topologySpreadConstraints: []}}") ==
      "spec.podTemplate.spec.topologySpreadConstraints: unknown field; KubeDB places pods through podPlacementPolicy");
  CHECK(in_database("podTemplate: {spec: {containers: [{name: a, evn: []}]}}") ==
        "spec.podTemplate.spec.containers[0].evn: unknown field; did you mean \"env\"?");
  CHECK(shape_problems(SchemaKind::ops_request,
                       "{type: VolumeExpansion, databaseRef: {name: a}, volumeExpansion: {mode: Online, "
                       "MSSQLServer: 20Gi}}") ==
        "spec.volumeExpansion.MSSQLServer: unknown field; it is spelled \"mssqlserver\"");
  CHECK(shape_problems(SchemaKind::ops_request, "{type: Restart, databaseRef: {name: a}, mode: Online}") ==
        "spec.mode: unknown field");  // There are several places for it.
}

TEST_CASE("wrong types are told with what would be right") {
  CHECK(in_database("replicas: '3'") == "spec.replicas: is a string, must be an integer");
  CHECK(in_database("replicas: 3.5") == "spec.replicas: is a number, must be an integer");
  CHECK(in_database("replicas: null") == "spec.replicas: is null, must be an integer; leave it out instead");
  CHECK(in_database("halted: 'true'") == "spec.halted: is a string, must be true or false");
  CHECK(in_database("storageType: 5") == "spec.storageType: is an integer, must be a string: put it in quotes");
  CHECK(in_database("topology: []") == "spec.topology: is a list, must be an object");
  CHECK(in_database("serviceTemplates: {}") == "spec.serviceTemplates: is an object, must be a list");
  CHECK(in_database("configuration: {inline: x}") == "spec.configuration.inline: is a string, must be a map");
  CHECK(in_database("storage: {resources: {requests: {storage: 1.5}}}") ==
        "spec.storage.resources.requests[storage]: is a number, must be a quantity such as 10Gi");
  CHECK(shape_problems(SchemaKind::ops_request,
                       "{type: Reconfigure, databaseRef: {name: a}, configuration: {restart: true}}") ==
        "spec.configuration.restart: is a boolean, must be a string: put it in quotes");
  CHECK(shape_problems(SchemaKind::ops_request, "{type: Restart, databaseRef: {name: a}, timeout: 300}") ==
        "spec.timeout: is an integer, must be a string: put it in quotes");
}

TEST_CASE("values outside a closed set and missing fields") {
  CHECK(in_database("topology: {mode: availabilitygroup}") ==
        "spec.topology.mode: \"availabilitygroup\" is not one of AvailabilityGroup, DistributedAG");
  CHECK(shape_problems(SchemaKind::ops_request, "{}") == "spec.type: is required\nspec.databaseRef: is required");
  CHECK(
      shape_problems(SchemaKind::ops_request, "{type: VolumeExpansion, databaseRef: {name: a}, volumeExpansion: {}}") ==
      "spec.volumeExpansion.mode: is required");
  CHECK(in_database("authSecret: {name: a}").empty());  // The server fills in the kind.
  CHECK(shape_problems(SchemaKind::database, "{}") == "spec.version: is required\nspec.tls: is required");
}

TEST_CASE("what is not described is not judged") {
  CHECK(in_database("podTemplate: {spec: {volumes: 5, tolerations: [{anything: goes}], containers: [{name: a, "
                    "livenessProbe: {x: y}}]}}")
            .empty());
}

TEST_CASE("the object's own level and metadata") {
  const auto lines = [](const char* text) {
    std::vector<std::string> found;
    for (const Finding& f : check_shape(SchemaKind::ops_request, yaml(text)).all())
      found.push_back(f.path + ": " + f.message);
    return join(found, "\n");
  };
  CHECK(
      lines("{apiVersion: a, kind: b, metadata: {name: c, lables: {}}, Spec: {}, status: {x: y}}") ==
      "Spec: unknown field; it is spelled \"spec\"\nmetadata.lables: unknown field; did you mean \"labels\"?\nspec: is "
      "required");
  CHECK(lines("{metadata: {name: 5, labels: {a: 1}, annotations: []}, spec: {type: Restart, databaseRef: {}}}") ==
        "metadata.name: is an integer, must be a string: put it in quotes\n"
        "metadata.labels[a]: is an integer, must be a string: put it in quotes\n"
        "metadata.annotations: is a list, must be a map");
  CHECK(lines("{spec: {type: Restart, databaseRef: {}}}") == "metadata: is required");
  CHECK(lines("{metadata: [], spec: {type: Restart, databaseRef: {}}}") == "metadata: is a list, must be an object");
}

}  // namespace
}  // namespace dba::mssql
