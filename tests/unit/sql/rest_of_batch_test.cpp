// What a batch answers after one of its statements was refused, with real ODBC drivers.

#include <fmt/format.h>

#include "unit/sandbox/tds/product_session.hpp"

using namespace dba;
using namespace std::chrono_literals;
using test::FakeSqlServer;
using test::OdbcDriver;
using test::sqlserver::ResultSink;
using test::sqlserver::TypeId;

namespace {

/// Everything in the order it comes in.
struct Answer : sql::ResultReader {
  std::string text{};

  void columns(const std::vector<sql::Column>& columns) override { text += fmt::format("[{}] ", columns.size()); }
  void row(const sql::Row& row) override { text += fmt::format("{} ", row.at(0).value_or("NULL")); }
  void done(std::optional<long long> affected) override { text += fmt::format("done {}\n", affected.value_or(-1)); }
  void message(const sql::Diagnostic& message) override { text += fmt::format("told {}\n", message.message); }
  void error(const sql::SqlError& error) override {
    text += fmt::format("refused {} {}\n", error.decisive()->number, error.decisive()->message);
  }
};

void send_refusal(ResultSink& sink, int number, const std::string& words) {
  sink.message({number, 16, 1, words, "", 1});
  sink.done(std::nullopt, true);
}

void send_row(ResultSink& sink, std::int64_t value) {
  sink.columns({{"n", {TypeId::integer}}});
  sink.row({value});
  sink.done(1, false);
}

/// What a batch answers, and at last what was thrown.
std::string answer_of(sql::Session& session, std::string_view batch, std::chrono::nanoseconds wait = 30s) {
  Answer answer;
  try {
    session.run(batch, answer, test::in(wait));
  } catch (const sql::SqlError& error) {
    const sql::Diagnostic* record = error.decisive();
    answer.text +=
        fmt::format("thrown {} {}", sql::failure_name(error.failure()), record == nullptr ? 0 : record->number);
  }
  return answer.text;
}

}  // namespace

TEST_CASE("what comes after a refused statement is read to the end of the batch, and the first refusal is thrown") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const test::sqlserver::Request& request, ResultSink& sink, const std::stop_token&) {
      if (request.batch == "fine") return send_row(sink, 9);
      if (request.batch == "later") send_row(sink, 1);
      send_refusal(sink, 8134, "Divide by zero error encountered.");
      send_row(sink, 2);
      sink.message({0, 0, 1, "after"});
      sink.done(5, false);
      send_refusal(sink, 50000, "boo");
      send_refusal(sink, 2627, "Violation.");
      send_row(sink, 3);
    };
    const auto session = test::connect(driver, test::login_to(server));
    const std::string rest =
        "refused 8134 Divide by zero error encountered.\n"
        "[1] 2 done -1\n"
        "told after\ndone 5\n"
        "refused 50000 boo\n"
        "refused 2627 Violation.\n"
        "[1] 3 done -1\n"
        "thrown statement 8134";
    for (int i = 0; i < 2; ++i) {
      CHECK(answer_of(*session, "first") == rest);
      CHECK(answer_of(*session, "later") == "[1] 1 done -1\n" + rest);
    }
    CHECK(session->usable());
    CHECK(answer_of(*session, "fine") == "[1] 9 done -1\n");
  }
}

TEST_CASE("an error among the rows ends their set, not the batch") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const test::sqlserver::Request&, ResultSink& sink, const std::stop_token&) {
      sink.columns({{"n", {TypeId::integer}}});
      sink.row({std::int64_t{1}});
      send_refusal(sink, 8134, "Divide by zero error encountered.");
      send_row(sink, 2);
    };
    const auto session = test::connect(driver, test::login_to(server));
    CHECK(answer_of(*session, "rows") ==
          "[1] 1 refused 8134 Divide by zero error encountered.\n[1] 2 done -1\nthrown statement 8134");
    CHECK(session->usable());
  }
}

TEST_CASE("what ends the connection after a refused statement is thrown in the place of the refusal") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    const auto session = test::connect(driver, test::login_to(server));
    SUBCASE("the deadline") {
      server.instance.on_run = [](const test::sqlserver::Request&, ResultSink& sink, const std::stop_token& cancel) {
        send_refusal(sink, 50000, "boo");
        send_row(sink, 1);
        while (!cancel.stop_requested()) std::this_thread::yield();
      };
      CHECK(answer_of(*session, "hang", 300ms).ends_with("thrown timed-out 0"));
    }
    SUBCASE("its death") {
      server.instance.on_run = [&](const test::sqlserver::Request&, ResultSink& sink, const std::stop_token&) {
        send_refusal(sink, 50000, "boo");
        server.instance.kill({596, 21, 1, "Cannot continue the execution because the session is in the kill state."});
      };
      CHECK(answer_of(*session, "die") == "refused 50000 boo\nthrown killed 596");
    }
    CHECK_FALSE(session->usable());
  }
}
