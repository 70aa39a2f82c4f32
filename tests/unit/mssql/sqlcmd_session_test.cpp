#include "sqlcmd_session.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

using namespace dba;
using mssql::read_sqlcmd_messages;
using mssql::read_sqlcmd_output;
using mssql::SqlcmdSession;

namespace {

class Record : public sql::ResultReader {
 public:
  void columns(const std::vector<sql::Column>& columns) override {
    for (const sql::Column& column : columns) text += "[" + column.name + "]";
    text += "\n";
  }
  void row(const sql::Row& row) override {
    for (const sql::Cell& cell : row) text += cell.value_or("NULL!") + "|";
    text += "\n";
  }
  void done(std::optional<long long> affected) override {
    text += affected ? std::to_string(*affected) + " affected\n" : "done\n";
  }
  void message(const sql::Diagnostic& message) override { text += "message " + message.message + "\n"; }
  void error(const sql::SqlError& error) override { text += "error " + error.info().cause + "\n"; }
  std::string text{};
};

std::string read(std::string_view out) {
  Record record;
  read_sqlcmd_output(out, record);
  return record.text;
}

const mssql::SqlAccess kAccess{.ns = "demo", .database = "sales", .user = "sa", .password = Secret("s3cret")};

sql::SqlError failure_after(const kube::ExecResult& result) {
  SqlcmdSession session([&result](const kube::ExecRequest&, platform::SteadyTime) { return result; }, kAccess,
                        "sales-0", {});
  Record record;
  try {
    session.run("SELECT 1", record, {});
  } catch (const sql::SqlError& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return {sql::Phase::execute, sql::Failure::statement, ""};
}

}  // namespace

TEST_CASE("sqlcmd's text becomes result sets") {
  CHECK(read("a\x1f"
             "b\n-\x1f-\n1\x1fNULL\n\x1f"
             "x y\n\nc\n-\n2\n\n") == "[a][b]\n1|NULL!|\n|x y|\ndone\n[c]\n2|\ndone\n");
  CHECK(read("a\n-\n") == "[a]\ndone\n");
  CHECK(read("a\n-\n1\n\n(1 rows affected)\n\n(3 rows affected)\nb\n--\nx\n\n(1 row affected)\n") ==
        "[a]\n1|\ndone\n3 affected\n[b]\nx|\ndone\n");
  CHECK(read("a\n-\n1\nb\x1f"
             "c\n-\x1f-\n2\x1f"
             "3\nd\n-\n") == "[a]\n1|\ndone\n[b][c]\n2|3|\ndone\n[d]\ndone\n");
  CHECK(read("") == "");
  CHECK_THROWS_AS(read("Changed database context\n"), Error);
}

TEST_CASE("a value that sqlcmd's text tears apart is refused, not taken for other values") {
  const std::string two_columns =
      "a\x1f"
      "b\n-\x1f-\n";
  for (const std::string& text : {std::string("a\n-\nfirst\nsecond\n\n(1 rows affected)\n"),
                                  two_columns + "1\x1f"
                                                "first\nsecond\n",
                                  two_columns + "1\x1fx\x1fy\n"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(read(text), "values with line ends cannot be read from what sqlcmd prints");
  }
}

TEST_CASE("sqlcmd's errors become messages with their numbers") {
  const auto messages = read_sqlcmd_messages(
      "Msg 208, Level 16, State 1, Server sales-0, Line 3\nInvalid object name 'x'.\n"
      "Msg 50000, Level 16, State 2, Server sales-0, Procedure p, Line 7\nno\nplain text\n");
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].number == 208);
  CHECK(messages[0].severity == 16);
  CHECK(messages[0].line == 3);
  CHECK(messages[0].message == "Invalid object name 'x'.");
  CHECK(messages[1].procedure == "p");
  CHECK(messages[1].line == 7);
  CHECK(messages[2].number == 0);
  CHECK(messages[2].message == "plain text");
}

TEST_CASE("password and batch go to sqlcmd's standard input, never into its command") {
  kube::ExecRequest seen;
  SqlcmdSession session(
      [&seen](const kube::ExecRequest& request, platform::SteadyTime) {
        seen = request;
        return kube::ExecResult{.out = "a\n-\n1\n\n"};
      },
      kAccess, "sales-1", {.database = "agdb1", .read_intent = true});
  Record record;
  session.run("SELECT 1 AS a", record, {});
  CHECK(record.text == "[a]\n1|\ndone\n");
  CHECK(seen.pod == "sales-1");
  CHECK(seen.container == "mssql");
  CHECK(seen.stdin_text == "s3cret\nsa\nagdb1\nSELECT 1 AS a");
  for (const std::string& word : seen.command) CHECK(word.find("s3cret") == std::string::npos);
  CHECK(seen.command.at(2).find(" -K ReadOnly ") != std::string::npos);
  CHECK_FALSE(session.trust().verified);
}

TEST_CASE("every error and message of a batch that sqlcmd ran is handed over, the first error is thrown") {
  SqlcmdSession session(
      [](const kube::ExecRequest&, platform::SteadyTime) {
        return kube::ExecResult{.exit_code = 1,
                                .out = "a\n-\n1\n\n",
                                .err =
                                    "Msg 8134, Level 16, State 1, Server sales-0, Line 1\nDivide by zero.\n"
                                    "after\nMsg 50000, Level 16, State 2, Server sales-0, Line 2\nboo\n"};
      },
      kAccess, "sales-0", {});
  Record record;
  CHECK_THROWS_WITH_AS(session.run("…", record, {}), "SQL Server refused the statement", sql::SqlError);
  CHECK(record.text ==
        "[a]\n1|\ndone\n"
        "error Msg 8134, Level 16, State 1, Line 1: Divide by zero.\n"
        "message after\n"
        "error Msg 50000, Level 16, State 2, Line 2: boo\n");
}

TEST_CASE("a sqlcmd that was killed leaves it open what became of its statement") {
  const sql::SqlError killed = failure_after({.exit_code = 137});
  CHECK(killed.failure() == sql::Failure::connection_lost);
  CHECK(killed.connection_dead());
}

TEST_CASE("what sqlcmd fails with is classified as a driver's failure is") {
  const sql::SqlError refused =
      failure_after({.exit_code = 1, .err = "Msg 983, Level 14, State 1, Server sales-0, Line 1\nUnable.\n"});
  CHECK(refused.failure() == sql::Failure::role_changing);
  CHECK(refused.code() == ExitCode::sql_failed);
  const sql::SqlError denied =
      failure_after({.exit_code = 1,
                     .err = "Sqlcmd: Error: Microsoft ODBC Driver 18 for SQL Server : Login failed for user 'sa'..\n"});
  CHECK(denied.failure() == sql::Failure::login_failed);
  CHECK(denied.code() == ExitCode::denied);
  const sql::SqlError missing = failure_after({.exit_code = 127, .err = "sh: sqlcmd: not found\n"});
  CHECK(missing.failure() == sql::Failure::unreachable);
  CHECK(missing.code() == ExitCode::sql_unreachable);
}
