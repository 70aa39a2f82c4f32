// Real ODBC drivers, as the product uses them, against the wire of the simulated server.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "dba/platform/clock.hpp"
#include "dba/platform/socket.hpp"
#include "dba/sql/connector.hpp"

#include "drivers.hpp"
#include "fake_instance.hpp"

using namespace dba;
using namespace dba::sandbox::sqlserver;
using namespace std::chrono_literals;
using test::FakeSqlServer;
using test::OdbcDriver;

namespace {

platform::SteadyTime in(std::chrono::nanoseconds wait) { return platform::system_clock().steady_now() + wait; }

sql::Login login_to(const FakeSqlServer& server) {
  sql::Login login;
  login.dial = [port = server.port](platform::SteadyTime, const std::stop_token&) {
    return platform::connect_to_loopback(port);
  };
  login.password = Secret("secret");
  login.tls = {true, test::server_certificate().authority_pem, {"sales-0"}};
  return login;
}

std::unique_ptr<sql::Session> connect(const OdbcDriver& driver, const sql::Login& login) {
  return sql::odbc_connector({driver.file, &platform::system_clock(), {}})->connect(login, in(30s));
}

/// What a batch answers, as lines.
struct Lines : sql::ResultReader {
  std::string text{};
  int rows = 0;

  void columns(const std::vector<sql::Column>& columns) override {
    for (const sql::Column& column : columns)
      text += fmt::format("[{}:{}]", column.name, static_cast<int>(column.kind));
    text += '\n';
  }
  void row(const sql::Row& row) override {
    ++rows;
    for (const sql::Cell& cell : row) text += fmt::format("{}|", cell.value_or("NULL"));
    text += '\n';
  }
  void done(std::optional<long long> affected) override { text += fmt::format("done {}\n", affected.value_or(-1)); }
  void message(const sql::Diagnostic& message) override {
    text += fmt::format("told {} {}\n", message.number, message.message);
  }
};

std::string run(sql::Session& session, std::string_view batch) {
  Lines lines;
  session.run(batch, lines, in(30s));
  return lines.text;
}

/// Kind, number and words of what running a batch fails with.
std::string failure_of(const std::function<void()>& attempt) {
  try {
    attempt();
    return "no failure";
  } catch (const sql::SqlError& error) {
    const sql::Diagnostic* record = error.decisive();
    return fmt::format("{} {} {}", sql::failure_name(error.failure()), record == nullptr ? 0 : record->number,
                       record == nullptr ? error.info().message : record->message);
  }
}

}  // namespace

TEST_CASE("which ODBC drivers these tests run with") {
  const std::string required = "," + test::environment("DBA_REQUIRE") + ",";
  struct Row {
    std::string driver, word, how;
  };
  for (const Row& row : {Row{"FreeTDS", ",freetds,", "install Debian's tdsodbc"},
                         Row{"Microsoft", ",msodbc,", "let DBA_MSODBC name its file"}}) {
    bool found = false;
    for (const OdbcDriver& driver : test::odbc_drivers()) found = found || driver.name == row.driver;
    if (found) continue;
    MESSAGE("skipped: the tests with " << row.driver << "; to run them, " << row.how);
    CHECK(required.find(row.word) == std::string::npos);
  }
}

TEST_CASE("a login goes through with what it carries") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    sql::Login login = login_to(server);
    login.database = "agdb1";
    login.read_intent = true;
    const auto session = connect(driver, login);
    CHECK(session->trust().verified);
    CHECK(session->trust().tls_version == "TLSv1.2");
    REQUIRE(server.instance.logins().size() == 1);
    const LoginRequest request = server.instance.logins()[0];
    CHECK(request.user == "sa");
    CHECK(request.password == "secret");
    CHECK(request.database == "agdb1");
    CHECK(request.application == "kubectl-dba");
    CHECK(request.read_only_intent);
  }
}

TEST_CASE("a wrong password is told as 18456") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    sql::Login login = login_to(server);
    login.password = Secret("wrong");
    CHECK(failure_of([&] { connect(driver, login); }) == "login-failed 18456 Login failed for user 'sa'.");
  }
}

TEST_CASE("a certificate of the same authority for another name is refused") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    sql::Login login = login_to(server);
    login.tls.expected_names = {"sales-1"};
    CHECK(failure_of([&] { connect(driver, login); }) == "tls 0 it is for sales-0, localhost");
    CHECK(server.instance.logins().empty());
  }
}

namespace {

const std::vector<Column> kAllTypes{
    {"bit", {TypeId::bit}},
    {"bit not null", {TypeId::bit}, false},
    {"tinyint", {TypeId::tiny_int}},
    {"smallint", {TypeId::small_int}},
    {"int", {TypeId::integer}},
    {"int not null", {TypeId::integer}, false},
    {"bigint", {TypeId::big_int}},
    {"real", {TypeId::real}},
    {"float", {TypeId::floating}},
    {"decimal", {.id = TypeId::decimal, .precision = 38, .scale = 10}},
    {"lsn", {.id = TypeId::decimal, .precision = 25}},
    {"money", {TypeId::money}},
    {"char", {TypeId::character, 4}},
    {"varchar", {TypeId::varchar, 20}},
    {"varchar(max)", {TypeId::varchar, -1}},
    {"nchar", {TypeId::nchar, 3}},
    {"nvarchar", {TypeId::nvarchar, 20}},
    {"nvarchar(max)", {TypeId::nvarchar, -1}},
    {"binary", {TypeId::binary, 4}},
    {"varbinary", {TypeId::varbinary, 10}},
    {"varbinary(max)", {TypeId::varbinary, -1}},
    {"date", {TypeId::date}},
    {"time", {.id = TypeId::time, .scale = 7}},
    {"datetime", {TypeId::datetime}},
    {"smalldatetime", {TypeId::small_datetime}},
    {"datetime2", {.id = TypeId::datetime2, .scale = 7}},
    {"datetime2(3)", {.id = TypeId::datetime2, .scale = 3}},
    {"datetimeoffset", {.id = TypeId::datetime_offset, .scale = 7}},
    {"guid", {TypeId::unique_identifier}},
};

const std::vector<Value> kValues{std::int64_t{1},
                                 std::int64_t{0},
                                 std::int64_t{255},
                                 std::int64_t{-32768},
                                 std::int64_t{2147483647},
                                 std::int64_t{-1},
                                 std::int64_t{-9007199254740993},
                                 0.5,
                                 -1.25e300,
                                 "-1234567890123456789012345678.0123456789",
                                 "46000000123400001",
                                 "-922337203685477.5808",
                                 "ab",
                                 "Grüße €",
                                 std::string(10'000, 'x'),
                                 "ä",
                                 "Grüße 😀",
                                 std::string("😀 ") + std::string(9'000, 'y'),
                                 "\x01\x02",
                                 "\xff\xfe",
                                 std::string(9'000, '\x7f'),
                                 "2026-01-02",
                                 "23:59:59.1234567",
                                 "2025-07-31 05:51:06.830",
                                 "2025-07-31 05:51:00",
                                 "9999-12-31 23:59:59.9999999",
                                 "0001-01-01 00:00:00.123",
                                 "2026-01-01 00:30:00.1230000 +01:00",
                                 "C4FADE0D-BC82-4D16-95E2-50AA6BE5BD8F"};

}  // namespace

TEST_CASE("a value of every type arrives") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const Request&, ResultSink& sink, const std::stop_token&) {
      sink.columns(kAllTypes);
      sink.row(kValues);
      sink.done(1, false);
    };
    const auto session = connect(driver, login_to(server));
    const sql::ResultSet set = session->query("SELECT", in(30s));
    REQUIRE(set.rows.size() == 1);
    const std::vector<std::string> expected{"1",
                                            "0",
                                            "255",
                                            "-32768",
                                            "2147483647",
                                            "-1",
                                            "-9007199254740993",
                                            "0.5",
                                            "-1.25e+300",
                                            "-1234567890123456789012345678.0123456789",
                                            "46000000123400001",
                                            "-922337203685477.5808",
                                            "ab  ",
                                            "Grüße €",
                                            std::string(10'000, 'x'),
                                            "ä  ",
                                            "Grüße 😀",
                                            std::string("😀 ") + std::string(9'000, 'y'),
                                            "0x01020000",
                                            "0xFFFE",
                                            "",
                                            "2026-01-02",
                                            "23:59:59.1234567",
                                            "2025-07-31 05:51:06.830",
                                            "2025-07-31 05:51:00",
                                            "9999-12-31 23:59:59.9999999",
                                            "0001-01-01 00:00:00.123",
                                            "2026-01-01 00:30:00.1230000 +01:00",
                                            "C4FADE0D-BC82-4D16-95E2-50AA6BE5BD8F"};
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(set.columns[i].name);
      CHECK(set.columns[i].name == kAllTypes[i].name);
      if (!expected[i].empty()) CHECK(set.rows[0][i].value_or("NULL") == expected[i]);
    }
    std::string long_binary = "0x";
    for (int i = 0; i < 9'000; ++i) long_binary += "7F";
    CHECK(set.rows[0][20].value_or("NULL") == long_binary);
  }
}

TEST_CASE("NULL of every type arrives, in rows of either form") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const Request&, ResultSink& sink, const std::stop_token&) {
      std::vector<Column> columns = kAllTypes;
      for (Column& column : columns) column.nullable = true;
      sink.columns(columns);
      sink.row(std::vector<Value>(columns.size()));
      sink.done(1, false);
      sink.columns({{"a", {TypeId::integer}}, {"b", {TypeId::integer}}});  // too few for the short form to pay off
      sink.row({std::int64_t{1}, std::monostate{}});
      sink.done(1, false);
    };
    const auto session = connect(driver, login_to(server));
    std::string nulls;
    for (std::size_t i = 0; i < kAllTypes.size(); ++i) nulls += "NULL|";
    const std::string text = run(*session, "SELECT");
    CHECK(text.find(nulls) != std::string::npos);
    CHECK(text.find("\n1|NULL|\n") != std::string::npos);
  }
}

TEST_CASE("what is told, counts, several sets and USE come in their order") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const Request&, ResultSink& sink, const std::stop_token&) {
      sink.database_changed("agdb1");
      sink.message({5701, 0, 2, "Changed database context to 'agdb1'."});
      sink.done(std::nullopt, false);
      sink.columns({{"a", {TypeId::integer}}});
      sink.row({std::int64_t{1}});
      sink.done(1, false);
      sink.message({0, 0, 1, "printed"});
      sink.done(3, false);
      sink.columns({{"b", {TypeId::nvarchar, 5}}});
      sink.done(0, false);
    };
    const auto session = connect(driver, login_to(server));
    CHECK(run(*session, "…") ==
          "done -1\n"
          "[a:1]\n1|\ndone -1\n"
          "told 0 printed\ndone 3\n"
          "[b:0]\ndone -1\n");
  }
}

TEST_CASE("errors come with their number, and the session goes on") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const Request& request, ResultSink& sink, const std::stop_token&) {
      if (request.batch == "late") {
        sink.columns({{"a", {TypeId::integer}}});
        sink.row({std::int64_t{1}});
        sink.done(1, false);
      }
      if (request.batch != "fine") sink.message({3906, 16, 2, "Failed to update database \"agdb1\".", "", 3});
      sink.done(std::nullopt, request.batch != "fine");
    };
    const auto session = connect(driver, login_to(server));
    for (const char* batch : {"at once", "late"}) {
      CAPTURE(batch);
      CHECK(failure_of([&] { run(*session, batch); }) == "read-only 3906 Failed to update database \"agdb1\".");
      CHECK(session->usable());
      CHECK(run(*session, "fine") == "done -1\n");
    }
  }
}

namespace {

/// A batch that does nothing until it is cancelled, and whether it was.
struct Hanging {
  std::atomic<bool> cancelled = false;

  void operator()(const std::stop_token& cancel) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, cancel, [] { return false; });
    cancelled = true;
    cancelled.notify_all();
  }
};

}  // namespace

TEST_CASE("a batch that outlasts its deadline fails, and is cancelled in the server") {
  DBA_FOR_EACH_DRIVER(driver) {
    Hanging hanging;
    FakeSqlServer server;
    server.instance.on_run = [&](const Request&, ResultSink&, const std::stop_token& cancel) { hanging(cancel); };
    auto session = connect(driver, login_to(server));
    Lines lines;
    CHECK(failure_of([&] { session->run("hang", lines, in(1s)); }) ==
          "timed-out 0 SQL Server did not answer in time while running a statement");
    CHECK_FALSE(session->usable());
    session.reset();
    hanging.cancelled.wait(false);
  }
}

TEST_CASE("a frozen server keeps nobody beyond the deadline, in a login or in a batch") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    const auto session = connect(driver, login_to(server));
    server.instance.stands_still = true;
    Lines lines;
    CHECK(failure_of([&] { session->run("select", lines, in(1s)); }) ==
          "timed-out 0 SQL Server did not answer in time while running a statement");
    const auto connector = sql::odbc_connector({driver.file, &platform::system_clock(), {}});
    CHECK(failure_of([&] { connector->connect(login_to(server), in(1s)); }) ==
          "timed-out 0 SQL Server did not answer in time while connecting");
    server.instance.stands_still = false;
    CHECK(run(*connect(driver, login_to(server)), "select") == "done -1\n");
  }
}

TEST_CASE("a session that the server kills fails with the reason, and is of no more use") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    const auto session = connect(driver, login_to(server));
    server.instance.on_run = [&](const Request&, ResultSink&, const std::stop_token&) {
      server.instance.kill({596, 21, 1, "Cannot continue the execution because the session is in the kill state."});
    };
    CHECK(failure_of([&] { run(*session, "select"); }) ==
          "killed 596 Cannot continue the execution because the session is in the kill state.");
    CHECK_FALSE(session->usable());
  }
}

TEST_CASE("a session that was killed while it was silent fails when it is used") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    const auto session = connect(driver, login_to(server));
    server.instance.kill({596, 21, 1, "Cannot continue the execution because the session is in the kill state."});
    while (server.instance.open_sessions > 0) std::this_thread::yield();
    // FreeTDS does not look at what came before it asked, when the connection is closed by then.
    const std::string failure = failure_of([&] { run(*session, "select"); });
    CAPTURE(failure);
    CHECK((failure.starts_with("killed 596 ") || failure.starts_with("connection-lost ")));
    CHECK_FALSE(session->usable());
  }
}

TEST_CASE("a million rows come through, and stay nowhere") {
  DBA_FOR_EACH_DRIVER(driver) {
    static constexpr int kRows = 1'000'000;
    FakeSqlServer server;
    server.instance.on_run = [](const Request&, ResultSink& sink, const std::stop_token&) {
      sink.columns({{"n", {TypeId::integer}, false}});
      for (std::int64_t n = 0; n < kRows; ++n) sink.row({n});
      sink.done(kRows, false);
    };
    struct Counter : sql::ResultReader {
      long long rows = 0, sum = 0;
      void columns(const std::vector<sql::Column>&) override {}
      void row(const sql::Row& row) override {
        ++rows;
        sum += std::stoll(row[0].value_or("-1"));
      }
      void done(std::optional<long long>) override {}
      void message(const sql::Diagnostic&) override {}
    } counter;
    const auto session = connect(driver, login_to(server));
    session->run("select", counter, in(10min));
    CHECK(counter.rows == kRows);
    CHECK(counter.sum == 499'999'500'000);
  }
}
