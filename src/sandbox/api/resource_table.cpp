#include "api/resource_table.hpp"

#include <string_view>
#include <utility>

#include "dba/base/text.hpp"

#include "api/schemas.hpp"

namespace dba::sandbox::api {

namespace {

/// A row as short as it can be written; several words of one cell are separated by commas.
/// @source `kubectl api-resources -o wide` and /apis/<group>/<version> of kube-apiserver 1.36
struct Row {
  std::string_view plural, kind, short_names = "", subresources = "", categories = "";
};

constexpr Row kCore[] = {
    {"configmaps", "ConfigMap", "cm"},
    {"endpoints", "Endpoints", "ep"},
    {"events", "Event", "ev"},
    {"persistentvolumeclaims", "PersistentVolumeClaim", "pvc", "status"},
    {"pods", "Pod", "po", "status,binding,ephemeralcontainers,eviction,exec,log,portforward,resize", "all"},
    {"secrets", "Secret"},
    {"serviceaccounts", "ServiceAccount", "sa"},
    {"services", "Service", "svc", "status", "all"},
};
constexpr Row kCoreOfCluster[] = {
    {"namespaces", "Namespace", "ns", "status,finalize"},
    {"nodes", "Node", "no", "status"},
    {"persistentvolumes", "PersistentVolume", "pv", "status"},
};
constexpr Row kApps[] = {
    {"controllerrevisions", "ControllerRevision"},
    {"daemonsets", "DaemonSet", "ds", "status", "all"},
    {"deployments", "Deployment", "deploy", "status,scale", "all"},
    {"replicasets", "ReplicaSet", "rs", "status,scale", "all"},
    {"statefulsets", "StatefulSet", "sts", "status,scale", "all"},
};
constexpr Row kBatch[] = {{"cronjobs", "CronJob", "cj", "status", "all"}, {"jobs", "Job", "", "status", "all"}};
constexpr Row kRbac[] = {{"rolebindings", "RoleBinding"}, {"roles", "Role"}};
constexpr Row kRbacOfCluster[] = {{"clusterrolebindings", "ClusterRoleBinding"}, {"clusterroles", "ClusterRole"}};
constexpr Row kReviews[] = {{"selfsubjectaccessreviews", "SelfSubjectAccessReview"},
                            {"selfsubjectrulesreviews", "SelfSubjectRulesReview"}};

const std::vector<std::string> kVerbs{"create", "delete", "deletecollection", "get",
                                      "list",   "patch",  "update",           "watch"};

Resource make(std::string_view group, std::string_view version, const Row& row, bool namespaced) {
  Resource made;
  made.group = group;
  made.version = version;
  made.plural = row.plural;
  made.singular = to_lower(row.kind);
  made.kind = row.kind;
  made.namespaced = namespaced;
  made.short_names = split(row.short_names, ',');
  made.subresources = split(row.subresources, ',');
  made.categories = split(row.categories, ',');
  made.verbs = kVerbs;
  return made;
}

class Rows {
 public:
  template <std::size_t size>
  void add(std::string_view group, std::string_view version, const Row (&rows)[size], bool namespaced) {
    for (const Row& row : rows) made_.push_back(make(group, version, row, namespaced));
  }
  Resource& add(std::string_view group, std::string_view version, const Row& row, bool namespaced = true) {
    return made_.emplace_back(make(group, version, row, namespaced));
  }
  Resource& add_custom(std::string_view group, std::string_view version, const Row& row, bool namespaced,
                       std::vector<PrinterColumn> columns, std::string_view schema = "") {
    Resource& added = add(group, version, row, namespaced);
    added.custom = true;
    columns.push_back({"Age", "date", ".metadata.creationTimestamp"});
    added.columns = std::move(columns);
    if (!schema.empty()) added.schema = schema_of(schema);
    return added;
  }
  void only(std::string_view plural, const std::vector<std::string>& verbs) {
    for (Resource& row : made_) {
      if (row.plural == plural) row.verbs = verbs;
    }
  }
  std::vector<Resource> take() { return std::move(made_); }

 private:
  std::vector<Resource> made_{};
};

PrinterColumn ready_column() { return {"Ready", "string", R"(.status.conditions[?(@.type == "Ready")].status)"}; }
PrinterColumn ready_message_column() {
  return {"Status", "string", R"(.status.conditions[?(@.type == "Ready")].message)", 1};
}
PrinterColumn condition_column(std::string_view type) {
  const std::string name(type);
  return {name, "string", R"(.status.conditions[?(@.type == ")" + name + R"(")].status)"};
}

void add_kubedb(Rows& rows) {
  rows.add_custom("kubedb.com", "v1alpha2",
                  {"mssqlservers", "MSSQLServer", "ms", "status", "datastore,kubedb,appscode,all"}, true,
                  {{"Version", "string", ".spec.version"}, {"Status", "string", ".status.phase"}}, "mssqlservers");
  rows.add_custom("ops.kubedb.com", "v1alpha1",
                  {"mssqlserveropsrequests", "MSSQLServerOpsRequest", "msops", "status", "ops,kubedb,appscode"}, true,
                  {{"Type", "string", ".spec.type"}, {"Status", "string", ".status.phase"}}, "mssqlserveropsrequests");
  rows.add_custom("catalog.kubedb.com", "v1alpha1",
                  {"mssqlserverversions", "MSSQLServerVersion", "msversion", "", "catalog,kubedb,appscode"}, false,
                  {{"Version", "string", ".spec.version"},
                   {"DB_IMAGE", "string", ".spec.db.image"},
                   {"Deprecated", "boolean", ".spec.deprecated"}});
}

void add_cert_manager(Rows& rows) {
  const std::string_view group = "cert-manager.io";
  rows.add_custom(group, "v1", {"certificaterequests", "CertificateRequest", "cr,crs", "status", "cert-manager"}, true,
                  {condition_column("Approved"),
                   condition_column("Denied"),
                   ready_column(),
                   {"Issuer", "string", ".spec.issuerRef.name"},
                   {"Requester", "string", ".spec.username"},
                   ready_message_column()});
  rows.add_custom(group, "v1", {"certificates", "Certificate", "cert,certs", "status", "cert-manager"}, true,
                  {ready_column(),
                   {"Secret", "string", ".spec.secretName"},
                   {"Issuer", "string", ".spec.issuerRef.name", 1},
                   ready_message_column()},
                  "certificates");
  rows.add_custom(group, "v1", {"clusterissuers", "ClusterIssuer", "ciss", "status", "cert-manager"}, false,
                  {ready_column(), ready_message_column()}, "issuers");
  rows.add_custom(group, "v1", {"issuers", "Issuer", "iss", "status", "cert-manager"}, true,
                  {ready_column(), ready_message_column()}, "issuers");
}

}  // namespace

std::vector<Resource> resource_rows() {
  Rows rows;
  rows.add("", "v1", kCore, true);
  rows.add("", "v1", kCoreOfCluster, false);
  rows.add("apiextensions.k8s.io", "v1",
           {"customresourcedefinitions", "CustomResourceDefinition", "crd,crds", "status"}, false)
      .categories = {"api-extensions"};
  rows.add_custom("appcatalog.appscode.com", "v1alpha1", {"appbindings", "AppBinding", "", "", "catalog,appscode,all"},
                  true, {{"Type", "string", ".spec.type"}, {"Version", "string", ".spec.version"}});
  rows.add("apps", "v1", kApps, true);
  rows.add_custom("apps.k8s.appscode.com", "v1", {"petsets", "PetSet", "", "status,scale"}, true, {});
  rows.add("authentication.k8s.io", "v1", {"selfsubjectreviews", "SelfSubjectReview"}, false);
  rows.add("authorization.k8s.io", "v1", kReviews, false);
  rows.add("batch", "v1", kBatch, true);
  rows.add_custom("cacerts.csi.cert-manager.io", "v1alpha1",
                  {"caproviderclasses", "CAProviderClass", "cap", "status", "appscode,all"}, true, {});
  add_cert_manager(rows);
  rows.add("coordination.k8s.io", "v1", {"leases", "Lease"});
  rows.add("discovery.k8s.io", "v1", {"endpointslices", "EndpointSlice"});
  rows.add("events.k8s.io", "v1", {"events", "Event", "ev"});
  add_kubedb(rows);
  rows.add("policy", "v1", {"poddisruptionbudgets", "PodDisruptionBudget", "pdb", "status"});
  rows.add("rbac.authorization.k8s.io", "v1", kRbacOfCluster, false);
  rows.add("rbac.authorization.k8s.io", "v1", kRbac, true);
  rows.add("storage.k8s.io", "v1", {"storageclasses", "StorageClass", "sc"}, false);
  for (const std::string_view review : {"selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"}) {
    rows.only(review, {"create"});
  }
  rows.only("customresourcedefinitions", {"get", "list", "watch"});
  rows.only("namespaces", {"create", "delete", "get", "list", "patch", "update", "watch"});
  return rows.take();
}

}  // namespace dba::sandbox::api
