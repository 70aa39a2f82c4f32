#pragma once
// The catalog of MSSQLServerVersion objects: which SQL Server versions there are, which is newest, what may follow
// what.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::mssql {

struct CatalogVersion {
  std::string name{};     ///< The object's name, which spec.version of a database refers to.
  std::string version{};  ///< Its spec.version, which upgrade constraints are evaluated on.
  std::string image{};    ///< spec.db.image
  bool deprecated = false;
  bool end_of_life = false;
  std::vector<std::string> allow{};  ///< spec.updateConstraints.allowlist
  std::vector<std::string> deny{};
};

/// One MSSQLServerVersion of the catalog; what it leaves out stays empty.
CatalogVersion read_catalog_version(const Json& object);

/// Ascending by year, then cumulative update, both as numbers ("2022-cu9" before "2022-cu12"); other names by text,
/// first.
void sort_versions(std::vector<CatalogVersion>& catalog);

/// The last of sort_versions() that is neither deprecated nor at its end of life; nullptr when there is none.
const CatalogVersion* newest_version(std::span<const CatalogVersion> catalog);
/// By its whole name; nullptr when the catalog has none of it.
const CatalogVersion* find_version(std::span<const CatalogVersion> catalog, std::string_view name);
/// Names that can be chosen (not deprecated, not at end of life), newest first, for messages and completion.
std::vector<std::string> version_choices(std::span<const CatalogVersion> catalog);

/// Versions that the webhook lets an instance of `from` be updated to, in the order of sort_versions(), `from` itself
/// left out. Deprecated ones are included (see CatalogVersion::deprecated).
/// @throws Error (denied) when `from` is not in the catalog; (refused) when a version or a constraint cannot be read,
///         because the webhook then refuses every update.
std::vector<CatalogVersion> upgrade_targets(std::span<const CatalogVersion> catalog, std::string_view from);

/// Whether `version` satisfies a constraint such as ">= 2022-cu12, < 2025-cu1 || 2026".
/// @throws Error (usage) naming the part that cannot be read.
/// @source Masterminds/semver v3: loose versions, pre-release rules, operators = != > < >= <= => =< ~ ^, hyphen ranges,
/// x.
bool satisfies(std::string_view constraint, std::string_view version);

}  // namespace dba::mssql
