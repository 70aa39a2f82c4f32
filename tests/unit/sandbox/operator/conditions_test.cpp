// Conditions, the phase that follows from them, and the course of provisioning. Texts are kubedb.md 1.6.

#include "operator/runtime/conditions.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fixtures.hpp"
#include "operator/runtime/health.hpp"

namespace dba::sandbox::kubedb::test {
namespace {

using namespace std::chrono_literals;

Json conditions(std::string_view list) {
  Json all = Json::array();
  const Json pairs = yaml(list);
  for (const auto& [type, status] : pairs.items()) {
    all.push_back(Json::object({{"type", type}, {"status", status.get<bool>() ? "True" : "False"}}));
  }
  return all;
}

TEST_CASE("the phase is the first rule that fits") {
  struct Row {
    const char *conditions, *phase;
  };
  for (const Row& row : std::vector<Row>{
           {"{}", ""},
           {"{ProvisioningStarted: true}", "Provisioning"},
           {"{ProvisioningStarted: true, ReplicaReady: false}", "Provisioning"},
           {"{ProvisioningStarted: true, ReplicaReady: true, AcceptingConnection: true, Ready: true}", "Provisioning"},
           {"{Ready: true, Provisioned: true}", "Ready"},
           {"{Ready: false, Provisioned: true}", "Critical"},
           {"{ReplicaReady: false, Ready: true, Provisioned: true}", "Critical"},
           {"{AcceptingConnection: false, ReplicaReady: false, Provisioned: true}", "NotReady"},
           {"{AcceptingConnection: false, ProvisioningStarted: true}", "Provisioning"},
           {"{DataRestoreStarted: true, Ready: true, Provisioned: true}", "DataRestoring"},
           {"{DataRestoreStarted: true, DataRestored: false}", "NotReady"},
           {"{DataRestored: false, Ready: true, Provisioned: true}", "NotReady"},
           {"{DataRestoreStarted: true, DataRestored: true, Ready: true, Provisioned: true}", "Ready"},
           {"{Halted: true, Ready: true, Provisioned: true}", "Halted"},
           {"{HealthCheckPaused: true, Halted: true}", "Unknown"},
           {"{Paused: true, Ready: true, Provisioned: true}", "Ready"},
       }) {
    CAPTURE(row.conditions);
    CHECK(phase_of(conditions(row.conditions)) == row.phase);
  }
}

TEST_CASE("a condition keeps its place, and its time while its status stays") {
  const Json database = typed_group();
  Json all = Json::array();
  const WallTime start{};
  CHECK(set_condition(all, make_condition("ReplicaReady", true, database), 1, start));
  CHECK(set_condition(all, make_condition("Ready", true, database), 1, start));
  CHECK_FALSE(set_condition(all, make_condition("ReplicaReady", true, database), 2, start + 60s));
  CHECK(set_condition(all, make_condition("ReplicaReady", false, database), 2, start + 60s));
  CHECK(
      codec::compact_json(all) ==
      R"([{"lastTransitionTime":"1970-01-01T00:01:00Z","message":"Some replicas are not ready for MSSQLServer demo/sales","observedGeneration":2,"reason":"SomeReplicasNotReady","status":"False","type":"ReplicaReady"},)"
      R"({"lastTransitionTime":"1970-01-01T00:00:00Z","message":"database demo/sales is ready","observedGeneration":1,"reason":"AllReplicasReady","status":"True","type":"Ready"}])");
  CHECK(remove_condition(all, "ReplicaReady"));
  CHECK_FALSE(remove_condition(all, "ReplicaReady"));
}

/// Looks again whenever it is told to, until nothing more is due.
struct Course {
  explicit Course(Json object) : database(std::move(object)) {}
  void run(const Health& health) {
    for (auto due = look(health); due; due = look(health)) now = *due;
  }
  std::optional<platform::SteadyTime> look(const Health& health) {
    return judge(database, health, all, progress, now, WallTime(now.time_since_epoch()));
  }
  std::string told() const {
    std::string lines;
    for (const Json& each : all) {
      lines += fmt::format("{}|{}|{}|{}\n", each["type"].get<std::string>(), each["status"].get<std::string>(),
                           each["reason"].get<std::string>(), each["message"].get<std::string>());
    }
    return lines;
  }

  Json database;
  Json all = Json::array();
  Progress progress{};
  platform::SteadyTime now{};
};

constexpr Health kWell{.replicas = true, .primary = true, .accepting = true, .roles = true};

TEST_CASE("the conditions of a group come in the documented order with the documented words") {
  Course course(typed_group());
  set_condition(course.all, make_condition("ProvisioningStarted", true, course.database), 1, WallTime{});
  course.run(kWell);
  CHECK(course.told() ==
        "ProvisioningStarted|True|DatabaseProvisioningStartedSuccessfully|The KubeDB operator has started the "
        "provisioning of MSSQLServer: demo/sales\n"
        "ReplicaReady|True|AllReplicasReady|All replicas are ready for MSSQLServer demo/sales\n"
        "AGPrimaryReplicaReady|True|AvailabilyGroupCreatedInPrimary|Primary replica is ready for MSSQL demo/sales\n"
        "AcceptingConnection|True|AcceptingConnection|database demo/sales is accepting connection\n"
        "Ready|True|AllReplicasReady|database demo/sales is ready\n"
        "Provisioned|True|DatabaseSuccessfullyProvisioned|The MSSQLServer: demo/sales is successfully provisioned.\n");
  CHECK(phase_of(course.all) == "Ready");
}

TEST_CASE("a standalone has no condition about a group") {
  Course course(typed_standalone());
  course.run(kWell);
  CHECK_FALSE(has_condition(course.all, "AGPrimaryReplicaReady"));
  CHECK(is_true(course.all, "Provisioned"));
}

TEST_CASE("a SQL Server that does not listen yet is tried again and again, and nothing is Ready before it does") {
  Course course(typed_standalone());
  constexpr Health kStarting{.replicas = true, .primary = true, .roles = true};
  std::optional<platform::SteadyTime> due;
  for (int look = 0; look < 10; ++look) {
    due = course.look(kStarting);
    REQUIRE(due.has_value());
    course.now = *due;
  }
  CHECK(course.told() == "ReplicaReady|True|AllReplicasReady|All replicas are ready for MSSQLServer demo/sales\n");
  course.run(kWell);
  CHECK(is_true(course.all, "Provisioned"));

  for (int look = 0; look < 20; ++look) {
    due = course.look(kStarting);
    REQUIRE(due.has_value());
    course.now = *due;
  }
  CHECK(is_false(course.all, "AcceptingConnection"));
  course.run(kWell);
  CHECK(phase_of(course.all) == "Ready");
}

TEST_CASE("without a primary provisioning stays where it is") {
  Course course(typed_group());
  course.run({.replicas = true, .primary = false, .roles = false});
  CHECK(course.told() == "ReplicaReady|True|AllReplicasReady|All replicas are ready for MSSQLServer demo/sales\n");
  course.run({.replicas = false});
  CHECK(course.told() ==
        "ReplicaReady|False|SomeReplicasNotReady|Some replicas are not ready for MSSQLServer demo/sales\n");
  course.run(kWell);
  CHECK(is_true(course.all, "Provisioned"));
}

TEST_CASE("a lost primary is NotReady at the next health check, a lost secondary Critical at once") {
  Course course(typed_group());
  course.database["spec"]["healthChecker"]["periodSeconds"] = 10;
  set_condition(course.all, make_condition("ProvisioningStarted", true, course.database), 1, WallTime{});
  course.run(kWell);
  course.now += 100ms;
  const Health no_secondary{.replicas = false, .primary = true, .accepting = true, .roles = true};
  const auto check = course.look(no_secondary);
  CHECK(phase_of(course.all) == "Critical");
  REQUIRE(check.has_value());
  CHECK(is_true(course.all, "Ready"));
  course.now = *check;
  course.look(no_secondary);
  CHECK(is_false(course.all, "Ready"));
  CHECK(is_true(course.all, "AcceptingConnection"));
  course.run(kWell);
  CHECK(phase_of(course.all) == "Ready");

  const Health no_primary{.replicas = true, .primary = false, .roles = true};
  CHECK(course.look(no_primary).has_value());
  CHECK(phase_of(course.all) == "Ready");
  CHECK_FALSE(course.look(kWell).has_value());  // it came back before anybody checked
  CHECK(phase_of(course.all) == "Ready");
  course.run(no_primary);
  CHECK(phase_of(course.all) == "NotReady");
  course.run(kWell);
  CHECK(phase_of(course.all) == "Ready");
}

TEST_CASE("failureThreshold checks must fail before it counts, one success ends it") {
  Course course(typed_group());
  course.database["spec"]["healthChecker"] = yaml("{periodSeconds: 10, failureThreshold: 3}");
  course.run(kWell);
  const platform::SteadyTime lost = course.now;
  const Health no_primary{.replicas = true, .primary = false, .roles = true};
  course.run(no_primary);
  CHECK(course.now - lost > 2s);
  CHECK(course.now - lost <= 3s);
  const platform::SteadyTime back = course.now;
  course.run(kWell);
  CHECK(course.now - back <= 1s);
}

}  // namespace
}  // namespace dba::sandbox::kubedb::test
