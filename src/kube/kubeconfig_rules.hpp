#pragma once
// What must hold for the cluster and the user that a command is about to use. Reads the files they name.

#include <string_view>

#include "dba/base/error.hpp"

#include "kubeconfig.hpp"

namespace dba::kube {

/// Checks the whole user entry and reads certificate and key files into the `*_data` fields.
/// @param problems gets one line a problem, in kubectl's words.
/// @source client-go tools/clientcmd/validation.go validateAuthInfo.
void check_user(std::string_view name, UserEntry& user, Problems& problems);

/// Checks the cluster entry but for its server, and reads the CA file into `ca_data`.
/// @source client-go tools/clientcmd/validation.go validateClusterInfo.
void check_cluster(std::string_view name, ClusterEntry& cluster, Problems& problems);

}  // namespace dba::kube
