#pragma once
// What Kubernetes holds about the roles of one database, read once.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/roles.hpp"

namespace dba::mssql {

struct RoleObjects {
  RoleObjects();
  RoleObjects(RoleObjects&&) noexcept;
  ~RoleObjects();

  std::unique_ptr<Json> database;  ///< Never null.
  std::vector<Json> pods, slices;
  std::string slices_error{};  ///< Why the EndpointSlices could not be read; empty when they could.

  /// For build_role_report; points into this object.
  RoleSources sources() const;
};

/// Three requests in parallel.
/// @throws Error (denied) when the database does not exist, or it or its pods may not be read.
RoleObjects read_role_objects(kube::Client& client, std::string_view ns, std::string_view name);

/// The words for EndpointSlices that could not be read.
std::string slices_problem(const Error& error);

}  // namespace dba::mssql
