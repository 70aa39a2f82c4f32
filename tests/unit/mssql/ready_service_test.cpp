#include "dba/mssql/ready_service.hpp"

#include <future>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/kube/resource.hpp"

#include "support/demo_cluster.hpp"
#include "support/mssql_objects.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;
using Outcome = ReadyResult::Outcome;

/// A database that is being made, the server's watches of it and of its pods, and a waiter. Time is real, because a
/// fake clock would jump to the deadline as soon as nothing happens; nothing here takes any.
struct ReadyScene {
  test::FakeClock unused{};
  std::shared_ptr<test::FakeTransport> api = std::make_shared<test::FakeTransport>(unused);
  kube::Client client{{.ns = "demo"},
                      {.transport = api,
                       .credentials = std::make_shared<test::StaticCredentials>(),
                       .clock = &platform::system_clock()}};
  Json database = test::live_sales_database();
  std::function<void(std::string_view)> on_progress = [](std::string_view) {};
  test::FakeWatch& databases = api->on_watch(resources::mssqlservers, "demo");
  test::FakeWatch& pods = api->on_watch(resources::pods, "demo");
  std::future<ReadyResult> result{};

  ReadyScene() {
    api->on_list(resources::mssqlservers, "demo", {database}).optionally();
    api->on_list(resources::pods, "demo", test::three_pods()).optionally();
  }

  void start() {
    result = std::async(std::launch::async, [this] {
      return wait_until_ready(client, database, platform::SteadyTime::max(), on_progress);
    });
  }
};

Json sales_in(std::string_view phase, std::string_view conditions = "[]") {
  Json changed = test::live_sales_database();
  changed["metadata"]["resourceVersion"] = fmt::format("10{}", phase.size());  // Another one for every phase.
  changed["status"]["phase"] = phase;
  changed["status"]["conditions"] = test::parse_yaml("{list: " + std::string(conditions) + "}")["list"];
  return changed;
}

}  // namespace

TEST_CASE("it ends as soon as the database is Ready, having told what it waited for") {
  ReadyScene scene;
  std::vector<std::string> told;
  std::promise<void> provisioning;
  scene.on_progress = [&](std::string_view text) {
    told.emplace_back(text);
    if (text.starts_with("Provisioning: ")) provisioning.set_value();
  };
  scene.start();
  scene.databases.modified(
      sales_in("Provisioning",
               "[{type: ReplicaReady, status: 'False', reason: SomeReplicasNotReady, message: waiting for pods}]"));
  provisioning.get_future().wait();
  scene.databases.modified(sales_in("Ready"));
  const ReadyResult result = scene.result.get();
  CHECK(result.outcome == Outcome::ready);
  CHECK(codec::string_at(*result.database, {"status", "phase"}) == "Ready");
  CHECK(told.front() == "Pending: waiting for the KubeDB operator to begin");
}

TEST_CASE("a deletion meanwhile ends it at once") {
  ReadyScene scene;
  scene.start();
  SUBCASE("gone") {
    scene.databases.deleted(sales_in("Provisioning"));
    const ReadyResult result = scene.result.get();
    CHECK(result.outcome == Outcome::never);
    CHECK(result.text == "it was deleted meanwhile");
    CHECK(result.database == nullptr);
  }
  SUBCASE("replaced by another of the same name") {
    Json other = sales_in("Ready");
    other["metadata"]["uid"] = "another";
    scene.databases.modified(other);
    const ReadyResult result = scene.result.get();
    CHECK(result.outcome == Outcome::never);
    CHECK(result.text == "it was deleted meanwhile");
  }
}

TEST_CASE("a halted database will never be ready by itself") {
  ReadyScene scene;
  scene.start();
  scene.databases.modified(sales_in("Halted", "[{type: Halted, status: 'True'}]"));
  CHECK(scene.result.get().outcome == Outcome::never);
}

TEST_CASE("a time-out ends it with the newest condition") {
  test::FakeCluster cluster;
  const Json waiting = sales_in("Provisioning",
                                "[{type: ReplicaReady, status: 'False', reason: SomeReplicasNotReady, message: 2 of 3, "
                                "lastTransitionTime: '2026-01-02T03:04:00Z'}]");
  cluster.api().on_list(resources::mssqlservers, "demo", {waiting});
  cluster.api().on_list(resources::pods, "demo", {});
  cluster.api().on_watch(resources::mssqlservers, "demo");
  cluster.api().on_watch(resources::pods, "demo");
  const platform::SteadyTime deadline = cluster.clock().steady_now() + std::chrono::minutes(15);
  const ReadyResult result = wait_until_ready(cluster.client(), waiting, deadline, [](std::string_view) {});
  CHECK(result.outcome == Outcome::timed_out);
  CHECK(result.newest == "ReplicaReady=False SomeReplicasNotReady: 2 of 3");
}

TEST_CASE("pods that may not be read are done without") {
  ReadyScene scene;
  std::promise<void> refused;
  bool told = false;
  scene.api->on("GET", resources::pods.path("demo")).reply_with([&](const test::SeenRequest&) {
    if (!std::exchange(told, true)) refused.set_value();
    return test::Reply{.status = 403, .body = codec::compact_json(test::status_json(403, "Forbidden", "no pods"))};
  });
  scene.start();
  refused.get_future().wait();
  scene.databases.modified(sales_in("Ready"));
  CHECK(scene.result.get().outcome == Outcome::ready);
}

TEST_CASE("a database that may not be followed is a failure") {
  ReadyScene scene;
  scene.api->on("GET", resources::mssqlservers.path("demo")).fail(403, "Forbidden", "no databases");
  scene.start();
  CHECK_THROWS_AS(scene.result.get(), kube::ApiError);
}

}  // namespace dba::mssql
