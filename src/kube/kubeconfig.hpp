#pragma once
// Kubeconfig files as they are written: which ones count, what stands in them, and how several become one.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dba/base/error.hpp"
#include "dba/base/secret.hpp"
#include "dba/kube/config.hpp"
#include "dba/platform/environment.hpp"

namespace dba::kube {

struct ClusterEntry {
  std::string server{}, tls_server_name{}, ca_file{}, ca_data{}, proxy_url{};
  bool insecure = false;
  bool disable_compression = false;
  std::string exec_config_json{};  ///< Of extension "client.authentication.k8s.io/exec"; empty = none.
};

struct UserEntry {
  std::string certificate_file{}, certificate_data{}, key_file{}, token_file{}, username{};
  Secret key_data{}, token{}, password{};
  Impersonation impersonate{};
  std::optional<std::string> auth_provider{};  ///< Name of the legacy provider.
  std::optional<ExecPlugin> exec{};
};

struct ContextEntry {
  std::string cluster{}, user{}, ns{};
};

template <typename Entry>
using ByName = std::map<std::string, Entry, std::less<>>;

struct Kubeconfig {
  std::string current_context{};
  ByName<ClusterEntry> clusters{};
  ByName<UserEntry> users{};
  ByName<ContextEntry> contexts{};

  bool empty() const { return current_context.empty() && clusters.empty() && users.empty() && contexts.empty(); }
};

/// What one file holds. Unknown fields are ignored; a value of the wrong type, a name given twice and broken base64
/// are problems, each with its place in the file.
/// @param directory  what relative paths in the file start from: the file's own directory, absolute
/// @param problems   gets one line a problem, without the file's name
Kubeconfig parse_kubeconfig(std::string_view text, const std::filesystem::path& directory, Problems& problems);

/// Adds what a later file holds: an entry or current-context that is there already stays as it is, whole.
void merge_into(Kubeconfig& merged, Kubeconfig&& later);

/// The files that count: --kubeconfig alone; else the list in KUBECONFIG; else ~/.kube/config.
/// @throws Error (usage) when the file of --kubeconfig does not exist.
std::vector<std::filesystem::path> kubeconfig_files(const ConnectionFlags& flags,
                                                    const platform::Environment& environment);
/// Files that KUBECONFIG names and that do not exist: a missing file counts as an empty one.
std::vector<std::string> missing_kubeconfig_files(const platform::Environment& environment);

/// All of them, read and merged; missing ones are left out.
/// @throws Error (usage) with every problem of every file.
Kubeconfig load_kubeconfig(const ConnectionFlags& flags, const platform::Environment& environment);

}  // namespace dba::kube
