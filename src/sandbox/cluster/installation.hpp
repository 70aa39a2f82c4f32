#pragma once
// What Helm has left of KubeDB and cert-manager in a cluster: their namespaces, Deployments and running pods. They only
// stand there; the work is done by the simulated controllers.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::cluster {

inline constexpr std::string_view kKubedbNamespace = "kubedb";
inline constexpr std::string_view kCertManagerNamespace = "cert-manager";

/// To be loaded, so that their status comes with them. @param now RFC 3339
/// @source charts kubedb-provisioner, kubedb-ops-manager, kubedb-webhook-server (release "kubedb") and cert-manager:
///         names and the labels app.kubernetes.io/name, instance, managed-by, component
std::vector<Json> installed_objects(const std::string& now);

}  // namespace dba::sandbox::cluster
