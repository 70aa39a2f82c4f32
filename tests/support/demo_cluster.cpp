#include "support/demo_cluster.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/yaml.hpp"
#include "dba/kube/resource.hpp"

#include "support/mssql_paths.hpp"

namespace dba::test {

namespace {

/// managedFields' way of naming fields; leaves are empty.
Json owned_tree(const Json& value) {
  Json tree = Json::object();
  if (!value.is_object()) return tree;
  for (const auto& [key, child] : value.items()) tree["f:" + key] = owned_tree(child);
  return tree;
}

}  // namespace

Json parse_yaml(std::string_view text) { return codec::parse_documents(text, "the test").at(0).value(); }

Json catalog_version(std::string_view name, bool deprecated) {
  Json object = object_json(kube::resources::mssqlserverversions, "", name);
  object["metadata"]["creationTimestamp"] = "2025-12-23T03:04:05Z";
  object["spec"]["version"] = name;
  object["spec"]["db"]["image"] = fmt::format("registry.example/mssql:{}", name);
  if (deprecated) object["spec"]["deprecated"] = true;
  object["spec"]["updateConstraints"]["allowlist"] = Json::array({fmt::format(">= {}, < 2025-cu1", name)});
  return object;
}

Json storage_class(std::string_view name, bool is_default) {
  Json object = object_json(kube::resources::storageclasses, "", name);
  if (is_default) object["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] = "true";
  object["allowVolumeExpansion"] = true;
  return object;
}

Json ready_issuer(std::string_view name) {
  Json object = object_json(kube::resources::issuers, "demo", name);
  object["spec"]["ca"]["secretName"] = "mssqlserver-ca";
  object["status"]["conditions"] = Json::array({parse_yaml("{type: Ready, status: 'True', reason: KeyPairVerified}")});
  return object;
}

void stub_demo_cluster(FakeTransport& api) {
  namespace resources = kube::resources;
  api.on_get_missing(resources::mssqlservers, "demo", "sales").optionally();
  api.on_get(object_json(resources::namespaces, "", "demo")).optionally();
  api.on_list(resources::mssqlserverversions, "",
              {catalog_version("2022-cu9", true), catalog_version("2022-cu12"), catalog_version("2025-cu0")})
      .optionally();
  api.on_list(resources::storageclasses, "", {storage_class("longhorn", true)}).optionally();
  api.on_get(ready_issuer("mssqlserver-ca-issuer")).optionally();
}

void stub_user(FakeTransport& api) {
  Json review = Json::object();
  review["apiVersion"] = kube::resources::selfsubjectreviews.api_version();
  review["kind"] = kube::resources::selfsubjectreviews.kind;
  review["status"]["userInfo"]["username"] = "jane";
  api.on("POST", kube::resources::selfsubjectreviews.path("")).reply(review, 201).optionally();
  api.on("POST", kEvents).stored(201).optionally();
}

void stub_marks(FakeTransport& api) {
  api.on("PATCH", kSales).where("fieldManager", "kubectl-dba-marks").stored();
  api.on("POST", kEvents).stored(201);
}

Json sales_database() {
  return parse_yaml(R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata: {name: sales, namespace: demo}
spec:
  version: 2025-cu0
  topology:
    mode: AvailabilityGroup
    availabilityGroup: {databases: [agdb1, agdb2]}
  replicas: 3
  tls:
    issuerRef: {apiGroup: cert-manager.io, kind: Issuer, name: mssqlserver-ca-issuer}
  podTemplate:
    spec:
      containers:
      - name: mssql
        env:
        - {name: ACCEPT_EULA, value: "Y"}
        - {name: MSSQL_PID, value: Developer}
  storage:
    accessModes: [ReadWriteOnce]
    resources: {requests: {storage: 10Gi}}
)");
}

Json live_sales_database() {
  Json live = sales_database();
  Json entry = Json::object();
  entry["manager"] = "kubectl-dba";
  entry["operation"] = "Apply";
  entry["apiVersion"] = "kubedb.com/v1alpha2";
  entry["fieldsType"] = "FieldsV1";
  entry["fieldsV1"]["f:spec"] = owned_tree(live["spec"]);
  live["metadata"]["uid"] = "uid-of-sales";
  live["metadata"]["resourceVersion"] = "41";
  live["metadata"]["generation"] = 1;
  live["metadata"]["managedFields"] = Json::array({std::move(entry)});
  return live;
}

Json halted_sales_database() {
  Json database = live_sales_database();
  database["spec"]["deletionPolicy"] = "Halt";
  database["metadata"]["generation"] = 2;
  return database;
}

}  // namespace dba::test
