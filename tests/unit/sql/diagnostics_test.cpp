#include "dba/sql/diagnostics.hpp"

#include <doctest/doctest.h>

using namespace dba;
using namespace dba::sql;

namespace {

Diagnostic record(std::string_view state, int number, std::string_view message = "words",
                  std::optional<int> severity = {}) {
  Diagnostic diagnostic;
  diagnostic.sqlstate = state;
  diagnostic.number = number;
  diagnostic.message = message;
  diagnostic.severity = severity;
  return diagnostic;
}

}  // namespace

TEST_CASE("the records of a call decide together, in whatever order the driver gives them") {
  struct Row {
    Phase phase;
    std::vector<Diagnostic> records;
    bool dead;
    Failure wanted;
  };
  const Row rows[] = {
      {Phase::connect, {record("28000", 18456)}, true, Failure::login_failed},
      {Phase::connect, {record("42000", 18456), record("08001", 0)}, true, Failure::login_failed},
      {Phase::connect, {record("42000", 4060), record("28000", 18456)}, true, Failure::database_unavailable},
      {Phase::connect, {record("42000", 18456), record("42000", 4060)}, true, Failure::database_unavailable},
      {Phase::connect, {record("42000", 18456), record("42000", 983)}, true, Failure::role_changing},
      {Phase::connect, {record("08001", 20002)}, true, Failure::unreachable},
      {Phase::connect, {record("42000", 18401)}, true, Failure::not_ready},
      {Phase::connect, {}, true, Failure::unreachable},
      {Phase::execute, {record("25000", 3906)}, false, Failure::read_only},
      {Phase::execute, {record("42000", 976)}, false, Failure::not_readable},
      {Phase::execute, {record("42000", 9002)}, false, Failure::log_full},
      {Phase::execute, {record("40001", 1205)}, false, Failure::deadlock},
      {Phase::execute, {record("42000", 1205)}, false, Failure::deadlock},
      {Phase::execute, {record("42000", 300), record("42000", 297)}, false, Failure::permission},
      {Phase::execute, {record("42000", 208)}, false, Failure::statement},
      {Phase::execute, {record("42000", 596)}, false, Failure::killed},
      {Phase::execute, {record("HY000", 0)}, true, Failure::connection_lost},
      {Phase::execute, {record("01000", 20017)}, false, Failure::connection_lost},
      {Phase::execute, {record("08S01", 104)}, false, Failure::connection_lost},
      {Phase::execute, {record("HY000", 3414, "words", 21)}, false, Failure::connection_lost},
      {Phase::execute, {}, false, Failure::statement},
  };
  for (const Row& row : rows) {
    CAPTURE(row.records.empty() ? 0 : row.records.front().number);
    CHECK(failure_name(classify(row.phase, row.records, row.dead)) == failure_name(row.wanted));
  }
}

TEST_CASE("the exit code tells a refused login, a server that cannot be reached and a refused statement apart") {
  const auto code = [](Phase phase, Failure failure) {
    return static_cast<int>(SqlError(phase, failure, "words").code());
  };
  CHECK(code(Phase::connect, Failure::login_failed) == 4);
  CHECK(code(Phase::connect, Failure::timed_out) == 5);
  CHECK(code(Phase::connect, Failure::database_unavailable) == 5);
  CHECK(code(Phase::connect, Failure::interrupted) == 130);
  CHECK(code(Phase::connect, Failure::no_driver) == 5);
  CHECK(code(Phase::execute, Failure::timed_out) == 124);
  CHECK(code(Phase::execute, Failure::connection_lost) == 5);
  CHECK(code(Phase::execute, Failure::read_only) == 7);
  CHECK(code(Phase::execute, Failure::statement) == 7);
}

TEST_CASE("an error quotes the record that decided, with what the driver knows of it") {
  Diagnostic full = record("42000", 4060, "Cannot open database \"sales\" requested by the login.", 11);
  full.state = 1;
  full.line = 65536;
  const SqlError error(Phase::connect, Failure::database_unavailable, "cannot open database \"sales\"",
                       {record("28000", 18456, "Login failed for user 'sa'."), full}, "the hint");
  CHECK(error.info().message == "cannot open database \"sales\"");
  CHECK(error.info().cause ==
        "Msg 4060, Level 11, State 1, Line 65536: Cannot open database \"sales\" requested by the login.");
  CHECK(error.info().hint == "the hint");
  CHECK(error.info().reason == "database-unavailable");
  REQUIRE(error.decisive() != nullptr);
  CHECK(error.decisive()->number == 4060);

  const SqlError bare(Phase::execute, Failure::statement, "refused", {record("42000", 208, "Invalid object name.")});
  CHECK(bare.info().cause == "Msg 208: Invalid object name.");
  CHECK(SqlError(Phase::execute, Failure::timed_out, "late").info().cause.empty());
}

TEST_CASE("the words of a driver have no number of SQL Server's, and what only tells something is no error") {
  struct Row {
    Diagnostic record;
    int number;
    bool notice;
  };
  const Row rows[] = {
      {record("01000", 20017), 0, false},                   // FreeTDS: the connection was closed
      {record("08S01", 104), 0, false},                     // Microsoft's driver: an errno
      {record("HY000", 20017, "words", 16), 20017, false},  // of the server, which has such numbers too
      {record("42000", 208), 208, false},
      {record("42000", 50000, "words", 11), 50000, false},
      {record("01000", 50000, "words", 10), 50000, true},
      {record("01000", 3621), 3621, true},
      {record("HY000", 0), 0, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record.number);
    CHECK(server_number(row.record) == row.number);
    CHECK(is_notice(row.record) == row.notice);
  }
  CHECK(SqlError(Phase::execute, Failure::connection_lost, "broke", {record("01000", 20017, "Unexpected EOF")})
            .info()
            .cause == "Unexpected EOF");
  CHECK(SqlError(Phase::execute, Failure::statement, "refused", {record("01000", 0, "printed"), record("42000", 208)})
            .decisive()
            ->number == 208);
}

TEST_CASE("a connection is dead after what ends it, and only then") {
  for (const Failure failure : {Failure::timed_out, Failure::interrupted, Failure::killed, Failure::connection_lost}) {
    CHECK(SqlError(Phase::execute, failure, "words").connection_dead());
  }
  for (const Failure failure : {Failure::statement, Failure::read_only, Failure::role_changing, Failure::deadlock}) {
    CHECK_FALSE(SqlError(Phase::execute, failure, "words").connection_dead());
  }
}

TEST_CASE("the names of driver and server in front of a message are taken off, other brackets stay") {
  CHECK(without_origin("[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Login failed.") == "Login failed.");
  CHECK(without_origin("[FreeTDS][SQL Server]Invalid [name].") == "Invalid [name].");
  CHECK(without_origin("[unclosed") == "[unclosed");
  CHECK(without_origin("") == "");
}
