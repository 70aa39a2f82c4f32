#pragma once
// Volumes of the database's pods and where they are mounted. The volume "data" comes from the PetSet's claim template,
// or from here for ephemeral storage. @source kubedb.md 4

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

void add_volumes(Json& volumes, const Json& database);
Json server_mounts(const Json& database);
Json coordinator_mounts();
Json initializer_mounts();
Json data_mount();

}  // namespace dba::sandbox::kubedb
