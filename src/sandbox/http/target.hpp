#pragma once
// Which resource a path means.

#include <optional>
#include <string>
#include <vector>

#include "api/resource.hpp"
#include "http/request.hpp"

namespace dba::sandbox::http {

struct Target {
  const api::Resource* type = nullptr;
  std::string ns{}, name{};   ///< Empty namespace: cluster-scoped, or all of them.
  std::string subresource{};  ///< "status", "exec" …; perhaps one the resource does not have.
};

/// @param segments of the path: "api", "v1", "namespaces", "demo", "pods" …
/// @return absent when no resource is served there.
std::optional<Target> find_target(const std::vector<std::string>& segments);

/// "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"
/// @param target null for a path that is no resource
/// @source kube-apiserver: endpoints/request/requestinfo.go
std::string verb_of(const Request& request, const Target* target);

}  // namespace dba::sandbox::http
