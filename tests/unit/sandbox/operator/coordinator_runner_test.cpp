// The coordinators against an API server made of stubs: what is patched, when again, and what of it is truth.
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/coordinator/patch_queue.hpp"
#include "operator/coordinator/runner.hpp"
#include "support/fake_transport.hpp"

using namespace dba;
using namespace dba::sandbox;
using namespace dba::sandbox::kubedb;
using namespace std::chrono_literals;

namespace {

/// A world at speed 200 whose client talks to stubs.
struct Stubs {
  world::World world{platform::system_clock(), 1, 200};
  dba::test::FakeClock unused{};
  std::shared_ptr<dba::test::FakeTransport> api = std::make_shared<dba::test::FakeTransport>(unused);
  kube::Client client{
      kube::ClientConfig{.server = "https://api.test"},
      kube::ClientOptions{
          .transport = api, .credentials = std::make_shared<dba::test::StaticCredentials>(), .clock = &world.clock}};
  std::mutex mutex{};
  std::condition_variable changed{};
  std::vector<Json> patches{};

  static std::string path(const std::string& pod) { return "/api/v1/namespaces/demo/pods/" + pod; }
  dba::test::Reply remember(const dba::test::SeenRequest& request, int status, const std::string& version) {
    const std::lock_guard lock(mutex);
    patches.push_back(codec::parse_json(request.body, "patch"));
    changed.notify_all();
    if (status != 200) return {.status = status, .body = dba::test::status_json(status, "Reason", "words").dump()};
    const std::string name = request.path.substr(request.path.rfind('/') + 1);
    const Json pod{{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", name}, {"resourceVersion", version}}}};
    return {.body = pod.dump()};
  }
  bool wait_for_patches(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 20s, [&] { return patches.size() >= count; });
  }
};

coordinator::PodView view(const std::string& uid, std::uint64_t version) {
  coordinator::PodView pod;
  pod.uid = uid;
  pod.version = version;
  return pod;
}

Json running(const std::string& name) {
  return {{"name", name},
          {"containerID", "containerd://" + name},
          {"restartCount", 0},
          {"state", {{"running", Json::object()}}}};
}

Json pod_json(int ordinal, const std::string& role) {
  const auto name = fmt::format("sales-{}", ordinal);
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"name", name},
            {"namespace", "demo"},
            {"uid", name + "-uid"},
            {"resourceVersion", "50"},
            {"labels",
             {{"app.kubernetes.io/instance", "sales"},
              {"app.kubernetes.io/managed-by", "kubedb.com"},
              {"app.kubernetes.io/name", "mssqlservers.kubedb.com"},
              {"kubedb.com/role", role}}}}},
          {"status", {{"containerStatuses", {running("mssql"), running("mssql-coordinator")}}}}};
}

Json sales_json() {
  return {{"apiVersion", "kubedb.com/v1alpha2"},
          {"kind", "MSSQLServer"},
          {"metadata", {{"name", "sales"}, {"namespace", "demo"}, {"uid", "u"}, {"resourceVersion", "49"}}},
          {"spec", {{"replicas", 3}, {"topology", {{"mode", "AvailabilityGroup"}}}}}};
}

}  // namespace

TEST_CASE_FIXTURE(Stubs, "a label takes along the lines that wait, and names the pod's uid") {
  api->on("PATCH", path("sales-0")).reply_with([this](const auto& request) { return remember(request, 200, "77"); });
  coordinator::PatchQueue queue(client, world.clock);
  const coordinator::PatchQueue::Pod pod{"demo", "sales-0", "uid-0"};
  queue.add_log(pod, "mssql-coordinator one");
  queue.add_log(pod, "mssql-coordinator two");
  queue.set_label(pod, "primary");
  REQUIRE(wait_for_patches(1));
  CHECK(
      patches[0].dump() ==
      R"({"metadata":{"uid":"uid-0","labels":{"kubedb.com/role":"primary"},"annotations":{"sandbox/log":"mssql-coordinator one\nmssql-coordinator two"}}})");
  queue.add_log(pod, "mssql-coordinator three");
  REQUIRE(wait_for_patches(2));
  CHECK(patches[1].dump() == R"({"metadata":{"uid":"uid-0","annotations":{"sandbox/log":"mssql-coordinator three"}}})");
  queue.set_label(pod, "");
  REQUIRE(wait_for_patches(3));
  CHECK(patches[2].dump() == R"({"metadata":{"uid":"uid-0","labels":{"kubedb.com/role":null}}})");
}

TEST_CASE_FIXTURE(Stubs, "a pod is behind its patch until it is told of in the version that the patch made") {
  api->on("PATCH", path("sales-0")).reply_with([this](const auto& request) { return remember(request, 200, "77"); });
  coordinator::PatchQueue queue(client, world.clock);
  CHECK_FALSE(queue.is_ahead_of(view("uid-0", 50)));
  queue.set_label({"demo", "sales-0", "uid-0"}, "primary");
  CHECK(queue.is_ahead_of(view("uid-0", 50)));
  REQUIRE(wait_for_patches(1));
  CHECK(queue.is_ahead_of(view("uid-0", 76)));
  CHECK_FALSE(queue.is_ahead_of(view("uid-1", 50)));
  queue.forget("uid-0");
  CHECK_FALSE(queue.is_ahead_of(view("uid-0", 50)));
}

TEST_CASE_FIXTURE(Stubs, "what the server could not do is tried again, what it refused is not") {
  int calls = 0;
  api->on("PATCH", path("sales-0")).reply_with([&](const auto& request) {
    return remember(request, ++calls == 1 ? 503 : 200, "77");
  });
  api->on("PATCH", path("sales-1")).reply_with([this](const auto& request) { return remember(request, 409, ""); });
  coordinator::PatchQueue queue(client, world.clock);
  queue.set_label({"demo", "sales-0", "uid-0"}, "primary");
  REQUIRE(wait_for_patches(2));
  CHECK(patches[0] == patches[1]);
  queue.set_label({"demo", "sales-1", "uid-1"}, "secondary");
  REQUIRE(wait_for_patches(3));
  queue.set_label({"demo", "sales-0", "uid-0"}, "secondary");
  REQUIRE(wait_for_patches(4));
  CHECK(codec::string_at(patches[3], {"metadata", "uid"}) == "uid-0");
}

TEST_CASE_FIXTURE(Stubs, "the runner follows a cluster and moves the label of a primary that goes") {
  api->on_list(kube::resources::mssqlservers, "", {sales_json()}, "50");
  api->on_list(kube::resources::pods, "", {pod_json(0, "primary"), pod_json(1, "secondary"), pod_json(2, "secondary")},
               "50");
  api->on_watch(kube::resources::mssqlservers, "");
  auto& pods = api->on_watch(kube::resources::pods, "");
  for (int i = 0; i < 3; ++i) {
    api->on("PATCH", path(fmt::format("sales-{}", i)))
        .reply_with([this](const auto& request) { return remember(request, 200, "60"); })
        .optionally();
  }
  std::mutex roles_mutex;
  std::condition_variable told;
  std::map<std::string, std::string> roles;
  CoordinatorRunner runner(client, world, {.on_role = [&](const SqlRoleChange& change) {
                             const std::lock_guard lock(roles_mutex);
                             roles[change.pod] = change.role;
                             told.notify_all();
                           }});
  const auto wait_for = [&](const auto& holds) {
    std::unique_lock lock(roles_mutex);
    return told.wait_for(lock, 20s, holds);
  };
  REQUIRE(wait_for([&] { return roles.size() == 3; }));
  CHECK(roles ==
        std::map<std::string, std::string>{{"sales-0", "PRIMARY"}, {"sales-1", "SECONDARY"}, {"sales-2", "SECONDARY"}});
  auto leaving = pod_json(0, "primary");
  leaving["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  leaving["metadata"]["resourceVersion"] = "51";
  pods.modified(leaving);
  REQUIRE(wait_for([&] { return roles["sales-1"] == "PRIMARY" || roles["sales-2"] == "PRIMARY"; }));
  pods.deleted(leaving);

  const auto new_primary = roles["sales-1"] == "PRIMARY" ? "sales-1-uid" : "sales-2-uid";
  const auto labelled = [&] {
    for (const Json& patch : patches) {
      if (codec::string_at(patch, {"metadata", "uid"}) != new_primary) continue;
      if (codec::string_at(patch, {"metadata", "labels", "kubedb.com/role"}) == "primary") return true;
    }
    return false;
  };
  {
    std::unique_lock lock(mutex);
    CHECK(changed.wait_for(lock, 20s, labelled));
  }
  const auto report = world.truth.report("demo", "sales");
  CHECK(report["writable"][0]["intervals"].size() == 2);
  CHECK(report["writable"][0]["twoWritable"].empty());
}

TEST_CASE_FIXTURE(Stubs, "the runner hears of faults, and ends while one is on") {
  api->on_list(kube::resources::mssqlservers, "", {sales_json()}, "50");
  api->on_list(kube::resources::pods, "", {pod_json(0, "primary"), pod_json(1, "secondary"), pod_json(2, "secondary")},
               "50");
  api->on_watch(kube::resources::mssqlservers, "");
  api->on_watch(kube::resources::pods, "");
  for (int i = 0; i < 3; ++i) {
    api->on("PATCH", path(fmt::format("sales-{}", i)))
        .reply_with([this](const auto& request) { return remember(request, 200, "60"); })
        .optionally();
  }
  std::mutex roles_mutex;
  std::condition_variable told;
  int primaries = 0;
  {
    CoordinatorRunner runner(client, world, {.on_role = [&](const SqlRoleChange& change) {
                               const std::lock_guard lock(roles_mutex);
                               if (change.role == "PRIMARY") ++primaries;
                               told.notify_all();
                             }});
    const auto wait_for = [&](int count) {
      std::unique_lock lock(roles_mutex);
      return told.wait_for(lock, 20s, [&] { return primaries >= count; });
    };
    REQUIRE(wait_for(1));
    world.faults.set(world::parse_fault("split-brain sales/2"));
    CHECK(wait_for(2));
  }
  world.faults.clear_all();  // Nobody listens any more.
  CHECK(primaries == 2);
  CHECK_FALSE(world.truth.report()["writable"][0]["twoWritable"].empty());
}
