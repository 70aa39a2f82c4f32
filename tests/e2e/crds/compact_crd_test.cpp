// The CRDs that stand in for KubeDB's say what the schema of the mssql room says, field by field: this needs neither a
// cluster nor the real CRDs. tests/e2e/crds/real_crds_test.cpp compares them with those.

#include "crds/compact_crd.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/mssql/schema.hpp"

#include "crds/crd_fields.hpp"
#include "crds/crd_files.hpp"

namespace dba::e2e {
namespace {

using mssql::SchemaField;
using mssql::SchemaKind;

Json shell_of(std::string_view file) { return read_documents(fmt::format("{}/{}", DBA_CRD_SHELLS, file)).at(0); }

Json compact_crd(std::string_view file) { return fill_crd(shell_of(file)); }

std::string line_of(const SchemaField& field) {
  return fmt::format("{}: {} [{}]{}", field.path, name_of(field.type), fmt::join(field.allowed, "|"),
                     field.required ? " required" : "");
}

std::vector<std::string> lines_of_crd(const Json& crd) {
  std::vector<std::string> lines;
  for (const auto& [path, field] : fields_of_crd(crd)) {
    if (path.starts_with("spec")) lines.push_back(line_of(field.shape));
  }
  return lines;
}

std::vector<std::string> lines_of_schema(SchemaKind kind) {
  std::vector<std::string> lines;
  for (SchemaField field : mssql::schema_fields(kind)) {
    if (field.path == "spec") field.required = false;  // KubeDB's CRDs do not insist on a spec.
    lines.push_back(line_of(field));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

const CrdField& field(const CrdFields& fields, std::string_view path) {
  const auto found = fields.find(path);
  REQUIRE_MESSAGE(found != fields.end(), path);
  return found->second;
}

TEST_CASE("a compact CRD has every field of the schema, and no other") {
  struct Row {
    const char* file;
    SchemaKind kind;
  };
  for (const Row& row : {Row{"kubedb.com_mssqlservers.yaml", SchemaKind::database},
                         Row{"ops.kubedb.com_mssqlserveropsrequests.yaml", SchemaKind::ops_request}}) {
    CAPTURE(row.file);
    std::vector<std::string> lines = lines_of_crd(compact_crd(row.file));
    std::sort(lines.begin(), lines.end());
    CHECK(lines.size() > 50);
    CHECK(fmt::format("{}", fmt::join(lines, "\n")) == fmt::format("{}", fmt::join(lines_of_schema(row.kind), "\n")));
  }
}

TEST_CASE("what the server fills in stands on the fields that are not required") {
  const CrdFields fields = fields_of_crd(compact_crd("kubedb.com_mssqlservers.yaml"));
  CHECK(field(fields, "spec.authSecret.name").preset.empty());
  CHECK(field(fields, "spec.init.script.git.authSecret.name").preset == R"("")");
  CHECK(field(fields, "spec.topology.availabilityGroup.leaderElection.period").preset == R"("100ms")");
  CHECK(field(fields, "spec.podTemplate.spec.podPlacementPolicy").preset == R"({"name":"default"})");
  CHECK(field(fields, "spec.replicas").preset.empty());
}

TEST_CASE("lists and objects merge as KubeDB's do") {
  const CrdFields fields = fields_of_crd(compact_crd("kubedb.com_mssqlservers.yaml"));
  CHECK(field(fields, "spec.podTemplate.spec.containers").merge == "atomic");
  CHECK(field(fields, "spec.podTemplate.spec.containers[].env").merge == "map by name");
  CHECK(field(fields, "spec.tls.issuerRef").merge == "atomic");
  CHECK(field(fields, "spec.tls").merge == "granular");
}

TEST_CASE("a CRD whose kind the schema does not know stays as it is") {
  const Json shell = shell_of("catalog.kubedb.com_mssqlserverversions.yaml");
  CHECK(codec::compact_json(fill_crd(shell)) == codec::compact_json(shell));
}

}  // namespace
}  // namespace dba::e2e
