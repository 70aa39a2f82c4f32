// Pods and Services that came and went leave nothing behind in the cluster's controllers.
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cluster_fixture.hpp"
#include "support/live_bytes.hpp"

using namespace dba;
using namespace dba::test;

namespace {

struct SmallHistory {
  PatientClock clock{};
  sandbox::world::World world{clock, 1, 1.0};
  sandbox_api::Api api{world, {.history = 100}};
  sandbox::cluster::Cluster cluster{api, world};

  /// One pod behind one Service, each under a name and labels of its own, up to Ready and gone again.
  void come_and_go(int number) {
    const sandbox_api::Resource& pods = *sandbox_api::find_kind("v1", "Pod");
    const sandbox_api::Resource& services = *sandbox_api::find_kind("v1", "Service");
    const std::string name = fmt::format("web-{:05}", number);
    api.create(services, "demo",
               Json::parse(fmt::format(
                   R"({{"apiVersion":"v1","kind":"Service","metadata":{{"name":"{0}"}},
                       "spec":{{"selector":{{"app":"{0}"}},"ports":[{{"name":"http","port":80}}]}}}})",
                   name)));
    const auto events = api.watch(pods, "demo", {.labels = "app=" + name, .fields = ""}, "", false);
    api.create(pods, "demo",
               Json::parse(fmt::format(
                   R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{0}","labels":{{"app":"{0}"}}}},
                       "spec":{{"containers":[{{"name":"web","image":"registry.example.com/web:1"}}]}}}})",
                   name)));
    bool asked = false;
    while (const auto event = events->next(std::chrono::seconds(60), {})) {
      if (event->kind == sandbox_api::Event::Kind::deleted) break;
      if (asked || !is_pod_ready(*event->object)) continue;
      asked = true;
      api.remove(services, "demo", name);
      api.remove(pods, "demo", name);
    }
    REQUIRE(api.find(pods, "demo", name) == nullptr);
    // Events have a limit of their own. Removed all at once they would fill the queues of those who watch them.
    api.remove_collection(*sandbox_api::find_kind("v1", "Event"), "demo", {}, {});
  }
};

}  // namespace

TEST_CASE_FIXTURE(SmallHistory, "pods that come and go do not make the cluster grow") {
  constexpr int kWarmUp = 150, kCycles = 450;
  for (int number = 0; number < kWarmUp; ++number) come_and_go(number);
  const std::size_t before = live_bytes();
  for (int number = kWarmUp; number < kWarmUp + kCycles; ++number) come_and_go(number);
  const std::size_t after = live_bytes();
  INFO("from " << before << " to " << after << " bytes");
  CHECK(after < before + kCycles * std::size_t{2000});  // Less than any one object that would be kept of a cycle.
}
