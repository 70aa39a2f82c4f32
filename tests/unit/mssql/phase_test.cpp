
#include "phase.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/mssql_objects.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

/// A group of three with "Type=Status Type=Status …" as its conditions.
Json database_saying(std::string_view conditions, std::string_view phase = "") {
  Json database = test::database_json("demo", "sales", phase);
  Json& list = database["status"]["conditions"] = Json::array();
  while (!conditions.empty()) {
    const std::string_view one = conditions.substr(0, conditions.find(' '));
    conditions.remove_prefix(std::min(conditions.size(), one.size() + 1));
    list.push_back(Json::object({{"type", one.substr(0, one.find('='))}, {"status", one.substr(one.find('=') + 1)}}));
  }
  return database;
}

TEST_CASE("the phase follows from the conditions, the first rule that fits deciding") {
  struct Row {
    const char *conditions, *phase;
  };
  for (const Row& row : std::vector<Row>{
           {"", ""},
           {"ProvisioningStarted=False", ""},
           {"ProvisioningStarted=True", "Provisioning"},
           {"ProvisioningStarted=True ReplicaReady=False", "Provisioning"},
           {"ProvisioningStarted=True AcceptingConnection=False Ready=True", "Provisioning"},
           {"Provisioned=True Ready=True", "Ready"},
           {"Ready=True", ""},
           {"Paused=True Provisioned=True Ready=True", "Ready"},
           {"Provisioned=True Ready=False", "Critical"},
           {"Provisioned=True Ready=True ReplicaReady=False", "Critical"},
           {"Provisioned=True Ready=True ReplicaReady=False AcceptingConnection=False", "NotReady"},
           {"DataRestored=False Provisioned=True Ready=True", "NotReady"},
           {"DataRestoreStarted=True", "DataRestoring"},
           {"DataRestoreStarted=True DataRestored=False", "NotReady"},
           {"DataRestoreStarted=True DataRestored=True Provisioned=True Ready=True", "Ready"},
           {"Halted=True DataRestoreStarted=True", "Halted"},
           {"Halted=False Provisioned=True Ready=True", "Ready"},
           {"HealthCheckPaused=True Halted=True Provisioned=True Ready=True", "Unknown"},
       }) {
    CAPTURE(std::string(row.conditions));
    CHECK(phase_from_conditions(database_saying(row.conditions)) == row.phase);
  }
}

/// @param pods absent = they cannot be seen
std::string progress_of(const Json& database, const std::optional<std::vector<Json>>& pods = {}) {
  const Progress progress = provisioning_progress(database, pods ? &*pods : nullptr);
  std::string state = "going on";
  if (progress.state == Progress::State::ready) state = "ready";
  if (progress.state == Progress::State::never) state = "never";
  return progress.phase + ", " + state + ": " + progress.text;
}

TEST_CASE("what a database that is being made waits for, step by step") {
  const std::string started = "ProvisioningStarted=True";
  const std::string replicas = started + " ReplicaReady=True";
  const std::string primary = replicas + " AGPrimaryReplicaReady=True";
  const std::string accepting = primary + " AcceptingConnection=True";
  const std::string ready = accepting + " Ready=True";
  CHECK(progress_of(database_saying("")) == "Pending, going on: waiting for the KubeDB operator to begin");
  CHECK(progress_of(database_saying(started)) == "Provisioning, going on: waiting for the replicas");
  CHECK(progress_of(database_saying(started), std::vector<Json>()) ==
        "Provisioning, going on: waiting for the replicas: 0 of 3 pods are ready");
  CHECK(progress_of(database_saying(replicas)) ==
        "Provisioning, going on: waiting for the availability group to get a primary");
  CHECK(progress_of(database_saying(primary)) ==
        "Provisioning, going on: waiting for SQL Server to accept connections");
  CHECK(progress_of(database_saying(accepting)) == "Provisioning, going on: waiting for every replica to be healthy");
  CHECK(progress_of(database_saying(ready)) ==
        "Provisioning, going on: waiting for the operator to finish provisioning");
  CHECK(progress_of(database_saying(ready + " Provisioned=True", "Provisioning")) ==
        "Provisioning, going on: waiting for the operator to report the phase Ready");
  CHECK(progress_of(database_saying(ready + " Provisioned=True", "Ready")) == "Ready, ready: it is ready");
  Json standalone = database_saying(replicas);
  standalone["spec"].erase("topology");
  CHECK(progress_of(standalone) == "Provisioning, going on: waiting for SQL Server to accept connections");
  CHECK(progress_of(database_saying("DataRestoreStarted=True ProvisioningStarted=True")) ==
        "DataRestoring, going on: waiting for its data to be restored");
  CHECK(progress_of(database_saying("HealthCheckPaused=True")) == "Unknown, going on: its health checks are paused");
}

TEST_CASE("the replicas that are waited for are counted with the arbiter, and those in trouble named") {
  Json database = database_saying("ProvisioningStarted=True");
  database["spec"]["replicas"] = 2;
  Json stuck = test::pod_json("demo", "sales", 1, "");
  stuck["status"]["conditions"][0]["status"] = "False";
  stuck["status"]["initContainerStatuses"] =
      test::yaml("v: [{name: mssql-init, state: {waiting: {reason: CrashLoopBackOff}}}]")["v"];
  CHECK(progress_of(database, std::vector{test::pod_json("demo", "sales", 0, ""), stuck}) ==
        "Provisioning, going on: waiting for the replicas: 1 of 3 pods are ready; sales-1 mssql-init: "
        "CrashLoopBackOff");
}

TEST_CASE("a phase Ready is not believed against the conditions it is made of, nor against the pods") {
  const auto pod = [](int ordinal, const char* ready = "True") {
    Json json = test::pod_json("demo", "sales", ordinal, "");
    json["status"]["conditions"][0]["status"] = ready;
    return json;
  };
  Json going = pod(2);
  going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
  const Json database = database_saying("Provisioned=True Ready=True", "Ready");
  CHECK(progress_of(database, std::vector{pod(0), pod(1), pod(2)}) == "Ready, ready: it is ready");
  CHECK(progress_of(database, std::vector<Json>()) == "Ready, going on: the phase is Ready, but 0 of 3 pods are ready");
  CHECK(progress_of(database, std::vector{pod(0), pod(1), pod(2, "False")}) ==
        "Ready, going on: the phase is Ready, but 2 of 3 pods are ready");
  CHECK(progress_of(database, std::vector{pod(0), pod(1), going}) ==
        "Ready, going on: the phase is Ready, but 2 of 3 pods are ready");
  for (const char* conditions : {"Provisioned=True Ready=False", "Provisioned=True ReplicaReady=False Ready=True"}) {
    CHECK(progress_of(database_saying(conditions, "Ready"), std::vector{pod(0), pod(1), pod(2)}) ==
          "Ready, going on: the phase is Ready, but by its conditions it is Critical");
  }
  Json behind = database;
  behind["metadata"]["generation"] = 2;
  behind["status"]["observedGeneration"] = 1;
  CHECK(progress_of(behind, std::vector{pod(0), pod(1), pod(2)}) == "Ready, ready: it is ready");
  CHECK(progress_of(database_saying("", "Ready")) == "Ready, ready: it is ready");
}

TEST_CASE("what will never be ready by itself") {
  Json going = database_saying("Provisioned=True Ready=True", "Ready");
  going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  CHECK(progress_of(going) == "Ready, never: it is being deleted");
  Json halted = database_saying("Provisioned=True", "Ready");
  halted["spec"]["halted"] = true;
  CHECK(progress_of(halted) == "Ready, never: it is halted (spec.halted is true)");
  CHECK(progress_of(database_saying("", "Halted")) == "Halted, never: it is halted (spec.halted is true)");
}

TEST_CASE("the newest condition is told with its reason and message") {
  Json database = database_saying("");
  database["status"]["conditions"] = test::yaml(R"(v:
- {type: Ready, status: "False", lastTransitionTime: "2026-01-02T03:04:05Z", reason: SomeReplicasNotReady, message: 2 of 3}
- {type: ProvisioningStarted, status: "True", lastTransitionTime: "2026-01-02T03:00:00Z"})")["v"];
  CHECK(provisioning_progress(database, nullptr).newest == "Ready=False SomeReplicasNotReady: 2 of 3");
  database["status"]["conditions"].erase(0);
  CHECK(provisioning_progress(database, nullptr).newest == "ProvisioningStarted=True");
  database["status"].erase("conditions");
  CHECK(provisioning_progress(database, nullptr).newest.empty());
}

TEST_CASE("why a pod does not run") {
  const auto trouble = [](const char* status) { return pod_trouble(test::yaml(std::string("status: ") + status)); };
  CHECK(trouble("{phase: Running}").empty());
  CHECK(trouble("{conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: no memory}]}") ==
        "cannot be scheduled: no memory");
  CHECK(trouble("{containerStatuses: [{name: mssql, state: {waiting: {reason: ContainerCreating}}}]}").empty());
  CHECK(trouble("{containerStatuses: [{name: a, state: {running: {}}}, {name: mssql, state: {waiting: {reason: "
                "ErrImagePull, message: denied}}}]}") == "mssql: ErrImagePull: denied");
  CHECK(trouble("{phase: Failed}") == "has failed");
  CHECK(trouble("{phase: Failed, reason: Evicted}") == "has failed: Evicted");
}

}  // namespace
}  // namespace dba::mssql
