#include "dba/mssql/versions_service.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"

namespace dba::mssql {

namespace {

/// Why the webhook refuses an update from `current` to `candidate`.
std::string refusal(const CatalogVersion& current, const CatalogVersion& candidate) {
  if (candidate.name == current.name) return "it is this version";
  for (const std::string& constraint : current.deny) {
    if (satisfies(constraint, candidate.version)) return fmt::format("{} denies {}", current.name, constraint);
  }
  std::string ranges;
  for (const std::string& constraint : current.allow) ranges += (ranges.empty() ? "" : " || ") + constraint;
  return fmt::format("{} allows {}", current.name, ranges);
}

void judge_updates(VersionReport& report, const std::vector<CatalogVersion>& catalog) {
  const std::vector<CatalogVersion> targets = upgrade_targets(catalog, report.from);
  const CatalogVersion& current = *find_version(catalog, report.from);
  for (VersionRow& row : report.rows) {
    row.allowed = find_version(targets, row.version.name) != nullptr;
    if (!*row.allowed) row.reason = refusal(current, row.version);
  }
}

}  // namespace

VersionReport read_versions(kube::Client& client, std::string_view from) {
  std::vector<CatalogVersion> catalog;
  std::map<std::string, std::string> created;
  for (const Json& object : client.list(kube::resources::mssqlserverversions, "")) {
    catalog.push_back(read_catalog_version(object));
    created[codec::name_of(object)] = codec::string_at(object, {"metadata", "creationTimestamp"});
  }
  sort_versions(catalog);
  VersionReport report{.from = std::string(from)};
  for (const CatalogVersion& version : catalog)
    report.rows.push_back({.version = version, .created = created[version.name]});
  if (!from.empty()) judge_updates(report, catalog);
  return report;
}

Json to_json(const VersionReport& report) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json versions = Json::array();
  for (const VersionRow& row : report.rows) {
    Json entry = Json::object();
    entry["name"] = row.version.name;
    entry["version"] = row.version.version;
    entry["image"] = text_or_null(row.version.image);
    entry["deprecated"] = row.version.deprecated;
    entry["endOfLife"] = row.version.end_of_life;
    entry["created"] = text_or_null(row.created);
    entry["allowed"] = row.allowed ? Json(*row.allowed) : Json(nullptr);
    entry["reason"] = text_or_null(row.reason);
    versions.push_back(std::move(entry));
  }
  Json json = Json::object();
  json["apiVersion"] = "kubectl-dba/v1";
  json["kind"] = "VersionReport";
  json["from"] = text_or_null(report.from);
  json["versions"] = std::move(versions);
  return json;
}

}  // namespace dba::mssql
