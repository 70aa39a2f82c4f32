#include "dba/kube/watch.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "support/fake_transport.hpp"
#include "watch_state.hpp"

namespace dba::kube {

namespace {

using test::FakeCluster;
using test::FakeWatch;
using namespace std::chrono_literals;

Json pod(std::string_view name, std::string_view version, std::string_view role = "") {
  Json object = test::object_json(resources::pods, "demo", name, version);
  if (!role.empty()) object["metadata"]["labels"]["role"] = role;
  return object;
}

std::string_view kind_name(WatchEvent::Kind kind) {
  switch (kind) {
    case WatchEvent::Kind::added:
      return "added";
    case WatchEvent::Kind::modified:
      return "modified";
    case WatchEvent::Kind::deleted:
      return "deleted";
    case WatchEvent::Kind::synced:
      return "synced";
    case WatchEvent::Kind::failed:
      return "failed";
  }
  return "?";
}

std::string line_of(const WatchEvent& event) {
  if (event.object == nullptr) return std::string(kind_name(event.kind));
  return fmt::format("{} {}@{}", kind_name(event.kind), codec::name_of(*event.object),
                     codec::resource_version_of(*event.object));
}

/// The next `count` events, as "added a@1, synced".
std::string take(Watcher& watcher, FakeCluster& cluster, std::size_t count) {
  std::vector<std::string> lines;
  while (lines.size() < count) {
    const std::optional<WatchEvent> event = watcher.next(cluster.clock().steady_now() + 1h, {});
    if (!event) {
      lines.emplace_back("nothing for an hour");
      break;
    }
    lines.push_back(line_of(*event));
  }
  return join(lines, ", ");
}

const WatchTarget kPods{.type = &resources::pods, .ns = "demo", .options = {.label_selector = "a=b"}};

}  // namespace

TEST_CASE("a list and what happens after it are told in order, each once") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {pod("a", "1"), pod("b", "2")}, "10");
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  CHECK(take(watcher, cluster, 3) == "added a@1, added b@2, synced");
  watch.modified(pod("a", "11", "primary"));
  watch.added(pod("c", "12"));
  watch.deleted(pod("b", "13"));
  CHECK(take(watcher, cluster, 3) == "modified a@11, added c@12, deleted b@13");
  const test::SeenRequest request = watch.requests().at(0);
  CHECK(request.parameter("resourceVersion") == "10");
  CHECK(request.parameter("allowWatchBookmarks") == "true");
  CHECK(request.parameter("labelSelector") == "a=b");
  const int seconds = std::stoi(request.parameter("timeoutSeconds"));
  CHECK(seconds >= 300);
  CHECK(seconds < 600);
}

TEST_CASE("frames are read whatever the pieces they come in") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {});
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  CHECK(take(watcher, cluster, 1) == "synced");
  std::string stream;
  for (int i = 0; i < 5; ++i) {
    stream += R"({"type":"ADDED","object":)" + codec::compact_json(pod(fmt::format("p{}", i), "1")) + "}";
  }
  for (const char c : stream) watch.send(std::string_view(&c, 1));
  CHECK(take(watcher, cluster, 5) == "added p0@1, added p1@1, added p2@1, added p3@1, added p4@1");
}

TEST_CASE("a stream that ends is taken up where it stopped, bookmarks included") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {pod("a", "1")}, "10");
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  CHECK(take(watcher, cluster, 2) == "added a@1, synced");
  watch.modified(pod("a", "11"));
  watch.end();
  watch.modified(pod("a", "12"));
  watch.bookmark("20");
  watch.reset();
  watch.modified(pod("a", "21"));
  CHECK(take(watcher, cluster, 3) == "modified a@11, modified a@12, modified a@21");
  const auto requests = watch.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[1].parameter("resourceVersion") == "11");
  CHECK(requests[2].parameter("resourceVersion") == "20");
  CHECK(cluster.api().requests("GET").size() == 4);  // one list, three watches
}

TEST_CASE("while the server cannot be reached the same place is kept") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {}, "10");
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  watch.refuse_next(503, "ServiceUnavailable", "starting");
  watch.refuse_next(429, "TooManyRequests", "busy");
  Watcher watcher(cluster.client(), {kPods});
  CHECK(take(watcher, cluster, 1) == "synced");
  watch.added(pod("a", "11"));
  CHECK(take(watcher, cluster, 1) == "added a@11");
  for (const auto& request : watch.requests()) CHECK(request.parameter("resourceVersion") == "10");
  CHECK(watch.opened() == 3);
}

TEST_CASE("after a 410 the list is read again and only the difference is told, deletions included") {
  FakeCluster cluster;
  auto& list = cluster.api().on("GET", "/api/v1/namespaces/demo/pods");
  list.reply(test::list_json(resources::pods, {pod("a", "1"), pod("b", "2"), pod("c", "3"), pod("d", "4")}, "10"));
  Json reborn = pod("d", "20");
  reborn["metadata"]["uid"] = "another";
  list.reply(test::list_json(resources::pods, {pod("a", "1"), pod("b", "15"), reborn, pod("e", "16")}, "20"));
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  CHECK(take(watcher, cluster, 5) == "added a@1, added b@2, added c@3, added d@4, synced");
  const std::string difference = "modified b@15, deleted d@4, added d@20, added e@16, deleted c@3";
  SUBCASE("as an event") {
    watch.error(410, "Expired", "too old resource version");
    CHECK(take(watcher, cluster, 5) == difference);
  }
  SUBCASE("as a refusal of the watch") {
    watch.refuse_next(410, "Expired", "too old resource version");
    watch.end();
    CHECK(take(watcher, cluster, 5) == difference);
  }
  watch.modified(pod("b", "21"));
  CHECK(take(watcher, cluster, 1) == "modified b@21");
  CHECK(watch.requests().back().parameter("resourceVersion") == "20");
}

TEST_CASE("an object that was deleted unseen is told with its last known state, or its metadata when that is enough") {
  for (const bool metadata_only : {false, true}) {
    CAPTURE(metadata_only);
    FakeCluster cluster;
    auto& list = cluster.api().on("GET", "/api/v1/namespaces/demo/pods");
    list.reply(test::list_json(resources::pods, {pod("a", "1", "secondary")}, "10"))
        .reply(test::list_json(resources::pods, {}, "20"));
    FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
    WatchTarget target = kPods;
    target.metadata_of_missed = metadata_only;
    Watcher watcher(cluster.client(), {target});
    take(watcher, cluster, 2);
    Json last = pod("a", "11", "primary");
    last["metadata"]["managedFields"] = Json::array();
    last["spec"] = {{"nodeName", "node-0"}};
    watch.modified(last);
    take(watcher, cluster, 1);
    watch.error(410, "Expired", "too old");
    const std::optional<WatchEvent> event = watcher.next(cluster.clock().steady_now() + 1h, {});
    REQUIRE(event.has_value());
    CHECK(event->kind == WatchEvent::Kind::deleted);
    if (metadata_only) {
      last = Json::object({{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", last["metadata"]}});
      last["metadata"].erase("managedFields");
    }
    CHECK(*event->object == last);
  }
}

TEST_CASE("a passing error event keeps the place, garbage is taken up again") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {}, "10");
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  CHECK(take(watcher, cluster, 1) == "synced");
  watch.error(500, "InternalError", "etcd is away");
  watch.send("<html>gateway time-out</html>");
  watch.end();
  watch.added(pod("a", "11"));
  CHECK(take(watcher, cluster, 1) == "added a@11");
  for (const auto& request : watch.requests()) CHECK(request.parameter("resourceVersion") == "10");
}

TEST_CASE("frames that are no events of the collection are not believed, nor is their place") {
  for (const char* frame : {
           R"({"error":"please log in"})",
           R"({"type":"PAGE","object":{"kind":"Pod","metadata":{"name":"b","resourceVersion":"99"}}})",
           R"({"type":"ADDED","object":{"kind":"Page","metadata":{"name":"b","resourceVersion":"99"}}})",
           R"({"type":"DELETED","object":{"metadata":{"resourceVersion":"99"}}})",
       }) {
    CAPTURE(frame);
    FakeCluster cluster;
    cluster.api().on_list(resources::pods, "demo", {pod("a", "1")}, "10");
    FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
    Watcher watcher(cluster.client(), {kPods});
    CHECK(take(watcher, cluster, 2) == "added a@1, synced");
    watch.send(frame);
    watch.end();
    watch.modified(pod("a", "11"));
    CHECK(take(watcher, cluster, 1) == "modified a@11");
    for (const auto& request : watch.requests()) CHECK(request.parameter("resourceVersion") == "10");
  }
}

TEST_CASE("a collection that may not be listed, or does not exist, fails; the others go on") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {pod("a", "1")});
  cluster.api().on_watch(resources::pods, "demo");
  cluster.api().on("GET", "/api/v1/secrets").fail(403, "Forbidden", "no");
  Watcher watcher(cluster.client(), {kPods, {.type = &resources::secrets}});
  int failed = 0;
  std::vector<std::string> others;
  for (int i = 0; i < 3; ++i) {
    const std::optional<WatchEvent> event = watcher.next(cluster.clock().steady_now() + 1h, {});
    REQUIRE(event.has_value());
    if (event->kind == WatchEvent::Kind::failed) {
      ++failed;
      CHECK(event->target == 1);
      CHECK(event->error->kind() == ApiError::Kind::forbidden);
    } else {
      CHECK(event->target == 0);
      others.push_back(line_of(*event));
    }
  }
  CHECK(failed == 1);
  CHECK(join(others, ", ") == "added a@1, synced");
}

TEST_CASE("what worked is not given up at once when a restarted server refuses it") {
  FakeCluster cluster;
  auto& list = cluster.api().on("GET", "/api/v1/namespaces/demo/pods");
  list.reply(test::list_json(resources::pods, {pod("a", "1")}, "10"))
      .fail(403, "Forbidden", "RBAC: roles are not loaded yet")
      .fail(404, "NotFound", "the server could not find the requested resource")
      .reply(test::list_json(resources::pods, {pod("a", "5")}, "20"));
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  take(watcher, cluster, 2);
  watch.error(410, "Expired", "too old");
  CHECK(take(watcher, cluster, 1) == "modified a@5");

  list.fail(403, "Forbidden", "no more");
  watch.error(410, "Expired", "too old");
  CHECK(take(watcher, cluster, 1) == "failed");
}

TEST_CASE("a first list that fails again and again is given up, one that fails for a moment is not") {
  FakeCluster cluster;
  auto& list = cluster.api().on("GET", "/api/v1/namespaces/demo/pods");
  for (int i = 0; i < 3; ++i) list.fail(500, "InternalError", "etcd is away");
  WatchTarget target = kPods;
  target.first_list_tries = 3;
  SUBCASE("for a moment") {
    target.first_list_tries = 4;
    list.reply(test::list_json(resources::pods, {pod("a", "1")}, "10"));
    cluster.api().on_watch(resources::pods, "demo");
    Watcher watcher(cluster.client(), {target});
    CHECK(take(watcher, cluster, 2) == "added a@1, synced");
  }
  SUBCASE("for ever") {
    Watcher watcher(cluster.client(), {target});
    const std::optional<WatchEvent> event = watcher.next(cluster.clock().steady_now() + 1h, {});
    REQUIRE(event.has_value());
    REQUIRE(event->kind == WatchEvent::Kind::failed);
    CHECK(event->error->info().cause == "Error from server (InternalError): etcd is away");
    CHECK(list.uses() == 3);
  }
}

TEST_CASE("a collection that may be listed but not watched is polled every two seconds") {
  FakeCluster cluster;
  int lists = 0;
  std::vector<platform::SteadyTime> times;
  cluster.api().on("GET", "/api/v1/namespaces/demo/pods").reply_with([&](const test::SeenRequest&) {
    times.push_back(cluster.clock().steady_now());
    ++lists;
    const std::vector<Json> items =
        lists < 4 ? std::vector<Json>{pod("a", lists < 3 ? "1" : "2")} : std::vector<Json>{};
    return test::Reply{.body = codec::compact_json(test::list_json(resources::pods, items, "10"))};
  });
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  watch.refuse_next(403, "Forbidden", "cannot watch");
  {
    Watcher watcher(cluster.client(), {kPods});
    const auto far = cluster.clock().steady_now() + std::chrono::hours(1'000'000);
    std::vector<std::string> lines;
    while (lines.size() < 4) lines.push_back(line_of(watcher.next(far, {}).value()));
    CHECK(join(lines, ", ") == "added a@1, synced, modified a@2, deleted a@2");
  }
  CHECK(times.at(2) - times.at(1) == 2s);
  CHECK(watch.opened() == 1);
}

TEST_CASE("waiting ends at the deadline and when it is told to") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {});
  cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  CHECK(take(watcher, cluster, 1) == "synced");
  const auto deadline = cluster.clock().steady_now() + 5min;
  CHECK_FALSE(watcher.next(deadline, {}).has_value());
  CHECK(cluster.clock().steady_now() == deadline);
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(watcher.next(cluster.clock().steady_now() + 5min, stop.get_token()).has_value());
  CHECK(cluster.clock().steady_now() == deadline);
}

TEST_CASE("a slow reader loses nothing") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {});
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  constexpr int kEvents = 3000;  // more than the queue holds
  for (int i = 0; i < kEvents; ++i) watch.added(pod(fmt::format("p{}", i), "1"));
  CHECK(take(watcher, cluster, 1) == "synced");
  int in_order = 0;
  for (int i = 0; i < kEvents; ++i) {
    const auto event = watcher.next(cluster.clock().steady_now() + 1h, {});
    if (event && line_of(*event) == fmt::format("added p{}@1", i)) ++in_order;
  }
  CHECK(in_order == kEvents);
}

TEST_CASE("a watcher that is destroyed while its queue is full does not hang") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {});
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {kPods});
  for (int i = 0; i < 1500; ++i) watch.added(pod(fmt::format("p{}", i), "1"));
  CHECK(watch.opened() == 1);
}

TEST_CASE("metadata can be followed alone") {
  FakeCluster cluster;
  cluster.api().on_list(resources::pods, "demo", {});
  FakeWatch& watch = cluster.api().on_watch(resources::pods, "demo");
  Watcher watcher(cluster.client(), {{.type = &resources::pods, .ns = "demo", .options = {.metadata_only = true}}});
  take(watcher, cluster, 1);
  Json partial = pod("a", "1");
  partial["kind"] = "PartialObjectMetadata";
  partial["apiVersion"] = "meta.k8s.io/v1";
  watch.added(partial);
  const auto event = watcher.next(cluster.clock().steady_now() + 1h, {});
  REQUIRE(event.has_value());
  CHECK(*event->object == pod("a", "1"));
  CHECK(watch.requests().at(0).header("Accept") ==
        "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json");
}

TEST_CASE("pauses grow from 0.8 s to 30 s, with jitter, and begin anew after two quiet minutes") {
  Backoff backoff;
  platform::SteadyTime now(1h);
  std::vector<std::chrono::nanoseconds> pauses;
  for (int i = 0; i < 7; ++i) pauses.push_back(backoff.next(now, 0));
  CHECK(pauses == std::vector<std::chrono::nanoseconds>{800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s});
  CHECK(backoff.next(now, 29'999) == 59'999ms);
  CHECK(backoff.next(now + 3min, 799) == 1599ms);
}

}  // namespace dba::kube
