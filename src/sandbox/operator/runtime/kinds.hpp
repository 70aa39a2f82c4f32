#pragma once
// What the operator watches.

#include <span>
#include <string_view>

#include "dba/kube/resource.hpp"

namespace dba::sandbox::kubedb {

enum class Kind {
  database,
  petset,
  pod,
  service,
  secret,
  claim,
  certificate,
  issuer,
  cluster_issuer,
  version,
  account,
  role,
  role_binding,
  budget,
  appbinding,
  node,
};

struct KindRow {
  Kind kind;
  const kube::ResourceType* type;
  bool ours_only;  ///< Only those that carry KubeDB's label.
};
/// In the order of Kind.
std::span<const KindRow> watched_kinds();
const kube::ResourceType& type_of(Kind kind);
/// @throws std::out_of_range for a kind that is not watched.
Kind kind_of(std::string_view api_version, std::string_view kind);

inline constexpr std::string_view kManagedByKubedb = "app.kubernetes.io/managed-by=kubedb.com";

}  // namespace dba::sandbox::kubedb
