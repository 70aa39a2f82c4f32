// Real ODBC drivers, as the product uses them, against the wire of the simulated server.

#include <thread>

#include <fmt/format.h>

#include "product_session.hpp"

using namespace dba;
using namespace dba::sandbox::sqlserver;
using namespace std::chrono_literals;
using test::connect, test::in, test::login_to;
using test::FakeSqlServer;
using test::OdbcDriver;

namespace {

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

struct Sample {
  Column column;
  Value value;
  std::string text;
};

std::string repeated(std::string_view what, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += what;
  return all;
}

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all{
      {{"bit", {TypeId::bit}}, std::int64_t{1}, "1"},
      {{"bit not null", {TypeId::bit}, false}, std::int64_t{0}, "0"},
      {{"tinyint", {TypeId::tiny_int}}, std::int64_t{255}, "255"},
      {{"smallint", {TypeId::small_int}}, std::int64_t{-32768}, "-32768"},
      {{"int", {TypeId::integer}}, std::int64_t{2147483647}, "2147483647"},
      {{"int not null", {TypeId::integer}, false}, std::int64_t{-1}, "-1"},
      {{"bigint", {TypeId::big_int}}, std::int64_t{-9007199254740993}, "-9007199254740993"},
      {{"real", {TypeId::real}}, 0.5, "0.5"},
      {{"float", {TypeId::floating}}, -1.25e300, "-1.25e+300"},
      {{"decimal", {.id = TypeId::decimal, .precision = 38, .scale = 10}},
       "-1234567890123456789012345678.0123456789",
       "-1234567890123456789012345678.0123456789"},
      {{"lsn", {.id = TypeId::decimal, .precision = 25}}, "46000000123400001", "46000000123400001"},
      {{"money", {TypeId::money}}, "-922337203685477.5808", "-922337203685477.5808"},
      {{"char", {TypeId::character, 4}}, "ab", "ab  "},
      {{"varchar", {TypeId::varchar, 20}}, "Grüße €", "Grüße €"},
      {{"varchar(max)", {TypeId::varchar, -1}}, std::string(10'000, 'x'), std::string(10'000, 'x')},
      {{"nchar", {TypeId::nchar, 3}}, "ä", "ä  "},
      {{"nvarchar", {TypeId::nvarchar, 20}}, "Grüße 😀", "Grüße 😀"},
      {{"nvarchar(max)", {TypeId::nvarchar, -1}},
       std::string("😀 ") + std::string(9'000, 'y'),
       std::string("😀 ") + std::string(9'000, 'y')},
      {{"binary", {TypeId::binary, 4}}, "\x01\x02", "0x01020000"},
      {{"varbinary", {TypeId::varbinary, 10}}, "\xff\xfe", "0xFFFE"},
      {{"varbinary(max)", {TypeId::varbinary, -1}}, std::string(9'000, '\x7f'), "0x" + repeated("7F", 9'000)},
      {{"date", {TypeId::date}}, "2026-01-02", "2026-01-02"},
      {{"time", {.id = TypeId::time, .scale = 7}}, "23:59:59.1234567", "23:59:59.1234567"},
      {{"datetime", {TypeId::datetime}}, "2025-07-31 05:51:06.830", "2025-07-31 05:51:06.830"},
      {{"smalldatetime", {TypeId::small_datetime}}, "2025-07-31 05:51:00", "2025-07-31 05:51:00"},
      {{"datetime2", {.id = TypeId::datetime2, .scale = 7}},
       "9999-12-31 23:59:59.9999999",
       "9999-12-31 23:59:59.9999999"},
      {{"datetime2(3)", {.id = TypeId::datetime2, .scale = 3}}, "0001-01-01 00:00:00.123", "0001-01-01 00:00:00.123"},
      {{"datetimeoffset", {.id = TypeId::datetime_offset, .scale = 7}},
       "2026-01-01 00:30:00.1230000 +01:00",
       "2026-01-01 00:30:00.1230000 +01:00"},
      {{"guid", {TypeId::unique_identifier}},
       "C4FADE0D-BC82-4D16-95E2-50AA6BE5BD8F",
       "C4FADE0D-BC82-4D16-95E2-50AA6BE5BD8F"},
  };
  return all;
}

}  // namespace

TEST_CASE("a value of every type arrives") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const Request&, ResultSink& sink, const std::stop_token&) {
      std::vector<Column> columns;
      std::vector<Value> values;
      for (const Sample& sample : samples()) {
        columns.push_back(sample.column);
        values.push_back(sample.value);
      }
      sink.columns(columns);
      sink.row(values);
      sink.done(1, false);
    };
    const auto session = connect(driver, login_to(server));
    const sql::ResultSet set = session->query("SELECT", in(30s));
    REQUIRE(set.rows.size() == 1);
    for (std::size_t i = 0; i < samples().size(); ++i) {
      CHECK(set.columns[i].name == samples()[i].column.name);
      CAPTURE(set.columns[i].name);
      CHECK(set.rows[0][i].value_or("NULL") == samples()[i].text);
    }
  }
}

TEST_CASE("NULL of every type arrives, in rows of either form") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const Request&, ResultSink& sink, const std::stop_token&) {
      std::vector<Column> columns;
      for (const Sample& sample : samples()) columns.push_back({sample.column.name, sample.column.type});
      sink.columns(columns);
      sink.row(std::vector<Value>(columns.size()));
      sink.done(1, false);
      sink.columns({{"a", {TypeId::integer}}, {"b", {TypeId::integer}}});  // too few for the short form to pay off
      sink.row({std::int64_t{1}, std::monostate{}});
      sink.done(1, false);
    };
    const auto session = connect(driver, login_to(server));
    const std::string text = run(*session, "SELECT");
    CHECK(text.find(repeated("NULL|", static_cast<int>(samples().size()))) != std::string::npos);
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

TEST_CASE("a batch that outlasts its deadline fails, and is cancelled in the server") {
  DBA_FOR_EACH_DRIVER(driver) {
    test::Hanging hanging;
    FakeSqlServer server;
    server.instance.on_run = hanging.on_run();
    const auto session = connect(driver, login_to(server));
    Lines lines;
    CHECK(failure_of([&] { session->run("hang", lines, in(150ms)); }) ==
          "timed-out 0 SQL Server did not answer in time while running a statement");
    CHECK_FALSE(session->usable());
    hanging.cancelled.wait(false);
  }
}

TEST_CASE("a frozen server keeps nobody beyond the deadline, in a login or in a batch") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    const auto session = connect(driver, login_to(server));
    server.instance.stands_still = true;
    Lines lines;
    CHECK(failure_of([&] { session->run("select", lines, in(150ms)); }) ==
          "timed-out 0 SQL Server did not answer in time while running a statement");
    const auto connector = sql::odbc_connector({driver.file, &platform::system_clock(), {}});
    CHECK(failure_of([&] { connector->connect(login_to(server), in(150ms)); }) ==
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
