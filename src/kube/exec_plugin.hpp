#pragma once
// Credential plugins: what they are told, how they are run, and what they may answer.
// @source client-go plugin/pkg/client/auth/exec, pkg/apis/clientauthentication; texts watched in kubectl 1.32.

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "dba/base/secret.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/kube/config.hpp"
#include "dba/platform/environment.hpp"
#include "dba/platform/process.hpp"

namespace dba::kube {

/// client.authentication.k8s.io/v1 or /v1beta1.
bool is_exec_api_version(std::string_view api_version);

/// The cluster as a plugin with provideClusterInfo hears of it; empty and false fields are left out.
struct ExecCluster {
  std::string server{}, tls_server_name{};
  bool insecure = false;
  std::string ca_pem{}, proxy_url{};
  bool disable_compression = false;
  std::string config_json{};  ///< Any JSON; empty = null.
};
std::string exec_cluster_json(const ExecCluster& cluster);

/// Whether a plugin may talk to the user.
enum class PluginInput {
  terminal,
  no_terminal,
  taken,  ///< The command reads its own input from there.
};

struct ExecCredential {
  Secret token{};
  std::string certificate_pem{};
  Secret key_pem{};
  std::optional<WallTime> expires{};  ///< Absent = good for the life of the process.
};

/// Starts the plugin and takes its answer. It may wait for a person (a browser login), so there is no time-out.
/// @throws Error (denied) "getting credentials: …"; (interrupted) when `stop` was requested meanwhile.
/// @effects a child process; its stderr is ours.
ExecCredential run_exec_plugin(const ExecPlugin& plugin, PluginInput input, const platform::Environment& environment,
                               platform::ProcessRunner& processes, const std::stop_token& stop);

}  // namespace dba::kube
