#pragma once
// The Services of a database. @source kubedb.md 4

#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// Primary, secondary (groups), headless and, when monitored, stats; with spec.serviceTemplates laid over them.
std::vector<Json> build_services(const Json& database);

}  // namespace dba::sandbox::kubedb
