#include "dba/mssql/names.hpp"

#include <string>

#include <doctest/doctest.h>

#include "topology.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

TEST_CASE("derived names of a short database") {
  CHECK(primary_service_name("sales") == "sales");
  CHECK(secondary_service_name("sales") == "sales-secondary");
  CHECK(stats_service_name("sales") == "sales-stats");
  CHECK(arbiter_name("sales") == "sales-arbiter");
  CHECK(pod_name("sales", 2) == "sales-2");
  CHECK(auth_secret_name("sales") == "sales-auth");
  CHECK(certificate_secret_name("sales", "endpoint") == "sales-endpoint-cert");
  CHECK(login_secret_name("sales") == "sales-dbm-login");
  CHECK(master_key_secret_name("sales") == "sales-master-key");
}

TEST_CASE("long names are cut to 63: the suffix is kept, except for the secondary Service, whose tail goes") {
  const std::string name(63, 'a');
  CHECK(auth_secret_name(name) == std::string(58, 'a') + "-auth");
  CHECK(master_key_secret_name(name) == std::string(52, 'a') + "-master-key");
  CHECK(secondary_service_name(name) == name);  // It then collides with the primary Service.
  CHECK(secondary_service_name(std::string(55, 'a')) == std::string(55, 'a') + "-seconda");
  CHECK(secondary_service_name(std::string(62, 'a')) == std::string(62, 'a'));  // A hyphen at the end is trimmed.
  CHECK(stats_service_name(name) == name + "-stats");
  CHECK(certificate_secret_name(name, "server").size() == 63);
  const std::string longest(kMaximumNameLength, 'a');
  CHECK(secondary_service_name(longest) == longest + "-secondary");
  CHECK(certificate_secret_name(longest, "endpoint") == longest + "-endpoint-cert");
}

TEST_CASE("a cut that ends in a hyphen keeps it, only the ends of the whole name are trimmed") {
  CHECK(name_with_suffix(std::string(57, 'a') + "-bcdefg", "pods") == std::string(57, 'a') + "--pods");
  CHECK(name_with_suffix("-a", "pods") == "a-pods");
}

TEST_CASE("a group is named like the database without everything that is no letter or digit") {
  CHECK(availability_group_name("mssqlserver-ag-cluster") == "mssqlserveragcluster");
  CHECK(availability_group_name("ag1") == "ag1");
  CHECK(availability_group_name("---") == "DefaultGroupName");
}

TEST_CASE("selectors") {
  CHECK(pod_selector("sales") == "app.kubernetes.io/instance=sales,app.kubernetes.io/name=mssqlservers.kubedb.com");
  CHECK(all_pods_selector() == "app.kubernetes.io/name=mssqlservers.kubedb.com");
  CHECK(endpoint_slice_selector("sales") == "kubernetes.io/service-name in (sales,sales-secondary)");
}

TEST_CASE("ordinals are read from pod names") {
  CHECK(ordinal_of("sales-12") == 12);
  CHECK(ordinal_of("sales-arbiter-0") == 0);
  for (const char* name : {"sales", "sales-", "sales-x", "sales-1x", ""}) CHECK(ordinal_of(name) == -1);
}

TEST_CASE("the auth secret is the one the object names, else the one KubeDB makes") {
  CHECK(auth_secret_of(test::yaml("{metadata: {name: sales}, spec: {authSecret: {kind: Secret, name: mine}}}")) ==
        "mine");
  CHECK(auth_secret_of(test::yaml("{metadata: {name: sales}, spec: {authSecret: {kind: Secret}}}")) == "sales-auth");
  CHECK(auth_secret_of(test::yaml("{metadata: {name: sales}}")) == "sales-auth");
}

TEST_CASE("topology, replicas and arbiter are read from the object as the server reads them") {
  struct Row {
    const char* spec;
    Topology topology;
    int replicas;
    bool arbiter;
  };
  for (const Row& row :
       {Row{"{}", Topology::standalone, 1, false}, Row{"{replicas: 1}", Topology::standalone, 1, false},
        Row{"{topology: {mode: AvailabilityGroup}}", Topology::availability_group, 0, true},
        Row{"{replicas: 3, topology: {mode: AvailabilityGroup}}", Topology::availability_group, 3, false},
        Row{"{replicas: 2, topology: {mode: AvailabilityGroup}}", Topology::availability_group, 2, true},
        Row{"{replicas: 2, topology: {mode: DistributedAG}}", Topology::distributed, 2, false},
        Row{"{topology: {mode: Other}}", Topology::standalone, 1, false}}) {
    CAPTURE(row.spec);
    const Json database = test::yaml("spec: " + std::string(row.spec));
    CHECK(topology_of(database) == row.topology);
    CHECK(replicas_of(database) == row.replicas);
    CHECK(has_arbiter(database) == row.arbiter);
  }
}

TEST_CASE("environment is read from container mssql only") {
  const Json database = test::yaml(R"(
spec:
  podTemplate:
    spec:
      containers:
      - name: exporter
        env: [{name: MSSQL_PID, value: Wrong}]
      - name: mssql
        env: [{name: MSSQL_PID, value: Developer}, {name: A, valueFrom: {secretKeyRef: {key: a}}}]
)");
  CHECK(environment_of(database, "MSSQL_PID") == "Developer");
  CHECK(environment_of(database, "A").empty());
  CHECK(environment_of(database, "B").empty());
}

}  // namespace
}  // namespace dba::mssql
