#include <thread>

#include <doctest/doctest.h>

#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::test;

TEST_CASE("variables, conditions and loops") {
  Bench bench;
  CHECK(bench.run("DECLARE @i int = 0, @s varchar(20) = ''; WHILE 1 = 1 BEGIN SET @i += 1; IF @i = 2 CONTINUE; IF @i > "
                  "4 BREAK; SET @s = @s + CAST(@i AS varchar(5)) END; SELECT @s AS s, @i AS i") ==
        "[s varchar(20), i int]\n134|5\n(1)");
  CHECK(bench.run("DECLARE @s varchar(20) = '', @n int; SELECT @s = @s + v.x, @n = COUNT(*) OVER () FROM (VALUES "
                  "('a'), ('b')) AS v(x); SELECT @s, @n, @@ROWCOUNT") ==
        "(2)\n[- varchar(20), - int, - int not null]\nab|2|2\n(1)");
  CHECK(bench.run("DECLARE @i int = 0; WHILE @i < 2 BEGIN DECLARE @t TABLE (a int); DECLARE @n int; SET @n = "
                  "ISNULL(@n, 0) + 1; "
                  "INSERT @t VALUES (@n); SET @i += 1 END; SELECT a FROM @t") == "(1)\n(1)\n[a int]\n1\n2\n(2)");
  CHECK(bench.run("DECLARE @rc int; EXEC @rc = sp_executesql N'PRINT 1'; SELECT @rc AS rc") ==
        "told 0: 1\n[rc int]\n0\n(1)");
  CHECK(bench.run("IF EXISTS (SELECT 1) PRINT 'yes' ELSE PRINT 'no'; RETURN; PRINT 'never'") == "told 0: yes");
  CHECK(bench.run("DECLARE @x int; SET @y = 1") ==
        "Msg 137, Level 15, State 2, Line 1: Must declare the scalar variable \"@y\".\nfailed");
  CHECK(bench.run("SET NOCOUNT ON; SELECT 1 AS a") == "[a int not null]\n1");
  CHECK(bench.run("SET NOCOUNT OFF") == "");
  CHECK(bench.run("SET ROWCOUNT 1; SELECT v.a FROM (VALUES (1), (2)) AS v(a); SET ROWCOUNT 0") ==
        "[a int not null]\n1\n(1)");
  CHECK(bench.run("SET NOSUCH ON") ==
        "Msg 195, Level 15, State 1, Line 1: 'NOSUCH' is not a recognized SET option.\nfailed");
}

TEST_CASE("errors end a statement, a batch or go to CATCH") {
  Bench bench;
  CHECK(bench.run("SELECT 1 / 0; PRINT @@ERROR; PRINT 'on'") ==
        "Msg 8134, Level 16, State 1, Line 1: Divide by zero error encountered.\nfailed\ntold 0: 8134\ntold 0: on");
  CHECK(bench.run("PRINT 'before';\nSELECT * FROM nosuch;\nPRINT 'after'") ==
        "told 0: before\nMsg 208, Level 16, State 1, Line 2: Invalid object name 'nosuch'.\nfailed");
  CHECK(bench.run("PRINT 'never';\nSELECT FROM") ==
        "Msg 156, Level 15, State 1, Line 2: Incorrect syntax near the keyword 'FROM'.\nfailed");
  CHECK(bench.run("BEGIN TRY SELECT CAST('x' AS int) END TRY\nBEGIN CATCH SELECT ERROR_NUMBER() AS n, ERROR_MESSAGE() "
                  "AS m, ERROR_LINE() AS l, XACT_STATE() AS x END CATCH; SELECT ERROR_NUMBER()") ==
        "[n int, m nvarchar(4000), l int, x smallint]\n245|Conversion failed when converting the varchar value 'x' to "
        "data type int.|1|0\n(1)\n[- int]\nNULL\n(1)");
  CHECK(bench.run("BEGIN TRY RAISERROR('at %s %d', 16, 3, 'x', 5) END TRY BEGIN CATCH THROW; END CATCH") ==
        "Msg 50000, Level 16, State 3, Line 1: at x 5\nfailed");
  CHECK(bench.run("RAISERROR('told', 5, 1) WITH NOWAIT; RAISERROR('bad', 16, 1); PRINT 'on'; THROW 51000, 'worse', 2; "
                  "PRINT 'never'") ==
        "told 50000: told\nMsg 50000, Level 16, State 1, Line 1: bad\nfailed\ntold 0: on\nMsg 51000, Level 16, State "
        "2, Line 1: worse\nfailed");
  CHECK(bench.run("SET XACT_ABORT ON; BEGIN TRAN; SELECT 1 / 0; PRINT 'never'") ==
        "begun\nrolled back\nMsg 8134, Level 16, State 1, Line 1: Divide by zero error encountered.\nfailed");
  CHECK(bench.run("BEGIN TRY BEGIN TRAN; SELECT 1 / 0 END TRY BEGIN CATCH PRINT XACT_STATE(); COMMIT END CATCH") ==
        "begun\ntold 0: -1\nrolled back\nMsg 3930, Level 16, State 1, Line 1: The current transaction cannot be "
        "committed and cannot support operations that write to the log file. Roll back the transaction.\nfailed");
  CHECK(bench.run("SET XACT_ABORT OFF") == "");
}

TEST_CASE("dynamic SQL has variables of its own") {
  Bench bench;
  CHECK(bench.run("EXEC('SELECT 1 AS a'); EXEC sp_executesql N'SELECT @x + 1 AS b', N'@x int', @x = 4") ==
        "[a int not null]\n1\n(1)\n[b int]\n5\n(1)");
  CHECK(bench.run("DECLARE @out int; EXEC sp_executesql N'SET @o = 7', N'@o int OUTPUT', @o = @out OUTPUT; SELECT @out "
                  "AS got") == "[got int]\n7\n(1)");
  CHECK(bench.run("EXEC nosuch 1") ==
        "Msg 2812, Level 16, State 62, Line 1: Could not find stored procedure 'nosuch'.\nfailed");
  CHECK(bench.run("CREATE TABLE #t (n nvarchar(128), s int, r varchar(10)); INSERT #t EXEC('SELECT "
                  "N''a'', 1, ''x'' UNION ALL SELECT N''b'', 2, NULL'); SELECT COUNT(*) AS n FROM #t") ==
        "(2)\n[n int not null]\n2\n(1)");
  const sql::Request request{"SELECT @P1 AS a, @P2 AS b; SET @P2 = @P2 + 1",
                             {{"@P1", {.id = sql::TypeId::nvarchar, .length = 10}, std::string("x'y"), false},
                              {"@P2", {.id = sql::TypeId::integer}, std::int64_t{4}, true}}};
  CHECK(bench.run(*bench.first, request) == "[a nvarchar(10), b int]\nx'y|4\n(1)\n@P2 = 5");
}

TEST_CASE("what SQL Server has and the simulation has not says so, and is never taken for something else") {
  Bench bench;
  struct Row {
    std::string_view batch, what;
  };
  static constexpr Row kRows[] = {
      {"BACKUP DATABASE agdb1 TO DISK = 'x'", "BACKUP DATABASE"},
      {"BACKUP LOG agdb1 TO DISK = 'NUL'", "BACKUP LOG"},
      {"RESTORE HEADERONLY FROM DISK = 'x'", "RESTORE HEADERONLY"},
      {"DBCC CHECKDB", "DBCC CHECKDB"},
      {"KILL 52", "KILL"},
      {"CREATE LOGIN app WITH PASSWORD = 'x'", "CREATE LOGIN"},
      {"CREATE PROCEDURE p AS SELECT 1", "CREATE PROCEDURE"},
      {"ALTER DATABASE agdb1 SET HADR OFF", "ALTER DATABASE"},
      {"ALTER AVAILABILITY GROUP sales FORCE_FAILOVER_ALLOW_DATA_LOSS", "ALTER AVAILABILITY GROUP"},
      {"DROP AVAILABILITY GROUP sales", "DROP AVAILABILITY GROUP"},
      {"DECLARE c CURSOR FOR SELECT 1", "DECLARE CURSOR"},
      {"DECLARE c INSENSITIVE SCROLL CURSOR FOR SELECT 1", "DECLARE CURSOR"},
      {"SELECT GETDATE() AT TIME ZONE 'UTC'", "AT TIME ZONE"},
      {"SELECT FORMAT(1, 'N2')", "FORMAT"},
      {"SELECT PARSE('5' AS int)", "PARSE"},
      {"SELECT CAST('<a/>' AS xml)", "type xml"},
      {"SELECT @@CPU_BUSY", "@@CPU_BUSY"},
      {"SELECT * FROM OPENJSON('[]')", "OPENJSON"},
      {"SELECT * FROM sys.dm_io_virtual_file_stats(1, 1)", "sys.dm_io_virtual_file_stats"},
      {"SELECT 1 FROM a JOIN b CROSS APPLY c ON 1 = 1", "APPLY"},
      {"SELECT a FROM (VALUES (1)) AS t(a) GROUP BY ROLLUP(a)", "ROLLUP"},
      {"EXEC sp_help", "EXEC sp_help"},
      {"EXEC xp_cmdshell 'ls'", "EXEC xp_cmdshell"},
      {"EXEC sp_configure 'x', 1", "EXEC sp_configure with arguments"},
      {"SET SHOWPLAN_TEXT ON", "SET SHOWPLAN_TEXT ON"},
      {"SET DATEFORMAT dmy", "SET DATEFORMAT DMY"},
      {"SET LANGUAGE French", "SET LANGUAGE FRENCH"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.batch);
    CHECK(bench.run(std::string(row.batch)) ==
          fmt::format("Msg 40510, Level 15, State 1, Line 1: '{}' is not simulated: this SQL Server of the sandbox has "
                      "only a part of T-SQL.\nfailed",
                      row.what));
  }
  // A name that is nowhere is a mistake, also in the sandbox.
  CHECK(bench.run("SELECT @@CPU_BUSI") ==
        "Msg 137, Level 15, State 2, Line 1: Must declare the scalar variable \"@@CPU_BUSI\".\nfailed");
  CHECK(bench.run("SELECT * FROM string_splat('a', 'b')") ==
        "Msg 208, Level 16, State 1, Line 1: Invalid object name 'string_splat'.\nfailed");
  CHECK(bench.run("DECLARE n int") == "Msg 102, Level 15, State 1, Line 1: Incorrect syntax near 'n'.\nfailed");
  CHECK(bench.run("SET SHOWPLAN_TEXT OFF; SET DATEFORMAT mdy; SET LANGUAGE us_english; SELECT 1 AS a") ==
        "told 5703: Changed language setting to us_english.\n[a int not null]\n1\n(1)");
}

TEST_CASE("SET ROWCOUNT holds for changes, too") {
  Bench bench;
  CHECK(
      bench.run("CREATE TABLE #t (a int); INSERT #t VALUES (1), (2), (3); SET ROWCOUNT 2; UPDATE #t SET a = 9; DELETE "
                "#t; SET ROWCOUNT 0; SELECT a FROM #t") == "(3)\n(2)\n(2)\n[a int]\n3\n(1)");
}

TEST_CASE("a wait ends at its time, and with a cancel before it") {
  Bench bench;
  const auto before = bench.clock.steady_now();
  CHECK(bench.run("WAITFOR DELAY '00:00:05'; PRINT 'done'") == "told 0: done");
  CHECK(bench.clock.steady_now() - before == std::chrono::seconds(5));
  std::stop_source cancelled;
  cancelled.request_stop();
  CHECK(bench.run(*bench.first, {"WAITFOR DELAY '23:00:00'; PRINT 'never'", {}}, cancelled.get_token()) == "");
}

TEST_CASE("a killed session rolls back and answers no more") {
  Bench bench;
  std::shared_ptr<sql::SessionRecord> record;
  const auto session = bench.session("agdb1", &record);
  bench.run("CREATE TABLE t (a int)");
  CHECK(bench.run(*session, "BEGIN TRAN; INSERT t VALUES (1)") == "begun\n(1)");
  CHECK(record->in_transaction());
  record->kill({596, 21, 1, "Cannot continue the execution because the session is in the kill state.", {}, 1});
  CHECK(bench.run(*session, "SELECT 1") == "");
  CHECK(session->killed()->number == 596);
  CHECK_FALSE(record->in_transaction());
  CHECK(bench.run("INSERT t VALUES (2); SELECT * FROM t") == "(1)\n[a int]\n2\n(1)");
}

TEST_CASE("a query without end stops at a cancel, and the session goes on") {
  Bench bench;
  bench.run("CREATE TABLE t (a int); BEGIN TRAN; INSERT t VALUES (1)");
  std::stop_source cancel;
  std::jthread running([&] {
    CHECK(bench.run(*bench.first,
                    {"SELECT COUNT_BIG(*) FROM sys.types a, sys.types b, sys.types c, sys.types d, sys.types e, "
                     "sys.types f, sys.types g, sys.types h; PRINT 'never'",
                     {}},
                    cancel.get_token()) == "");
  });
  cancel.request_stop();
  running.join();
  CHECK(bench.run("SELECT @@TRANCOUNT AS n, a FROM t; ROLLBACK") == "[n int not null, a int]\n1|1\n(1)\nrolled back");
  CHECK(bench.run("SET XACT_ABORT ON; BEGIN TRAN; INSERT t VALUES (1)") == "begun\n(1)");
  std::stop_source early;
  early.request_stop();
  CHECK(bench.run(*bench.first, {"SELECT 1", {}}, early.get_token()) == "");
  CHECK(bench.run("SELECT @@TRANCOUNT AS n") == "[n int not null]\n0\n(1)");
}

TEST_CASE("a transaction that cannot go on ends with its batch") {
  Bench bench;
  CHECK(
      bench.run("SET XACT_ABORT ON; BEGIN TRY BEGIN TRAN; SELECT 1 / 0 END TRY BEGIN CATCH PRINT 'caught' END CATCH") ==
      "begun\ntold 0: caught\nrolled back\nMsg 3998, Level 16, State 1, Line 1: Uncommittable transaction is detected "
      "at the end of the batch. The transaction is rolled back.\nfailed");
}

TEST_CASE("a role lost while committing ends the session without an answer") {
  Bench bench;
  std::shared_ptr<sql::SessionRecord> record;
  const auto session = bench.session("agdb1", &record);
  bench.run("CREATE TABLE t (a int)");
  bench.host.next_commit = {{}, true};
  record->kill({983, 14, 1, "Unable to access availability database 'agdb1' …", {}, 1});
  CHECK(bench.run(*session, "INSERT t VALUES (1)") == "");
  bench.host.next_commit = {{}, true};
  CHECK(bench.run("INSERT t VALUES (1); PRINT 'never'") == "");
  CHECK(bench.run("SELECT * FROM t") == "[a int]\n(0)");
}

TEST_CASE("a session taken out of a pool is as good as new") {
  Bench bench;
  bench.run("SET NOCOUNT ON; SET LOCK_TIMEOUT 5; CREATE TABLE #t (a int); BEGIN TRAN; CREATE TABLE u (a int)");
  bench.first->reset();
  CHECK(bench.run("SELECT @@LOCK_TIMEOUT AS l, @@TRANCOUNT AS n, OBJECT_ID('u') AS u") ==
        "[l int not null, n int not null, u int]\n-1|0|NULL\n(1)");
  CHECK(bench.run("SELECT * FROM #t") == "Msg 208, Level 16, State 1, Line 1: Invalid object name '#t'.\nfailed");
}
