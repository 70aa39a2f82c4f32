#include "http_trace.hpp"

#include <doctest/doctest.h>

namespace dba::kube {

namespace {

struct Traced {
  std::string text;
  Trace sink() {
    return [this](std::string_view entry) {
      const std::size_t end_of_head = entry.find("] ");
      text += std::string(entry.substr(end_of_head + 2)) + "\n";
    };
  }
};

const HttpRequest kRequest{
    .method = "POST", .target = "/api/v1/namespaces/demo/secrets?a=b", .body = R"({"data":{"k":"c2VjcmV0"}})"};
const Headers kHeaders{{"Accept", "application/json"}, {"Authorization", "Bearer s3cret"}};

std::string traced_at(int verbosity) {
  Traced traced;
  const HttpTrace trace(verbosity, traced.sink());
  trace.request(kRequest, "https://h/x", kHeaders);
  trace.response(kRequest, "https://h/x", "201 Created", {{"Date", "today"}, {"Set-Cookie", "c"}},
                 {.lookup = 1,
                  .connect = 2,
                  .tls = 3,
                  .first_byte = 4,
                  .total = 12.4,
                  .new_connections = 1,
                  .protocol = "HTTP/2"});
  trace.body("Response Body", kRequest, R"({"kind":"Secret","data":{"k":"c2VjcmV0"}})", true);
  return traced.text;
}

}  // namespace

TEST_CASE("each level of -v adds to the one before, and none shows a secret") {
  const std::string line = "\"Response\" verb=\"POST\" url=\"https://h/x\" status=\"201 Created\" milliseconds=12";
  const std::string request =
      "\"Request\" verb=\"POST\" url=\"https://h/x\" headers=<\n\tAccept: application/json\n\tAuthorization: Bearer "
      "<masked>\n >\n";
  const std::string bodies_sent = "\"Request Body\" body=<\n{\"data\":{\"k\":\"<masked>\"}}\n >\n";
  const std::string bodies_got = "\"Response Body\" body=<\n{\"kind\":\"Secret\",\"data\":{\"k\":\"<masked>\"}}\n >\n";
  const std::string response_headers = " headers=<\n\tDate: today\n\tSet-Cookie: <masked>\n >";
  CHECK(traced_at(5).empty());
  CHECK(traced_at(6) == line + "\n");
  CHECK(traced_at(7) == request + line + "\n");
  CHECK(traced_at(8) == request + bodies_sent + line + response_headers + "\n" + bodies_got);
  CHECK(traced_at(10) ==
        "curl -v -XPOST -H 'Accept: application/json' -H 'Authorization: Bearer <masked>' https://h/x\n" + bodies_sent +
            line +
            " dnsLookupMilliseconds=1 dialMilliseconds=2 tlsHandshakeMilliseconds=3 firstByteMilliseconds=4 "
            "newConnections=1 "
            "protocol=\"HTTP/2\"" +
            response_headers + "\n" + bodies_got);
}

TEST_CASE("long bodies are cut by level") {
  const HttpRequest request{.target = "/api/v1/pods"};
  const std::string body(20'000, 'x');
  const auto printed = [&](int verbosity) {
    Traced traced;
    HttpTrace(verbosity, traced.sink()).body("Response Body", request, body, true);
    return traced.text;
  };
  CHECK(printed(8) == "\"Response Body\" body=<\n" + std::string(1024, 'x') + " [truncated 18976 chars]\n >\n");
  CHECK(printed(9) == "\"Response Body\" body=<\n" + std::string(10'240, 'x') + " [truncated 9760 chars]\n >\n");
  CHECK(printed(10) == "\"Response Body\" body=<\n" + body + "\n >\n");
}

TEST_CASE("values of Secrets are masked wherever they stand") {
  struct Row {
    const char *name, *target, *body, *shown;
  };
  const Row rows[] = {
      {"a Secret", "/api/v1/namespaces/demo/secrets/a",
       R"({"kind":"Secret","metadata":{"name":"a","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}"}},"data":{"k":"djE="},"stringData":{"s":"v"}})",
       R"({"kind":"Secret","metadata":{"name":"a","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"<masked>"}},"data":{"k":"<masked>"},"stringData":{"s":"<masked>"}})"},
      {"a list, whose items have no kind", "/api/v1/secrets?limit=500",
       R"({"kind":"SecretList","items":[{"metadata":{},"data":{"k":"djE="}}]})",
       R"({"kind":"SecretList","items":[{"metadata":{},"data":{"k":"<masked>"}}]})"},
      {"a watch event", "/api/v1/secrets?watch=true", R"({"type":"ADDED","object":{"data":{"k":"djE="}}})",
       R"({"type":"ADDED","object":{"data":{"k":"<masked>"}}})"},
      {"a torn one", "/api/v1/secrets", R"({"data":{"k":"dj)", "<masked> (16 bytes)"},
      {"a patch of one", "/api/v1/namespaces/demo/secrets/a?fieldManager=x", R"({"stringData":{"k":"v"}})",
       R"({"stringData":{"k":"<masked>"}})"},
      {"a Secret sent elsewhere", "/elsewhere", R"({"kind":"Secret","data":{"k":"djE="}})",
       R"({"kind":"Secret","data":{"k":"<masked>"}})"},
      {"a ConfigMap is not a Secret", "/api/v1/configmaps", R"({"kind":"ConfigMap","data":{"k":"v"}})",
       R"({"kind":"ConfigMap","data":{"k":"v"}})"},
      {"an object that names a Secret is not one", "/apis/kubedb.com/v1alpha2/mssqlservers",
       R"({"kind":"MSSQLServer","spec":{"authSecret":{"kind":"Secret","name":"a"}}})",
       R"({"kind":"MSSQLServer","spec":{"authSecret":{"kind":"Secret","name":"a"}}})"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(masked_body(row.target, row.body) == row.shown);
  }
}

TEST_CASE("credentials in headers are masked in any case") {
  CHECK(masked_header("authorization", "Basic dXNlcjpwdw==") == "Basic <masked>");
  CHECK(masked_header("AUTHORIZATION", "token") == "<masked>");
  CHECK(masked_header("Proxy-Authorization", "Basic x") == "Basic <masked>");
  CHECK(masked_header("Accept", "application/json") == "application/json");
}

}  // namespace dba::kube
