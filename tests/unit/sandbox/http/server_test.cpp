#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "raw_client.hpp"

namespace dba::sandbox::http {
namespace {

constexpr std::string_view kTable =
    "Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
    "application/json\r\n";

std::string map_json(const std::string& name, const std::string& value = "1") {
  return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{{"k":"{}"}}}})", name,
                     value);
}

TEST_CASE("only the token opens the door; health needs none") {
  const TestServer server;
  for (const char* path : {"/healthz", "/livez", "/readyz"}) {
    RawClient client(server);
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path));
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->code == 200);
    CHECK(response->body == "ok");
  }
  const std::string token = server.server->token().reveal();
  CHECK(token.size() == 64);
  for (const std::string& authorization :
       {std::string(), std::string("Authorization: Bearer \r\n"), std::string("Authorization: Bearer wrong\r\n"),
        "Authorization: Basic " + token + "\r\n", "Authorization: Bearer " + token + "0\r\n",
        "Authorization: Bearer " + token.substr(1) + "\r\n"}) {
    RawClient client(server);
    client.send("GET /api HTTP/1.1\r\nHost: x\r\n" + authorization + "\r\n");
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->code == 401);
    CHECK(response->json() == codec::parse_json(R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",
        "message":"Unauthorized","reason":"Unauthorized","code":401})",
                                                "wanted"));
  }
}

TEST_CASE("discovery comes in the aggregated and in the old form") {
  const TestServer server;
  const Response aggregated = ask(server, "GET", "/apis", "",
                                  "Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList\r\n");
  CHECK(aggregated.headers.at("content-type") ==
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  const Json document = aggregated.json();
  CHECK(codec::string_at(document, {"kind"}) == "APIGroupDiscoveryList");
  bool found = false;
  for (const Json& group : document["items"]) {
    if (codec::name_of(group) != "kubedb.com") continue;
    found = true;
    CHECK(group["versions"][0]["resources"][0] == codec::parse_json(R"({"resource":"mssqlservers",
        "responseKind":{"group":"kubedb.com","version":"v1alpha2","kind":"MSSQLServer"},"scope":"Namespaced",
        "singularResource":"mssqlserver","verbs":["delete","deletecollection","get","list","patch","create","update","watch"],
        "shortNames":["ms"],"categories":["datastore","kubedb","appscode","all"],
        "subresources":[{"subresource":"status","responseKind":{"group":"kubedb.com","version":"v1alpha2",
        "kind":"MSSQLServer"},"verbs":["get","patch","update"]}]})",
                                                                    "wanted"));
  }
  CHECK(found);
  CHECK(codec::string_at(ask(server, "GET", "/apis").json(), {"kind"}) == "APIGroupList");
  CHECK(codec::string_at(ask(server, "GET", "/api").json(), {"kind"}) == "APIVersions");
  CHECK(codec::string_at(ask(server, "GET", "/apis/kubedb.com").json(), {"kind"}) == "APIGroup");
  const Json core = ask(server, "GET", "/api/v1").json();
  CHECK(codec::string_at(core, {"kind"}) == "APIResourceList");
  CHECK(core.dump().find("pods/portforward") != std::string::npos);
  CHECK(codec::string_at(ask(server, "GET", "/version").json(), {"gitVersion"}) == "v1.36.3");
  CHECK(ask(server, "GET", "/apis/nosuch").code == 404);
}

TEST_CASE("OpenAPI documents tell kubectl about fieldValidation for every version of every group") {
  const TestServer server;
  const Json index = ask(server, "GET", "/openapi/v3").json();
  CHECK(index["paths"].contains("api/v1"));
  for (const auto& [path, entry] : index["paths"].items()) {
    CAPTURE(path);
    const Response document = ask(server, "GET", entry["serverRelativeURL"].get<std::string>());
    CHECK(document.code == 200);
    CHECK(document.json()["openapi"] == "3.0.0");
  }
  const Json document = ask(server, "GET", "/openapi/v3/apis/kubedb.com/v1alpha2").json();
  const Json& patch =
      document["paths"]["/apis/kubedb.com/v1alpha2/namespaces/{namespace}/mssqlservers/{name}"]["patch"];
  CHECK(patch["x-kubernetes-group-version-kind"]["kind"] == "MSSQLServer");
  CHECK(patch["parameters"].dump().find("fieldValidation") != std::string::npos);
  CHECK(document["components"]["schemas"]["com.kubedb.v1alpha2.MSSQLServer"]["properties"].contains("spec"));
  CHECK(ask(server, "GET", "/openapi/v3/apis/nosuch/v1").code == 404);
  const Response protobuf =
      ask(server, "GET", "/openapi/v2", "", "Accept: application/com.github.proto-openapi.spec.v2@v1.0+protobuf\r\n");
  CHECK(protobuf.headers.at("content-type") == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
  CHECK(
      protobuf.body.starts_with("\x0a\x03"
                                "2.0"));
  CHECK(ask(server, "GET", "/openapi/v2").json()["swagger"] == "2.0");
}

TEST_CASE("objects are created, read, replaced, patched and deleted over one connection") {
  TestServer server;
  RawClient client(server);
  const auto exchange = [&client](const char* method, const std::string& path, const std::string& body = "",
                                  const char* media = "application/json") {
    REQUIRE(client.request(method, path, body, "", media));
    const auto response = client.response();
    REQUIRE(response);
    return *response;
  };
  const std::string maps(kMaps);
  const Response created = exchange("POST", maps, map_json("a"));
  CHECK(created.code == 201);
  CHECK(exchange("POST", maps, map_json("a")).code == 409);
  CHECK(exchange("POST", maps + "?dryRun=All", map_json("b")).code == 201);
  CHECK(exchange("GET", maps + "/b").message() == "configmaps \"b\" not found");
  Json object = exchange("GET", maps + "/a").json();
  CHECK(object["data"]["k"] == "1");
  object["data"]["k"] = "2";
  CHECK(exchange("PUT", maps + "/a", object.dump()).json()["data"]["k"] == "2");
  CHECK(exchange("PUT", maps + "/a", object.dump()).code == 409);
  CHECK(
      exchange("PATCH", maps + "/a", R"({"data":{"k":null,"l":"3"}})", "application/merge-patch+json").json()["data"] ==
      Json{{"l", "3"}});
  CHECK(exchange("PATCH", maps + "/a", R"([{"op":"add","path":"/data/m","value":"4"}])", "application/json-patch+json")
            .json()["data"]["m"] == "4");
  CHECK(exchange("PATCH", maps + "/c?fieldManager=me",
                 "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: v}\n", "application/apply-patch+yaml")
            .code == 201);
  CHECK(exchange("DELETE", maps + "/a", R"({"propagationPolicy":"Background"})").json()["status"] == "Success");
  CHECK(exchange("DELETE", maps + "/a").code == 404);
  CHECK(exchange("DELETE", maps).json()["items"].size() == 1);
}

TEST_CASE("lists leave the type out of built-in items and come in pages, as tables and as metadata") {
  TestServer server;
  for (const char* name : {"a", "b", "c"}) server.add_config_map(name);
  const Json list = ask(server, "GET", kMaps).json();
  CHECK(list["kind"] == "ConfigMapList");
  CHECK(list["apiVersion"] == "v1");
  CHECK(list["items"].size() == 3);
  CHECK_FALSE(list["items"][0].contains("kind"));
  const Json page = ask(server, "GET", fmt::format("{}?limit=2", kMaps)).json();
  CHECK(page["items"].size() == 2);
  CHECK(page["metadata"]["remainingItemCount"] == 1);
  const Json rest =
      ask(server, "GET", fmt::format("{}?limit=2&continue={}", kMaps, page["metadata"]["continue"].get<std::string>()))
          .json();
  CHECK(rest["items"].size() == 1);
  CHECK(ask(server, "GET", fmt::format("{}?fieldSelector=metadata.name%3Db", kMaps)).json()["items"].size() == 1);

  const Json table = ask(server, "GET", kMaps, "", kTable).json();
  CHECK(table["kind"] == "Table");
  CHECK(table["columnDefinitions"][1]["name"] == "Data");
  CHECK(table["rows"][2]["cells"][0] == "c");
  CHECK(table["rows"][2]["object"]["kind"] == "PartialObjectMetadata");
  const Json metadata =
      ask(server, "GET", kMaps, "", "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1\r\n")
          .json();
  CHECK(metadata["kind"] == "PartialObjectMetadataList");
  CHECK_FALSE(metadata["items"][0].contains("data"));
}

TEST_CASE("refusals are Status objects with the API server's words") {
  TestServer server;
  server.add_config_map("a");
  const std::string maps(kMaps);
  struct Row {
    const char* method;
    std::string path, body;
    const char* media;
    int code;
    std::string message;
  };
  const std::string json = "application/json";
  for (const Row& row : std::vector<Row>{
           {"GET", "/api/v1/nosuch", "", "", 404, "the server could not find the requested resource"},
           {"GET", "/apis/apps/v9/things", "", "", 404, "the server could not find the requested resource"},
           {"GET", maps + "?resourceVersion=99999999", "", "", 504, ""},
           {"GET", maps + "?resourceVersion=abc", "", "", 400,
            "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": "
            "invalid "
            "syntax"},
           {"GET", maps + "/a?resourceVersion=99999999", "", "", 504, ""},
           {"GET", maps + "?continue=x&resourceVersion=1", "", "", 400,
            "specifying resource version is not allowed when using continue"},
           {"GET", maps + "?continue=x", "", "", 400,
            "invalid continue token: continue key is not valid: illegal base64 data at input byte 0"},
           {"GET", maps + "?watch=1&resourceVersion=abc", "", "", 500,
            "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax"},
           {"GET", maps + "?watch=1&timeoutSeconds=abc", "", "", 400,
            "strconv.ParseInt: parsing \"abc\": invalid syntax"},
           {"DELETE", maps + "/a", R"({"propagationPolicy":"Foo"})", "application/json", 422,
            "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Foo\": supported "
            "values: "
            "\"Foreground\", \"Background\", \"Orphan\", \"nil\""},
           {"PATCH", maps + "/a", "{}", "text/plain", 415, "415: Unsupported Media Type"},
           {"POST", maps + "/a", map_json("a"), "application/json", 405,
            "the server does not allow this method on the requested resource"},
           {"PUT", maps, map_json("a"), "application/json", 405,
            "the server does not allow this method on the requested resource"},
           {"BREW", maps, "", "", 405, "the server does not allow this method on the requested resource"},
           {"PATCH", "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers/a", "{}",
            "application/strategic-merge-patch+json", 415,
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"},
           {"PATCH", maps + "/a", "{}", "application/apply-patch+yaml", 422,
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"},
           {"PATCH", maps + "/a?force=true", "{}", "application/merge-patch+json", 422,
            "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch"},
           {"POST", maps + "?dryRun=Some", map_json("b"), "application/json", 422,
            "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: "
            "\"All\""},
           {"GET", maps + "?labelSelector=a%3D%3D%3D", "", "", 400, ""},
           {"GET", maps + "?limit=many", "", "", 400, "strconv.ParseInt: parsing \"many\": invalid syntax"},
       }) {
    CAPTURE(row.path);
    const Response response = ask(server, row.method, row.path, row.body, "", row.media);
    CHECK(response.code == row.code);
    CHECK(response.json()["kind"] == "Status");
    if (!row.message.empty()) CHECK(response.message() == row.message);
  }
}

TEST_CASE("paths outside the API server's own routing are answered in plain text, as are groups nobody serves") {
  const TestServer server;
  for (const char* path : {"/nosuch", "/apis/nosuch", "/apis/nosuch/v1", "/apis/nosuch/v1/things",
                           "/apis/kubedb.com/v1alpha2/mssqlservers/sales", "/apis/kubedb.com/v1alpha2/nosuch"}) {
    CAPTURE(path);
    const Response response = ask(server, "GET", path);
    CHECK(response.code == 404);
    CHECK(response.headers.at("content-type") == "text/plain; charset=utf-8");
    CHECK(response.body == "404 page not found\n");
  }
  CHECK(ask(server, "GET", "/").json()["paths"][0] == "/api");
}

TEST_CASE("HEAD has no body, big answers are compressed when asked, pretty is indented, yaml is yaml") {
  TestServer server;
  server.add_config_map("a", std::string(200'000, 'x'));
  RawClient client(server);
  client.request("HEAD", fmt::format("{}/a", kMaps));
  const auto head = client.response(true);
  REQUIRE(head);
  CHECK(head->code == 200);
  CHECK(std::stoul(head->headers.at("content-length")) > 200'000);
  client.request("GET", fmt::format("{}/a", kMaps), "", "Accept-Encoding: gzip\r\n");
  const auto packed = client.response();
  REQUIRE(packed);
  CHECK(packed->headers.at("content-encoding") == "gzip");
  CHECK(packed->body.size() < 20'000);
  CHECK(packed->body.starts_with("\x1f\x8b"));
  client.request("GET", "/api/v1/namespaces/demo?pretty=true");
  const auto pretty = client.response();
  REQUIRE(pretty);
  CHECK(pretty->body.find("\n  \"metadata\": {\n") != std::string::npos);
  client.request("GET", "/api/v1/namespaces/demo", "", "Accept: application/yaml\r\n");
  const auto yaml = client.response();
  REQUIRE(yaml);
  CHECK(yaml->headers.at("content-type") == "application/yaml");
  CHECK(yaml->body.find("kind: Namespace\n") != std::string::npos);
}

TEST_CASE("warnings become Warning headers") {
  const TestServer server;
  const Response response =
      ask(server, "POST", kMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","name":"b"}})");
  CHECK(response.code == 201);
  CHECK(response.headers.at("warning") == R"(299 - "duplicate field \"metadata.name\"")");
  // With a refusal too.
  const Response refused =
      ask(server, "POST", kMaps,
          R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"A_"},"data":{"k":"1","k":"2"}})");
  CHECK(refused.code == 422);
  CHECK(refused.headers.at("warning") == R"(299 - "duplicate field \"data.k\"")");
}

TEST_CASE("reviews are answered and not stored, evictions delete, control is reached with the token only") {
  std::string seen;
  TestServer server([&seen](const std::string& method, const std::string& path, const std::string& body) {
    seen = method + " " + path + " " + body;
    return ControlAnswer{.code = 202, .body = "{}"};
  });
  CHECK(
      ask(server, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
          R"({"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{"resourceAttributes":{"verb":"get"}}})")
          .json()["status"] == Json{{"allowed", true}});
  CHECK(ask(server, "GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews").code == 405);
  CHECK(ask(server, "POST", "/sandbox/faults?x=1", "{\"a\":1}").code == 202);
  CHECK(seen == "POST faults?x=1 {\"a\":1}");
  RawClient stranger(server);
  stranger.send("GET /sandbox/status HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(stranger.response()->code == 401);
}

TEST_CASE("the faults of the API strike requests, but never the control paths") {
  TestServer server([](const std::string&, const std::string&, const std::string&) { return ControlAnswer{}; });
  server.world.faults.set(world::parse_fault("api-error code=503 times=1"));
  CHECK(ask(server, "GET", kMaps).code == 503);
  CHECK(ask(server, "GET", kMaps).code == 200);
  server.world.faults.set(world::parse_fault("api-error verb=list resource=secrets"));
  CHECK(ask(server, "GET", kMaps).code == 200);
  CHECK(ask(server, "GET", "/api/v1/namespaces/demo/secrets").code == 500);
  server.world.faults.clear_all();
  server.world.faults.set(world::parse_fault("api-disconnect"));
  RawClient client(server);
  client.request("GET", kMaps);
  CHECK_FALSE(client.response().has_value());
  CHECK(ask(server, "GET", "/sandbox/status").code == 200);
}

}  // namespace
}  // namespace dba::sandbox::http
