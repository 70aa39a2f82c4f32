#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "raw_client.hpp"

namespace dba::sandbox::http {
namespace {

constexpr std::string_view kWatch = "/api/v1/namespaces/demo/configmaps?watch=true";

/// "ADDED a" of the next event; "end" at the end of the stream.
std::string next(RawClient& client) {
  const auto line = client.line();
  if (!line) return "end";
  const Json event = codec::parse_json(*line, "event");
  return codec::string_at(event, {"type"}) + " " + codec::name_of(event["object"]);
}

void start(RawClient& client, std::string_view path, std::string_view headers = "") {
  REQUIRE(client.request("GET", path, "", headers));
  const auto head = client.response(true);
  REQUIRE(head);
  REQUIRE(head->code == 200);
  CHECK(head->headers.at("transfer-encoding") == "chunked");
}

TEST_CASE("a watch shows what is there and what happens, each event as it happens") {
  TestServer server;
  server.add_config_map("a");
  RawClient client(server);
  start(client, kWatch);
  CHECK(next(client) == "ADDED a");
  server.add_config_map("b");
  CHECK(next(client) == "ADDED b");
  const api::Resource& maps = server.type("", "v1", "configmaps");
  server.api.patch(maps, "demo", "a", api::PatchKind::merge, Json{{"data", {{"k", "2"}}}}, "");
  CHECK(next(client) == "MODIFIED a");
  server.api.remove(maps, "demo", "a");
  CHECK(next(client) == "DELETED a");
}

TEST_CASE("a watch from a version on shows only what is newer, of one object only that") {
  TestServer server;
  server.add_config_map("a");
  const std::string version = std::to_string(server.api.version());
  RawClient later(server), single(server);
  start(later, fmt::format("{}&resourceVersion={}", kWatch, version));
  start(single, fmt::format("{}&resourceVersion={}&fieldSelector=metadata.name%3Dc", kWatch, version));
  server.add_config_map("b");
  server.add_config_map("c");
  CHECK(next(later) == "ADDED b");
  CHECK(next(single) == "ADDED c");
}

TEST_CASE("sendInitialEvents closes the initial objects with a bookmark that says so") {
  TestServer server;
  server.add_config_map("a");
  server.add_config_map("b");
  RawClient client(server);
  start(client,
        fmt::format("{}&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan", kWatch));
  CHECK(next(client) == "ADDED a");
  CHECK(next(client) == "ADDED b");
  const auto line = client.line();
  REQUIRE(line);
  const Json bookmark = codec::parse_json(*line, "event");
  CHECK(bookmark["type"] == "BOOKMARK");
  CHECK(bookmark["object"]["metadata"]["resourceVersion"] == std::to_string(server.api.version()));
  CHECK(bookmark["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"] == "true");
  server.add_config_map("c");
  CHECK(next(client) == "ADDED c");
  CHECK(ask(server, "GET", fmt::format("{}&sendInitialEvents=true", kWatch)).code == 422);
}

TEST_CASE("a watch as a table names its columns once") {
  TestServer server;
  server.add_config_map("a");
  RawClient client(server);
  start(client, kWatch, "Accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n");
  const Json first = codec::parse_json(*client.line(), "event");
  CHECK(first["object"]["columnDefinitions"][0]["name"] == "Name");
  server.add_config_map("b");
  const Json second = codec::parse_json(*client.line(), "event");
  CHECK(second["object"]["columnDefinitions"].is_null());
  CHECK(second["object"]["rows"][0]["cells"][0] == "b");
}

TEST_CASE("a watch ends at its timeout, and says so when its version is too old") {
  TestServer server;
  server.add_config_map("a");
  const std::string old = std::to_string(server.api.version());
  server.add_config_map("b");
  server.api.compact();
  RawClient expired(server);
  start(expired, fmt::format("{}&resourceVersion={}", kWatch, old));
  const Json event = codec::parse_json(*expired.line(), "event");
  CHECK(event["type"] == "ERROR");
  CHECK(event["object"]["code"] == 410);
  CHECK(event["object"]["reason"] == "Expired");
  CHECK(next(expired) == "end");

  RawClient client(server);
  start(client, fmt::format("{}&resourceVersion={}&timeoutSeconds=1", kWatch, server.api.version()));
  CHECK(next(client) == "end");
  // The connection is good for the next request.
  client.request("GET", "/api/v1/namespaces/demo");
  CHECK(client.response()->code == 200);
}

TEST_CASE("api-disconnect cuts an open watch") {
  TestServer server;
  RawClient client(server);
  start(client, kWatch);
  server.world.faults.set(world::parse_fault("api-disconnect times=1"));
  server.add_config_map("a");
  CHECK(next(client) == "end");
  CHECK(client.closed());
}

}  // namespace
}  // namespace dba::sandbox::http
