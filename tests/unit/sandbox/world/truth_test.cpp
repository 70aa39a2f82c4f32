#include "world/truth.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/json_schema.hpp"

using namespace dba;
using namespace dba::sandbox::world;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kStart{1767323045s};  // 2026-01-02T03:04:05Z

TruthEvent event(std::chrono::milliseconds at, const std::string& database, const std::string& pod,
                 const std::string& what, std::uint64_t term = 0) {
  return {.at = kStart + at,
          .ns = "demo",
          .database = database,
          .pod = pod,
          .pod_uid = "uid-" + pod,
          .what = what,
          .term = term};
}

}  // namespace

TEST_CASE("a report holds the events in order and the intervals of each database") {
  Truth truth;
  truth.record(event(0ms, "sales", "sales-0", "writable", 1));
  truth.record(event(5000ms, "sales", "sales-0", "read-only"));
  truth.record(event(7250ms, "sales", "sales-2", "writable", 2));
  truth.record(event(6000ms, "sales", "sales-2", "leader", 2));
  test::check_schema("SandboxTruth", truth.report().dump());
  CHECK(truth.report().dump(1) == R"({
 "apiVersion": "kubectl-dba/v1",
 "kind": "SandboxTruth",
 "environment": "sandbox",
 "events": [
  {
   "at": "2026-01-02T03:04:05.000000Z",
   "namespace": "demo",
   "database": "sales",
   "pod": "sales-0",
   "podUID": "uid-sales-0",
   "what": "writable",
   "term": 1
  },
  {
   "at": "2026-01-02T03:04:10.000000Z",
   "namespace": "demo",
   "database": "sales",
   "pod": "sales-0",
   "podUID": "uid-sales-0",
   "what": "read-only"
  },
  {
   "at": "2026-01-02T03:04:11.000000Z",
   "namespace": "demo",
   "database": "sales",
   "pod": "sales-2",
   "podUID": "uid-sales-2",
   "what": "leader",
   "term": 2
  },
  {
   "at": "2026-01-02T03:04:12.250000Z",
   "namespace": "demo",
   "database": "sales",
   "pod": "sales-2",
   "podUID": "uid-sales-2",
   "what": "writable",
   "term": 2
  }
 ],
 "writable": [
  {
   "namespace": "demo",
   "database": "sales",
   "intervals": [
    {
     "pod": "sales-0",
     "podUID": "uid-sales-0",
     "from": "2026-01-02T03:04:05.000000Z",
     "until": "2026-01-02T03:04:10.000000Z",
     "millis": 5000,
     "term": 1
    },
    {
     "pod": "sales-2",
     "podUID": "uid-sales-2",
     "from": "2026-01-02T03:04:12.250000Z",
     "term": 2
    }
   ],
   "twoWritable": []
  }
 ]
})");
}

TEST_CASE("moments with two writable replicas are told with their length") {
  Truth truth;
  truth.record(event(0ms, "sales", "sales-0", "writable"));
  truth.record(event(1000ms, "sales", "sales-1", "writable"));
  truth.record(event(3000ms, "sales", "sales-0", "down"));
  truth.record(event(4000ms, "sales", "sales-1", "read-only"));
  truth.record(event(4000ms, "sales", "sales-2", "writable"));  // Touching is not overlapping.
  CHECK(
      truth.report()["writable"][0]["twoWritable"].dump() ==
      R"([{"pods":["sales-0","sales-1"],"from":"2026-01-02T03:04:06.000000Z","until":"2026-01-02T03:04:08.000000Z","millis":2000}])");
}

TEST_CASE("two that are writable to this day overlap without an end") {
  Truth truth;
  truth.record(event(0ms, "sales", "sales-0", "writable"));
  truth.record(event(10ms, "sales", "sales-1", "writable"));
  CHECK(truth.report()["writable"][0]["twoWritable"].dump() ==
        R"([{"pods":["sales-0","sales-1"],"from":"2026-01-02T03:04:05.010000Z"}])");
}

TEST_CASE("a pod made anew under the same name has intervals of its own") {
  Truth truth;
  auto first = event(0ms, "sales", "sales-0", "writable");
  auto second = event(9000ms, "sales", "sales-0", "writable");
  second.pod_uid = "other";
  truth.record(first);
  truth.record(event(1000ms, "sales", "sales-0", "down"));
  truth.record(second);
  const auto intervals = truth.report()["writable"][0]["intervals"];
  REQUIRE(intervals.size() == 2);
  CHECK(intervals[0]["until"] == "2026-01-02T03:04:06.000000Z");
  CHECK_FALSE(intervals[1].contains("until"));
}

TEST_CASE("a report can be about one database only") {
  Truth truth;
  truth.record(event(0ms, "sales", "sales-0", "writable"));
  truth.record(event(0ms, "orders", "orders-0", "writable"));
  auto elsewhere = event(0ms, "sales", "sales-0", "writable");
  elsewhere.ns = "prod";
  truth.record(elsewhere);
  CHECK(truth.report("demo", "sales")["writable"].size() == 1);
  CHECK(truth.report("", "sales")["writable"].size() == 2);
  CHECK(truth.report("demo")["events"].size() == 2);
  CHECK(truth.report()["writable"].size() == 3);
  CHECK(truth.events("prod", "orders").empty());
}
