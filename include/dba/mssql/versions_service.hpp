#pragma once
// The version catalog of the cluster, and which of its versions an instance may be updated to.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/versions.hpp"

namespace dba::mssql {

struct VersionRow {
  CatalogVersion version{};
  std::string created{};          ///< metadata.creationTimestamp
  std::optional<bool> allowed{};  ///< Whether an update from VersionReport::from is allowed; absent without one.
  std::string reason{};           ///< Why not; empty when it is.
};

struct VersionReport {
  std::string from{};              ///< Version the updates start from; empty = the plain catalog.
  std::vector<VersionRow> rows{};  ///< The whole catalog in the order of sort_versions().
};

/// @param from empty, or a version whose allowed update targets are asked for.
/// @throws Error as upgrade_targets() for a `from` that is unknown or cannot be judged; ApiError when the catalog
/// cannot
///         be listed.
/// @effects one LIST.
VersionReport read_versions(kube::Client& client, std::string_view from);

/// {"apiVersion":"kubectl-dba/v1","kind":"VersionReport",…}, every field always there.
Json to_json(const VersionReport& report);

}  // namespace dba::mssql
