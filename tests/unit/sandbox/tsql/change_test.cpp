#include <doctest/doctest.h>

#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::test;

TEST_CASE("rows are inserted, updated and deleted with their counts and OUTPUT") {
  Bench bench;
  bench.run(
      "CREATE TABLE t (id int IDENTITY(10, 5) PRIMARY KEY, name varchar(5) NOT NULL DEFAULT 'none', at datetime2(3) "
      "DEFAULT SYSUTCDATETIME())");
  CHECK(bench.run("INSERT INTO t (name) OUTPUT inserted.id, inserted.name VALUES ('a'), ('b')") ==
        "[id int not null, name varchar(5) not null]\n10|a\n15|b\n(2)");
  CHECK(bench.run("INSERT t DEFAULT VALUES; SELECT * FROM t WHERE id = SCOPE_IDENTITY()") ==
        "(1)\n[id int not null, name varchar(5) not null, at datetime2(3)]\n20|none|2026-01-02 03:04:05.000\n(1)");
  CHECK(bench.run("UPDATE t SET name = name + '!' OUTPUT deleted.name AS old, inserted.name AS new WHERE id < 20") ==
        "[old varchar(5) not null, new varchar(5) not null]\na|a!\nb|b!\n(2)");
  CHECK(bench.run("UPDATE x SET name = v.n FROM t AS x JOIN (VALUES (10, 'ten')) AS v(i, n) ON v.i = x.id") == "(1)");
  CHECK(bench.run("DELETE TOP (1) FROM t OUTPUT deleted.id; SELECT id, name FROM t") ==
        "[id int not null]\n10\n(1)\n[id int not null, name varchar(5) not null]\n15|b!\n20|none\n(2)");
  CHECK(bench.run("INSERT INTO t (name) SELECT 'x' FROM t; SELECT COUNT(*) AS n, @@ROWCOUNT AS r FROM t") ==
        "(2)\n[n int not null, r int not null]\n4|2\n(1)");
  CHECK(bench.run("TRUNCATE TABLE t; INSERT t DEFAULT VALUES; SELECT id FROM t") == "(1)\n[id int not null]\n10\n(1)");
}

TEST_CASE("keys may change places in one UPDATE") {
  Bench bench;
  bench.run("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT t VALUES (1, 10), (2, 20), (3, 30)");
  CHECK(bench.run("UPDATE t SET id = id + 1") == "(3)");
  CHECK(bench.run("UPDATE t SET id = CASE id WHEN 2 THEN 3 ELSE 2 END WHERE id < 4; SELECT * FROM t ORDER BY id") ==
        "(2)\n[id int not null, v int]\n2|20\n3|10\n4|30\n(3)");
}

TEST_CASE("what constraints forbid leaves everything as it was") {
  Bench bench;
  bench.run(R"(CREATE TABLE t (id int NOT NULL, k nvarchar(10) NOT NULL, n tinyint NULL, code char(3) NULL,
               CONSTRAINT PK_t PRIMARY KEY (id, k), CONSTRAINT UQ_code UNIQUE (code), CONSTRAINT CK_n CHECK (n < 100));
               INSERT t VALUES (1, N'a', 1, 'abc'); CREATE UNIQUE INDEX ix_n ON t (n))");
  const std::string ended = "\ntold 3621: The statement has been terminated.\nfailed";
  struct Row {
    std::string batch, answer;
  };
  const Row rows[] = {
      {"INSERT t VALUES (2, N'b', 2, NULL), (1, N'A ', 3, 'x')",
       "Msg 2627, Level 14, State 1, Line 1: Violation of PRIMARY KEY constraint 'PK_t'. Cannot insert duplicate key "
       "in object 'dbo.t'. The duplicate key value is (1, A )." +
           ended},
      {"INSERT t VALUES (2, N'b', 2, 'ABC')",
       "Msg 2627, Level 14, State 1, Line 1: Violation of UNIQUE KEY constraint 'UQ_code'. Cannot insert duplicate key "
       "in object 'dbo.t'. The duplicate key value is (ABC)." +
           ended},
      {"INSERT t VALUES (2, N'b', 1, 'x')",
       "Msg 2601, Level 14, State 1, Line 1: Cannot insert duplicate key row in object 'dbo.t' with unique index "
       "'ix_n'. The duplicate key value is (1)." +
           ended},
      {"INSERT t (id) VALUES (2)",
       "Msg 515, Level 16, State 2, Line 1: Cannot insert the value NULL into column 'k', table 'agdb1.dbo.t'; column "
       "does not allow nulls. INSERT fails." +
           ended},
      {"INSERT t VALUES (2, N'b', 100, NULL)",
       "Msg 547, Level 16, State 0, Line 1: The INSERT statement conflicted with the CHECK constraint \"CK_n\". The "
       "conflict occurred in database \"agdb1\", table \"dbo.t\"." +
           ended},
      {"INSERT t VALUES (2, N'b', 300, NULL)",
       "Msg 220, Level 16, State 2, Line 1: Arithmetic overflow error for data type tinyint, value = 300." + ended},
      {"INSERT t VALUES (2, N'b', 3, 'abcd')",
       "Msg 2628, Level 16, State 1, Line 1: String or binary data would be truncated in table 'agdb1.dbo.t', column "
       "'code'. Truncated value: 'abc'." +
           ended},
      {"UPDATE t SET k = NULL",
       "Msg 515, Level 16, State 2, Line 1: Cannot insert the value NULL into column 'k', table 'agdb1.dbo.t'; column "
       "does not allow nulls. UPDATE fails." +
           ended},
      {"INSERT t VALUES (1)",
       "Msg 213, Level 16, State 1, Line 1: Column name or number of supplied values does not match table definition." +
           ended},
      {"CREATE TABLE t (x int)",
       "Msg 2714, Level 16, State 6, Line 1: There is already an object named 't' in the database.\nfailed"},
      {"DROP TABLE nosuch",
       "Msg 3701, Level 11, State 5, Line 1: Cannot drop the table 'nosuch', because it does not exist or you do not "
       "have permission.\nfailed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.batch);
    CHECK(bench.run(row.batch) == row.answer);
  }
  CHECK(bench.run("SELECT * FROM t") ==
        "[id int not null, k nvarchar(10) not null, n tinyint, code char(3)]\n1|a|1|abc\n(1)");
}

TEST_CASE("tables are created, changed and dropped") {
  Bench bench;
  CHECK(bench.run(R"(IF OBJECT_ID(N'dbo.t', N'U') IS NULL
                     CREATE TABLE dbo.t (a int NOT NULL)
                     INSERT dbo.t VALUES (1)
                     ALTER TABLE t ADD b int NULL, c nvarchar(5) NOT NULL DEFAULT N'new'
                     ALTER TABLE t ALTER COLUMN a bigint NOT NULL
                     SELECT * FROM t)") == "(1)\n[a bigint not null, b int, c nvarchar(5) not null]\n1|NULL|new\n(1)");
  CHECK(bench.run("ALTER TABLE t DROP COLUMN b; CREATE INDEX ix ON t (c); SELECT name, is_unique FROM sys.indexes; "
                  "DROP INDEX ix ON t; SELECT * FROM t") ==
        "[name nvarchar(128), is_unique bit]\nix|0\n(1)\n[a bigint not null, c nvarchar(5) not null]\n1|new\n(1)");
  CHECK(bench.run("DROP TABLE IF EXISTS nosuch, t; SELECT OBJECT_ID('t')") == "[- int]\nNULL\n(1)");
  CHECK(bench.run("SELECT 1 AS a, N'x' AS b INTO #copy; INSERT #copy VALUES (2, N'y'); SELECT * FROM #copy") ==
        "(1)\n(1)\n[a int not null, b nvarchar(1) not null]\n1|x\n2|y\n(2)");
  CHECK(
      bench.run("DECLARE @t TABLE (i int PRIMARY KEY, v int); INSERT @t VALUES (1, 2); SELECT v FROM @t WHERE i = 1") ==
      "(1)\n[v int]\n2\n(1)");
  CHECK(bench.run("SELECT * FROM @t") ==
        "Msg 1087, Level 15, State 2, Line 1: Must declare the table variable \"@t\".\nfailed");
  CHECK(bench.host.log.size() == 8);
}

TEST_CASE("databases come and go") {
  Bench bench;
  CHECK(bench.run("CREATE DATABASE demo; USE demo; CREATE TABLE t (a int); INSERT t VALUES (1); USE master; SELECT * "
                  "FROM demo..t") ==
        "database demo\ntold 5701: Changed database context to 'demo'.\n(1)\ndatabase master\ntold 5701: Changed "
        "database context to 'master'.\n[a int]\n1\n(1)");
  CHECK(
      bench.run("CREATE DATABASE demo") ==
      "Msg 1801, Level 16, State 3, Line 1: Database 'demo' already exists. Choose a different database name.\nfailed");
  CHECK(bench.run("DROP DATABASE demo; SELECT DB_ID('demo')") == "[- smallint]\nNULL\n(1)");
}

TEST_CASE("what the host refuses is not touched") {
  Bench bench;
  bench.run("CREATE TABLE t (a int)");
  bench.host.refusals["agdb1 write"] = {
      3906, 16, 2, "Failed to update database \"agdb1\" because the database is read-only.", {}, 1};
  CHECK(bench.run("INSERT t VALUES (1)") ==
        "Msg 3906, Level 16, State 2, Line 1: Failed to update database \"agdb1\" because the database is "
        "read-only.\nfailed");
  bench.host.refusals["agdb1 read"] = {976, 14, 1, "The target database, 'agdb1', is …", {}, 1};
  CHECK(bench.run("SELECT * FROM t") ==
        "Msg 976, Level 14, State 1, Line 1: The target database, 'agdb1', is …\nfailed");
  CHECK(bench.run("USE agdb1") == "Msg 976, Level 14, State 1, Line 1: The target database, 'agdb1', is …\nfailed");
  CHECK(bench.run("SELECT 1 AS one") == "[one int not null]\n1\n(1)");
}

TEST_CASE("a commit the host cannot make is no commit") {
  Bench bench;
  bench.run("CREATE TABLE t (a int)");
  bench.host.next_commit = {
      sql::Message{9002, 17, 4, "The transaction log for database 'agdb1' is full due to 'LOG_BACKUP'.", {}, 1}, false};
  CHECK(bench.run("INSERT t VALUES (1)") ==
        "Msg 9002, Level 17, State 4, Line 1: The transaction log for database 'agdb1' is full due to "
        "'LOG_BACKUP'.\ntold 3621: The statement has been terminated.\nfailed");
  CHECK(bench.run("SELECT * FROM t") == "[a int]\n(0)");
  CHECK(bench.run("INSERT t VALUES (2); SELECT * FROM t") == "(1)\n[a int]\n2\n(1)");
}
