#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "raw_client.hpp"

namespace dba::sandbox::http {
namespace {

constexpr std::string_view kEviction = "/api/v1/namespaces/demo/pods/web-0/eviction";
constexpr std::string_view kBody = R"({"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"web-0"}})";

void add_pod(TestServer& server, const char* ready, const char* phase = "Running") {
  const api::Resource& type = server.type("", "v1", "pods");
  server.api.load({Json::parse(fmt::format(
      R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"web-0","namespace":"demo","labels":{{"app":"web"}}}},
      "spec":{{"containers":[{{"name":"a","image":"example.com/a:1"}}]}},
      "status":{{"phase":"{}","conditions":[{{"type":"Ready","status":"{}"}}]}}}})",
      phase, ready))});
  REQUIRE(server.api.find(type, "demo", "web-0"));
}

/// A budget as the controller would have left it.
void add_budget(TestServer& server, const std::string& name, const std::string& status, const std::string& spec = "") {
  server.api.load({Json::parse(fmt::format(
      R"({{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{{"name":"{}","namespace":"demo",
      "generation":2}},"spec":{{"minAvailable":1,"selector":{{"matchLabels":{{"app":"web"}}}}{}}},"status":{}}})",
      name, spec, status))});
}

bool is_there(const TestServer& server) {
  return server.api.find(server.type("", "v1", "pods"), "demo", "web-0") != nullptr;
}

}  // namespace

TEST_CASE("a budget refuses an eviction with its reason") {
  struct Row {
    const char* status;
    const char* cause;
  };
  for (const Row& row : {
           Row{R"({"observedGeneration":1,"disruptionsAllowed":1})",
               "The disruption budget web is still being processed by the server."},
           Row{R"({"observedGeneration":2,"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":1})",
               "The disruption budget web needs 1 healthy pods and has 1 currently"},
           Row{R"({"observedGeneration":2,"disruptionsAllowed":0,"currentHealthy":2,"desiredHealthy":1})",
               "The disruption budget web does not allow evicting pods currently"},
           Row{R"({"observedGeneration":2,"disruptionsAllowed":0,"conditions":[{"type":"DisruptionAllowed",
               "status":"False","reason":"SyncFailed","message":"no scale"}]})",
               "The disruption budget web does not allow evicting pods currently because it failed sync: no scale"},
       }) {
    CAPTURE(row.cause);
    TestServer server;
    add_pod(server, "True");
    add_budget(server, "web", row.status);
    const Response refused = ask(server, "POST", kEviction, kBody);
    CHECK(refused.code == 429);
    CHECK(refused.message() == "Cannot evict pod as it would violate the pod's disruption budget.");
    CHECK(refused.json()["details"]["causes"] ==
          Json::array({Json{{"reason", "DisruptionBudget"}, {"message", row.cause}}}));
    CHECK(is_there(server));
  }
}

TEST_CASE("an eviction that is granted is noted in the budget, a dry run is not") {
  TestServer server;
  add_pod(server, "True");
  add_budget(server, "web", R"({"observedGeneration":2,"disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":1,
      "expectedPods":2,"conditions":[{"type":"DisruptionAllowed","status":"True","reason":"SufficientPods"}]})");
  const auto status = [&] {
    return server.api.get(server.type("policy", "v1", "poddisruptionbudgets"), "demo", "web")->at("status");
  };
  const Json before = status();
  CHECK(ask(server, "POST", kEviction,
            R"({"kind":"Eviction","apiVersion":"policy/v1","deleteOptions":{"dryRun":["All"]}})")
            .code == 201);
  CHECK(status() == before);
  CHECK(is_there(server));
  CHECK(ask(server, "POST", kEviction, kBody).code == 201);
  CHECK(status()["disruptionsAllowed"] == 0);
  CHECK(status()["disruptedPods"].contains("web-0"));
  CHECK(status()["conditions"][0]["status"] == "False");
  CHECK(status()["conditions"][0]["reason"] == "InsufficientPods");
}

TEST_CASE("pods that nobody would miss go in spite of the budget") {
  const char* const used_up =
      R"({"observedGeneration":2,"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":1})";
  const char* const enough = R"({"observedGeneration":2,"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":1})";
  struct Row {
    const char *ready, *phase, *status, *spec;
    int code;
  };
  for (const Row& row : {Row{"False", "Running", used_up, "", 429}, Row{"False", "Running", enough, "", 201},
                         Row{"False", "Running", used_up, R"(,"unhealthyPodEvictionPolicy":"AlwaysAllow")", 201},
                         Row{"True", "Running", used_up, R"(,"unhealthyPodEvictionPolicy":"AlwaysAllow")", 429},
                         Row{"False", "Pending", used_up, "", 201}, Row{"False", "Succeeded", used_up, "", 201}}) {
    CAPTURE(row.ready);
    CAPTURE(row.phase);
    CAPTURE(row.spec);
    TestServer server;
    add_pod(server, row.ready, row.phase);
    add_budget(server, "web", row.status, row.spec);
    CHECK(ask(server, "POST", kEviction, kBody).code == row.code);
  }
}

TEST_CASE("two budgets for one pod are one too many") {
  TestServer server;
  add_pod(server, "True");
  for (const char* name : {"one", "two"})
    add_budget(server, name, R"({"observedGeneration":2,"disruptionsAllowed":1})");
  const Response refused = ask(server, "POST", kEviction, kBody);
  CHECK(refused.code == 500);
  CHECK(refused.message() ==
        "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does "
        "not support.");
}

TEST_CASE("a Scale can be put, patched and applied; what does not fit is refused in the API server's words") {
  TestServer server;
  constexpr std::string_view kScale = "/apis/apps/v1/namespaces/demo/statefulsets/set/scale";
  REQUIRE(ask(server, "POST", "/apis/apps/v1/namespaces/demo/statefulsets",
              R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"set"},"spec":{"replicas":3}})")
              .code == 201);
  const auto replicas = [&] { return ask(server, "GET", kScale).json()["spec"].value("replicas", 0); };
  CHECK(replicas() == 3);
  CHECK(ask(server, "PUT", kScale, R"({"metadata":{"name":"set"},"spec":{"replicas":4}})").code == 200);
  CHECK(replicas() == 4);
  CHECK(ask(server, "PATCH", kScale, R"([{"op":"replace","path":"/spec/replicas","value":5}])", "",
            "application/json-patch+json")
            .code == 200);
  CHECK(replicas() == 5);
  const Response disputed =
      ask(server, "PATCH", std::string(kScale) + "?fieldManager=x",
          R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"set"},"spec":{"replicas":6}})", "",
          "application/apply-patch+yaml");
  CHECK(disputed.code == 409);
  CHECK(ask(server, "PATCH", std::string(kScale) + "?fieldManager=x&force=true",
            R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"set"},"spec":{"replicas":6}})", "",
            "application/apply-patch+yaml")
            .code == 200);
  CHECK(replicas() == 6);
  const Response unreadable = ask(server, "PUT", kScale, R"({"metadata":{"name":"set"},"spec":{"replicas":"x"}})");
  CHECK(unreadable.code == 400);
  CHECK(unreadable.message() ==
        "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field "
        "ScaleSpec.spec.replicas of type int32");
  CHECK(ask(server, "PUT", kScale, R"({"metadata":{"name":"other"},"spec":{"replicas":1}})").code == 400);
  CHECK(ask(server, "POST", kScale, "{}").code == 405);
  CHECK(ask(server, "DELETE", kScale).code == 405);
  CHECK(replicas() == 6);
}

}  // namespace dba::sandbox::http
