#include "dba/kube/client.hpp"

#include <functional>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "api_failure.hpp"
#include "support/fake_transport.hpp"

namespace dba::kube {

namespace {

using test::FakeCluster;
using test::list_json;
using test::object_json;
using test::SeenRequest;
using Kind = ApiError::Kind;
using namespace std::chrono_literals;

Json sales(std::string_view resource_version = "1") {
  Json object = object_json(resources::mssqlservers, "demo", "sales", resource_version);
  object["spec"]["version"] = "2022-cu16";
  return object;
}

std::vector<std::string> lines_of(FakeCluster& cluster) {
  std::vector<std::string> lines;
  for (const SeenRequest& request : cluster.api().requests()) lines.push_back(request.line());
  return lines;
}

}  // namespace

TEST_CASE("get and find tell a missing object from a missing API") {
  FakeCluster cluster;
  cluster.api().on_get(sales());
  CHECK(cluster.client().get(resources::mssqlservers, "demo", "sales") == sales());
  CHECK(cluster.client().find(resources::mssqlservers, "demo", "sales").value() == sales());

  cluster.api().on_get_missing(resources::mssqlservers, "demo", "orders");
  CHECK_FALSE(cluster.client().find(resources::mssqlservers, "demo", "orders").has_value());
  CHECK(api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "orders"); }).kind() ==
        Kind::not_found);

  cluster.api().on("GET", kServers + "/x").reply(404, "404 page not found\n", {{"Content-Type", "text/plain"}});
  CHECK(api_failure_of([&] {
          static_cast<void>(cluster.client().find(resources::mssqlservers, "demo", "x"));
        }).kind() == Kind::api_missing);
  CHECK_THROWS_WITH_AS(cluster.client().get(resources::mssqlservers, "demo", ""), "resource name may not be empty",
                       Error);
}

namespace {

/// Answers of status 200 that no Kubernetes API gives where an object, a list or a document is due.
const char* const kForeign[] = {
    "<html>please log in</html>",
    "",
    "[]",
    "{\"a\":",
    "{}",
    R"({"error":"please log in"})",
    R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"no session","code":401})",
    R"({"kind":"Page","apiVersion":"portal/v1","metadata":{"name":"sales"},"items":[]})",
};

}  // namespace

TEST_CASE("a 200 with something else than what was asked for is never taken for it") {
  for (const char* body : kForeign) {
    CAPTURE(body);
    FakeCluster cluster;
    Client& client = cluster.client();
    cluster.api().on("GET", kServers + "/sales").reply(200, body);
    cluster.api().on("GET", kServers).reply(200, body);
    cluster.api().on("PATCH", kServers + "/sales").reply(200, body);
    cluster.api().on("POST", kServers).reply(200, body);
    cluster.api().on("DELETE", kServers + "/sales").reply(200, body);
    cluster.api().on("GET", "/apis/kubedb.com/v1alpha2").reply(200, body);
    cluster.api().on("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews").reply(200, body);
    const WriteOptions dry_run{.dry_run = DryRun::server};
    const std::function<void()> calls[] = {
        [&] { client.get(resources::mssqlservers, "demo", "sales"); },
        [&] { static_cast<void>(client.find(resources::mssqlservers, "demo", "sales")); },
        [&] { client.list(resources::mssqlservers, "demo"); },
        [&] { client.create(sales(), dry_run); },
        [&] { static_cast<void>(client.apply(sales(), false, dry_run)); },
        [&] { client.merge_patch(resources::mssqlservers, "demo", "sales", Json::object(), dry_run); },
        [&] { client.remove(resources::mssqlservers, "demo", "sales", {.dry_run = DryRun::server}); },
        [&] { static_cast<void>(client.api_installed("kubedb.com", "v1alpha2")); },
        [&] { static_cast<void>(client.may({.verb = "get", .resource = "pods"})); },
    };
    for (const auto& call : calls) {
      const ApiError error = api_failure_of(call);
      CHECK(error.kind() == Kind::foreign);
      CHECK(error.code() == ExitCode::unexpected);
      CHECK(error.info().reason == "ForeignAnswer");
      CHECK(error.info().message.ends_with(": the answer is not one of a Kubernetes API server"));
    }
    // Nobody can tell what became of a write that was answered so, and the look-up is answered no better.
    CHECK(api_failure_of([&] { client.create(sales()); }).code() == ExitCode::acceptance_unknown);
  }
}

TEST_CASE("the cause says what came instead") {
  FakeCluster cluster;
  const auto cause_of = [&](const Json& answer) {
    cluster.api().on("GET", kServers + "/sales").reply(answer);
    return api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); }).info().cause;
  };
  Json other = sales();
  other["metadata"]["name"] = "orders";
  CHECK(cause_of(other) == "the answer is the MSSQLServer \"orders\", not \"sales\"");
  CHECK(cause_of(object_json(resources::pods, "demo", "sales")) ==
        "the answer is a Pod of v1, not a MSSQLServer of kubedb.com/v1alpha2");
  CHECK(cause_of(Json::parse(kForeign[6])) ==
        "the answer is a Status (no session), not a MSSQLServer of kubedb.com/v1alpha2");
  CHECK(cause_of(Json::parse(kForeign[5])) ==
        "the answer is a JSON object without a kind, not a MSSQLServer of kubedb.com/v1alpha2");

  const auto cause_of_list = [&](const char* answer) {
    cluster.api().on("GET", kServers).reply(200, answer);
    return api_failure_of([&] { cluster.client().list(resources::mssqlservers, "demo"); }).info().cause;
  };
  CHECK(cause_of_list(kForeign[5]) == "the answer is a JSON object without a kind, not a list");
  CHECK(cause_of_list(kForeign[7]) == "the answer is a Page, not a list");
  CHECK(cause_of_list(R"({"kind":"MSSQLServerList","metadata":{}})") == "the MSSQLServerList has no items");
  CHECK(cause_of_list(R"({"kind":"PodList","items":[{"kind":"Page"}]})") == "an item of the answer is a Page of ");
  CHECK(cause_of_list(R"({"kind":"PodList","items":[{"metadata":{}}]})") == "an item of the answer has no name");
}

TEST_CASE("a DELETE is answered with a Status of success or the object on its way out") {
  FakeCluster cluster;
  const auto remove = [&](const char* answer) {
    cluster.api().on("DELETE", kServers + "/sales").reply(200, answer);
    return cluster.client().remove(resources::mssqlservers, "demo", "sales", {.dry_run = DryRun::server});
  };
  CHECK(codec::string_at(remove(R"({"kind":"Status","apiVersion":"v1","status":"Success"})"), {"kind"}) == "Status");
  cluster.api().on("DELETE", kServers + "/sales").reply(sales());
  CHECK(cluster.client().remove(resources::mssqlservers, "demo", "sales") == sales());
}

TEST_CASE("without a kubeconfig the failure says that none was found, and where it was looked for") {
  ClientConfig config;
  config.server = "http://localhost:8080";
  config.nothing_configured = true;
  config.looked_for = {"/home/jane/.kube/config"};
  FakeCluster cluster(config);
  cluster.api().on("GET", kServers).break_with(TransportFailure::Kind::refused, false);
  const ErrorInfo info = api_failure_of([&] { cluster.client().list(resources::mssqlservers, "demo"); }).info();
  CHECK(info.message ==
        "cannot list mssqlservers.kubedb.com in namespace \"demo\": no kubeconfig was found (looked for "
        "/home/jane/.kube/config), and nothing answers where kubectl looks without one");
  CHECK(info.hint == "name a kubeconfig: --kubeconfig FILE, or export KUBECONFIG=FILE");
  CHECK(info.reason == "NoKubeconfig");
}

TEST_CASE("a list goes through all its pages and hands over whole objects") {
  FakeCluster cluster;
  const auto pod = [](std::string_view name) {
    Json object = Json::object();
    object["metadata"]["name"] = name;
    return object;
  };
  const std::string path = "/api/v1/namespaces/demo/pods";
  cluster.api()
      .on("GET", path)
      .reply(list_json(resources::pods, {pod("a"), pod("b")}, "7", "page 2"))
      .reply(list_json(resources::pods, {pod("c")}, "7", "page 3"))
      .reply(list_json(resources::pods, {pod("d")}, "7"));
  std::vector<Json> items;
  const std::string version =
      cluster.client().list(resources::pods, "demo", {.label_selector = "a in (b)", .field_selector = "x=y"},
                            [&](Json&& item) { items.push_back(std::move(item)); });
  CHECK(version == "7");
  REQUIRE(items.size() == 4);
  CHECK(items[0].dump() == R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})");
  CHECK(items[3].dump() == R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"d"}})");
  CHECK(
      lines_of(cluster) ==
      std::vector<std::string>{"GET " + path + "?fieldSelector=x=y&labelSelector=a in (b)&limit=500",
                               "GET " + path + "?continue=page 2&fieldSelector=x=y&labelSelector=a in (b)&limit=500",
                               "GET " + path + "?continue=page 3&fieldSelector=x=y&labelSelector=a in (b)&limit=500"});
  CHECK(cluster.api().requests()[0].header("Accept") == "application/json");
}

TEST_CASE("a list can be asked for in one piece, of all namespaces, and with metadata only") {
  FakeCluster cluster;
  Json partial = Json::object();
  partial["kind"] = "PartialObjectMetadata";
  partial["apiVersion"] = "meta.k8s.io/v1";
  partial["metadata"]["name"] = "a";
  cluster.api().on_list(resources::mssqlservers, "", {partial});
  const std::vector<Json> items =
      cluster.client().list(resources::mssqlservers, "", {.metadata_only = true, .chunk_size = 0});
  REQUIRE(items.size() == 1);
  CHECK(items[0].dump() == R"({"apiVersion":"kubedb.com/v1alpha2","kind":"MSSQLServer","metadata":{"name":"a"}})");
  const SeenRequest request = cluster.api().requests().at(0);
  CHECK(request.line() == "GET /apis/kubedb.com/v1alpha2/mssqlservers");
  CHECK(request.header("Accept") ==
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json");
}

TEST_CASE("a continue token that expires starts the list again in one piece") {
  FakeCluster cluster;
  const std::string path = "/api/v1/namespaces/demo/pods";
  cluster.api()
      .on("GET", path)
      .reply(list_json(resources::pods, {object_json(resources::pods, "demo", "old")}, "7", "t"))
      .fail(410, "Expired", "The provided continue parameter is too old")
      .reply(list_json(resources::pods, {object_json(resources::pods, "demo", "new")}, "9"));
  const std::vector<Json> items = cluster.client().list(resources::pods, "demo");
  REQUIRE(items.size() == 1);
  CHECK(codec::name_of(items[0]) == "new");
  CHECK(lines_of(cluster) ==
        std::vector<std::string>{"GET " + path + "?limit=500", "GET " + path + "?continue=t&limit=500", "GET " + path});
}

TEST_CASE("a list that expires at once, or is cut off, is never taken for complete") {
  FakeCluster cluster;
  cluster.api().on("GET", "/api/v1/pods").fail(410, "Expired", "no");
  CHECK(api_failure_of([&] { cluster.client().list(resources::pods, ""); }).kind() == Kind::expired);
  cluster.api().on("GET", "/api/v1/services").reply(200, R"({"items":[{"a":1})");
  CHECK(api_failure_of([&] { cluster.client().list(resources::services, ""); }).kind() == Kind::foreign);
}

TEST_CASE("Retry-After is obeyed for 429 and 5xx, ten times and a minute at most") {
  FakeCluster cluster;
  auto& stub = cluster.api().on("GET", kServers + "/sales");
  SUBCASE("one") {
    stub.reply(429, "busy", {{"Retry-After", "1"}}).reply(503, "", {{"retry-after", "2"}}).reply(sales());
    cluster.client().get(resources::mssqlservers, "demo", "sales");
    CHECK(cluster.clock().sleeps() == std::vector<std::chrono::nanoseconds>{1s, 2s});
    CHECK(cluster.trace().at(0) ==
          "Got a Retry-After response delay=\"1s\" attempt=1 url=\"https://fake.example:6443" + kServers + "/sales\"");
  }
  SUBCASE("without the header it is final") {
    stub.reply(503, "");
    CHECK(api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); }).kind() ==
          Kind::server_error);
    CHECK(stub.uses() == 1);
  }
  SUBCASE("a header that is no number is none") {
    stub.reply(429, "", {{"Retry-After", "Fri, 02 Jan 2026 03:04:05 GMT"}});
    CHECK(api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); }).kind() ==
          Kind::too_many_requests);
    CHECK(stub.uses() == 1);
  }
  SUBCASE("ten retries are the end") {
    stub.reply(429, "", {{"Retry-After", "1"}});
    const ApiError error = api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); });
    CHECK(error.status().retry_after_seconds == 1);
    CHECK(stub.uses() == 11);
  }
  SUBCASE("and so is a minute of waiting") {
    stub.reply(429, "", {{"Retry-After", "25"}});
    CHECK_THROWS_AS(cluster.client().get(resources::mssqlservers, "demo", "sales"), ApiError);
    CHECK(stub.uses() == 3);
  }
  SUBCASE("and the deadline") {
    cluster.client().set_deadline(cluster.clock().steady_now() + 10s);
    stub.reply(429, "", {{"Retry-After", "6"}});
    CHECK_THROWS_AS(cluster.client().get(resources::mssqlservers, "demo", "sales"), ApiError);
    CHECK(stub.uses() == 2);
  }
  SUBCASE("writes are sent again too: the server said that it did nothing") {
    cluster.api().on("GET", kServers + "/sales").optionally().reply(sales());
    auto& post = cluster.api().on("POST", kServers);
    post.reply(429, "", {{"Retry-After", "1"}}).reply(sales(), 201);
    stub.optionally();
    cluster.client().create(sales());
    CHECK(post.uses() == 2);
  }
}

TEST_CASE("a broken connection is tried again for reads, not when it is refused") {
  FakeCluster cluster;
  auto& stub = cluster.api().on("GET", kServers + "/sales");
  SUBCASE("reset and torn") {
    stub.break_with(TransportFailure::Kind::reset).break_with(TransportFailure::Kind::truncated).reply(sales());
    CHECK(cluster.client().get(resources::mssqlservers, "demo", "sales") == sales());
    CHECK(cluster.clock().sleeps() == std::vector<std::chrono::nanoseconds>{1s, 1s});
  }
  SUBCASE("always") {
    stub.break_with(TransportFailure::Kind::reset);
    CHECK(api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); }).kind() ==
          Kind::broken);
    CHECK(stub.uses() == 11);
  }
  SUBCASE("refused") {
    stub.break_with(TransportFailure::Kind::refused, false);
    CHECK(api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); }).kind() ==
          Kind::unreachable);
    CHECK(stub.uses() == 1);
  }
  SUBCASE("an end that differs from the attempts before names both") {
    stub.break_with(TransportFailure::Kind::reset).break_with(TransportFailure::Kind::refused, false);
    const ApiError error = api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); });
    CHECK(error.info().cause == "broken by the test");
  }
}

namespace {

/// A token that is renewed once.
class RenewedCredentials : public Credentials {
 public:
  Credential current(const std::stop_token&) override {
    Credential credential;
    credential.generation = generation_;
    return credential;
  }
  bool refresh_after_unauthorized(const Credential& used) override {
    ++refreshes;
    if (used.generation != 1) return false;
    generation_ = 2;
    return true;
  }
  int refreshes = 0;

 private:
  std::uint64_t generation_ = 1;
};

}  // namespace

TEST_CASE("after a 401 the credential is renewed and the request repeated once") {
  FakeCluster cluster;
  const auto credentials = std::make_shared<RenewedCredentials>();
  const std::shared_ptr<Transport> transport(&cluster.api(), [](Transport*) {});
  Client client({}, {.transport = transport, .credentials = credentials, .clock = &cluster.clock()});
  auto& stub = cluster.api().on("GET", kServers + "/sales");
  SUBCASE("with success") {
    stub.fail(401, "Unauthorized", "Unauthorized").reply(sales());
    CHECK(client.get(resources::mssqlservers, "demo", "sales") == sales());
    CHECK(credentials->refreshes == 1);
  }
  SUBCASE("in vain") {
    stub.fail(401, "Unauthorized", "Unauthorized");
    CHECK(api_failure_of([&] { client.get(resources::mssqlservers, "demo", "sales"); }).kind() == Kind::unauthorized);
    CHECK(stub.uses() == 2);
  }
}

TEST_CASE("time-outs and deadlines limit every call") {
  ClientConfig config;
  SUBCASE("--request-timeout is kept by us and told to the server") {
    config.request_timeout = 90s;
    FakeCluster cluster(config);
    cluster.api().on("GET", kServers + "/sales").time_out();
    CHECK(api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); }).kind() ==
          Kind::timeout);
    CHECK(cluster.api().requests().at(0).parameter("timeout") == "1m30s");
  }
  SUBCASE("also behind parameters that came with a path") {
    config.request_timeout = 90s;
    FakeCluster cluster(config);
    cluster.api().on("GET", "/sandbox/truth").reply(Json::object());
    cluster.client().raw_get("/sandbox/truth?database=sales");
    CHECK(cluster.api().requests().at(0).line() == "GET /sandbox/truth?database=sales&timeout=1m30s");
  }
  SUBCASE("a deadline ends the call under way and every later one") {
    FakeCluster cluster(config);
    const auto began = cluster.clock().steady_now();
    cluster.client().set_deadline(began + 5s);
    auto& stub = cluster.api().on("GET", kServers + "/sales");
    stub.time_out();
    CHECK(api_failure_of([&] { cluster.client().get(resources::mssqlservers, "demo", "sales"); }).kind() ==
          Kind::timeout);
    CHECK(cluster.clock().steady_now() == began + 5s);
    CHECK(api_failure_of([&] { cluster.client().list(resources::pods, ""); }).kind() == Kind::timeout);
    CHECK(cluster.api().requests().size() == 1);
  }
}

TEST_CASE("a requested stop ends a call, and says when a write is left in doubt") {
  std::stop_source stop;
  FakeCluster cluster({}, stop.get_token());
  auto& stub = cluster.api().on("GET", kServers + "/sales");
  stub.reply_with([&](const SeenRequest&) {
    stop.request_stop();
    return test::Reply{.status = 429, .headers = {{"Retry-After", "1"}}};
  });
  try {
    cluster.client().get(resources::mssqlservers, "demo", "sales");
    FAIL_CHECK("succeeded");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::interrupted);
    CHECK(error.info().message == "interrupted");
  }
}

TEST_CASE("each warning is told once") {
  FakeCluster cluster;
  cluster.api()
      .on("GET", kServers + "/sales")
      .reply(200, sales().dump(), {{"Warning", "299 - \"a\", 299 - \"b\""}, {"warning", "299 - \"a\""}})
      .reply(404, "{}", {{"Warning", "299 - \"c\""}});
  cluster.client().get(resources::mssqlservers, "demo", "sales");
  CHECK(cluster.client().warning_count() == 2);
  CHECK_THROWS_AS(cluster.client().get(resources::mssqlservers, "demo", "sales"), ApiError);
  CHECK(cluster.warnings() == std::vector<std::string>{"a", "b", "c"});
  CHECK(cluster.client().warning_count() == 3);
}

TEST_CASE("create, apply, patch and delete are sent as the API wants them") {
  FakeCluster cluster;
  FakeCluster& c = cluster;
  SUBCASE("create") {
    c.api().on("POST", kServers).reply(sales("5"), 201);
    CHECK(c.client().create(sales(), {.dry_run = DryRun::server}) == sales("5"));
    const SeenRequest request = c.api().requests().at(0);
    CHECK(request.line() == "POST " + kServers + "?dryRun=All&fieldManager=kubectl-dba&fieldValidation=Strict");
    CHECK(request.header("Content-Type") == "application/json");
    CHECK(Json::parse(request.body) == sales());
  }
  SUBCASE("create without a namespace goes where the configuration says") {
    Json object = sales();
    object["metadata"].erase("namespace");
    c.api().on("POST", "/apis/kubedb.com/v1alpha2/namespaces/default/mssqlservers").reply(sales(), 201);
    c.client().create(object, {.field_manager = "kubectl-dba-x", .strict = false});
    CHECK(c.api().requests().at(0).query ==
          std::map<std::string, std::string, std::less<>>{{"fieldManager", "kubectl-dba-x"}});
  }
  SUBCASE("a kind nobody knows is not sent anywhere") {
    Json object = sales();
    object["kind"] = "Foo";
    CHECK_THROWS_AS(c.client().create(object), Error);
  }
  SUBCASE("apply") {
    Json object = sales();
    object["metadata"]["managedFields"] = Json::array();
    c.api().on_get_missing(resources::mssqlservers, "demo", "sales");
    c.api().on("PATCH", kServers + "/sales").reply(sales("5"), 201);
    const Client::ApplyResult result = c.client().apply(object, true);
    CHECK(result.change == Change::created);
    CHECK(result.object() == sales("5"));
    const SeenRequest request = c.api().requests("PATCH").at(0);
    CHECK(request.line() == "PATCH " + kServers + "/sales?fieldManager=kubectl-dba&fieldValidation=Strict&force=true");
    CHECK(request.header("Content-Type") == "application/apply-patch+yaml");
    CHECK(Json::parse(request.body) == sales());
  }
  SUBCASE("merge patch") {
    c.api().on("PATCH", kServers + "/sales/status").reply(sales("6"));
    c.client().merge_patch(resources::mssqlservers, "demo", "sales", Json::parse(R"({"a":null})"), {}, "status");
    const SeenRequest request = c.api().requests().at(0);
    CHECK(request.header("Content-Type") == "application/merge-patch+json");
    CHECK(request.body == R"({"a":null})");
  }
  SUBCASE("delete") {
    c.api().on("DELETE", kServers + "/sales").reply(Json::parse(R"({"kind":"Status","status":"Success"})"));
    c.client().remove(resources::mssqlservers, "demo", "sales",
                      {.dry_run = DryRun::server, .uid = "u", .resource_version = "9", .grace_seconds = 0});
    const SeenRequest request = c.api().requests().at(0);
    CHECK(request.line() == "DELETE " + kServers + "/sales");
    CHECK(request.body ==
          R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","gracePeriodSeconds":0,)"
          R"("preconditions":{"uid":"u","resourceVersion":"9"},"dryRun":["All"]})");
  }
}

TEST_CASE("apply tells what changed") {
  FakeCluster cluster;
  const auto change = [&](DryRun dry_run, const Json& after, int status = 200) {
    cluster.api().on("PATCH", kServers + "/sales").reply(after, status);
    return cluster.client().apply(sales(), false, {.dry_run = dry_run}).change;
  };
  cluster.api().on_get(sales("5"));
  CHECK(change(DryRun::none, sales("5")) == Change::unchanged);
  Json other = sales("6");
  other["spec"]["version"] = "2022-cu19";
  Json owned = sales("6");
  owned["metadata"]["managedFields"] = Json::parse(R"([{"manager":"kubectl-dba"}])");
  owned["metadata"]["generation"] = 2;
  owned["status"]["phase"] = "Critical";
  Json reordered = Json::object();
  for (const char* key : {"metadata", "spec", "kind", "apiVersion"})
    if (owned.contains(key)) reordered[key] = owned[key];
  for (const DryRun dry_run : {DryRun::none, DryRun::server}) {
    CHECK(change(dry_run, other) == Change::configured);
    CHECK(change(dry_run, owned) == Change::unchanged);
    CHECK(change(dry_run, reordered) == Change::unchanged);
  }

  cluster.api().on("GET", kServers + "/sales").fail(403, "Forbidden", "no");
  CHECK(change(DryRun::none, sales("7")) == Change::configured);
  CHECK(change(DryRun::none, sales("7"), 201) == Change::created);
}

TEST_CASE("conflicts of an apply name managers and fields") {
  FakeCluster cluster;
  cluster.api().on_get(sales());
  Json conflict = test::status_json(409, "Conflict", "Apply failed with 1 conflict: …");
  conflict["details"]["causes"] = Json::parse(
      R"([{"reason":"FieldManagerConflict","message":"conflict with \"edit\" using v1","field":".spec.version"}])");
  cluster.api().on("PATCH", kServers + "/sales").reply(conflict, 409);
  const ApiError error = api_failure_of([&] { cluster.client().apply(sales(), false); });
  CHECK(error.kind() == Kind::apply_conflict);
  CHECK(error.info().details == std::vector<std::string>{"\"edit\" using v1: .spec.version"});
}

TEST_CASE("access is reviewed by the server") {
  FakeCluster cluster;
  const std::string path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  cluster.api()
      .on("POST", path)
      .reply(Json::parse(R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview",)"
                         R"("status":{"allowed":false,"reason":"no RBAC policy matched"}})"),
             201);
  std::string reason;
  CHECK_FALSE(cluster.client().may(
      {.verb = "create", .group = "", .resource = "pods", .subresource = "portforward", .ns = "demo"}, &reason));
  CHECK(reason == "no RBAC policy matched");
  CHECK(cluster.api().requests().at(0).body ==
        R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":)"
        R"({"namespace":"demo","verb":"create","resource":"pods","subresource":"portforward"}}})");
}

TEST_CASE("whether an API is installed is a yes, a no or a failure") {
  FakeCluster cluster;
  cluster.api().on("GET", "/apis/kubedb.com/v1alpha2").reply(200, R"({"kind":"APIResourceList"})");
  cluster.api()
      .on("GET", "/apis/cert-manager.io/v1")
      .reply(404, "404 page not found", {{"Content-Type", "text/plain"}});
  cluster.api().on("GET", "/apis/ops.kubedb.com/v1alpha1").reply(503, "");
  CHECK(cluster.client().api_installed("kubedb.com", "v1alpha2"));
  CHECK_FALSE(cluster.client().api_installed("cert-manager.io", "v1"));
  CHECK_THROWS_AS(static_cast<void>(cluster.client().api_installed("ops.kubedb.com", "v1alpha1")), ApiError);
}

TEST_CASE("values of field selectors are escaped") {
  CHECK(field_equals("metadata.name", "sales-0") == "metadata.name=sales-0");
  CHECK(field_equals("f", R"(a,b=c\d)") == R"(f=a\,b\=c\\d)");
}

}  // namespace dba::kube
