#include "dba/kube/resource.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "url.hpp"

namespace dba::kube {

namespace {

/// @source apimachinery pkg/api/validation/path: a name is one path segment.
std::string segment_problem(std::string_view segment) {
  if (segment == "." || segment == "..") return fmt::format("may not be '{}'", segment);
  for (const char c : std::string_view("/%")) {
    if (segment.find(c) != std::string_view::npos) return fmt::format("may not contain '{}'", c);
  }
  return {};
}

void append_segment(std::string& path, std::string_view what, std::string_view segment) {
  const std::string problem = segment_problem(segment);
  if (!problem.empty()) throw usage_error(fmt::format("invalid {} \"{}\": [{}]", what, segment, problem));
  path += '/';
  path += path_escape(segment);
}

}  // namespace

std::string ResourceType::api_version() const {
  return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

std::string ResourceType::qualified() const {
  return group.empty() ? std::string(plural) : fmt::format("{}.{}", plural, group);
}

std::string ResourceType::printed_kind() const {
  const std::string lower = to_lower(kind);
  return group.empty() ? lower : fmt::format("{}.{}", lower, group);
}

std::string ResourceType::path(std::string_view ns, std::string_view name, std::string_view subresource) const {
  std::string out = (group.empty() ? "/api/" : "/apis/") + api_version();
  if (namespaced && !ns.empty()) {
    out += "/namespaces";
    append_segment(out, "namespace", ns);
  }
  if (namespaced && ns.empty() && !name.empty()) {
    throw usage_error("an empty namespace may not be set when a resource name is provided");
  }
  out += '/';
  out += plural;
  if (!name.empty()) append_segment(out, "resource name", name);
  if (!subresource.empty()) {
    if (name.empty()) throw usage_error("resource name may not be empty");
    append_segment(out, "subresource", subresource);
  }
  return out;
}

namespace resources {

const ResourceType pods{"", "v1", "pods", "Pod", true};
const ResourceType services{"", "v1", "services", "Service", true};
const ResourceType secrets{"", "v1", "secrets", "Secret", true};
const ResourceType configmaps{"", "v1", "configmaps", "ConfigMap", true};
const ResourceType events{"", "v1", "events", "Event", true};
const ResourceType persistentvolumeclaims{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true};
const ResourceType serviceaccounts{"", "v1", "serviceaccounts", "ServiceAccount", true};
const ResourceType nodes{"", "v1", "nodes", "Node", false};
const ResourceType namespaces{"", "v1", "namespaces", "Namespace", false};
const ResourceType persistentvolumes{"", "v1", "persistentvolumes", "PersistentVolume", false};
const ResourceType storageclasses{"storage.k8s.io", "v1", "storageclasses", "StorageClass", false};
const ResourceType endpointslices{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true};
const ResourceType customresourcedefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions",
                                             "CustomResourceDefinition", false};
const ResourceType selfsubjectaccessreviews{"authorization.k8s.io", "v1", "selfsubjectaccessreviews",
                                            "SelfSubjectAccessReview", false};
const ResourceType selfsubjectreviews{"authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false};
const ResourceType issuers{"cert-manager.io", "v1", "issuers", "Issuer", true};
const ResourceType clusterissuers{"cert-manager.io", "v1", "clusterissuers", "ClusterIssuer", false};
const ResourceType certificates{"cert-manager.io", "v1", "certificates", "Certificate", true};
const ResourceType mssqlservers{"kubedb.com", "v1alpha2", "mssqlservers", "MSSQLServer", true};
const ResourceType mssqlserveropsrequests{"ops.kubedb.com", "v1alpha1", "mssqlserveropsrequests",
                                          "MSSQLServerOpsRequest", true};
const ResourceType mssqlserverversions{"catalog.kubedb.com", "v1alpha1", "mssqlserverversions", "MSSQLServerVersion",
                                       false};
const ResourceType petsets{"apps.k8s.appscode.com", "v1", "petsets", "PetSet", true};
const ResourceType appbindings{"appcatalog.appscode.com", "v1alpha1", "appbindings", "AppBinding", true};
const ResourceType gitops_mssqlservers{"gitops.kubedb.com", "v1alpha1", "mssqlservers", "MSSQLServer", true};

}  // namespace resources

std::span<const ResourceType* const> known_resources() {
  using namespace resources;
  static const std::array all{
      &pods,
      &services,
      &secrets,
      &configmaps,
      &events,
      &persistentvolumeclaims,
      &serviceaccounts,
      &nodes,
      &namespaces,
      &persistentvolumes,
      &storageclasses,
      &endpointslices,
      &customresourcedefinitions,
      &selfsubjectaccessreviews,
      &selfsubjectreviews,
      &issuers,
      &clusterissuers,
      &certificates,
      &mssqlservers,
      &mssqlserveropsrequests,
      &mssqlserverversions,
      &petsets,
      &appbindings,
      &gitops_mssqlservers,
  };
  return all;
}

const ResourceType* find_resource(std::string_view api_version, std::string_view kind) {
  const auto all = known_resources();
  const auto found = std::find_if(all.begin(), all.end(), [&](const ResourceType* type) {
    return type->kind == kind && type->api_version() == api_version;
  });
  return found == all.end() ? nullptr : *found;
}

}  // namespace dba::kube
