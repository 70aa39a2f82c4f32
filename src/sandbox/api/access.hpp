#pragma once
// Who may do what: Roles and their bindings, as kube-apiserver evaluates them.

#include <string>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/status_error.hpp"

namespace dba::sandbox::api {

class Core;

/// @source kubeadm: the administrator of a cluster belongs to system:masters, who may do everything
struct User {
  std::string name = "admin";
  std::vector<std::string> groups{"system:masters", "system:authenticated"};
};

/// Something that somebody wants to do: to a resource, or with a path that is none.
struct Access {
  std::string verb{};
  std::string group{}, resource{}, subresource{}, name{}, ns{};
  std::string path{};  ///< "/metrics"; all of the above but the verb is empty then.
};

struct Decision {
  bool allowed = false;
  std::string reason{};  ///< By which binding; or what is missing. May be empty.
};

class Authorizer {
 public:
  explicit Authorizer(const Core& core) : core_(core) {}
  Decision decide(const User& user, const Access& access) const;
  /// The rules that hold for the user in a namespace, as status of a SelfSubjectRulesReview.
  Json rules_of(const User& user, const std::string& ns) const;

 private:
  const Core& core_;
};

/// 403 in the API server's words.
StatusError denied(const User& user, const Access& access, const Decision& decision);

/// ClusterRoles that every cluster has, and their bindings: cluster-admin, system:basic-user, system:discovery,
/// system:public-info-viewer. @source kube-apiserver 1.36: bootstrap policy
std::vector<Json> bootstrap_roles();

}  // namespace dba::sandbox::api
