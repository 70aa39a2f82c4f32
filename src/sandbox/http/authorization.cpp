#include "http/authorization.hpp"

#include <algorithm>

#include "dba/base/text.hpp"

#include "api/selectors.hpp"
#include "http/problems.hpp"

namespace dba::sandbox::http {

namespace {

constexpr std::string_view kAuthenticated = "system:authenticated";
constexpr std::string_view kServiceAccountPrefix = "system:serviceaccount:";

/// Groups that a user has without being in them by name. @source kube-apiserver: filters/impersonation.go
void add_own_groups(api::User& user) {
  const auto add = [&user](std::string group) {
    if (std::ranges::find(user.groups, group) == user.groups.end()) user.groups.push_back(std::move(group));
  };
  if (user.groups.empty() && user.name.starts_with(kServiceAccountPrefix)) {
    add("system:serviceaccounts");
    add("system:serviceaccounts:" + split(user.name, ':').at(2));
  }
  if (user.name == "system:anonymous") return add("system:unauthenticated");
  add(std::string(kAuthenticated));
}

/// One object: by its path, or for a list or a watch by a field selector, as `kubectl get NAME --watch` asks.
/// @source kube-apiserver: endpoints/request/requestinfo.go
std::string name_of(const Request& request, const Target& target) {
  const std::string fields = request.query.get("fieldSelector");
  if (!target.name.empty() || request.method != "GET" || fields.empty()) return target.name;
  try {
    for (const api::FieldRequirement& field : api::parse_field_selector(*target.type, fields)) {
      if (field.equal && field.path == "metadata.name") return field.value;
    }
  } catch (const api::StatusError&) {  // Told when it is served, to those who may ask.
  }
  return {};
}

api::Access access_of(const Request& request, const Target& target) {
  const bool is_namespace = target.type->group.empty() && target.type->plural == "namespaces";
  return {.verb = verb_of(request, &target),
          .group = target.type->group,
          .resource = target.type->plural,
          .subresource = target.subresource,
          .name = name_of(request, target),
          .ns = is_namespace ? target.name : target.ns};
}

/// Sessions over WebSocket are opened with GET. @source kube-apiserver 1.35:
/// AuthorizePodWebsocketUpgradeCreatePermission
bool opens_session(const Target& target) {
  return target.type->plural == "pods" && (target.subresource == "exec" || target.subresource == "portforward");
}

}  // namespace

api::User user_of(const Request& request) {
  const std::string name = request.header("impersonate-user");
  std::vector<std::string> groups = request.all_headers("impersonate-group");
  if (name.empty() && groups.empty()) return {};
  if (name.empty()) throw internal_error("requested groups without impersonating a user");
  api::User user{.name = name, .groups = std::move(groups)};
  add_own_groups(user);
  return user;
}

void authorize(const api::Api& api, const Request& request, const Target* target) {
  const api::User user = user_of(request);
  if (target == nullptr) {
    return api.authorize(user, {.verb = to_lower(request.method), .path = request.path});
  }
  api::Access access = access_of(request, *target);
  api.authorize(user, access);
  if (access.verb != "get" || !opens_session(*target)) return;
  access.verb = "create";
  api.authorize(user, access);
}

}  // namespace dba::sandbox::http
