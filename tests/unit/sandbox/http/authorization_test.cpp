#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "api/access.hpp"
#include "raw_client.hpp"

namespace dba::sandbox::http {
namespace {

constexpr std::string_view kJane = "Impersonate-User: jane\r\n";

void add_reader(TestServer& server) {
  const char* const kRole = R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role",
    "metadata":{"name":"reader","namespace":"demo"},
    "rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list"]},
             {"apiGroups":[""],"resources":["pods/exec"],"verbs":["get"]}]})";
  const char* const kBinding = R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
    "metadata":{"name":"readers","namespace":"demo"},"roleRef":{"kind":"Role","name":"reader"},
    "subjects":[{"kind":"Group","name":"readers"},{"kind":"Group","name":"system:serviceaccounts:demo"}]})";
  server.api.load(api::bootstrap_roles());
  server.api.load({Json::parse(kRole), Json::parse(kBinding)});
}

TEST_CASE("a request in the name of somebody else is judged by that one's rights") {
  TestServer server;
  add_reader(server);
  server.add_config_map("a");
  const std::string maps = "/api/v1/namespaces/demo/configmaps";
  const std::string reader = std::string(kJane) + "Impersonate-Group: ops\r\nImpersonate-Group: readers\r\n";
  CHECK(ask(server, "GET", maps).code == 200);
  CHECK(ask(server, "GET", maps, "", reader).code == 200);
  CHECK(ask(server, "GET", maps + "/a", "", "Impersonate-User: system:serviceaccount:demo:probe\r\n").code == 200);
  const Response refused = ask(server, "GET", maps + "/a", "", kJane);
  CHECK(refused.code == 403);
  CHECK(refused.message() ==
        R"(configmaps "a" is forbidden: User "jane" cannot get resource "configmaps" in API group "" in the namespace )"
        R"("demo")");
  CHECK(ask(server, "DELETE", maps + "/a", "", reader).code == 403);
  CHECK(ask(server, "GET", maps + "?watch=true&timeoutSeconds=1", "", reader).message() ==
        R"(configmaps is forbidden: User "jane" cannot watch resource "configmaps" in API group "" in the namespace )"
        R"("demo")");
  CHECK(ask(server, "GET", "/api/v1/namespaces/demo", "", kJane).message() ==
        R"(namespaces "demo" is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the )"
        R"(namespace "demo")");
  CHECK(ask(server, "GET", "/apis", "", kJane).code == 200);
  CHECK(ask(server, "GET", "/metrics", "", kJane).message() == R"(forbidden: User "jane" cannot get path "/metrics")");
  CHECK(ask(server, "GET", maps, "", "Impersonate-Group: readers\r\n").code == 500);
}

TEST_CASE("a session over WebSocket has to be allowed as what it is: something that is created") {
  TestServer server;
  add_reader(server);
  CHECK(
      ask(server, "GET", "/api/v1/namespaces/demo/pods/sales-0/exec?command=ls", "",
          std::string(kJane) + "Impersonate-Group: readers\r\n")
          .message() ==
      R"(pods "sales-0" is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace )"
      R"("demo")");
}

TEST_CASE("whoami tells the user in whose name one asks") {
  TestServer server;
  add_reader(server);
  const char* const kReview = R"({"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"})";
  const std::string path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  CHECK(ask(server, "POST", path, kReview).json()["status"]["userInfo"]["username"] == "admin");
  CHECK(ask(server, "POST", path, kReview, std::string(kJane) + "Impersonate-Group: ops\r\n").json()["status"] ==
        Json::parse(R"({"userInfo":{"username":"jane","groups":["ops","system:authenticated"]}})"));
}

TEST_CASE("what a real server has and the sandbox has not is said to be so") {
  TestServer server;
  CHECK(ask(server, "POST", "/api/v1/namespaces/demo/serviceaccounts/default/token", "{}").message() ==
        "the sandbox does not simulate serviceaccounts/token");
  CHECK(ask(server, "GET", "/metrics").message() == "the sandbox does not simulate /metrics");
  CHECK(ask(server, "GET", "/api/v1/namespaces/demo/pods/a/nosuch").message() ==
        "the server could not find the requested resource");
}

}  // namespace
}  // namespace dba::sandbox::http
