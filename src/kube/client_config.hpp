#pragma once
// The inside of load_client_config, with the one place that a test has to move.

#include <filesystem>

#include "dba/kube/config.hpp"

namespace dba::kube {

/// @param service_account the directory Kubernetes mounts a pod's own token, CA and namespace into
ClientConfig load_client_config_in(const ConnectionFlags& flags, const platform::Environment& environment,
                                   const std::filesystem::path& service_account);

}  // namespace dba::kube
