#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"
#include "support/sql_harness.hpp"

namespace {

using namespace dba;
using dba::test::CommandHarness;
using dba::test::CommandResult;
using dba::test::pod_json;
using sql::Failure;
using sql::Phase;
using sql::SqlError;
using sql::ValueKind;

const sql::Diagnostic kUnknownObject{
    .sqlstate = "42S02", .number = 208, .severity = 16, .state = 1, .line = 2, .message = "Invalid object name 'x'."};

/// Answers by the first word of the batch.
void answer(std::string_view batch, sql::ResultReader& reader) {
  if (batch.starts_with("VALUES")) {
    reader.columns({{"id", ValueKind::integer},
                    {"name", ValueKind::text},
                    {"name", ValueKind::text},
                    {"", ValueKind::boolean},
                    {"price", ValueKind::decimal}});
    reader.row({"1", "a,\"b\"", std::nullopt, "1", "1.50"});
    reader.row({"12345678901234567", "", "x\ty\nz", "0", std::nullopt});
    reader.done(2);
  } else if (batch.starts_with("PRINT")) {
    reader.message({.message = "hello"});
    reader.done(std::nullopt);
  } else if (batch.starts_with("UPDATE")) {
    reader.done(3);
  } else if (batch.starts_with("MANY")) {
    reader.columns({{"n", ValueKind::integer}});
    for (int i = 0; i < 1000; ++i) reader.row({std::to_string(i)});
    reader.done(1000);
  } else {
    if (batch.starts_with("HALF")) {
      reader.columns({{"n", ValueKind::integer}});
      reader.row({"1"});
    }
    throw SqlError(Phase::execute, Failure::statement, "SQL Server refused the statement", {kUnknownObject});
  }
}

struct QueryHarness : test::SqlHarness {
  platform::SteadyTime deadline{};
  QueryHarness() {
    for (auto& [pod, server] : servers().pods) server.answer = answer;
  }
  CommandResult query(std::vector<std::string> words) {
    words.insert(words.begin(), {"mssql", "query", "sales"});
    return run(words);
  }
  /// The pods that were sent `text`, in order.
  std::vector<std::string> sent(std::string_view text) {
    std::vector<std::string> pods;
    for (const std::string& batch : servers().batches) {
      if (batch.find(text) != std::string::npos) pods.push_back(batch.substr(0, batch.find(':')));
    }
    return pods;
  }
};

using Pods = std::vector<std::string>;

}  // namespace

TEST_CASE("query prints rows in each form, NULL unlike any text") {
  QueryHarness harness;
  const CommandResult table = harness.query({"-Q", "VALUES"});
  CHECK(table.code == ExitCode::ok);
  CHECK(table.out ==
        "id                  name    name              -   price\n"
        "1                   a,\"b\"   <NULL>            1   1.50\n"
        "12345678901234567           x\\u0009y\\u000az   0   <NULL>\n");
  CHECK(table.err == "(2 rows)\n");
  CHECK(harness.query({"-Q", "VALUES", "-o", "csv"}).out ==
        "id,name,name,\"\",price\n1,\"a,\"\"b\"\"\",,1,1.50\n12345678901234567,\"\",\"x\ty\nz\",0,\n");
  CHECK(harness.query({"-Q", "VALUES", "-o", "tsv"}).out ==
        "id\tname\tname\t\tprice\n1\ta,\"b\"\t\\N\t1\t1.50\n12345678901234567\t\tx\\ty\\nz\t0\t\\N\n");
  CHECK(harness.query({"-Q", "VALUES", "-o", "ndjson"}).out ==
        "{\"id\":1,\"name\":\"a,\\\"b\\\"\",\"name (2)\":null,\"column4\":true,\"price\":\"1.50\"}\n"
        "{\"id\":\"12345678901234567\",\"name\":\"\",\"name (2)\":\"x\\ty\\nz\",\"column4\":false,\"price\":null}\n");
  const CommandResult json = harness.query({"-Q", "VALUES\nGO\nUPDATE", "-o", "json"});
  test::check_schema("QueryResult", json.out);
  const Json report = Json::parse(json.out);
  CHECK(report["results"].size() == 2);
  CHECK(report["results"][0]["rows"][0]["price"] == "1.50");
  CHECK(report["results"][0]["columns"][3]["name"] == "column4");
  CHECK(report["results"][1]["affected"] == 3);
  CHECK(report["results"][1]["batchLine"] == 3);
  CHECK(harness.query({"-Q", "VALUES", "-o", "yaml"}).code == ExitCode::usage);
}

TEST_CASE("query streams: a table's columns are as wide as its first rows ask for") {
  QueryHarness harness;
  const CommandResult result = harness.query({"-Q", "MANY"});
  CHECK(result.out.starts_with("n\n0\n1\n2\n"));
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 1001);
  CHECK(result.err == "(1000 rows)\n");
}

TEST_CASE("messages and counts go to stderr, --quiet drops the counts") {
  QueryHarness harness;
  const CommandResult result = harness.query({"-Q", "PRINT\nGO 2\nUPDATE"});
  CHECK(result.out.empty());
  CHECK(result.err == "hello\nhello\n(3 rows affected)\n");
  CHECK(harness.query({"-Q", "PRINT\nGO\nUPDATE", "-q"}).err == "hello\n");
}

TEST_CASE("a refused statement is 7, told with number, level, state and its line in the script; nothing more is sent") {
  QueryHarness harness;
  const CommandResult result = harness.query({"-Q", "PRINT\nGO\n\nBAD\nGO\nPRINT"});
  CHECK(result.code == ExitCode::sql_failed);
  CHECK(result.err ==
        "hello\n"
        "error: SQL Server refused the statement in line 4\n"
        "  cause: Msg 208, Level 16, State 1, Line 2: Invalid object name 'x'.\n");
  CHECK(harness.sent("PRINT").size() == 1);

  const CommandResult json = harness.query({"-Q", "HALF", "-o", "json"});
  CHECK(json.code == ExitCode::sql_failed);
  test::check_schema("QueryResult", json.out);
  const Json report = Json::parse(json.out);
  CHECK(report["results"][0]["rows"].size() == 1);
  CHECK(report["errors"] == Json::parse(R"([{"replica":"sales-0","message":"Invalid object name 'x'.","number":208,
      "level":16,"state":1,"line":2,"batchLine":1,"sqlstate":"42S02"}])"));
}

TEST_CASE("what a batch answers after a refused statement is printed in its order, and no further batch is sent") {
  QueryHarness harness;
  const auto refused = [](int number, const char* words) {
    return SqlError(Phase::execute, Failure::statement, "SQL Server refused the statement",
                    {{.sqlstate = "42000", .number = number, .message = words}});
  };
  harness.server("sales-0").answer = [&refused](std::string_view, sql::ResultReader& reader) {
    reader.error(refused(8134, "Divide by zero error encountered."));
    reader.columns({{"x", ValueKind::integer}});
    reader.row({"2"});
    reader.done(1);
    reader.message({.message = "after"});
    reader.error(refused(50000, "boo"));
    reader.done(4);
    throw refused(8134, "Divide by zero error encountered.");
  };
  const CommandResult table = harness.query({"--replica", "sales-0", "-Q", "REST\nGO\nUPDATE"});
  CHECK(table.code == ExitCode::sql_failed);
  CHECK(table.out == "x\n2\n");
  CHECK(table.err ==
        "error: SQL Server refused the statement in the batch that begins in line 1\n"
        "  cause: Msg 8134: Divide by zero error encountered.\n"
        "(1 row)\n"
        "after\n"
        "error: SQL Server refused the statement in the batch that begins in line 1\n"
        "  cause: Msg 50000: boo\n"
        "(4 rows affected)\n");
  CHECK(harness.sent("UPDATE").empty());

  const CommandResult json = harness.query({"--replica", "sales-0", "-Q", "REST", "-o", "json"});
  CHECK(json.code == ExitCode::sql_failed);
  test::check_schema("QueryResult", json.out);
  const Json report = Json::parse(json.out);
  CHECK(report["results"].size() == 2);
  CHECK(report["results"][0]["rows"][0]["x"] == 2);
  CHECK(report["results"][1]["affected"] == 4);
  CHECK(report["errors"].size() == 2);
  CHECK(report["errors"][0]["number"] == 8134);
  CHECK(report["errors"][1]["number"] == 50000);
}

TEST_CASE("of a statement whose connection ends nobody knows the effect, and it is said") {
  QueryHarness harness;
  SUBCASE("the connection breaks: 6, and the driver's words have no number of SQL Server's") {
    harness.server("sales-0").breaks = SqlError(
        Phase::execute, Failure::connection_lost, "the connection to SQL Server broke while running a statement",
        {{.sqlstate = "08S01", .number = 20017, .message = "Unexpected EOF from the server"}});
    const CommandResult text = harness.query({"--replica", "sales-0", "-Q", "UPDATE"});
    CHECK(text.code == ExitCode::acceptance_unknown);
    CHECK(text.err ==
          "error: the connection to SQL Server broke while running a statement in the batch that begins in line 1; "
          "whether the statement took effect is not known\n"
          "  cause: Unexpected EOF from the server\n");
    const CommandResult json = harness.query({"--replica", "sales-0", "-Q", "UPDATE", "-o", "json"});
    CHECK(json.code == ExitCode::acceptance_unknown);
    test::check_schema("QueryResult", json.out);
    const Json error = Json::parse(json.out)["errors"][0];
    CHECK(error["message"] == "Unexpected EOF from the server; whether the statement took effect is not known");
    CHECK(error["number"].is_null());
  }
  SUBCASE("the session is killed after a refusal: both are told, and 6 does not give way to 7") {
    harness.server("sales-0").answer = [](std::string_view, sql::ResultReader& reader) {
      reader.error(SqlError(Phase::execute, Failure::statement, "SQL Server refused the statement", {kUnknownObject}));
      throw SqlError(Phase::execute, Failure::killed, "the connection to SQL Server broke while running a statement",
                     {{.sqlstate = "HY000", .number = 596, .severity = 21, .message = "Killed."}});
    };
    const CommandResult result = harness.query({"--replica", "sales-0", "-Q", "UPDATE"});
    CHECK(result.code == ExitCode::acceptance_unknown);
    CHECK(result.err ==
          "error: SQL Server refused the statement in line 2\n"
          "  cause: Msg 208, Level 16, State 1, Line 2: Invalid object name 'x'.\n"
          "error: the connection to SQL Server broke while running a statement in the batch that begins in line 1; "
          "whether the statement took effect is not known\n"
          "  cause: Msg 596, Level 21: Killed.\n");
  }
  SUBCASE("--timeout is over: 124") {
    harness.server("sales-0").frozen = true;
    const CommandResult result = harness.query({"--replica", "sales-0", "-Q", "UPDATE", "--timeout", "3s"});
    CHECK(result.code == ExitCode::timed_out);
    CHECK(result.err ==
          "error: SQL Server did not answer in time while running a statement in the batch that begins in line 1; "
          "whether the statement took effect is not known\n");
  }
}

TEST_CASE("a server that gives no answer is named, and how long it was waited for") {
  QueryHarness harness;
  harness.server("sales-1").connects_late = true;
  const CommandResult one = harness.query({"--replica", "sales-1", "-Q", "UPDATE"});
  CHECK(one.code == ExitCode::sql_unreachable);
  CHECK(one.err == "error: SQL Server in pod \"sales-1\" did not answer within 15s while connecting\n");
  const CommandResult all = harness.query({"--all-replicas", "-Q", "UPDATE", "--timeout", "9s"});
  CHECK(all.code == ExitCode::sql_unreachable);
  CHECK(all.err.find("error: sales-1: SQL Server in pod \"sales-1\" did not answer within 4.5s while connecting\n") !=
        std::string::npos);
}

TEST_CASE("the primary is who says so; the label is only the first guess") {
  QueryHarness harness;
  SUBCASE("the label is right: nobody else is asked") {
    CHECK(harness.query({"-Q", "UPDATE"}).code == ExitCode::ok);
    CHECK(harness.sent("UPDATE") == Pods{"sales-0"});
    CHECK(harness.servers().logins.size() == 1);
    // The session is the user's: what we asked on it before has changed no setting.
    CHECK(harness.servers().batches.front().find("SET ") == std::string::npos);
  }
  SUBCASE("the label is late") {
    harness.servers().pods["sales-0"].role = "SECONDARY";
    harness.servers().pods["sales-2"].role = "PRIMARY";
    CHECK(harness.query({"-Q", "UPDATE"}).code == ExitCode::ok);
    CHECK(harness.sent("UPDATE") == Pods{"sales-2"});
  }
  SUBCASE("nobody leads") {
    for (auto& [pod, server] : harness.servers().pods) server.role = "RESOLVING";
    const CommandResult result = harness.query({"-Q", "UPDATE"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.err == "error: no primary: no live pod is PRIMARY in SQL Server\n");
  }
  SUBCASE("it gives no answer, and nobody else leads") {
    harness.servers().pods["sales-0"].refuses = SqlError(Phase::connect, Failure::unreachable, "nothing answers");
    const CommandResult result = harness.query({"-Q", "UPDATE"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.err ==
          "error: no primary: no pod that answered is PRIMARY in SQL Server; sales-0 gave no answer\n"
          "  - sales-0: nothing answers\n");
  }
  SUBCASE("it hangs, another one leads: there is time left to ask that one") {
    harness.servers().pods["sales-0"].frozen = true;
    harness.servers().pods["sales-2"].role = "PRIMARY";
    for (const char* timeout : {"1s", "15s", "5m"}) {
      CAPTURE(timeout);
      const auto start = harness.clock().steady_now();
      CHECK(harness.query({"--timeout", timeout, "-Q", "UPDATE"}).code == ExitCode::ok);
      CHECK(harness.clock().steady_now() - start <= std::chrono::seconds(5));
    }
    CHECK(harness.sent("UPDATE") == Pods{"sales-2", "sales-2", "sales-2"});
  }
  SUBCASE("a secondary is asked for") {
    CHECK(harness.query({"--role", "secondary", "--read-only", "--database", "agdb1", "-Q", "UPDATE"}).code ==
          ExitCode::ok);
    CHECK(harness.sent("UPDATE") == Pods{"sales-1"});
    CHECK(harness.servers().logins.back().read_intent);
    CHECK(harness.servers().logins.back().database == "agdb1");
  }
  SUBCASE("there is no secondary") {
    harness.servers().pods["sales-1"].role = "RESOLVING";
    harness.servers().pods["sales-2"].role = "RESOLVING";
    CHECK(harness.query({"--role", "secondary", "-Q", "UPDATE"}).code == ExitCode::unhealthy);
  }
}

TEST_CASE("query runs on one named replica, or on all of them one after the other") {
  QueryHarness harness;
  CHECK(harness.query({"--replica", "sales-2", "-Q", "UPDATE"}).code == ExitCode::ok);
  CHECK(harness.sent("UPDATE") == Pods{"sales-2"});
  const CommandResult unknown = harness.query({"--replica", "sales-7", "-Q", "UPDATE"});
  CHECK(unknown.code == ExitCode::denied);
  CHECK(unknown.err ==
        "error: --replica: database \"sales\" has no replica \"sales-7\"\n"
        "  - there is sales-0, sales-1 and sales-2\n");

  harness.servers().pods["sales-1"].refuses = SqlError(Phase::connect, Failure::unreachable, "nothing answers");
  const CommandResult all = harness.query({"--all-replicas", "-Q", "VALUES", "-o", "csv"});
  CHECK(all.code == ExitCode::sql_unreachable);
  CHECK(all.out ==
        "replica,id,name,name,\"\",price\n"
        "sales-0,1,\"a,\"\"b\"\"\",,1,1.50\nsales-0,12345678901234567,\"\",\"x\ty\nz\",0,\n"
        "sales-2,1,\"a,\"\"b\"\"\",,1,1.50\nsales-2,12345678901234567,\"\",\"x\ty\nz\",0,\n");
  CHECK(all.err == "sales-0: (2 rows)\nerror: sales-1: nothing answers\nsales-2: (2 rows)\n");
}

TEST_CASE("a script that ends inside a transaction has done nothing, and says so") {
  QueryHarness harness;
  std::string open = "1";
  harness.servers().pods["sales-0"].answer = [&open](std::string_view batch, sql::ResultReader& reader) {
    if (batch != "SELECT @@TRANCOUNT") return reader.done(1);
    reader.columns({{"", ValueKind::integer}});
    reader.row({open});
    reader.done(1);
  };
  const CommandResult lost = harness.query({"-Q", "BEGIN TRAN; INSERT t VALUES (1)"});
  CHECK(lost.code == ExitCode::sql_failed);
  CHECK(lost.err ==
        "(1 row affected)\n"
        "error: the script ends inside a transaction: what it changed there is rolled back\n"
        "  try:   end the script with COMMIT\n");
  open = "0";
  CHECK(harness.query({"-Q", "BEGIN TRAN; INSERT t VALUES (1); COMMIT"}).code == ExitCode::ok);
  CHECK(harness.sent("@@TRANCOUNT").size() == 2);
  CHECK(harness.query({"-Q", "UPDATE"}).code == ExitCode::ok);
  CHECK(harness.sent("@@TRANCOUNT").size() == 2);  // Nobody asks without need.
}

TEST_CASE("one replica that hangs leaves the others their share of the time") {
  QueryHarness harness;
  for (const char* pod : {"sales-1", "sales-2"}) {
    harness.servers().pods[pod].on_batch = [&harness](int) { CHECK(harness.clock().steady_now() < harness.deadline); };
  }
  harness.deadline = harness.clock().steady_now() + std::chrono::seconds(4);
  harness.servers().pods["sales-0"].connects_late = true;
  const CommandResult all = harness.query({"--all-replicas", "--timeout", "4s", "-Q", "UPDATE"});
  CHECK(all.code == ExitCode::sql_unreachable);
  CHECK(harness.sent("UPDATE") == Pods{"sales-1", "sales-2"});
}

TEST_CASE("a standalone database has one server, and no secondary") {
  QueryHarness harness;
  Json database = test::database_json("demo", "sales");
  database["spec"].erase("topology");
  database["spec"]["replicas"] = 1;
  harness.api().on_get(database);
  harness.api().on_list(kube::resources::pods, "demo", {pod_json("demo", "sales", 0, "")});
  harness.servers().pods["sales-0"].role = "STANDALONE";
  CHECK(harness.query({"-Q", "UPDATE"}).code == ExitCode::ok);
  const CommandResult result = harness.query({"--role", "secondary", "-Q", "UPDATE"});
  CHECK(result.code == ExitCode::refused);
  CHECK(result.err == "error: database \"sales\" is standalone: it has no secondary\n");
}

TEST_CASE("-Q and -f exclude each other, and one of them is needed") {
  CommandHarness harness;
  harness.forbid_cluster();
  CHECK(harness.run({"mssql", "query", "sales", "-Q", "SELECT 1", "-f", "x.sql"}).err ==
        "error: -Q and -f exclude each other\n");
  CHECK(harness.run({"mssql", "query", "sales"})
            .err.starts_with("error: give the statements with -Q, or a file with -f"));
}

TEST_CASE("what is wrong with a query's words is told before anything is contacted") {
  CommandHarness harness;
  harness.forbid_cluster();
  const std::vector<std::vector<std::string>> lines{{},
                                                    {"-Q", "SELECT 1", "-f", "x.sql"},
                                                    {"-Q", " \n"},
                                                    {"-Q", "SELECT 1\nGO 0"},
                                                    {"-f", "/nowhere.sql"},
                                                    {"-Q", "SELECT 1", "--role", "primary", "--replica", "sales-1"},
                                                    {"-Q", "SELECT 1", "--role", "boss"},
                                                    {"-Q", "SELECT 1", "--timeout", "soon"}};
  for (std::vector<std::string> words : lines) {
    words.insert(words.begin(), {"mssql", "query", "sales"});
    CAPTURE(join(words, " "));
    CHECK(harness.run(words).code == ExitCode::usage);
  }
}
