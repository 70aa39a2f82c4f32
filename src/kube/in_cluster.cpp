#include "in_cluster.hpp"

#include <system_error>

#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"

#include "url_parts.hpp"

namespace dba::kube {

namespace {

/// Empty when the file cannot be read: the system's roots and the default namespace are still there.
std::string content_or_nothing(const std::filesystem::path& file) {
  try {
    return platform::read_file(file);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

std::optional<Kubeconfig> in_cluster_kubeconfig(const platform::Environment& environment,
                                                const std::filesystem::path& service_account) {
  const std::string host = environment.get("KUBERNETES_SERVICE_HOST");
  const std::string port = environment.get("KUBERNETES_SERVICE_PORT");
  const std::filesystem::path token = service_account / "token";
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(token, error);
  if (host.empty() || port.empty() || !std::filesystem::exists(status) || std::filesystem::is_directory(status)) {
    return std::nullopt;
  }
  constexpr std::string_view kName = "in-cluster";
  Kubeconfig config;
  config.current_context = kName;
  ClusterEntry& cluster = config.clusters[std::string(kName)];
  cluster.server = UrlParts{.scheme = "https", .host = host, .port = port}.text();
  cluster.ca_data = content_or_nothing(service_account / "ca.crt");
  config.users[std::string(kName)].token_file = token.string();
  const std::string ns = environment.get("POD_NAMESPACE");
  config.contexts[std::string(kName)] = {std::string(kName), std::string(kName),
                                         ns.empty() ? trim(content_or_nothing(service_account / "namespace")) : ns};
  return config;
}

}  // namespace dba::kube
