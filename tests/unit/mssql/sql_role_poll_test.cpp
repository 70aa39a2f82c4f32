#include "sql_role_poll.hpp"

#include <latch>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/fake_sql.hpp"
#include "support/fake_transport.hpp"
#include "support/mssql_objects.hpp"

namespace dba::mssql {

namespace {

/// The servers of "sales", asked again and again: the fake clock lets no time pass between two rounds.
struct PolledGroup {
  test::FakeCluster cluster{};
  test::FakeServers servers{};
  Json database = test::database_json("demo", "sales");

  PolledGroup() { test::make_healthy(servers); }
  SqlQuestion question() {
    return {.open = [this](const Json& object) {
      CHECK(codec::name_of(object) == "sales");
      return std::make_unique<PodSql>(cluster.client(), servers.connector(),
                                      SqlAccess{.ns = "demo", .database = "sales", .user = "sa"});
    }};
  }
  /// `then` is called before that server's n-th answer.
  void before_answer(const char* pod, int number, std::function<void()> then) {
    servers.pods[pod].on_batch = [number, then = std::move(then)](int batch) {
      if (batch == number) then();
    };
  }
};

SqlPod pod(const std::string& name) { return {name, "uid-of-" + name}; }

/// "sales-0 PRIMARY, sales-1 timed-out"
std::string text_of(const std::optional<RoleAnswers>& answers) {
  if (!answers) return "none";
  std::string text;
  for (const RoleAnswer& answer : answers->pods) {
    text += text.empty() ? "" : ", ";
    text += answer.pod + " " + (answer.answer ? answer.answer->role : answer.failure->reason);
  }
  return text;
}

}  // namespace

TEST_CASE("the first answers are there at once, and later rounds bring what has become of them") {
  PolledGroup group;
  std::latch changed{1};
  group.servers.pods["sales-0"].on_batch = [&](int batch) {
    if (batch == 3) group.servers.pods["sales-0"].role = "RESOLVING";
    if (batch == 5) changed.count_down();
  };
  SqlRolePoll poll(group.cluster.client(), group.question());
  CHECK(poll.enabled());
  CHECK(poll.rounds() == 0);
  CHECK(text_of(poll.answers()) == "none");
  poll.ask(group.database, {pod("sales-0"), pod("sales-1")});
  CHECK(poll.rounds() > 0);
  CHECK(poll.answers()->pods.size() == 2);
  changed.wait();
  CHECK(poll.rounds() >= 4);
  CHECK(text_of(poll.answers()) == "sales-0 RESOLVING, sales-1 SECONDARY");
  CHECK(poll.problem().empty());
}

TEST_CASE("whoever is named last is asked from then on, and nobody else") {
  PolledGroup group;
  std::latch asked{1};
  group.before_answer("sales-2", 3, [&] { asked.count_down(); });
  SqlRolePoll poll(group.cluster.client(), group.question());
  poll.ask(group.database, {pod("sales-0"), pod("sales-1")});
  poll.ask(group.database, {pod("sales-2")});
  asked.wait();
  CHECK(text_of(poll.answers()) == "sales-2 SECONDARY");
  CHECK(group.servers.logins_to("sales-2") == 1);
}

TEST_CASE("a server that breaks is a failure among the answers, and asked again") {
  PolledGroup group;
  std::latch healed{1};
  test::FakeServer& server = group.servers.pods["sales-1"];
  server.refuses = sql::SqlError(sql::Phase::connect, sql::Failure::unreachable, "nothing answers on port 1433");
  group.servers.pods["sales-0"].on_batch = [&, rounds = 0](int) mutable {
    if (++rounds == 4) healed.count_down();
  };
  SqlRolePoll poll(group.cluster.client(), group.question());
  poll.ask(group.database, {pod("sales-0"), pod("sales-1")});
  CHECK(text_of(poll.answers()).starts_with("sales-0 PRIMARY, sales-1 "));
  CHECK(poll.answers()->pods.at(1).failure.has_value());
  healed.wait();
  CHECK(group.servers.logins_to("sales-1") >= 3);
}

TEST_CASE("without credentials nobody is asked, now or later, and the reason is told") {
  test::FakeCluster cluster;
  int opened = 0;
  SqlRolePoll poll(cluster.client(), {.open = [&](const Json&) -> std::unique_ptr<PodSql> {
                     ++opened;
                     throw Error(ExitCode::denied, "the secret \"sales-auth\" may not be read", "forbidden");
                   }});
  for (int i = 0; i < 2; ++i) poll.ask(test::database_json("demo", "sales"), {pod("sales-0")});
  CHECK(opened == 1);
  CHECK(poll.problem() == "SQL Server could not be asked: the secret \"sales-auth\" may not be read: forbidden");
  CHECK(text_of(poll.answers()) == "none");
  CHECK(poll.rounds() == 0);
  CHECK(sql_problem(Error(ExitCode::denied, "no secret")) == "SQL Server could not be asked: no secret");
}

TEST_CASE("an interrupt is not taken for a lack of credentials") {
  test::FakeCluster cluster;
  SqlRolePoll poll(cluster.client(), {.open = [](const Json&) -> std::unique_ptr<PodSql> {
                     throw Error(ExitCode::interrupted, "interrupted");
                   }});
  CHECK_THROWS_WITH_AS(poll.ask(test::database_json("demo", "sales"), {pod("sales-0")}), "interrupted", Error);
  CHECK_FALSE(SqlRolePoll(cluster.client(), {}).enabled());
}

}  // namespace dba::mssql
