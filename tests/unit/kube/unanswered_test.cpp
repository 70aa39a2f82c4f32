#include "unanswered.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "api_failure.hpp"
#include "support/fake_transport.hpp"

namespace dba::kube {

namespace {

using test::FakeCluster;
using test::Reply;
using test::SeenRequest;
using Kind = ApiError::Kind;
using Broken = TransportFailure::Kind;
using namespace std::chrono_literals;

const std::string kSales = kServers + "/sales";
constexpr std::string_view kBegan = "2026-01-02T03:04:05Z";  // FakeClock's start

WallTime at(std::string_view rfc3339) { return try_parse_rfc3339(rfc3339).value(); }

Json wanted() {
  Json object = test::object_json(resources::mssqlservers, "demo", "sales");
  object["metadata"].erase("uid");
  object["metadata"].erase("resourceVersion");
  object["spec"]["replicas"] = 3;
  return object;
}

/// `wanted` as the server keeps it.
Json stored(std::string_view created, std::string_view manager = kFieldManager) {
  Json object = wanted();
  object["metadata"]["uid"] = "u1";
  object["metadata"]["resourceVersion"] = "7";
  object["metadata"]["creationTimestamp"] = created;
  object["metadata"]["managedFields"][0]["manager"] = manager;
  object["metadata"]["managedFields"][0]["operation"] = "Update";
  object["spec"]["defaulted"] = true;
  return object;
}

}  // namespace

TEST_CASE("what is covered has every member there, whole arrays, and null for what is absent") {
  const auto holds = [](const char* actual, const char* wanted_text) {
    return covers(Json::parse(actual), Json::parse(wanted_text));
  };
  CHECK(holds(R"({"a":1,"b":{"c":"x","d":2}})", R"({"b":{"c":"x"}})"));
  CHECK(holds(R"({"a":[{"b":1,"c":2}]})", R"({"a":[{"b":1}]})"));
  CHECK(holds(R"({"a":1})", R"({"b":null})"));
  CHECK(holds(R"({"a":{}})", R"({"a":{}})"));
  CHECK_FALSE(holds(R"({"a":1})", R"({"b":1})"));
  CHECK_FALSE(holds(R"({"a":1})", R"({"a":2})"));
  CHECK_FALSE(holds(R"({"a":1})", R"({"a":null})"));
  CHECK_FALSE(holds(R"({"a":[1,2]})", R"({"a":[1]})"));
  CHECK_FALSE(holds(R"({"a":1})", R"({"a":{}})"));
}

TEST_CASE("only an object made by us, since the call began, with our content counts as created by it") {
  const WallTime began = at(kBegan);
  CHECK(judge_created(stored("2026-01-02T03:04:06Z"), wanted(), kFieldManager, began) == Fate::carried_out);
  CHECK(judge_created(stored("2026-01-02T03:04:03Z"), wanted(), kFieldManager, began) == Fate::carried_out);
  CHECK(judge_created(stored("2026-01-02T03:04:02Z"), wanted(), kFieldManager, began) == Fate::refused);
  CHECK(judge_created(stored("2026-01-02T03:04:06Z", "kubectl-create"), wanted(), kFieldManager, began) ==
        Fate::refused);
  CHECK(judge_created(stored(""), wanted(), kFieldManager, began) == Fate::refused);
  Json other = wanted();
  other["spec"]["replicas"] = 5;
  CHECK(judge_created(stored("2026-01-02T03:04:06Z"), other, kFieldManager, began) == Fate::undecided);
  Json with_strings = wanted();
  with_strings["stringData"]["k"] = "v";
  CHECK(judge_created(stored("2026-01-02T03:04:06Z"), with_strings, kFieldManager, began) == Fate::carried_out);
}

TEST_CASE("an object that is gone, another one, or going counts as deleted") {
  const WallTime began = at(kBegan);
  Json object = stored("2026-01-01T00:00:00Z");
  CHECK(judge_removed(object, "u1", began) == Fate::not_yet);
  CHECK(judge_removed(object, "", began) == Fate::not_yet);
  CHECK(judge_removed(object, "u0", began) == Fate::carried_out);
  CHECK(judge_removed(stored(kBegan), "", began) == Fate::carried_out);
  object["metadata"]["deletionTimestamp"] = kBegan;
  CHECK(judge_removed(object, "u1", began) == Fate::carried_out);
}

TEST_CASE("a patch counts as carried out when all of it is there") {
  const Json object = stored(std::string(kBegan));
  CHECK(judge_patched(object, Json::parse(R"({"metadata":{"resourceVersion":"3"},"spec":{"replicas":3}})")) ==
        Fate::carried_out);
  CHECK(judge_patched(object, Json::parse(R"({"spec":{"replicas":4}})")) == Fate::not_yet);
  CHECK(judge_patched(object, Json::parse(R"({"spec":{"defaulted":null}})")) == Fate::not_yet);
}

TEST_CASE("an unanswered create is looked up before anything is said") {
  FakeCluster cluster;
  auto& post = cluster.api().on("POST", kServers);
  auto& get = cluster.api().on("GET", kSales);
  const auto missing = test::status_json(404, "NotFound", "mssqlservers.kubedb.com \"sales\" not found", "sales");
  const auto create = [&] { return cluster.client().create(wanted()); };

  SUBCASE("found and ours: created") {
    post.break_with(Broken::reset);
    get.reply(missing, 404).reply(stored(kBegan));
    CHECK(create() == stored(kBegan));
    CHECK(post.uses() == 1);
    CHECK(get.uses() == 2);
  }
  SUBCASE("the head came, the body did not: created") {
    post.break_with(Broken::truncated);
    get.reply(stored(kBegan));
    CHECK(create() == stored(kBegan));
  }
  SUBCASE("a gateway answered, the server had created: created") {
    post.reply(502, "<html>bad gateway</html>", {{"Content-Type", "text/html"}});
    get.reply(stored(kBegan));
    CHECK(create() == stored(kBegan));
  }
  SUBCASE("a login page answered with 200: looked up too") {
    post.reply(200, "<html>hello</html>", {{"Content-Type", "text/html"}});
    get.reply(stored(kBegan));
    CHECK(create() == stored(kBegan));
  }
  SUBCASE("somebody's older object: refused, and nothing of it is shown as ours") {
    post.break_with(Broken::reset);
    get.reply(stored("2026-01-01T00:00:00Z"));
    const ApiError error = api_failure_of(create);
    CHECK(error.kind() == Kind::already_exists);
    CHECK(error.code() == ExitCode::refused);
    CHECK(error.info().cause == "Error from server (AlreadyExists): mssqlservers.kubedb.com \"sales\" already exists");
  }
  SUBCASE("not there for two seconds: not created, and safe to run again") {
    post.break_with(Broken::reset);
    get.reply(missing, 404);
    const ApiError error = api_failure_of(create);
    CHECK(error.code() == ExitCode::unexpected);
    CHECK_FALSE(error.outcome_unknown());
    CHECK(error.info().message ==
          "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the answer was cut off or "
          "unreadable; it was not created");
    CHECK(error.info().hint == "run the same command again");
    CHECK(cluster.clock().steady_now() - platform::SteadyTime(1h) >= 2s);
    CHECK(post.uses() == 1);
  }
  SUBCASE("made at the same moment with other content: unknown") {
    Json other = stored(kBegan);
    other["spec"]["replicas"] = 5;
    post.break_with(Broken::reset);
    get.reply(other);
    const ApiError error = api_failure_of(create);
    CHECK(error.code() == ExitCode::acceptance_unknown);
    CHECK(error.info().details ==
          std::vector<std::string>{"an object of this name was made at the same time, with other content"});
  }
  SUBCASE("the look-up fails too: unknown, with the command to look with") {
    post.break_with(Broken::reset);
    get.break_with(Broken::refused, false);
    const ApiError error = api_failure_of(create);
    CHECK(error.code() == ExitCode::acceptance_unknown);
    CHECK(error.outcome_unknown());
    CHECK(error.info().message ==
          "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the answer was cut off or "
          "unreadable; whether it was carried out is unknown");
    CHECK(error.info().details == std::vector<std::string>{"looking it up failed: broken by the test"});
    CHECK(error.info().hint == "kubectl get mssqlservers.kubedb.com sales -n demo");
    const auto waited = cluster.clock().steady_now() - platform::SteadyTime(1h);
    CHECK(waited > 8s);
    CHECK(waited <= 10s);
  }
  SUBCASE("the look-up is forbidden: unknown at once") {
    post.break_with(Broken::reset);
    get.fail(403, "Forbidden", "no");
    CHECK(api_failure_of(create).code() == ExitCode::acceptance_unknown);
    CHECK(get.uses() == 1);
  }
  SUBCASE("the server's clock decides, not ours") {
    post.break_with(Broken::reset);
    get.reply(200, codec::compact_json(stored("2030-05-05T00:00:10Z")),
              {{"Date", "Sun, 05 May 2030 00:00:11 GMT"}, {"Content-Type", "application/json"}});
    CHECK(codec::uid_of(create()) == "u1");
    get.reply(200, codec::compact_json(stored("2030-05-05T00:00:00Z")),
              {{"Date", "Sun, 05 May 2030 00:00:11 GMT"}, {"Content-Type", "application/json"}});
    static_cast<void>(api_failure_of(create));
  }
  SUBCASE("a deadline leaves half a second for the look-up") {
    const auto began = cluster.clock().steady_now();
    cluster.client().set_deadline(began + 5s);
    post.time_out();
    get.reply(missing, 404);
    const ApiError error = api_failure_of(create);
    CHECK(error.code() == ExitCode::acceptance_unknown);
    CHECK(cluster.clock().steady_now() <= began + 5500ms);
    CHECK(get.uses() > 1);
  }
  SUBCASE("refused before it was sent: nothing to look up") {
    get.optionally();
    post.break_with(Broken::refused, false);
    CHECK(api_failure_of(create).kind() == Kind::unreachable);
    CHECK(get.uses() == 0);
  }
  SUBCASE("a dry run leaves nothing to look up") {
    get.optionally();
    post.break_with(Broken::reset);
    const ApiError error = api_failure_of([&] { cluster.client().create(wanted(), {.dry_run = DryRun::server}); });
    CHECK(error.code() == ExitCode::unexpected);
    CHECK(get.uses() == 0);
  }
  SUBCASE("AlreadyExists after our own first attempt is looked at: ours") {
    post.reply(503, "", {{"Retry-After", "1"}}).reply(test::status_json(409, "AlreadyExists", "exists", "sales"), 409);
    get.reply(stored(kBegan));
    CHECK(create() == stored(kBegan));
  }
  SUBCASE("AlreadyExists at the first attempt is final") {
    get.optionally();
    post.reply(test::status_json(409, "AlreadyExists", "exists", "sales"), 409);
    CHECK(api_failure_of(create).kind() == Kind::already_exists);
    CHECK(get.uses() == 0);
  }
  SUBCASE("a generated name cannot be looked up") {
    get.optionally();
    post.break_with(Broken::reset);
    Json object = wanted();
    object["metadata"].erase("name");
    object["metadata"]["generateName"] = "sales-";
    CHECK(api_failure_of([&] { cluster.client().create(object); }).code() == ExitCode::acceptance_unknown);
  }
}

TEST_CASE("an unanswered apply is sent once more") {
  FakeCluster cluster;
  auto& get = cluster.api().on("GET", kSales);
  auto& patch = cluster.api().on("PATCH", kSales);
  get.reply(stored("2026-01-01T00:00:00Z"));
  SUBCASE("answered then, it tells what changed since before the first") {
    Json after = stored("2026-01-01T00:00:00Z");
    after["spec"]["halted"] = true;
    patch.break_with(Broken::reset).reply(after);
    CHECK(cluster.client().apply(wanted(), false).change == Change::configured);
  }
  SUBCASE("never answered, the outcome is unknown") {
    patch.break_with(Broken::reset);
    CHECK(api_failure_of([&] { cluster.client().apply(wanted(), false); }).code() == ExitCode::acceptance_unknown);
    CHECK(patch.uses() == 2);
  }
}

TEST_CASE("an unanswered patch or delete is looked up") {
  FakeCluster cluster;
  auto& get = cluster.api().on("GET", kSales);
  const auto missing = test::status_json(404, "NotFound", "mssqlservers.kubedb.com \"sales\" not found", "sales");
  SUBCASE("patched") {
    cluster.api().on("PATCH", kSales).break_with(Broken::reset);
    get.reply(stored("2026-01-01T00:00:00Z"));
    const Json patch = Json::parse(R"({"spec":{"replicas":3}})");
    CHECK(codec::uid_of(cluster.client().merge_patch(resources::mssqlservers, "demo", "sales", patch)) == "u1");
  }
  SUBCASE("not patched") {
    cluster.api().on("PATCH", kSales).break_with(Broken::reset);
    get.reply(stored("2026-01-01T00:00:00Z"));
    const Json patch = Json::parse(R"({"spec":{"replicas":9}})");
    const ApiError error =
        api_failure_of([&] { cluster.client().merge_patch(resources::mssqlservers, "demo", "sales", patch); });
    CHECK(error.code() == ExitCode::unexpected);
    CHECK(error.info().message.ends_with("; it was not changed"));
  }
  SUBCASE("deleted") {
    cluster.api().on("DELETE", kSales).break_with(Broken::reset);
    get.reply(missing, 404);
    const Json answer = cluster.client().remove(resources::mssqlservers, "demo", "sales", {.uid = "u1"});
    CHECK(codec::string_at(answer, {"status"}) == "Success");
  }
  SUBCASE("being deleted") {
    Json going = stored("2026-01-01T00:00:00Z");
    going["metadata"]["deletionTimestamp"] = kBegan;
    cluster.api().on("DELETE", kSales).break_with(Broken::reset);
    get.reply(going);
    CHECK(cluster.client().remove(resources::mssqlservers, "demo", "sales", {.uid = "u1"}) == going);
  }
  SUBCASE("not deleted") {
    cluster.api().on("DELETE", kSales).break_with(Broken::reset);
    get.reply(stored("2026-01-01T00:00:00Z"));
    const ApiError error =
        api_failure_of([&] { cluster.client().remove(resources::mssqlservers, "demo", "sales", {.uid = "u1"}); });
    CHECK(error.info().message.ends_with("; it was not deleted"));
  }
  SUBCASE("gone by the first of two attempts") {
    get.optionally();
    cluster.api().on("DELETE", kSales).reply(503, "", {{"Retry-After", "1"}}).reply(missing, 404);
    CHECK(codec::string_at(cluster.client().remove(resources::mssqlservers, "demo", "sales"), {"status"}) == "Success");
  }
}

}  // namespace dba::kube
