#pragma once
// What lets the pods talk to the API and lets clients find the database. Names of Role, RoleBinding and budget are not
// documented; ours are that of the database. @source kubedb.md 4, 6.3, 12

#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// ServiceAccount, Role, RoleBinding.
std::vector<Json> build_access(const Json& database);
/// A budget that keeps a majority of the voters; absent for a standalone.
std::vector<Json> build_disruption_budget(const Json& database);
/// @param version   the MSSQLServerVersion
/// @param ca_bundle base64 of the client certificate's ca.crt; used with clientTLS, may be empty
Json build_appbinding(const Json& database, const Json& version, std::string_view ca_bundle);

}  // namespace dba::sandbox::kubedb
