#include "dba/mssql/deletion.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/mssql_objects.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

Json group_with(std::string_view policy, int replicas = 3) {
  Json database = test::database_json("demo", "sales");
  database["spec"]["replicas"] = replicas;
  database["spec"]["deletionPolicy"] = policy;
  return database;
}

Json standalone_with(std::string_view policy) {
  Json database = group_with(policy, 1);
  database["spec"].erase("topology");
  return database;
}

std::string text_of(const Json& database) { return deletion_text(database, plan_deletion(database)); }

TEST_CASE("what each deletion policy removes of a group and what it keeps") {
  CHECK(text_of(group_with("DoNotTerminate")) ==
        "deletionPolicy of demo/sales is DoNotTerminate: the server refuses to delete it\n"
        "  stays: the pods sales-0 to sales-2 and their Services\n"
        "  stays: the volumes (PersistentVolumeClaims data-…) with all data\n"
        "  stays: the Secrets sales-auth, sales-endpoint-cert, sales-dbm-login and sales-master-key\n"
        "  stays: backup Snapshots and the data they have in their buckets\n");
  CHECK(text_of(group_with("Halt")) ==
        "deletionPolicy of demo/sales is Halt\n"
        "  goes:  the pods sales-0 to sales-2 and their Services\n"
        "  stays: the volumes (PersistentVolumeClaims data-…) with all data\n"
        "  stays: the Secrets sales-auth, sales-endpoint-cert, sales-dbm-login and sales-master-key\n"
        "  stays: backup Snapshots and the data they have in their buckets\n");
  CHECK(text_of(group_with("Delete")) ==
        "deletionPolicy of demo/sales is Delete\n"
        "  goes:  the pods sales-0 to sales-2 and their Services\n"
        "  goes:  the volumes (PersistentVolumeClaims data-…) with all data\n"
        "  stays: the Secrets sales-auth, sales-endpoint-cert, sales-dbm-login and sales-master-key\n"
        "  stays: backup Snapshots and the data they have in their buckets\n");
  CHECK(text_of(group_with("WipeOut")) ==
        "deletionPolicy of demo/sales is WipeOut\n"
        "  goes:  the pods sales-0 to sales-2 and their Services\n"
        "  goes:  the volumes (PersistentVolumeClaims data-…) with all data\n"
        "  goes:  the Secrets sales-auth, sales-endpoint-cert, sales-dbm-login and sales-master-key\n"
        "  goes:  backup Snapshots and the data they have in their buckets\n");
}

TEST_CASE("what each deletion policy loses") {
  const auto flags = [](const Json& database) {
    const DeletionPlan plan = plan_deletion(database);
    return std::string(plan.blocked ? "blocked " : "") + (plan.loses_data ? "data " : "") +
           (plan.loses_backups ? "backups" : "");
  };
  CHECK(flags(group_with("DoNotTerminate")) == "blocked ");
  CHECK(flags(group_with("Halt")).empty());
  CHECK(flags(group_with("Delete")) == "data ");
  CHECK(flags(group_with("WipeOut")) == "data backups");
}

TEST_CASE("a database without a policy, or with one nobody knows, is deleted like Delete") {
  Json absent = group_with("Delete");
  absent["spec"].erase("deletionPolicy");
  CHECK(text_of(absent) == text_of(group_with("Delete")));
  CHECK(deletion_policy_of(group_with("Keep")) == DeletionPolicy::remove);
  for (const DeletionPolicy policy :
       {DeletionPolicy::do_not_terminate, DeletionPolicy::halt, DeletionPolicy::remove, DeletionPolicy::wipe_out})
    CHECK(deletion_policy_of(group_with(deletion_policy_name(policy))) == policy);
}

TEST_CASE("the pods and secrets are those that the database has") {
  CHECK(text_of(standalone_with("Halt")) ==
        "deletionPolicy of demo/sales is Halt\n"
        "  goes:  the pod sales-0 and its Services\n"
        "  stays: the volumes (PersistentVolumeClaims data-…) with all data\n"
        "  stays: the Secret sales-auth\n"
        "  stays: backup Snapshots and the data they have in their buckets\n");
  Json even = group_with("Delete", 2);
  even["metadata"].erase("namespace");
  even["spec"]["authSecret"]["name"] = "company-sa";
  CHECK(text_of(even) ==
        "deletionPolicy of sales is Delete\n"
        "  goes:  the pods sales-0 to sales-1 and sales-arbiter-0 and their Services\n"
        "  goes:  the volumes (PersistentVolumeClaims data-…) with all data\n"
        "  stays: the Secrets company-sa, sales-endpoint-cert, sales-dbm-login and sales-master-key\n"
        "  stays: backup Snapshots and the data they have in their buckets\n");
}

TEST_CASE("the secrets of a group are those it names") {
  Json database = group_with("Delete");
  database["spec"]["topology"]["availabilityGroup"] = test::yaml(
      "{loginSecretName: orders-dbm-login, masterKeySecretName: orders-master-key, endpointCertSecretName: "
      "orders-endpoint-cert}");
  CHECK(text_of(database) ==
        "deletionPolicy of demo/sales is Delete\n"
        "  goes:  the pods sales-0 to sales-2 and their Services\n"
        "  goes:  the volumes (PersistentVolumeClaims data-…) with all data\n"
        "  stays: the Secrets sales-auth, orders-endpoint-cert, orders-dbm-login and orders-master-key\n"
        "  stays: backup Snapshots and the data they have in their buckets\n");
}

TEST_CASE("data in the pods are lost under every policy that removes the pods") {
  Json database = group_with("Halt");
  database["spec"]["storageType"] = "Ephemeral";
  CHECK(text_of(database) ==
        "deletionPolicy of demo/sales is Halt\n"
        "  goes:  the pods sales-0 to sales-2 and their Services\n"
        "  goes:  the data, which live in the pods (storageType Ephemeral)\n"
        "  stays: the Secrets sales-auth, sales-endpoint-cert, sales-dbm-login and sales-master-key\n"
        "  stays: backup Snapshots and the data they have in their buckets\n");
  CHECK(plan_deletion(database).loses_data);
  database["spec"]["deletionPolicy"] = "DoNotTerminate";
  CHECK_FALSE(plan_deletion(database).loses_data);
}

TEST_CASE("the command that sets another policy can be pasted into a shell") {
  CHECK(policy_command(group_with("DoNotTerminate"), DeletionPolicy::halt) ==
        "kubectl patch mssqlservers.kubedb.com sales -n demo --type=merge -p "
        "'{\"spec\":{\"deletionPolicy\":\"Halt\"}}'");
  Json nowhere = group_with("WipeOut");
  nowhere["metadata"].erase("namespace");
  CHECK(policy_command(nowhere, DeletionPolicy::remove) ==
        "kubectl patch mssqlservers.kubedb.com sales --type=merge -p "
        "'{\"spec\":{\"deletionPolicy\":\"Delete\"}}'");
}

}  // namespace
}  // namespace dba::mssql
