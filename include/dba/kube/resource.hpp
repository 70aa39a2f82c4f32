#pragma once
// The resources we talk to, hard-coded: no discovery on the hot path, always the full plural.group.

#include <span>
#include <string>
#include <string_view>

namespace dba::kube {

struct ResourceType {
  std::string_view group;  ///< "" = core.
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
  bool namespaced = true;

  std::string api_version() const;   ///< "v1", "kubedb.com/v1alpha2"
  std::string qualified() const;     ///< "pods", "mssqlservers.kubedb.com" (as error texts name it)
  std::string printed_kind() const;  ///< "pod", "mssqlserver.kubedb.com" (as success lines name it)
  /// "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers[/name[/subresource]]"; an empty `ns` = all namespaces.
  /// @throws Error (usage) for a name or namespace that cannot be a path segment.
  std::string path(std::string_view ns, std::string_view name = "", std::string_view subresource = "") const;
};

namespace resources {
extern const ResourceType pods, services, secrets, configmaps, events, persistentvolumeclaims, serviceaccounts, nodes,
    namespaces, persistentvolumes, storageclasses, endpointslices, customresourcedefinitions, selfsubjectaccessreviews,
    selfsubjectreviews, issuers, clusterissuers, certificates, mssqlservers, mssqlserveropsrequests,
    mssqlserverversions, petsets, appbindings, gitops_mssqlservers;
}

std::span<const ResourceType* const> known_resources();  ///< All of the above.
/// By apiVersion and kind; nullptr when we do not know it.
const ResourceType* find_resource(std::string_view api_version, std::string_view kind);

}  // namespace dba::kube
