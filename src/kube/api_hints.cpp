#include "api_hints.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

namespace dba::kube {

namespace {

using Kind = ApiError::Kind;

constexpr std::string_view kAgainWithTrace = "run the same command again; with -v=8 it shows what was answered";
constexpr std::string_view kMendCause = "mend what the cause names and run the same command again";
constexpr std::string_view kElsewhere =
    "the server of the kubeconfig cluster may lead to a login page or a proxy: kubectl config view --minify";
constexpr std::string_view kTrustHint =
    "check certificate-authority and tls-server-name of the kubeconfig cluster: kubectl config view --minify";
constexpr std::string_view kNameHint =
    "set tls-server-name of the kubeconfig cluster (or --tls-server-name) to a name that the certificate is valid for";
constexpr std::string_view kProxyHint =
    "check proxy-url of the kubeconfig cluster (kubectl config view --minify), else HTTPS_PROXY and NO_PROXY";

std::string namespace_flag(const Operation& operation) {
  if (!operation.ns.empty()) return " -n " + shell_quote(operation.ns);
  return operation.verb == "list" || operation.verb == "watch" ? " -A" : "";
}

/// The API group of a qualified resource: "petsets.apps.k8s.appscode.com" → "apps.k8s.appscode.com".
std::string_view group_of(std::string_view resource) {
  const std::size_t dot = resource.find('.');
  return dot == std::string_view::npos ? std::string_view() : resource.substr(dot + 1);
}

bool is_in(std::string_view group, std::string_view domain) {
  return group == domain ||
         (group.ends_with(domain) && group.size() > domain.size() && group[group.size() - domain.size() - 1] == '.');
}

/// @source KubeDB's Helm chart: the SQL Server CRDs are behind a feature gate that is off by default.
std::string install_hint(std::string_view group) {
  if (is_in(group, "kubedb.com") || is_in(group, "appscode.com")) {
    return "install KubeDB with SQL Server switched on: helm upgrade --install kubedb "
           "oci://ghcr.io/appscode-charts/kubedb -n kubedb --create-namespace "
           "--set global.featureGates.MSSQLServer=true --set-file global.license=LICENSE_FILE";
  }
  if (is_in(group, "cert-manager.io")) {
    return "install cert-manager: kubectl apply -f "
           "https://github.com/cert-manager/cert-manager/releases/latest/download/cert-manager.yaml";
  }
  return "kubectl api-resources --api-group=" + std::string(group);
}

bool is_redirect(const StatusInfo& status) { return status.code >= 300 && status.code < 400; }

/// Signed by an authority we trust, but for other hosts. @source curl_failure.cpp, which uses Go's words.
bool is_for_another_name(const TransportFailure& failure) {
  return failure.message.find("certificate is valid for") != std::string::npos;
}

}  // namespace

bool has_cause(const StatusInfo& status, std::string_view reason) {
  return std::any_of(status.causes.begin(), status.causes.end(),
                     [&](const StatusInfo::Cause& cause) { return cause.reason == reason; });
}

std::string object_hint(const Operation& operation) {
  return fmt::format("kubectl get {}{}{}", operation.resource,
                     operation.name.empty() ? "" : " " + shell_quote(operation.name), namespace_flag(operation));
}

bool is_missing_namespace(Kind kind, const StatusInfo& status, const Operation& operation) {
  return kind == Kind::not_found && status.resource == "namespaces" && operation.resource != "namespaces";
}

/// @source curl_failure.cpp, which uses Go's words.
bool is_untrusted(const TransportFailure& failure) {
  return failure.kind == TransportFailure::Kind::tls &&
         failure.message.find("failed to verify certificate") != std::string::npos;
}

std::string hint_for(Kind kind, const StatusInfo& status, const Operation& operation) {
  switch (kind) {
    case Kind::unauthorized:
      return "check the user of the kubeconfig context: kubectl config view --minify";
    case Kind::forbidden:
      return fmt::format("kubectl auth can-i {} {}{}", operation.verb, operation.resource, namespace_flag(operation));
    case Kind::not_found:
      if (is_missing_namespace(kind, status, operation)) return "kubectl create namespace " + shell_quote(status.name);
      return object_hint({.resource = operation.resource, .ns = operation.ns});
    case Kind::api_missing:
      return operation.resource.starts_with('/') ? std::string(kElsewhere) : install_hint(group_of(operation.resource));
    case Kind::already_exists:
      return object_hint(operation);
    case Kind::apply_conflict:
      return "leave these fields out, or take them over with --force-conflicts";
    case Kind::too_many_requests:
      return status.retry_after_seconds > 0
                 ? fmt::format("run it again in {} s", status.retry_after_seconds)
                 : "run it again in a minute; kubectl get --raw /readyz shows whether the server answers";
    case Kind::unreachable:
      return "check the server of the kubeconfig context: kubectl config view --minify";
    case Kind::bad_request:
      // What Go's HTTP server answers in plain text when a client forgets TLS.
      if (has_cause(status, "UnexpectedServerResponse") &&
          status.causes.front().message.find("HTTP request to an HTTPS server") != std::string::npos) {
        return "write https:// in the server of the kubeconfig cluster";
      }
      [[fallthrough]];
    case Kind::invalid:
      return std::string(status.made_up ? kAgainWithTrace : kMendCause);
    case Kind::conflict:
      return "run the same command again: it starts from the newest state";
    case Kind::expired:
      return "run the same command again: it starts from a new list";
    case Kind::timeout:
      return "kubectl get --raw /readyz shows whether the server answers; a longer --request-timeout waits longer";
    case Kind::foreign:
      return std::string(kElsewhere);
    case Kind::server_error:
    case Kind::broken:
    case Kind::other:
      break;
  }
  return std::string(is_redirect(status) ? kElsewhere : kAgainWithTrace);
}

std::string hint_for(Kind kind, const TransportFailure& failure, const Operation& operation) {
  if (is_untrusted(failure)) return std::string(is_for_another_name(failure) ? kNameHint : kTrustHint);
  if (failure.at_proxy) return std::string(kProxyHint);
  return hint_for(kind, StatusInfo{}, operation);
}

}  // namespace dba::kube
