#pragma once
// What runs in the pods of a database: podTemplate of its spec with the operator's containers, volumes and ports.
// @source kubedb.md 1.3, 4 (ports, volumes, mounts)

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

Json build_pod_template(const Json& database, const Json& version);
/// One container that only votes.
Json build_arbiter_template(const Json& database, const Json& version);

}  // namespace dba::sandbox::kubedb
