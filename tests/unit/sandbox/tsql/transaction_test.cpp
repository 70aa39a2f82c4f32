#include <thread>

#include <doctest/doctest.h>

#include "dba/platform/clock.hpp"

#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::test;

TEST_CASE("transactions commit, roll back and keep savepoints") {
  Bench bench;
  bench.run("CREATE TABLE t (a int)");
  CHECK(bench.run("BEGIN TRAN; INSERT t VALUES (1); BEGIN TRAN; INSERT t VALUES (2); COMMIT; SELECT @@TRANCOUNT AS n; "
                  "COMMIT; SELECT COUNT(*) AS n FROM t") ==
        "begun\n(1)\n(1)\n[n int not null]\n1\n(1)\ncommitted\n[n int not null]\n2\n(1)");
  CHECK(bench.run("BEGIN TRAN; INSERT t VALUES (3); SAVE TRAN s; INSERT t VALUES (4); ROLLBACK TRAN s; COMMIT; SELECT "
                  "a FROM t") == "begun\n(1)\n(1)\ncommitted\n[a int]\n1\n2\n3\n(3)");
  CHECK(
      bench.run(
          "BEGIN TRAN; DELETE t; CREATE TABLE u (a int); ROLLBACK; SELECT COUNT(*) AS n, OBJECT_ID('u') AS u FROM t") ==
      "begun\n(3)\nrolled back\n[n int not null, u int]\n3|NULL\n(1)");
  CHECK(bench.run("COMMIT") ==
        "Msg 3902, Level 16, State 1, Line 1: The COMMIT TRANSACTION request has no corresponding BEGIN "
        "TRANSACTION.\nfailed");
  CHECK(bench.run("ROLLBACK") ==
        "Msg 3903, Level 16, State 1, Line 1: The ROLLBACK TRANSACTION request has no corresponding BEGIN "
        "TRANSACTION.\nfailed");
  CHECK(
      bench.run(
          "SET IMPLICIT_TRANSACTIONS ON; DELETE t; SELECT @@TRANCOUNT AS n; ROLLBACK; SET IMPLICIT_TRANSACTIONS OFF") ==
      "begun\n(3)\n[n int not null]\n1\n(1)\nrolled back");
  Transcript transcript;
  bench.first->begin(transcript);
  bench.first->run({"DELETE t", {}}, transcript, {});
  bench.first->roll_back(transcript, true);
  bench.first->commit(transcript, false);
  CHECK(dba::join(transcript.lines, ",") == "begun,(3),rolled back,begun,committed");
}

TEST_CASE("two databases in one transaction go to the log together") {
  Bench bench;
  bench.run("CREATE TABLE t (a int); CREATE TABLE agdb2.dbo.t (a int)");
  bench.host.log.clear();
  bench.run("BEGIN TRAN; INSERT t VALUES (1); INSERT agdb2.dbo.t SELECT a + 1 FROM t; COMMIT");
  REQUIRE(bench.host.log.size() == 2);
  CHECK(bench.host.log[0].first == "agdb1");
  CHECK(bench.host.log[1].first == "agdb2");
  CHECK(bench.run("SELECT a.a, b.a FROM t a, agdb2..t b") == "[a int, a int]\n1|2\n(1)");
}

TEST_CASE("others see what was committed and nothing else") {
  Bench bench;
  const auto other = bench.session();
  bench.run("CREATE TABLE t (a int); INSERT t VALUES (1); BEGIN TRAN; UPDATE t SET a = 2; CREATE TABLE u (a int)");
  CHECK(bench.run("SELECT a FROM t") == "[a int]\n2\n(1)");
  CHECK(bench.run(*other, "SELECT a FROM t; SELECT OBJECT_ID('u') AS u") == "[a int]\n1\n(1)\n[u int]\nNULL\n(1)");
  bench.run("COMMIT");
  CHECK(bench.run(*other, "SELECT a FROM t") == "[a int]\n2\n(1)");
}

TEST_CASE("a second writer waits as long as LOCK_TIMEOUT lets it") {
  Bench bench;
  const auto other = bench.session();
  bench.run("CREATE TABLE t (a int); BEGIN TRAN; INSERT t VALUES (1)");
  const auto before = bench.clock.steady_now();
  CHECK(bench.run(*other, "SET LOCK_TIMEOUT 1500; INSERT t VALUES (2)") ==
        "Msg 1222, Level 16, State 56, Line 1: Lock request time out period exceeded.\ntold 3621: The statement has "
        "been terminated.\nfailed");
  CHECK(bench.clock.steady_now() - before == std::chrono::milliseconds(1500));
  bench.run("COMMIT");
  CHECK(bench.run(*other, "INSERT t VALUES (2); SELECT COUNT(*) AS n FROM t") == "(1)\n[n int not null]\n2\n(1)");
}

TEST_CASE("a waiting writer goes on when the first is done, in order") {
  Bench bench;
  const auto second = bench.session();
  bench.run("CREATE TABLE t (a int IDENTITY, who int); BEGIN TRAN; INSERT t VALUES (1)");
  std::string answer;
  std::jthread waiting([&] { answer = bench.run(*second, "INSERT t VALUES (2)"); });
  bench.run("INSERT t VALUES (1); COMMIT");
  waiting.join();
  CHECK(answer == "(1)");
  CHECK(bench.run("SELECT a, who FROM t") == "[a int not null, who int]\n1|1\n2|1\n3|2\n(3)");
}

TEST_CASE("a wait for a lock can be cancelled") {
  Bench bench;
  const auto other = bench.session();
  bench.run("CREATE TABLE t (a int); BEGIN TRAN; INSERT t VALUES (1)");
  std::stop_source cancel;
  std::jthread waiting([&] { CHECK(bench.run(*other, {"INSERT t VALUES (2)", {}}, cancel.get_token()) == ""); });
  cancel.request_stop();
  waiting.join();
  bench.run("COMMIT");
  CHECK(bench.run(*other, "SELECT COUNT(*) AS n FROM t") == "[n int not null]\n1\n(1)");
}

TEST_CASE("who would close a circle of waits is the victim") {
  Bench bench;
  const auto other = bench.session("agdb2");
  bench.run("CREATE TABLE t (a int); CREATE TABLE agdb2..t (a int); BEGIN TRAN; INSERT t VALUES (1)");
  bench.run(*other, "BEGIN TRAN; INSERT t VALUES (2)");
  std::string mine;
  std::jthread waiting([&] { mine = bench.run("INSERT agdb2..t VALUES (1); COMMIT"); });
  // Whoever of the two comes second is refused; the first goes on.
  const std::string theirs = bench.run(*other, "INSERT agdb1..t VALUES (2); COMMIT");
  waiting.join();
  const bool one_lost = (mine.find("Msg 1205") != std::string::npos) != (theirs.find("Msg 1205") != std::string::npos);
  CHECK(one_lost);
}
