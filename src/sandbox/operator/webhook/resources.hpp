#pragma once
// Default resources of KubeDB's containers and the arithmetic that joins them with what the user gave.
// @source kubedb.md 2.1 (6), (9)

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

Json mssql_resources();        ///< Requests 1500m and 2Gi, limit 4Gi.
Json init_resources();         ///< Of mssql-init.
Json coordinator_resources();  ///< Of mssql-coordinator.
Json arbiter_resources();      ///< Of spec.arbiter, its volume included.

/// Joins `resources` with `defaults`: a limit is the greater of limit and request, else the one that is there, else the
/// default; a request is the request, else the limit that was given, else the default. A limit that has no default is
/// never made up; none stays below its request.
void set_default_resources(Json& resources, const Json& defaults);

}  // namespace dba::sandbox::kubedb
