#pragma once
// Reads and follows who leads a database, from Kubernetes alone: the object, its pods and the endpoints of its
// Services.

#include <functional>
#include <string>
#include <string_view>

#include "dba/kube/client.hpp"
#include "dba/mssql/roles.hpp"

namespace dba::mssql {

/// Three requests in parallel.
/// @throws Error (denied) when the database does not exist (with close names), or it or its pods may not be read.
RoleReport read_roles(kube::Client& client, std::string_view ns, std::string_view name);

/// One report after the first lists, then one after every event that changes something in it.
/// @param on_report false = enough.
/// @throws Error (denied) when the database does not exist, is deleted, or it or its pods may not be followed;
///         (interrupted) when the client's stop token is requested.
void follow_roles(kube::Client& client, std::string_view ns, std::string_view name,
                  const std::function<bool(const RoleReport& report)>& on_report);

}  // namespace dba::mssql
