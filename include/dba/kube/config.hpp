#pragma once
// From kubeconfig files, flags and environment to the one connection a command uses.
// @source k8s-client behaviour of kubectl and client-go: merge order, overrides, relative paths, validation texts.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/secret.hpp"
#include "dba/platform/environment.hpp"

namespace dba::kube {

/// kubectl's connection flags, exactly as typed; absent = not given.
struct ConnectionFlags {
  std::optional<std::string> kubeconfig{}, context{}, cluster{}, user{}, ns{}, server{}, tls_server_name{},
      certificate_authority{}, client_certificate{}, client_key{}, token{}, as{}, as_uid{}, username{}, password{},
      request_timeout{}, cache_dir{}, proxy_url{};
  std::vector<std::string> as_groups{}, as_user_extra{};
  bool insecure_skip_tls_verify = false;
  bool disable_compression = false;
  bool warnings_as_errors = false;
};

/// One `exec` credential plugin of a kubeconfig user.
struct ExecPlugin {
  std::string api_version{}, command{}, install_hint{}, interactive_mode{};
  std::vector<std::string> args{};
  std::vector<std::pair<std::string, std::string>> env{};
  bool provide_cluster_info = false;
  std::string cluster_info_json{};  ///< spec.cluster of KUBERNETES_EXEC_INFO; empty = not provided.
};

struct Impersonation {
  std::string user{}, uid{};
  std::vector<std::string> groups{};
  std::vector<std::pair<std::string, std::string>> extra{};
};

/// What user the server sees; at most one kind of Authorization, plus a certificate.
struct Identity {
  Secret token{};
  std::string token_file{};
  std::string basic_user{};
  Secret basic_password{};
  std::string certificate_pem{};
  Secret key_pem{};
  std::optional<ExecPlugin> exec{};
};

/// A ready connection: everything a request needs, all files but tokenFile already read.
struct ClientConfig {
  std::string server{};  ///< "https://host:port[/prefix]", no trailing slash.
  std::string tls_server_name{};
  std::string ca_pem{};     ///< Empty = system roots.
  std::string roots_pem{};  ///< The system roots that SSL_CERT_FILE and SSL_CERT_DIR name; empty = libcurl's own.
  bool insecure = false;
  std::string proxy{};  ///< libcurl's form; empty = none.
  bool compression = true;
  bool http2 = true;    ///< False: HTTP/1.1 only (environment variable DISABLE_HTTP2 is not empty).
  Identity identity{};  ///< Emptied when the server is plain http.
  Impersonation impersonate{};
  std::chrono::nanoseconds request_timeout{0};  ///< 0 = none.
  std::string context{};                        ///< Name of the context in use; empty without one.
  std::string cluster_name{}, user_name{};
  std::string ns = "default";  ///< Namespace commands work in when -n is not given.
  bool ns_from_flag = false;   ///< -n was typed: objects of other namespaces are refused.
  bool in_cluster = false;
  /// Files that KUBECONFIG names and that do not exist, when nothing else says where the server is.
  std::vector<std::string> missing_files{};
  bool nothing_configured = false;        ///< No kubeconfig at all: server is localhost:8080.
  std::vector<std::string> looked_for{};  ///< The kubeconfig files that were looked for, when nothing is configured.
  bool warnings_as_errors = false;
  bool stdin_is_taken = false;  ///< `-f -`: a credential plugin gets no stdin.
};

/// Reads and merges the kubeconfig files and applies flags and environment. Contacts nothing, runs nothing.
/// @throws Error (usage) with every problem of the configuration at once, in kubectl's words.
ClientConfig load_client_config(const ConnectionFlags& flags, const platform::Environment& environment);

/// Names for completion: contexts, clusters, users of the merged kubeconfig. Empty on any error.
struct KubeconfigNames {
  std::vector<std::string> contexts{}, clusters{}, users{};
  std::string current_context{};
};
/// Reads the kubeconfig files that a command with these flags would; throws nothing.
KubeconfigNames kubeconfig_names(const ConnectionFlags& flags, const platform::Environment& environment);

/// Proxy for a target by Go's rules (HTTPS_PROXY, NO_PROXY with CIDR, loopback never); in libcurl's form, "" = none.
std::string proxy_from_environment(std::string_view url, const platform::Environment& environment);

}  // namespace dba::kube
