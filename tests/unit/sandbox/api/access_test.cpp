// Roles and bindings: the answers are those of kube-apiserver 1.36.
#include "api/access.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "api_support.hpp"

namespace dba::sandbox::api::test {
namespace {

struct AccessFixture : ApiFixture {
  AccessFixture() {
    api.load(bootstrap_roles());
    load(R"({"kind":"Role","metadata":{"name":"reader","namespace":"demo"},"rules":[
      {"apiGroups":[""],"resources":["pods","pods/log"],"verbs":["get","list","watch"]},
      {"apiGroups":["kubedb.com"],"resources":["*"],"verbs":["get"],"resourceNames":["sales"]},
      {"apiGroups":["*"],"resources":["*/scale"],"verbs":["*"]}]})");
    load(R"({"kind":"RoleBinding","metadata":{"name":"readers","namespace":"demo"},
      "roleRef":{"kind":"Role","name":"reader"},"subjects":[{"kind":"User","name":"jane"},
      {"kind":"ServiceAccount","name":"probe"}]})");
    load(R"({"kind":"ClusterRole","metadata":{"name":"metrics"},
      "rules":[{"nonResourceURLs":["/metrics","/debug/*"],"verbs":["get"]},
               {"apiGroups":[""],"resources":["nodes"],"verbs":["list"]}]})");
    load(R"({"kind":"ClusterRoleBinding","metadata":{"name":"watchers"},
      "roleRef":{"kind":"ClusterRole","name":"metrics"},"subjects":[{"kind":"Group","name":"ops"}]})");
    load(R"({"kind":"RoleBinding","metadata":{"name":"broken","namespace":"demo"},
      "roleRef":{"kind":"ClusterRole","name":"nosuch"},"subjects":[{"kind":"User","name":"joe"}]})");
  }
  void load(const std::string& text) {
    Json object = Json::parse(text);
    object["apiVersion"] = "rbac.authorization.k8s.io/v1";
    api.load({std::move(object)});
  }
  /// "yes", or the message of the refusal.
  std::string ask(const User& user, const Access& access) const {
    try {
      api.authorize(user, access);
      return "yes";
    } catch (const StatusError& error) {
      CHECK(error.code == 403);
      CHECK(error.reason == "Forbidden");
      return error.message;
    }
  }
};

User user(std::string name, std::vector<std::string> groups = {"system:authenticated"}) {
  return {.name = std::move(name), .groups = std::move(groups)};
}

TEST_CASE_FIXTURE(AccessFixture, "a user may do what the roles bound to it say, and nothing else") {
  const User jane = user("jane");
  const auto on_pods = [](std::string verb, std::string ns, std::string below = "") {
    return Access{.verb = std::move(verb), .resource = "pods", .subresource = std::move(below), .ns = std::move(ns)};
  };
  CHECK(ask(jane, on_pods("list", "demo")) == "yes");
  CHECK(ask(jane, on_pods("get", "demo", "log")) == "yes");
  CHECK(ask(user("system:serviceaccount:demo:probe"), on_pods("list", "demo")) == "yes");
  CHECK(ask({}, on_pods("delete", "kube-system")) == "yes");
  CHECK(ask(jane, on_pods("list", "prod")) ==
        R"(pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "prod")");
  CHECK(ask(jane, on_pods("list", "")) ==
        R"(pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope)");
  CHECK(ask(jane, on_pods("create", "demo", "exec")) ==
        R"(pods is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace "demo")");
  CHECK(ask(user("system:serviceaccount:prod:probe"), on_pods("list", "demo")).starts_with("pods is forbidden"));

  Access one{.verb = "get", .group = "kubedb.com", .resource = "mssqlservers", .name = "sales", .ns = "demo"};
  CHECK(ask(jane, one) == "yes");
  one.name = "orders";
  CHECK(ask(jane, one) ==
        R"(mssqlservers.kubedb.com "orders" is forbidden: User "jane" cannot get resource "mssqlservers" in API group )"
        R"("kubedb.com" in the namespace "demo")");
  CHECK(
      ask(jane, {.verb = "update", .group = "apps", .resource = "deployments", .subresource = "scale", .ns = "demo"}) ==
      "yes");
}

TEST_CASE_FIXTURE(AccessFixture, "groups, paths, and a role that is not there") {
  const User guard = user("kim", {"ops", "system:authenticated"});
  CHECK(ask(guard, {.verb = "get", .path = "/metrics"}) == "yes");
  CHECK(ask(guard, {.verb = "get", .path = "/debug/pprof"}) == "yes");
  CHECK(ask(guard, {.verb = "post", .path = "/metrics"}) == R"(forbidden: User "kim" cannot post path "/metrics")");
  CHECK(ask(guard, {.verb = "list", .resource = "nodes"}) == "yes");
  CHECK(ask(user("jane"), {.verb = "get", .path = "/apis/apps/v1"}) == "yes");
  CHECK(ask(user("system:anonymous", {"system:unauthenticated"}), {.verb = "get", .path = "/apis"}) ==
        R"(forbidden: User "system:anonymous" cannot get path "/apis")");
  CHECK(ask(user("joe"), {.verb = "list", .resource = "pods", .ns = "demo"}) ==
        R"(pods is forbidden: User "joe" cannot list resource "pods" in API group "" in the namespace "demo": )"
        R"(RBAC: clusterrole.rbac.authorization.k8s.io "nosuch" not found)");
}

TEST_CASE_FIXTURE(AccessFixture, "reviews of oneself are about the user who asks") {
  const auto review = [&](const char* plural, Json spec, const User& who) {
    const bool of_access = std::string(plural) != "selfsubjectreviews";
    const Resource& type = *find_resource(of_access ? "authorization.k8s.io" : "authentication.k8s.io", "v1", plural);
    Json object{{"apiVersion", type.api_version()}, {"kind", type.kind}};
    if (of_access) object["spec"] = std::move(spec);
    WriteOptions options;
    options.user = who;
    return (*api.create(type, "", std::move(object), options))["status"];
  };
  const Json list_pods{{"resourceAttributes", {{"namespace", "demo"}, {"verb", "list"}, {"resource", "pods"}}}};
  CHECK(
      codec::compact_json(review("selfsubjectaccessreviews", list_pods, user("jane"))) ==
      R"({"allowed":true,"reason":"RBAC: allowed by RoleBinding \"readers/demo\" of Role \"reader\" to User \"jane\""})");
  CHECK(codec::compact_json(review("selfsubjectaccessreviews", list_pods, user("kim"))) == R"({"allowed":false})");
  CHECK(codec::compact_json(review("selfsubjectreviews", {}, user("kim", {"ops"}))) ==
        R"({"userInfo":{"username":"kim","groups":["ops"]}})");
  CHECK(codec::compact_json(review("selfsubjectrulesreviews", {{"namespace", "demo"}}, user("kim", {"ops"}))) ==
        R"({"resourceRules":[{"apiGroups":[""],"resources":["nodes"],"verbs":["list"]}],)"
        R"("nonResourceRules":[{"nonResourceURLs":["/metrics","/debug/*"],"verbs":["get"]}],"incomplete":false})");
}

}  // namespace
}  // namespace dba::sandbox::api::test
