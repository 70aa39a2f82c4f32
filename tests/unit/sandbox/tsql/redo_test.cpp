#include <doctest/doctest.h>

#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::test;

namespace {

/// Every table of a database, row by row.
std::string contents(FakeHost& host, sql::Store& store, dba::platform::Clock& clock, const std::string& database) {
  const auto session =
      sql::make_session(host, store, clock,
                        std::make_shared<sql::SessionRecord>(7, sql::LoginRequest{"sa", "", database, "", "", false}));
  Transcript names;
  session->run({"SET NOCOUNT ON; SELECT name FROM sys.tables ORDER BY name", {}}, names, {});
  std::string all;
  for (std::size_t i = 1; i < names.lines.size(); ++i) {
    Transcript rows;
    session->run({"SELECT * FROM " + names.lines[i], {}}, rows, {});
    all += names.lines[i] + "\n" + dba::join(rows.lines, "\n") + "\n";
  }
  return all;
}

constexpr std::string_view kWork = R"(
CREATE TABLE t (id int IDENTITY PRIMARY KEY, g uniqueidentifier DEFAULT NEWID(), at datetime2 DEFAULT SYSUTCDATETIME(),
                d decimal(20,5), b varbinary(10), n nvarchar(20), f float);
INSERT t (d, b, n, f) VALUES (1.5, 0x00ff, N'Grüße', 0.1), (NULL, NULL, N'', RAND());
CREATE TABLE #other (x int); INSERT #other VALUES (1), (2), (3);
INSERT t (d) SELECT x * 1.25 FROM #other;
UPDATE t SET n = CONVERT(nvarchar(20), id) WHERE id > 3;
DELETE t WHERE id = 1;
ALTER TABLE t ADD extra int NOT NULL DEFAULT 5;
CREATE UNIQUE INDEX ix ON t (g);
BEGIN TRAN; INSERT t (n) VALUES (N'gone'); ROLLBACK;
BEGIN TRAN; INSERT t (n) VALUES (N'kept'); SAVE TRAN s; DELETE t; ROLLBACK TRAN s; COMMIT;
CREATE TABLE u (a int); INSERT u VALUES (1); TRUNCATE TABLE u; INSERT u SELECT COUNT(*) FROM t; DROP TABLE IF EXISTS nosuch;)";

}  // namespace

TEST_CASE("redo on a secondary gives the same tables") {
  Bench bench;
  CHECK(bench.run("SET NOCOUNT ON;" + std::string(kWork)) == "begun\nrolled back\nbegun\ncommitted");
  sql::Store secondary(bench.clock);
  FakeHost other(secondary);
  for (const auto& [database, statements] : bench.host.log) secondary.redo(database, statements);
  const std::string here = contents(bench.host, bench.store, bench.clock, "agdb1");
  CHECK(here.find("kept") != std::string::npos);
  CHECK(here == contents(other, secondary, bench.clock, "agdb1"));
}

TEST_CASE("a secondary that becomes primary goes on where the log ended") {
  Bench bench;
  bench.run(std::string(kWork));
  sql::Store secondary(bench.clock);
  FakeHost other(secondary);
  for (const auto& [database, statements] : bench.host.log) secondary.redo(database, statements);
  const auto session =
      sql::make_session(other, secondary, bench.clock,
                        std::make_shared<sql::SessionRecord>(8, sql::LoginRequest{"sa", "", "agdb1", "", "", false}));
  Transcript told;
  session->run({"INSERT t (n) OUTPUT inserted.id VALUES (N'next'); INSERT t (g) SELECT TOP 1 g FROM t", {}}, told, {});
  REQUIRE(told.lines.size() > 3);
  CHECK(told.lines[1] == "7");  // a value rolled back is given again; "kept" has the 6
  CHECK(told.lines[3].starts_with("Msg 2601"));
}

TEST_CASE("a snapshot seeds another replica and brings one back to where it was") {
  Bench bench;
  bench.run("CREATE TABLE t (a int); INSERT t VALUES (1)");
  const sql::SnapshotPtr then = bench.store.snapshot("agdb1");
  bench.run("INSERT t VALUES (2)");
  sql::Store fresh(bench.clock);
  FakeHost other(fresh);
  fresh.restore("agdb1", bench.store.snapshot("agdb1"));
  CHECK(contents(other, fresh, bench.clock, "agdb1") == "t\n[a int]\n1\n2\n");
  bench.store.restore("agdb1", then);
  CHECK(bench.run("SELECT * FROM t") == "[a int]\n1\n(1)");
  CHECK(bench.run("INSERT t VALUES (3); SELECT * FROM t") == "(1)\n[a int]\n1\n3\n(2)");
}

TEST_CASE("what goes wrong in the middle of redo leaves the database as it was") {
  Bench bench;
  bench.run("CREATE TABLE t (a int)");
  const std::vector<sql::LogStatement> bad{
      {"INSERT INTO \"dbo.t\"(rowid,c1) VALUES(?1,?2)", {std::int64_t{1}, std::int64_t{5}}}, {"nonsense", {}}};
  CHECK_THROWS_AS(bench.store.redo("agdb1", bad), std::runtime_error);
  CHECK_THROWS_AS(bench.store.redo("nosuch", bad), std::runtime_error);
  CHECK(bench.run("SELECT * FROM t") == "[a int]\n(0)");
}
