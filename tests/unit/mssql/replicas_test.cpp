// The report on the replicas, built from answers alone.
#include "dba/mssql/replicas.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/mssql/replicas_service.hpp"

#include "support/fake_sql.hpp"
#include "support/fake_transport.hpp"
#include "support/mssql_objects.hpp"

using namespace dba;
using namespace dba::mssql;
using dba::test::FakeCluster;
using dba::test::FakeServer;
using dba::test::FakeServers;

namespace {

using sql::Failure;
using sql::Phase;
using sql::SqlError;

/// A cluster "sales" with three pods whose servers are at hand.
struct Group {
  FakeCluster cluster{};
  FakeServers servers{};
  std::vector<Json> pods{test::pod_json("demo", "sales", 0, "primary"), test::pod_json("demo", "sales", 1, "secondary"),
                         test::pod_json("demo", "sales", 2, "secondary")};
  Json database = test::database_json("demo", "sales");

  Group() {
    test::make_healthy(servers);
    servers.clock = &cluster.clock();
  }

  ReplicaReport read() {
    cluster.api().on_get(database);
    cluster.api().on_list(kube::resources::pods, "demo", pods);
    std::vector<Json> primaries, secondaries;
    for (const Json& pod : pods) {
      const std::string role = codec::label_of(pod, kRoleLabel);
      if (role != kRoleArbiter) (role == kRolePrimary ? primaries : secondaries).push_back(pod);
    }
    cluster.api().on_list(
        kube::resources::endpointslices, "demo",
        {test::slice_json("demo", "sales", primaries), test::slice_json("demo", "sales-secondary", secondaries)});
    cluster.api().on_get(test::auth_secret_json("demo", "sales"));
    ReplicaReader reader(cluster.client(), "demo", "sales", {.open = [this](const Json& object) {
                           return std::make_unique<PodSql>(cluster.client(), servers.connector(),
                                                           read_sql_access(cluster.client(), object));
                         }});
    return reader.read();
  }
};

const ReplicaState& row(const ReplicaReport& report, std::size_t at) { return report.replicas.at(at); }
const DatabaseState& database(const ReplicaReport& report, std::size_t at) {
  return report.replicas.at(at).databases.at(0);
}

}  // namespace

TEST_CASE("three healthy replicas: the primary's word on the others, nothing to lose, nothing to redo") {
  Group group;
  const ReplicaReport report = group.read();
  CHECK(report.primary == "sales-0");
  CHECK(report.group == "sales");
  CHECK(health_text(report) == "ok");
  CHECK(report.findings.empty());
  CHECK_FALSE(report.partial);
  REQUIRE(report.replicas.size() == 3);
  CHECK(row(report, 0).role == "PRIMARY");
  CHECK_FALSE(database(report, 0).rpo_millis);
  CHECK_FALSE(database(report, 0).redo_queue_bytes);
  for (const std::size_t secondary : {1U, 2U}) {
    CHECK(row(report, secondary).connected_state == "CONNECTED");
    CHECK(row(report, secondary).primary_knows);
    CHECK(database(report, secondary).rpo_millis == 0);
    CHECK(database(report, secondary).rto_millis == 0);
    CHECK(database(report, secondary).failover_ready == true);
    CHECK(database(report, secondary).last_commit_time == "2026-01-02T03:04:05.120000Z");
  }
  // One round trip each, over one session each.
  CHECK(group.servers.batches.size() == 3);
  CHECK(group.servers.logins.size() == 3);
}

TEST_CASE("estimates follow the formulas of SQL Server's own dashboard, and say unknown rather than guess") {
  struct Row {
    const char* what;
    test::FakeDatabase secondary;
    std::optional<std::int64_t> rpo, rto;
  };
  const test::FakeDatabase base;
  const auto changed = [&base](auto change) {
    test::FakeDatabase database = base;
    change(database);
    return database;
  };
  const Row rows[] = {
      {"ready and redone", base, 0, 0},
      {"not ready, two seconds behind", changed([](auto& d) {
         d.ready = false;
         d.last_commit = "2026-01-02T03:04:03.020";
       }),
       2100, 0},
      {"not ready, commits ahead of the primary's: not a number", changed([](auto& d) {
         d.ready = false;
         d.last_commit = "2026-01-02T03:04:06";
       }),
       std::nullopt, 0},
      {"10 MiB to redo at 1 MiB a second", changed([](auto& d) { d.redo_queue_kb = 10240; }), 0, 10000},
      {"something to redo at no known rate", changed([](auto& d) {
         d.redo_queue_kb = 5;
         d.redo_rate_kbps = 0;
       }),
       0, std::nullopt},
  };
  for (const Row& test : rows) {
    CAPTURE(test.what);
    Group group;
    group.servers.pods["sales-1"].databases = {test.secondary};
    const ReplicaReport report = group.read();
    CHECK(database(report, 1).rpo_millis == test.rpo);
    CHECK(database(report, 1).rto_millis == test.rto);
  }
}

TEST_CASE("a frozen replica keeps its row, with what the primary says about it") {
  Group group;
  group.servers.pods["sales-2"].frozen = true;
  group.servers.pods["sales-2"].databases[0].state = "NOT SYNCHRONIZING";
  group.servers.pods["sales-2"].databases[0].ready = false;
  const ReplicaReport report = group.read();
  CHECK(report.partial);
  CHECK_FALSE(row(report, 2).reachable);
  REQUIRE(row(report, 2).failure);
  CHECK(row(report, 2).failure->reason == "timed-out");
  CHECK(row(report, 2).connected_state == "DISCONNECTED");
  CHECK(database(report, 2).synchronization_state == "NOT SYNCHRONIZING");
  CHECK(health_text(report) == "critical");
  CHECK(code_of_silence(report) == ExitCode::ok);
  CHECK(report.errors ==
        std::vector<std::string>{"sales-2: SQL Server did not answer in time while running a statement"});
}

TEST_CASE("a replica that neither answers nor talks to the primary keeps no limit, however well it was") {
  Group group;
  group.servers.pods["sales-2"].frozen = true;
  const ReplicaReport report = group.read();
  CHECK(row(report, 2).connected_state == "DISCONNECTED");
  CHECK(database(report, 2).failover_ready == true);
  CHECK_FALSE(database(report, 2).rpo_millis);
  CHECK_FALSE(database(report, 2).rto_millis);
  using namespace std::chrono_literals;
  CHECK(missed_limits(report, {.max_rpo = 0ns, .max_rto = 30s}) ==
        std::vector<std::string>{"--max-rpo 0s: sales-2 gave no answer", "--max-rto 30s: sales-2 gave no answer"});
}

TEST_CASE("without the primary the others tell what they know of themselves, and who has the most log") {
  Group group;
  group.servers.pods["sales-0"].refuses = SqlError(Phase::connect, Failure::unreachable, "nothing answers");
  for (const char* pod : {"sales-1", "sales-2"}) {
    FakeServer& server = group.servers.pods[pod];
    server.role = "RESOLVING";
    server.databases[0].state = "NOT SYNCHRONIZING";
  }
  group.servers.pods["sales-2"].databases[0].hardened_lsn = "42000000155200002";
  const ReplicaReport report = group.read();
  CHECK(report.primary.empty());
  CHECK(report.most_advanced == "sales-2");
  CHECK_FALSE(row(report, 0).reachable);
  CHECK(row(report, 1).role == "RESOLVING");
  CHECK_FALSE(database(report, 1).rpo_millis);
  CHECK(health_text(report) == "critical");
  CHECK(missed_limits(report, {.max_rpo = std::chrono::seconds(1)}).size() == 3);
}

TEST_CASE("nobody dominates when each replica leads on another database") {
  Group group;
  group.servers.pods["sales-0"].refuses = SqlError(Phase::connect, Failure::unreachable, "nothing answers");
  group.servers.pods["sales-1"].databases = {{.name = "a", .hardened_lsn = "9"}, {.name = "b", .hardened_lsn = "10"}};
  group.servers.pods["sales-2"].databases = {{.name = "a", .hardened_lsn = "11"}, {.name = "b", .hardened_lsn = "9"}};
  CHECK(group.read().most_advanced.empty());
}

TEST_CASE("a server that answers in another's name is not believed") {
  Group group;
  group.servers.pods["sales-1"].name = "sales-0";
  group.servers.pods["sales-1"].role = "PRIMARY";
  const ReplicaReport report = group.read();
  CHECK(report.primaries == std::vector<std::string>{"sales-0"});
  REQUIRE(row(report, 1).failure);
  CHECK(row(report, 1).failure->reason == "wrong-server");
  CHECK(row(report, 1).failure->message == "what answers in pod \"sales-1\" calls itself \"sales-0\"");
}

TEST_CASE("two servers that both lead are proven to when each says so before and after the other") {
  Group group;
  group.servers.pods["sales-1"].role = "PRIMARY";
  SUBCASE("both stay") { CHECK(group.read().two_primaries_proven); }
  SUBCASE("the role moved while they were asked") {
    FakeServer& old = group.servers.pods["sales-0"];
    old.on_batch = [&old](int batch) {
      if (batch == 2) old.role = "SECONDARY";
    };
    CHECK_FALSE(group.read().two_primaries_proven);
  }
  SUBCASE("it came back meanwhile, under a newer configuration each time") {
    FakeServer& old = group.servers.pods["sales-0"];
    old.on_batch = [&old](int batch) { old.sequence = std::to_string(100 + batch); };
    CHECK_FALSE(group.read().two_primaries_proven);
  }
}

TEST_CASE("the rows of a distributed group, an arbiter, a missing pod and a standalone instance are normal input") {
  Group group;
  SUBCASE("a forwarder leads its own group and is read-only") {
    group.servers.pods["sales-0"].distributed_role = "SECONDARY";
    const ReplicaReport report = group.read();
    CHECK(report.primary == "sales-0");
    CHECK(row(report, 0).forwarder);
    CHECK(report.group == "sales");
  }
  SUBCASE("an arbiter is not asked") {
    Json arbiter = test::pod_json("demo", "sales", 0, "arbiter");
    arbiter["metadata"]["name"] = "sales-arbiter-0";
    arbiter["metadata"]["uid"] = "uid-of-arbiter";
    group.pods.push_back(arbiter);
    const ReplicaReport report = group.read();
    REQUIRE(report.replicas.size() == 4);
    CHECK_FALSE(row(report, 3).failure);
    CHECK(group.servers.logins_to("sales-arbiter-0") == 0);
    CHECK(health_text(report) == "ok");
  }
  SUBCASE("a pod that is not there keeps a row in its place") {
    group.pods.erase(group.pods.begin() + 1);
    group.servers.pods.erase("sales-1");
    const ReplicaReport report = group.read();
    REQUIRE(report.replicas.size() == 3);
    CHECK(row(report, 1).kubernetes.pod == "sales-1");
    CHECK(row(report, 1).failure->reason == "no-pod");
    CHECK(health_text(report) == "unknown");
  }
  SUBCASE("a standalone instance has databases and no replicas") {
    group.database["spec"].erase("topology");
    group.database["spec"]["replicas"] = 1;
    group.pods.resize(1);
    group.servers.pods = {{"sales-0", FakeServer{.role = "STANDALONE"}}};
    const ReplicaReport report = group.read();
    CHECK(report.standalone);
    CHECK(report.primary == "sales-0");
    CHECK(row(report, 0).role == "STANDALONE");
    CHECK(database(report, 0).database_state == "ONLINE");
    CHECK(health_text(report) == "ok");
    CHECK(missed_limits(report, {.max_rpo = std::chrono::seconds(0)}) ==
          std::vector<std::string>{"there is no replica that could take over"});
  }
}

TEST_CASE("health names what the policies name") {
  Group group;
  test::FakeDatabase& database = group.servers.pods["sales-1"].databases[0];
  database.state = "NOT SYNCHRONIZING";
  database.ready = false;
  database.suspend_reason = "SUSPEND_FROM_USER";
  const ReplicaReport report = group.read();
  CHECK(health_text(report) == "warning");
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].policy == "availability-database-suspension-state");
  CHECK(report.findings[0].subject == "sales-1/agdb1");
  CHECK(report.findings[0].text == "data movement is suspended: SUSPEND_FROM_USER");
  CHECK(report.findings[1].policy == "availability-database-synchronization-state");
}

TEST_CASE("rows are put in the order asked for, what is unknown and what is worst first") {
  Group group;
  group.servers.pods["sales-2"].databases[0].redo_queue_kb = 100;
  ReplicaReport report = group.read();
  sort_replicas(report, "redo-queue");
  CHECK(row(report, 0).kubernetes.pod == "sales-2");
  CHECK(row(report, 2).kubernetes.pod == "sales-0");
  sort_replicas(report, "role");
  CHECK(row(report, 0).kubernetes.pod == "sales-0");
}

TEST_CASE("a replica or database that is not there is told with those that are") {
  Group group;
  ReplicaReport report = group.read();
  CHECK_THROWS_WITH(select_replicas(report, {.replicas = {"sales-9"}}), "--replica: there is no sales-9");
  CHECK_THROWS_WITH(select_replicas(report, {.databases = {"x"}}), "--database: there is no x");
  select_replicas(report, {.databases = {"agdb1"}, .replicas = {"sales-2"}});
  REQUIRE(report.replicas.size() == 1);
  CHECK(row(report, 0).databases.size() == 1);
}

TEST_CASE("LSNs are compared as the numbers they are") {
  CHECK(compare_lsn("9", "10") < 0);
  CHECK(compare_lsn("42000000155200001", "42000000155200001") == 0);
  CHECK(compare_lsn("00042", "42") == 0);
  CHECK(compare_lsn("", "0") == 0);
  CHECK(compare_lsn("1", "") > 0);
  CHECK(compare_lsn("4611686018427387904000000", "4611686018427387903999999") > 0);
}
