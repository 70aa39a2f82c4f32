#include "dba/mssql/database_rules.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/mssql/database_spec.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/schema.hpp"

#include "rule_set.hpp"

namespace dba::mssql {

namespace {

constexpr std::array kRules{&check_metadata,    &check_topology,  &check_databases,     &check_leader_election,
                            &check_distributed, &check_tls,       &check_environment,   &check_resources,
                            &check_volumes,     &check_storage,   &check_configuration, &check_monitor,
                            &check_services,    &check_references};

/// Required fields that a rule reports in better words than the shape does.
bool has_a_rule(const Finding& finding) {
  static constexpr std::array<std::string_view, 8> kPaths{"metadata",
                                                          "spec.tls",
                                                          "spec.version",
                                                          "spec.tls.issuerRef.name",
                                                          "spec.topology.distributedAG.self.role",
                                                          "spec.topology.distributedAG.self.url",
                                                          "spec.topology.distributedAG.remote.name",
                                                          "spec.topology.distributedAG.remote.url"};
  return finding.message == "is required" && std::find(kPaths.begin(), kPaths.end(), finding.path) != kPaths.end();
}

void check_kind(const Json& database, Findings& findings) {
  const std::string api_version = codec::string_at(database, {"apiVersion"}),
                    kind = codec::string_at(database, {"kind"});
  if (api_version != kApiVersion) {
    findings.error("apiVersion", "", fmt::format("is \"{}\", must be {}", api_version, kApiVersion));
  }
  if (kind != kKind) findings.error("kind", "", fmt::format("is \"{}\", must be {}", kind, kKind));
}

}  // namespace

Findings check_database(const Json& database, bool version_required) {
  Findings findings;
  check_kind(database, findings);
  for (const Finding& finding : check_shape(SchemaKind::database, database).all()) {
    if (!has_a_rule(finding)) findings.error(finding.path, finding.flag, finding.message);
  }
  if (version_required && !has_version(database)) {
    findings.error("spec.version", flag_for("spec.version"),
                   "is required, e.g. 2022-cu22; see kubectl dba mssql versions");
  }
  const Subject subject{database, topology_of(database), findings};
  for (const auto rule : kRules) rule(subject);
  return findings;
}

const Json* list_at(const Json& object, codec::Path path) {
  const Json* list = codec::find_at(object, path);
  return list != nullptr && list->is_array() ? list : nullptr;
}

// @source the terms that SQL Server 2022 and 2025 name when they are set up
std::string_view licence_address() { return "https://go.microsoft.com/fwlink/?linkid=857698"; }

}  // namespace dba::mssql
