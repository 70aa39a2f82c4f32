#include "operator/runtime/store.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "fixtures.hpp"

namespace dba::sandbox::kubedb::test {
namespace {

Json pod(const std::string& name, const std::string& uid, int version) {
  Json object = yaml(
      "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: demo}, spec: {nodeName: node-0}, "
      "status: {phase: Running, restarts: -1, ratio: 0.5, nothing: null}}");
  object["metadata"]["name"] = name;
  object["metadata"]["uid"] = uid;
  object["metadata"]["resourceVersion"] = std::to_string(version);
  object["metadata"]["managedFields"] = Json::array({Json::object({{"manager", "kubectl"}})});
  return object;
}

kube::WatchEvent told(kube::WatchEvent::Kind kind, Json object) {
  kube::WatchEvent event;
  event.kind = kind;
  event.target = static_cast<std::size_t>(Kind::pod);
  event.object = std::make_unique<Json>(std::move(object));
  return event;
}

std::string version_of(const Store& store, const char* name) {
  const auto found = store.find(Kind::pod, "demo", name);
  return found ? codec::resource_version_of(*found) : "none";
}

TEST_CASE("what is kept comes back as it was, without what the operator never reads") {
  Store store;
  store.put(Kind::pod, pod("sales-0", "a", 7));
  CHECK(
      codec::compact_json(store.find(Kind::pod, "demo", "sales-0").value()) ==
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"sales-0","namespace":"demo","uid":"a","resourceVersion":"7"},)"
      R"("status":{"phase":"Running","restarts":-1,"ratio":0.5,"nothing":null}})");
  CHECK_FALSE(store.find(Kind::pod, "demo", "sales-1").has_value());
  CHECK(store.has(Kind::pod, "demo", "sales-0"));
  CHECK_FALSE(store.has(Kind::pod, "prod", "sales-0"));
  store.put(Kind::secret, yaml("{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: demo}, "
                               "data: {ca.crt: Y2E=, tls.key: c2VjcmV0}}"));
  CHECK(codec::compact_json(store.find(Kind::secret, "demo", "s").value()["data"]) ==
        R"({"ca.crt":"Y2E=","tls.key":null})");
}

TEST_CASE("a list has what begins so, by name, in one namespace") {
  Store store;
  for (const char* name : {"sales-1", "sales-0", "orders-0"}) store.put(Kind::pod, pod(name, name, 1));
  std::string names;
  for (const Json& each : store.list(Kind::pod, "demo", "sales-")) names += codec::name_of(each) + " ";
  CHECK(names == "sales-0 sales-1 ");
  CHECK(store.list(Kind::pod, "demo").size() == 3);
  CHECK(store.list(Kind::pod, "prod").empty());
}

TEST_CASE("a watch that lags behind our own writes takes nothing back") {
  using EventKind = kube::WatchEvent::Kind;
  Store store;
  store.put(Kind::pod, pod("sales-0", "a", 12));
  store.take(told(EventKind::modified, pod("sales-0", "a", 11)));
  CHECK(version_of(store, "sales-0") == "12");
  store.take(told(EventKind::modified, pod("sales-0", "a", 100)));
  CHECK(version_of(store, "sales-0") == "100");
  store.take(told(EventKind::added, pod("sales-0", "b", 13)));  // Another one of that name.
  CHECK(version_of(store, "sales-0") == "13");
  store.take(told(EventKind::deleted, pod("sales-0", "a", 101)));
  CHECK(version_of(store, "sales-0") == "13");
  store.take(told(EventKind::deleted, pod("sales-0", "b", 14)));
  CHECK(version_of(store, "sales-0") == "none");
}

}  // namespace
}  // namespace dba::sandbox::kubedb::test
