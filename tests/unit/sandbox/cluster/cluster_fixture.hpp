#pragma once
// A whole cluster in virtual time, and words to wait for what it does.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "cluster/cluster.hpp"
#include "support/patient_clock.hpp"
#include "world/world.hpp"

namespace dba::test {

namespace sandbox_api = sandbox::api;

struct ClusterFixture {
  PatientClock clock{};
  sandbox::world::World world{clock, 1, 1.0};
  sandbox_api::Api api{world};
  sandbox::cluster::Cluster cluster{api, world};

  static const sandbox_api::Resource& type(std::string_view api_version, std::string_view kind) {
    return *sandbox_api::find_kind(api_version, kind);
  }
  sandbox_api::Object create(const char* text, std::string_view ns = "demo") {
    const Json object = Json::parse(text);
    const auto& kind = type(object["apiVersion"].get<std::string>(), object["kind"].get<std::string>());
    return api.create(kind, kind.namespaced ? ns : "", object);
  }
  /// Waits until the object fulfils the wish; null when it never did.
  sandbox_api::Object wait(const sandbox_api::Resource& kind, std::string_view ns, std::string_view name,
                           const std::function<bool(const Json&)>& wish) {
    const auto events = api.watch(kind, ns, {.labels = "", .fields = "metadata.name=" + std::string(name)}, "", false);
    while (const auto event = events->next(std::chrono::seconds(60), {})) {
      if (event->kind != sandbox_api::Event::Kind::deleted && wish(*event->object)) return event->object;
    }
    FAIL_CHECK("nothing came of " << kind.kind << " " << name);
    return nullptr;
  }
  sandbox_api::Object wait_pod(std::string_view name, const std::function<bool(const Json&)>& wish) {
    return wait(type("v1", "Pod"), "demo", name, wish);
  }
  void wait_gone(const sandbox_api::Resource& kind, std::string_view ns, std::string_view name) {
    const auto events = api.watch(kind, ns, {.labels = "", .fields = "metadata.name=" + std::string(name)}, "", false);
    if (!api.find(kind, ns, name)) return;
    while (const auto event = events->next(std::chrono::seconds(60), {})) {
      if (event->kind == sandbox_api::Event::Kind::deleted) return;
    }
    FAIL_CHECK(kind.kind << " " << name << " did not go");
  }
  /// "Type Reason: message" of the events about an object, in the order in which they were first seen.
  std::vector<std::string> events_of(std::string_view name) {
    std::vector<std::string> texts;
    for (const auto& event : api.list(type("v1", "Event"), "demo").items) {
      if (codec::string_at(*event, {"involvedObject", "name"}) != name) continue;
      texts.push_back((*event)["type"].get<std::string>() + " " + (*event)["reason"].get<std::string>() + ": " +
                      (*event)["message"].get<std::string>());
    }
    return texts;
  }
};

inline bool is_pod_ready(const Json& pod) {
  const Json* const ready = codec::condition_of(pod, "Ready");
  return ready != nullptr && codec::string_at(*ready, {"status"}) == "True";
}

/// A pod of a group, with its two containers.
inline std::string group_pod(const std::string& name, const std::string& role = "", const std::string& more_spec = "") {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","labels":{
      "app.kubernetes.io/instance":"sales","apps.kubernetes.io/pod-index":")" +
         name.substr(name.rfind('-') + 1) + "\"" + (role.empty() ? "" : ",\"kubedb.com/role\":\"" + role + "\"") +
         R"(}},"spec":{"hostname":")" + name + R"(","subdomain":"sales-pods","containers":[
      {"name":"mssql","image":"registry.example.com/mssql/server:2022","ports":[{"name":"db","containerPort":1433}],
       "env":[{"name":"ACCEPT_EULA","value":"Y"}]},
      {"name":"mssql-coordinator","image":"registry.example.com/coordinator:v1"}])" +
         more_spec + "}}";
}

}  // namespace dba::test
