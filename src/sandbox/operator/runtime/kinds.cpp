#include "operator/runtime/kinds.hpp"

#include <array>
#include <stdexcept>

namespace dba::sandbox::kubedb {

namespace {

const kube::ResourceType kRoles{"rbac.authorization.k8s.io", "v1", "roles", "Role", true};
const kube::ResourceType kRoleBindings{"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true};
const kube::ResourceType kBudgets{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true};

}  // namespace

std::span<const KindRow> watched_kinds() {
  namespace known = kube::resources;
  static const std::array kRows{
      KindRow{Kind::database, &known::mssqlservers, false},
      KindRow{Kind::petset, &known::petsets, true},
      KindRow{Kind::pod, &known::pods, true},
      KindRow{Kind::service, &known::services, false},
      KindRow{Kind::secret, &known::secrets, false},
      KindRow{Kind::claim, &known::persistentvolumeclaims, true},
      KindRow{Kind::certificate, &known::certificates, true},
      KindRow{Kind::issuer, &known::issuers, false},
      KindRow{Kind::cluster_issuer, &known::clusterissuers, false},
      KindRow{Kind::version, &known::mssqlserverversions, false},
      KindRow{Kind::account, &known::serviceaccounts, true},
      KindRow{Kind::role, &kRoles, true},
      KindRow{Kind::role_binding, &kRoleBindings, true},
      KindRow{Kind::budget, &kBudgets, true},
      KindRow{Kind::appbinding, &known::appbindings, true},
      KindRow{Kind::node, &known::nodes, false},
  };
  return kRows;
}

const kube::ResourceType& type_of(Kind kind) { return *watched_kinds()[static_cast<std::size_t>(kind)].type; }

Kind kind_of(std::string_view api_version, std::string_view kind) {
  for (const KindRow& row : watched_kinds()) {
    if (row.type->kind == kind && row.type->api_version() == api_version) return row.kind;
  }
  throw std::out_of_range("a kind that the operator does not watch");
}

}  // namespace dba::sandbox::kubedb
