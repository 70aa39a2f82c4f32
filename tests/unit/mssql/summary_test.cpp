#include "dba/mssql/summary.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "support/fake_clock.hpp"
#include "support/mssql_objects.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using test::database_json;
using test::kNow;
using test::pod_json;

std::vector<std::string> lines_of(const DatabaseList& list, bool with_namespace = false) {
  std::vector<std::string> lines;
  for (const std::vector<std::string>& row : list.rows(with_namespace, kNow)) lines.push_back(join(row, " "));
  return lines;
}

/// REPLICAS and PRIMARY of the one database, then what its JSON says of the primary.
std::string told_of(const DatabaseList& list) {
  const std::vector<std::string> row = list.rows(false, kNow).at(0);
  const Json item = list.items().at(0);
  return row.at(4) + " " + row.at(5) + " " + codec::compact_json(item.at("livePods")) + " " +
         codec::compact_json(item.at("primary")) + " " + codec::string_at(item, {"primaryState"});
}

TEST_CASE("every column of a database, whatever it leaves out") {
  DatabaseList list;
  Json full = database_json("demo", "sales");
  full["spec"]["podTemplate"] =
      test::yaml("{spec: {containers: [{name: mssql, env: [{name: MSSQL_PID, value: Web}]}]}}");
  full["spec"]["storage"]["resources"]["requests"]["storage"] = "10Gi";
  full["spec"]["tls"]["issuerRef"] = test::yaml("{kind: ClusterIssuer, name: company}");
  list.add_database(full);
  Json ephemeral = database_json("demo", "orders", "");
  ephemeral["spec"] = test::yaml("{storageType: Ephemeral, tls: {issuerRef: {kind: Issuer, name: ca}}}");
  ephemeral["metadata"].erase("creationTimestamp");
  list.add_database(ephemeral);
  list.add_database(test::yaml("{metadata: {namespace: a, name: bare}}"));
  CHECK(lines_of(list, true) ==
        std::vector<std::string>{
            "a bare Standalone <none> <unknown> 0/1 <none> <unknown> <none> <none> Delete <none>",
            "demo orders Standalone <none> <unknown> 0/1 <none> <unknown> <none> ephemeral Delete ca",
            "demo sales AvailabilityGroup 2025-cu0 Ready 0/3 <none> 24h Web 10Gi Delete ClusterIssuer/company"});
  CHECK(DatabaseList::columns(true).size() == list.rows(true, kNow).at(0).size());
  CHECK(DatabaseList::columns(false).size() == list.rows(false, kNow).at(0).size());
  CHECK(
      codec::compact_json(list.items().at(0)) ==
      R"({"namespace":"a","name":"bare","mode":"Standalone","version":null,"phase":null,"deleting":false,"replicas":1,"livePods":0,)"
      R"("primary":null,"primaryState":"none","createdAt":null,"edition":null,"storage":null,)"
      R"("deletionPolicy":"Delete","issuer":null,"labels":{}})");
}

TEST_CASE("a database that is being deleted is Terminating, its phase stays what the server says") {
  DatabaseList list;
  Json going = database_json("demo", "sales");
  going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
  list.add_database(going);
  CHECK(lines_of(list) ==
        std::vector<std::string>{
            "sales AvailabilityGroup 2025-cu0 Terminating 0/3 <none> 24h <none> <none> Delete <none>"});
  const Json item = list.items().at(0);
  CHECK(item.at("phase") == "Ready");
  CHECK(item.at("deleting") == true);
}

TEST_CASE("what the pods say of the primary") {
  DatabaseList list;
  list.add_database(database_json("demo", "sales"));
  CHECK(told_of(list) == "0/3 <none> 0 null none");
  SUBCASE("one leads") {
    list.add_pod(pod_json("demo", "sales", 0, "secondary"));
    list.add_pod(pod_json("demo", "sales", 1, "primary"));
    CHECK(told_of(list) == "2/3 sales-1 2 \"sales-1\" one");
  }
  SUBCASE("two claim to lead") {
    list.add_pod(pod_json("demo", "sales", 0, "primary"));
    list.add_pod(pod_json("demo", "sales", 1, "primary"));
    CHECK(told_of(list) == "2/3 <ambiguous> 2 null ambiguous");
  }
  SUBCASE("pods that go away, arbiters and pods of others count for nothing") {
    Json going = pod_json("demo", "sales", 0, "primary");
    going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
    Json of_postgres = pod_json("demo", "sales", 2, "primary");
    of_postgres["metadata"]["labels"]["app.kubernetes.io/name"] = "postgreses.kubedb.com";
    for (const Json& pod : {going, of_postgres, pod_json("demo", "sales", 0, "arbiter"),
                            pod_json("demo", "orders", 0, "primary"), pod_json("other", "sales", 0, "primary")})
      list.add_pod(pod);
    CHECK(told_of(list) == "0/3 <none> 0 null none");
  }
  SUBCASE("pods that could not be listed") {
    list.pods_unknown();
    CHECK(told_of(list) == "?/3 <unknown> null null unknown");
  }
  SUBCASE("a pod counts as it was told last, and no longer once it is gone or going") {
    list.add_pod(pod_json("demo", "sales", 0, "primary"));
    list.add_pod(pod_json("demo", "sales", 0, "secondary", "2"));
    CHECK(told_of(list) == "1/3 <none> 1 null none");
    Json going = pod_json("demo", "sales", 0, "primary", "3");
    going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
    list.add_pod(going);
    CHECK(told_of(list) == "0/3 <none> 0 null none");
    list.add_pod(pod_json("demo", "sales", 1, "primary"));
    list.remove_pod(pod_json("demo", "sales", 1, "primary"));
    CHECK(told_of(list) == "0/3 <none> 0 null none");
  }
  SUBCASE("a database is listed once, as it was told last, until it is gone") {
    list.add_database(database_json("demo", "sales", "Critical", "2"));
    CHECK(list.rows(false, kNow).at(0).at(3) == "Critical");
    CHECK(list.size() == 1);
    list.remove_database(database_json("demo", "sales"));
    CHECK(list.size() == 0);
  }
  SUBCASE("a list that begins again forgets what it had") {
    list.add_pod(pod_json("demo", "sales", 0, "primary"));
    list.clear_pods();
    CHECK(told_of(list) == "0/3 <none> 0 null none");
    list.clear_databases();
    CHECK(list.size() == 0);
  }
}

}  // namespace
}  // namespace dba::mssql
