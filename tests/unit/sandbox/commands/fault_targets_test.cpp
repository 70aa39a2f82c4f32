#include "fault_targets.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "commands.hpp"
#include "simulation.hpp"

namespace dba::sandbox::commands {
namespace {

api::Object database(const char* ns, const char* name, int replicas) {
  return std::make_shared<const Json>(
      Json{{"metadata", {{"name", name}, {"namespace", ns}}}, {"spec", {{"replicas", replicas}}}});
}

TEST_CASE("a fault is aimed at what is there, or told what is") {
  const std::vector<api::Object> there{database("demo", "sales", 3), database("prod", "orders", 1)};
  struct Row {
    const char *fault, *missing;
  };
  for (const Row& row : {
           Row{"api-error", ""},
           Row{"freeze sales", ""},
           Row{"freeze sales/2", ""},
           Row{"freeze demo/sales/secondaries", ""},
           Row{"freeze prod/orders/primary", ""},
           Row{"freeze sales/3", "sales has no replica 3: they are 0 to 2"},
           Row{"freeze prod/orders/1", "orders has no replica 1: its only one is 0"},
           Row{"freeze prod/orders/secondaries", "orders has no secondaries: it has one replica"},
           Row{"freeze orders", "there is no database demo/orders; there is demo/sales and prod/orders"},
           Row{"freeze test/sales/0", "there is no database test/sales; there is demo/sales and prod/orders"},
       }) {
    CAPTURE(row.fault);
    CHECK(missing_target(world::parse_fault(row.fault).target, there) == row.missing);
  }
  CHECK(missing_target({"", "sales", ""}, {}) == "there is no database demo/sales; there is none at all");
  std::vector<api::Object> many;
  for (const char* name : {"k", "j", "i", "h", "g", "f", "e", "d", "c", "b"}) many.push_back(database("demo", name, 3));
  CHECK(
      missing_target({"", "sales", ""}, many) ==
      "there is no database demo/sales; there is demo/b, demo/c, demo/d, demo/e, demo/f, demo/g, demo/h, demo/i and 2 "
      "more");
}

TEST_CASE("a fault of the start that nothing is there for yet is remarked upon; one that can never strike is refused") {
  CHECK(check_options({.populate = 20, .with = {"sales"}, .faults = {"freeze sales/2", "freeze demo/db-00020/0"}})
            .empty());
  CHECK(check_options({.populate = 20, .faults = {"freeze orders/7", "freeze db-00021"}}) ==
        std::vector<std::string>{
            "fault \"freeze orders/7\": there is no database demo/orders yet; it takes hold when one is made",
            "fault \"freeze db-00021\": there is no database demo/db-00021 yet; it takes hold when one is made"});
  CHECK_THROWS_WITH_AS(check_options({.with = {"sales"}, .faults = {"freeze sales/3"}}),
                       doctest::Contains("\"freeze sales/3\": sales has no replica 3: they are 0 to 2"), Error);
}

}  // namespace
}  // namespace dba::sandbox::commands
