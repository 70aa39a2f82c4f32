#pragma once
// What the mutating webhook fills into podTemplate.spec. @source kubedb.md 2.1 (7), (9)

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// fsGroup, and the containers mssql, mssql-coordinator (of groups) and mssql-init with their security contexts.
/// @param version the MSSQLServerVersion
void set_container_defaults(Json& database, const Json& version);
/// Requests and limits of those containers, and resizePolicy of all that run.
void set_resource_defaults(Json& database);

}  // namespace dba::sandbox::kubedb
