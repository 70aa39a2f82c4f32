#pragma once
// A command that runs in a container: its input and output over the WebSocket of an exec.

#include <chrono>
#include <memory>
#include <stop_token>
#include <string_view>

#include "dba/kube/pod_streams.hpp"

#include "curl_websocket.hpp"

namespace dba::kube {

/// Subprotocols of exec: the first can say that the input has ended.
inline constexpr std::string_view kWithHalfClose = "v5.channel.k8s.io", kWithoutHalfClose = "v4.channel.k8s.io";

/// Until the command ends. @throws Error as exec_in_pod() does
ExecResult carry_command(std::unique_ptr<WebSocket> remote, const ExecRequest& request, platform::SteadyTime deadline,
                         const std::stop_token& stop,
                         const SilenceLimits& limits = {std::chrono::seconds(20), std::chrono::seconds(60)});

}  // namespace dba::kube
