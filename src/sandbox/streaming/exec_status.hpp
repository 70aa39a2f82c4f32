#pragma once
// How the end of a command is told to the client of an exec.

#include <string>
#include <vector>

#include "streaming/pod_backend.hpp"

namespace dba::sandbox::streaming {

/// The Status object that goes onto the error channel.
/// @source k8s.io/cri-streaming remotecommand, containerd: texts
std::string exec_status(const ExecResult& result, const std::vector<std::string>& command);

}  // namespace dba::sandbox::streaming
