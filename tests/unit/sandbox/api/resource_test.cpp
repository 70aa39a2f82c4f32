#include <doctest/doctest.h>

#include "dba/base/text.hpp"

#include "api/schemas.hpp"
#include "api_support.hpp"

namespace dba::sandbox::api::test {

TEST_CASE("the table is what kubectl api-resources shows") {
  std::string table;
  for (const Resource& row : resources()) {
    table += row.plural + " " + join(row.short_names, ",") + " " + row.api_version() +
             (row.namespaced ? " true " : " false ") + row.kind + " " + join(row.categories, ",") + " " +
             join(row.subresources, ",") + "\n";
  }
  CHECK(table ==
        R"(configmaps cm v1 true ConfigMap  
endpoints ep v1 true Endpoints  
events ev v1 true Event  
persistentvolumeclaims pvc v1 true PersistentVolumeClaim  status
pods po v1 true Pod all status,binding,ephemeralcontainers,eviction,exec,log,portforward,resize
secrets  v1 true Secret  
serviceaccounts sa v1 true ServiceAccount  
services svc v1 true Service all status
namespaces ns v1 false Namespace  status,finalize
nodes no v1 false Node  status
persistentvolumes pv v1 false PersistentVolume  status
customresourcedefinitions crd,crds apiextensions.k8s.io/v1 false CustomResourceDefinition api-extensions status
appbindings  appcatalog.appscode.com/v1alpha1 true AppBinding catalog,appscode,all 
controllerrevisions  apps/v1 true ControllerRevision  
daemonsets ds apps/v1 true DaemonSet all status
deployments deploy apps/v1 true Deployment all status,scale
replicasets rs apps/v1 true ReplicaSet all status,scale
statefulsets sts apps/v1 true StatefulSet all status,scale
petsets  apps.k8s.appscode.com/v1 true PetSet  status,scale
selfsubjectreviews  authentication.k8s.io/v1 false SelfSubjectReview  
selfsubjectaccessreviews  authorization.k8s.io/v1 false SelfSubjectAccessReview  
selfsubjectrulesreviews  authorization.k8s.io/v1 false SelfSubjectRulesReview  
cronjobs cj batch/v1 true CronJob all status
jobs  batch/v1 true Job all status
caproviderclasses cap cacerts.csi.cert-manager.io/v1alpha1 true CAProviderClass appscode,all status
certificaterequests cr,crs cert-manager.io/v1 true CertificateRequest cert-manager status
certificates cert,certs cert-manager.io/v1 true Certificate cert-manager status
clusterissuers ciss cert-manager.io/v1 false ClusterIssuer cert-manager status
issuers iss cert-manager.io/v1 true Issuer cert-manager status
leases  coordination.k8s.io/v1 true Lease  
endpointslices  discovery.k8s.io/v1 true EndpointSlice  
events ev events.k8s.io/v1 true Event  
mssqlservers ms kubedb.com/v1alpha2 true MSSQLServer datastore,kubedb,appscode,all status
mssqlserveropsrequests msops ops.kubedb.com/v1alpha1 true MSSQLServerOpsRequest ops,kubedb,appscode status
mssqlserverversions msversion catalog.kubedb.com/v1alpha1 false MSSQLServerVersion catalog,kubedb,appscode 
poddisruptionbudgets pdb policy/v1 true PodDisruptionBudget  status
clusterrolebindings  rbac.authorization.k8s.io/v1 false ClusterRoleBinding  
clusterroles  rbac.authorization.k8s.io/v1 false ClusterRole  
rolebindings  rbac.authorization.k8s.io/v1 true RoleBinding  
roles  rbac.authorization.k8s.io/v1 true Role  
storageclasses sc storage.k8s.io/v1 false StorageClass  
)");
  CHECK(find_resource("kubedb.com", "v1alpha2", "mssqlservers") == find_kind("kubedb.com/v1alpha2", "MSSQLServer"));
  CHECK(find_resource("kubedb.com", "v1", "mssqlservers") == nullptr);
  CHECK(find_kind("v1", "Nope") == nullptr);
}

TEST_CASE_FIXTURE(ApiFixture, "custom resources have definitions, readable and nothing else") {
  const Resource& definitions = *find_resource("apiextensions.k8s.io", "v1", "customresourcedefinitions");
  const Object found = api.get(definitions, "", "mssqlservers.kubedb.com");
  CHECK((*found)["spec"]["names"].dump() ==
        R"({"plural":"mssqlservers","singular":"mssqlserver","shortNames":["ms"],"kind":"MSSQLServer",)"
        R"("listKind":"MSSQLServerList","categories":["datastore","kubedb","appscode","all"]})");
  CHECK((*found)["spec"]["versions"][0]["additionalPrinterColumns"].dump() ==
        R"([{"name":"Version","type":"string","jsonPath":".spec.version"},{"name":"Status","type":"string",)"
        R"("jsonPath":".status.phase"},{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}])");
  CHECK((*found)["status"]["conditions"][1]["type"] == "Established");
  CHECK(refusal_text([&] { api.remove(definitions, "", "mssqlservers.kubedb.com"); }) ==
        "405 delete is not supported on resources of kind \"customresourcedefinitions.apiextensions.k8s.io\"");
}

TEST_CASE("every schema can be read and refers to nothing unknown") {
  for (const Resource& row : resources()) {
    if (row.schema == nullptr) continue;
    CAPTURE(row.plural);
    CHECK(row.schema->dump().find("$ref") == std::string::npos);
    CHECK((*row.schema)["properties"].contains("spec"));
  }
  CHECK(schema_of("mssqlservers") == schema_of("mssqlservers"));
}

}  // namespace dba::sandbox::api::test
