#pragma once
// The PetSets of a database and the pod template inside. @source kubedb.md 1.3, 4, 6.5

#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// "X" and, with an even number of replicas in an availability group, "X-arbiter".
/// @param version the MSSQLServerVersion: images
std::vector<Json> build_petsets(const Json& database, const Json& version);

}  // namespace dba::sandbox::kubedb
