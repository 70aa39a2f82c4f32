#include "operator/coordinator/coordinators.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace dba;
using namespace dba::sandbox;
using namespace dba::sandbox::kubedb::coordinator;
using namespace std::chrono_literals;

namespace {

Json database_json(const std::string& name, int replicas = 3) {
  Json object{{"apiVersion", "kubedb.com/v1alpha2"},
              {"kind", "MSSQLServer"},
              {"metadata", {{"name", name}, {"namespace", "demo"}}},
              {"spec", {{"replicas", replicas}, {"topology", {{"mode", "AvailabilityGroup"}}}}}};
  if (replicas % 2 == 0) object["spec"]["arbiter"] = Json::object();
  return object;
}

struct PodSpec {
  std::string role{};
  bool running = true, deleting = false;
  int sql_restarts = 0, coordinator_restarts = 0;
  std::string uid_suffix{};
};

Json container_json(const std::string& name, bool running, int restarts) {
  return {{"name", name},
          {"containerID", fmt::format("containerd://{}-{}", name, restarts)},
          {"restartCount", restarts},
          {"state", running ? Json{{"running", Json::object()}} : Json{{"waiting", Json::object()}}}};
}

Json pod_json(const std::string& database, const std::string& name, const PodSpec& spec = {}) {
  Json pod{{"metadata",
            {{"name", name},
             {"namespace", "demo"},
             {"uid", name + "-uid" + spec.uid_suffix},
             {"resourceVersion", "7"},
             {"labels",
              {{"app.kubernetes.io/instance", database},
               {"app.kubernetes.io/managed-by", "kubedb.com"},
               {"app.kubernetes.io/name", "mssqlservers.kubedb.com"}}}}}};
  if (!spec.role.empty()) pod["metadata"]["labels"]["kubedb.com/role"] = spec.role;
  if (spec.deleting) pod["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  pod["status"]["containerStatuses"] =
      Json::array({container_json("mssql", spec.running, spec.sql_restarts),
                   container_json("mssql-coordinator", spec.running, spec.coordinator_restarts)});
  return pod;
}

/// The coordinators with a cluster that stores the labels they set.
struct Fixture {
  bool patching = false;
  Time now{std::chrono::hours(1)};
  Coordinators coordinators{1, [this](const PodView&) { return patching; }};
  std::map<std::string, PodSpec> pods{};
  std::vector<Outcome> history{};

  void database(const std::string& name, int replicas = 3) {
    coordinators.database_seen(database_json(name, replicas), now);
  }
  void pod(const std::string& database, const std::string& name, const PodSpec& spec = {}) {
    pods[name] = spec;
    coordinators.pod_seen(pod_json(database, name, spec), now);
  }
  void gone(const std::string& database, const std::string& name) {
    coordinators.pod_gone(pod_json(database, name, pods.at(name)), now);
    pods.erase(name);
  }
  void take(std::vector<Outcome> outcomes) {
    for (Outcome& outcome : outcomes) {
      if (outcome.action.kind == Action::Kind::label) {
        auto& spec = pods.at(outcome.action.pod);
        spec.role = outcome.action.text;
        coordinators.pod_seen(pod_json(outcome.database, outcome.action.pod, spec), now);
      }
      history.push_back(std::move(outcome));
    }
  }
  void pass(std::chrono::nanoseconds span) {
    const Time until = now + span;
    take(coordinators.advance(now));
    while (coordinators.next_event() <= until) {
      now = std::max(now, coordinators.next_event());
      take(coordinators.advance(now));
    }
    now = until;
    take(coordinators.advance(now));
  }
  void faults(const std::vector<std::string>& texts) {
    std::vector<world::Fault> all;
    for (const auto& text : texts) {
      all.push_back({.id = all.size() + 1, .request = world::parse_fault(text), .begins = now});
    }
    coordinators.faults_changed(all, now);
  }
  const Member& member(int id) const { return *coordinators.find("demo", "sales")->find(id); }
  int primary() const {
    for (const Member& m : coordinators.find("demo", "sales")->members()) {
      if (m.writable) return m.id;
    }
    return kNobody;
  }
  std::vector<std::string> truths(std::string_view what) const {
    std::vector<std::string> lines;
    for (const auto& outcome : history) {
      if (outcome.action.kind != Action::Kind::truth || outcome.action.text != what) continue;
      lines.push_back(fmt::format("{} {}", outcome.action.pod, outcome.action.detail));
    }
    return lines;
  }
  std::size_t label_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        history, [](const Outcome& outcome) { return outcome.action.kind == Action::Kind::label; }));
  }
  /// sales with three settled members.
  void settled_sales() {
    database("sales");
    for (int i = 0; i < 3; ++i) pod("sales", fmt::format("sales-{}", i), {.role = i == 1 ? "primary" : "secondary"});
    pass(1s);
    history.clear();
  }
};

}  // namespace

TEST_CASE("a pod is read by its labels, its name and its containers") {
  const auto view = pod_view(pod_json("sales", "sales-2", {.role = "secondary", .deleting = true}));
  REQUIRE(view);
  CHECK(view->ns == "demo");
  CHECK(view->database == "sales");
  CHECK(view->member == 2);
  CHECK(view->role == "secondary");
  CHECK(view->deleting);
  CHECK(view->all_running());
  CHECK(view->version == 7);
  CHECK(pod_view(pod_json("sales", "sales-arbiter-0"))->member == kArbiter);
  CHECK(pod_view(pod_json("sales-arbiter", "sales-arbiter-0"))->member == 0);
  CHECK_FALSE(pod_view(pod_json("sales", "sales-restore")));
  CHECK_FALSE(pod_view(pod_json("sales", "orders-0")));
  CHECK_FALSE(pod_view(pod_json("", "sales-0")));
  auto foreign = pod_json("sales", "sales-0");
  foreign["metadata"]["labels"]["app.kubernetes.io/name"] = "postgreses.kubedb.com";
  CHECK_FALSE(pod_view(foreign));
  auto standalone = pod_json("sales", "sales-0");
  standalone["status"]["containerStatuses"].erase(1);
  CHECK(pod_view(standalone)->all_running());
  standalone["status"].erase("containerStatuses");
  CHECK_FALSE(pod_view(standalone)->all_running());
}

TEST_CASE("settings come from the spec, with the documented defaults of leaderElection") {
  auto object = database_json("sales");
  CHECK(settings_of(object).election == LeaderElection{});
  CHECK(settings_of(object).election.period == 300ms);
  CHECK(settings_of(object).replicas == 3);
  CHECK_FALSE(settings_of(object).arbiter);
  auto& group = object["spec"]["topology"]["availabilityGroup"];
  group["leaderElection"] = Json::object();
  CHECK(settings_of(object).election.period == 100ms);
  group["leaderElection"] = {
      {"period", "1s"}, {"electionTick", 20}, {"heartbeatTick", 2}, {"transferLeadershipInterval", "2s"}};
  CHECK(settings_of(object).election.timeout() == 20s);
  CHECK(settings_of(object).election.heartbeat() == 2s);
  CHECK(settings_of(object).election.transfer_interval == 2s);
  CHECK(settings_of(object).election.transfer_timeout == 60s);
  CHECK(settings_of(database_json("sales", 4)).arbiter);
  CHECK(settings_of(database_json("sales", 4)).quorum() == 3);
  auto scaled_back = database_json("sales", 3);
  scaled_back["spec"]["arbiter"] = Json::object();  // It lingers.
  CHECK_FALSE(settings_of(scaled_back).arbiter);
  object["spec"].erase("topology");
  CHECK_FALSE(settings_of(object).clustered);
  object["spec"]["topology"] = {{"mode", "DistributedAG"}, {"distributedAG", {{"self", {{"role", "Secondary"}}}}}};
  CHECK(settings_of(object).clustered);
  CHECK(settings_of(object).forwarder);
  object["spec"]["topology"].erase("distributedAG");
  CHECK_FALSE(settings_of(object).clustered);
}

TEST_CASE_FIXTURE(Fixture, "pods that start one after the other get their roles, once each") {
  database("sales");
  for (int i = 0; i < 3; ++i) {
    pod("sales", fmt::format("sales-{}", i), {.running = false});
    pass(1s);
    pod("sales", fmt::format("sales-{}", i));
    pass(2s);
  }
  pass(40s);
  CHECK(pods["sales-0"].role == "primary");
  CHECK(pods["sales-1"].role == "secondary");
  CHECK(pods["sales-2"].role == "secondary");
  CHECK(label_count() == 3);
}

TEST_CASE_FIXTURE(Fixture, "pods that are told of before their database wait for it") {
  for (int i = 0; i < 3; ++i) pod("sales", fmt::format("sales-{}", i));
  pass(60s);
  CHECK(history.empty());
  database("sales");
  pass(60s);
  CHECK(label_count() == 3);
}

TEST_CASE_FIXTURE(Fixture, "a thousand settled databases are taken over without a patch and have nothing due") {
  for (int k = 0; k < 1000; ++k) {
    const auto name = fmt::format("db{}", k);
    for (int i = 0; i < 3; ++i) pod(name, fmt::format("{}-{}", name, i), {.role = i == 2 ? "primary" : "secondary"});
    if (k % 2 == 0) database(name);
  }
  for (int k = 1; k < 1000; k += 2) database(fmt::format("db{}", k));
  pass(1s);
  CHECK(label_count() == 0);
  CHECK(coordinators.next_event() == kNever);
  CHECK(truths("writable").size() == 1000);
  pass(10min);
  CHECK(label_count() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a group found incomplete is started after a while, as it is") {
  database("sales");
  pod("sales", "sales-0", {.role = "secondary"});
  pod("sales", "sales-1", {.role = "secondary"});
  pass(2s);
  CHECK(truths("leader").empty());
  pass(40s);
  CHECK(primary() >= 0);
  pod("sales", "sales-2");
  pass(40s);
  CHECK(pods["sales-2"].role == "secondary");
}

TEST_CASE_FIXTURE(Fixture, "a primary that is deleted hands over, and the pod made anew becomes a secondary") {
  settled_sales();
  auto spec = pods["sales-1"];
  spec.deleting = true;
  pod("sales", "sales-1", spec);
  pass(2s);
  CHECK(primary() != 1);
  CHECK(truths("read-only") == std::vector<std::string>{"sales-1 hands over"});
  gone("sales", "sales-1");
  pass(1s);
  pod("sales", "sales-1", {.uid_suffix = "2"});
  pass(40s);
  CHECK(pods["sales-1"].role == "secondary");
}

TEST_CASE_FIXTURE(Fixture,
                  "another uid under the same name is another pod, although nobody told of the end of the first") {
  settled_sales();
  pod("sales", "sales-1", {.running = false, .uid_suffix = "2"});
  CHECK(primary() == kNobody);
  pass(12s);
  CHECK(primary() >= 0);
  CHECK(primary() != 1);
}

TEST_CASE_FIXTURE(Fixture, "restarts are seen, even when the container runs again in the next thing we hear") {
  settled_sales();
  auto spec = pods["sales-1"];
  spec.sql_restarts = 1;
  pod("sales", "sales-1", spec);
  pass(1ms);
  CHECK(truths("down") == std::vector<std::string>{"sales-1 crashed"});
  pass(30s);
  CHECK(primary() >= 0);
  CHECK(member(1).label == (primary() == 1 ? "primary" : "secondary"));
  spec = pods["sales-0"];
  spec.coordinator_restarts = 3;
  pod("sales", "sales-0", spec);
  pass(30s);
  CHECK(primary() >= 0);
}

TEST_CASE_FIXTURE(Fixture, "a label in a pod is no news while a patch of it is under way") {
  settled_sales();
  patching = true;
  auto spec = pods["sales-0"];
  spec.role = "primary";
  pod("sales", "sales-0", spec);
  pass(5s);
  CHECK(label_count() == 0);
  patching = false;
  pod("sales", "sales-0", spec);
  pass(5s);
  CHECK(label_count() == 1);
  CHECK(pods["sales-0"].role == "secondary");
}

TEST_CASE_FIXTURE(Fixture, "scaling in the spec changes who votes") {
  settled_sales();
  database("sales", 5);
  CHECK(coordinators.find("demo", "sales")->members().size() == 5);
  pod("sales", "sales-3");
  pod("sales", "sales-4");
  pass(40s);
  CHECK(pods["sales-4"].role == "secondary");
  CHECK(primary() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a database that is deleted is followed until its last pod is gone") {
  settled_sales();
  coordinators.database_gone("demo", "sales", now);
  pass(1s);
  CHECK(coordinators.find("demo", "sales") != nullptr);
  for (int i = 0; i < 3; ++i) gone("sales", fmt::format("sales-{}", i));
  pass(1s);
  CHECK(coordinators.find("demo", "sales") == nullptr);
  CHECK(coordinators.next_event() == kNever);
  CHECK(truths("down").size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "a fault on the primary stays with the member that was primary when it began") {
  settled_sales();
  faults({"partition sales/primary"});
  pass(15s);
  const int first = primary();
  CHECK(first != 1);
  CHECK(first >= 0);
  pass(60s);
  CHECK(primary() == first);
  CHECK(truths("fault") == std::vector<std::string>{"sales-1 partition begins"});
  faults({});
  pass(15s);
  CHECK(primary() == first);
  CHECK(member(1).label == "secondary");
  CHECK(truths("fault").back() == "sales-1 partition ends");
}

TEST_CASE_FIXTURE(Fixture, "both secondaries cut off together are the majority") {
  settled_sales();
  faults({"partition sales/secondaries"});
  pass(15s);
  CHECK(primary() >= 0);
  CHECK(primary() != 1);
}

TEST_CASE_FIXTURE(Fixture, "a freeze can be of the pod, of SQL Server or of the coordinator") {
  settled_sales();
  faults({"freeze sales/1 process=mssql"});
  CHECK(member(1).sql_frozen);
  CHECK_FALSE(member(1).coordinator_frozen);
  faults({});
  CHECK_FALSE(member(1).sql_frozen);
  faults({"freeze sales/0", "freeze sales/2 process=mssql-coordinator"});
  CHECK(member(0).sql_frozen);
  CHECK(member(0).coordinator_frozen);
  CHECK_FALSE(member(2).sql_frozen);
  CHECK(member(2).coordinator_frozen);
}

TEST_CASE_FIXTURE(Fixture, "hold-highest-lsn without a member means whoever is primary") {
  settled_sales();
  faults({"hold-highest-lsn sales"});
  gone("sales", "sales-1");
  pass(60s);
  CHECK(primary() == kNobody);
  CHECK(truths("held").size() == 1);
  faults({});
  pass(5s);
  CHECK(primary() >= 0);
}

TEST_CASE_FIXTURE(Fixture, "faults of another database, and those that are not ours, change nothing") {
  settled_sales();
  faults({"partition orders/0", "freeze prod/sales", "stale-endpoint sales", "operator-down", "ignore-fault sales"});
  pass(60s);
  CHECK(primary() == 1);
  CHECK(truths("fault").empty());
  CHECK(label_count() == 0);
}

TEST_CASE_FIXTURE(Fixture, "split-brain makes two, flap moves the leadership on") {
  settled_sales();
  faults({"split-brain sales/2"});
  pass(5s);
  CHECK(member(1).writable);
  CHECK(member(2).writable);
  CHECK(pods["sales-2"].role == "primary");
  faults({});
  pass(5s);
  CHECK(primary() == 1);
  CHECK(pods["sales-2"].role == "secondary");
  history.clear();
  faults({"flap sales period=5s"});
  pass(60s);
  CHECK(truths("leader").size() > 5);
}

TEST_CASE_FIXTURE(Fixture, "a database made while a fault is on gets it, too") {
  faults({"stale-label sales"});
  database("sales");
  for (int i = 0; i < 3; ++i) pod("sales", fmt::format("sales-{}", i));
  pass(60s);
  CHECK(label_count() == 0);
  CHECK(primary() == 0);
  faults({});
  pass(5s);
  CHECK(label_count() == 3);
}
