// What came and went leaves nothing behind but a bounded history.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "support/live_bytes.hpp"
#include "support/patient_clock.hpp"
#include "world/world.hpp"

using namespace dba;
using namespace dba::sandbox;

namespace {

/// An owner with a dependant, which the garbage collector takes along.
void come_and_go(api::Api& api, int number) {
  const api::Resource& maps = *api::find_kind("v1", "ConfigMap");
  const std::string name = "owner-" + std::to_string(number);
  Json owner{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}, {"namespace", "demo"}}}};
  const api::Object stored = api.create(maps, "demo", owner);
  Json dependant = owner;
  dependant["metadata"]["name"] = name + "-owned";
  dependant["metadata"]["ownerReferences"] =
      Json::array({Json{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", name}, {"uid", codec::uid_of(*stored)}}});
  api.create(maps, "demo", dependant);
  api.remove(maps, "demo", name);
  REQUIRE(api.find(maps, "demo", name + "-owned") == nullptr);
}

}  // namespace

TEST_CASE("ten thousand objects that come and go do not make the API grow") {
  constexpr int kHistory = 500, kWarmUp = 1000, kCycles = 10'000;
  test::PatientClock clock;
  world::World world(clock, 1, 1.0);
  api::Api api(world, {.history = kHistory});
  api.create(*api::find_kind("v1", "Namespace"), "",
             Json{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "demo"}}}});
  for (int number = 0; number < kWarmUp; ++number) come_and_go(api, number);
  const std::size_t before = test::live_bytes();
  for (int number = kWarmUp; number < kWarmUp + kCycles; ++number) come_and_go(api, number);
  const std::size_t after = test::live_bytes();
  INFO("from " << before << " to " << after << " bytes");
  CHECK(after < before + 10 * kCycles);  // Names are longer now; ten bytes a cycle would be a leak.
}
