#pragma once
// The configuration of a pod that has nothing but its service account.

#include <filesystem>
#include <optional>

#include "dba/platform/environment.hpp"

#include "kubeconfig.hpp"

namespace dba::kube {

/// A kubeconfig with one context, named "in-cluster"; absent outside of a pod.
/// @param service_account the directory of token, ca.crt and namespace
/// @source client-go rest.InClusterConfig, tools/clientcmd inClusterClientConfig.
std::optional<Kubeconfig> in_cluster_kubeconfig(const platform::Environment& environment,
                                                const std::filesystem::path& service_account);

}  // namespace dba::kube
