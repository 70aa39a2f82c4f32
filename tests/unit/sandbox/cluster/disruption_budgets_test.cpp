#include "cluster/disruption_scale.hpp"
#include "cluster/selector_index.hpp"
#include "cluster_fixture.hpp"

using dba::Json;
using dba::test::ClusterFixture;
using namespace dba::sandbox;
namespace codec = dba::codec;

namespace {

struct BudgetFixture : ClusterFixture {
  const api::Resource& budgets = type("policy/v1", "PodDisruptionBudget");
  const api::Resource& pods = type("v1", "Pod");

  void make_pod(const std::string& name, const std::string& labels, const std::string& owner = "") {
    create((R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","labels":)" + labels + owner +
            R"(},"spec":{"nodeName":"node-0","containers":[{"name":"a","image":"example.com/a:1"}]}})")
               .c_str());
  }
  void make_budget(const std::string& name, const std::string& spec) {
    create((R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":")" + name + R"("},"spec":)" +
            spec + "}")
               .c_str());
  }
  /// Waits until the budget's numbers read so: "allowed/healthy/desired/expected reason".
  void wait_budget(const std::string& name, const std::string& wanted) {
    std::string last;
    wait(budgets, "demo", name, [&](const Json& budget) {
      const Json* const condition = codec::condition_of(budget, "DisruptionAllowed");
      if (condition == nullptr) return false;
      const Json& status = budget["status"];
      last = status["disruptionsAllowed"].dump() + "/" + status["currentHealthy"].dump() + "/" +
             status["desiredHealthy"].dump() + "/" + status["expectedPods"].dump() + " " +
             condition->at("reason").get<std::string>();
      return last == wanted;
    });
    CHECK(last == wanted);
  }
};

}  // namespace

TEST_CASE("a budget follows the pods that its selector finds") {
  BudgetFixture fixture;
  fixture.make_budget("all", R"({"minAvailable":1,"selector":{}})");
  fixture.make_budget("none", R"({"minAvailable":1})");
  fixture.make_budget(
      "some",
      R"({"minAvailable":1,"selector":{"matchExpressions":[{"key":"app","operator":"NotIn","values":["b"]}]}})");
  fixture.make_budget("web", R"({"minAvailable":1,"selector":{"matchLabels":{"app":"a"}}})");
  fixture.wait_budget("web", "0/0/1/0 InsufficientPods");
  fixture.make_pod("a-0", R"({"app":"a"})");
  fixture.make_pod("b-0", R"({"app":"b"})");
  fixture.wait_budget("all", "1/2/1/2 SufficientPods");
  fixture.wait_budget("some", "0/1/1/1 InsufficientPods");
  fixture.wait_budget("web", "0/1/1/1 InsufficientPods");
  fixture.wait_budget("none", "0/0/1/0 InsufficientPods");
  fixture.api.patch(fixture.pods, "demo", "b-0", api::PatchKind::merge,
                    Json{{"metadata", {{"labels", {{"app", "a"}}}}}}, "");
  fixture.wait_budget("web", "1/2/1/2 SufficientPods");
  fixture.api.remove(fixture.pods, "demo", "b-0");
  fixture.wait_budget("web", "0/1/1/1 InsufficientPods");
}

TEST_CASE("an evicted pod that stays counts as gone for two minutes") {
  BudgetFixture fixture;
  fixture.make_budget("web", R"({"minAvailable":1,"selector":{"matchLabels":{"app":"a"}}})");
  fixture.make_pod("a-0", R"({"app":"a"})");
  fixture.make_pod("a-1", R"({"app":"a"})");
  fixture.wait_budget("web", "1/2/1/2 SufficientPods");
  Json budget = *fixture.api.get(fixture.budgets, "demo", "web");
  budget["status"]["disruptedPods"]["a-0"] = dba::format_rfc3339(fixture.clock.wall_now());
  budget["status"]["disruptionsAllowed"] = 0;
  fixture.api.update(fixture.budgets, "demo", "web", budget, "status");
  fixture.wait_budget("web", "0/1/1/2 InsufficientPods");
  fixture.wait_budget("web", "1/2/1/2 SufficientPods");
  CHECK(codec::find_at(*fixture.api.get(fixture.budgets, "demo", "web"), {"status", "disruptedPods"}) == nullptr);
}

TEST_CASE("what is missing, and shares, are counted from what the owners of the pods want") {
  BudgetFixture fixture;
  const auto owned = [&](const char* kind, const std::string& name) {
    const api::Object owner = fixture.api.get(fixture.type("apps/v1", kind), "demo", name);
    return R"(,"ownerReferences":[{"apiVersion":"apps/v1","kind":")" + std::string(kind) + R"(","name":")" + name +
           R"(","uid":")" + codec::uid_of(*owner) + R"(","controller":true}])";
  };
  fixture.create(R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"set"},"spec":{"replicas":3,
      "selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a"}}}}})");
  fixture.create(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":4}})");
  fixture.create((R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web-1")" +
                  owned("Deployment", "web") + R"(},"spec":{"replicas":1}})")
                     .c_str());
  for (const char* pod : {"a-0", "a-1"}) fixture.make_pod(pod, R"({"app":"a"})", owned("StatefulSet", "set"));
  fixture.make_pod("b-0", R"({"app":"b"})", owned("ReplicaSet", "web-1"));
  fixture.make_pod("c-0", R"({"app":"c"})");
  std::vector<api::Object> all = fixture.api.list(fixture.pods, "demo").items;

  struct Row {
    const char* spec;
    std::int64_t expected, desired;
  };
  for (const Row& row : {Row{R"({"maxUnavailable":1})", 7, 6}, Row{R"({"maxUnavailable":"50%"})", 7, 3},
                         Row{R"({"maxUnavailable":9})", 7, 0}, Row{R"({"minAvailable":"50%"})", 7, 4},
                         Row{R"({"minAvailable":2})", 4, 2}, Row{R"({})", 0, 0}}) {
    CAPTURE(row.spec);
    const auto scale = cluster::scale_of(fixture.api, Json{{"spec", Json::parse(row.spec)}}, all);
    CHECK(scale.expected == row.expected);
    CHECK(scale.desired == row.desired);
  }
  fixture.api.remove(fixture.type("apps/v1", "StatefulSet"), "demo", "set", {.propagation = "Orphan"});
  CHECK_THROWS_WITH_AS(cluster::scale_of(fixture.api, Json::parse(R"({"spec":{"maxUnavailable":1}})"), all),
                       "found no controllers for pod \"a-0\"", cluster::UnknownScale);
}

TEST_CASE("the index finds no pod's object too few") {
  cluster::SelectorIndex index;
  index.add("demo/one", {{"app", "a"}, {"tier", "x"}});
  index.add("demo/two", {{"tier", "x"}});
  index.add("demo/all", {});
  index.add("other/one", {{"app", "a"}});
  const auto candidates = [&](const char* labels) {
    std::string text;
    const Json pod{{"metadata", {{"namespace", "demo"}, {"labels", Json::parse(labels)}}}};
    for (const std::string& key : index.candidates(pod)) text += key + " ";
    return text;
  };
  CHECK(candidates(R"({"app":"a"})") == "demo/all demo/one ");
  CHECK(candidates(R"({"tier":"x","app":"b"})") == "demo/all demo/two ");
  CHECK(candidates("{}") == "demo/all ");
  index.remove("demo/all", {});
  index.remove("demo/one", {{"app", "a"}, {"tier", "x"}});
  index.remove("demo/none", {});
  CHECK(candidates(R"({"app":"a","tier":"x"})") == "demo/two ");
}
