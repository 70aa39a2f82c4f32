// Whole SQL Servers: logins, what may be read and written where, failovers, faults; mostly through sqlcmd.
#include <doctest/doctest.h>

#include "unit/sandbox/sql/sql_world.hpp"

using namespace dba::test;

namespace {

std::vector<int> numbers(const LoginAnswer& answer) {
  std::vector<int> numbers;
  for (const Message& message : answer.messages) numbers.push_back(message.number);
  return numbers;
}

constexpr const char* kCreate = "CREATE TABLE agdb1.dbo.t (id int NOT NULL PRIMARY KEY, name nvarchar(20))";

}  // namespace

TEST_CASE_FIXTURE(SqlWorld, "what is written on the primary is read on the secondaries, which write nothing") {
  CHECK(sqlcmd(0, {"-Q", kCreate}).code == 0);
  CHECK(query(0, "INSERT INTO agdb1.dbo.t VALUES (1, N'one'); SELECT id, name FROM agdb1.dbo.t") == "1 one\n");
  CHECK(query_until(1, "SELECT id, name FROM agdb1.dbo.t", "1 one\n") == "1 one\n");
  CHECK(query_until(2, "SELECT id, name FROM agdb1.dbo.t", "1 one\n") == "1 one\n");
  const Ran refused = sqlcmd(1, {"-b", "-Q", "INSERT INTO agdb1.dbo.t VALUES (2, N'two')"});
  CHECK(refused.code == 1);
  CHECK(refused.out ==
        "Msg 3906, Level 16, State 2, Server sales-1, Line 1\nFailed to update database \"agdb1\" because the database "
        "is read-only.\n");
}

TEST_CASE_FIXTURE(SqlWorld, "each server knows its own name, version and role") {
  CHECK(query(2, "SELECT @@SERVERNAME, CONVERT(varchar(20), SERVERPROPERTY('ProductVersion'))") ==
        "sales-2 16.0.4115.5\n");
  const std::string roles =
      "SELECT ar.replica_server_name, s.role_desc FROM sys.dm_hadr_availability_replica_states AS s JOIN "
      "sys.availability_replicas AS ar ON ar.replica_id = s.replica_id ORDER BY 1";
  CHECK(query(0, roles) == "sales-0 PRIMARY\nsales-1 SECONDARY\nsales-2 SECONDARY\n");
  CHECK(query(1, roles) == "sales-1 SECONDARY\n");
  CHECK(query(0, "SELECT sequence_number FROM sys.availability_groups") == "1\n");
}

TEST_CASE_FIXTURE(SqlWorld, "system procedures tell of databases and sessions") {
  CHECK(query(0,
              "CREATE TABLE #d (name sysname, size int, remarks varchar(254)); INSERT #d EXEC sp_databases; SELECT "
              "name, size FROM #d WHERE name LIKE 'agdb%'") == "agdb1 16384\nagdb2 16384\n");
  CHECK(query(0, "EXEC sp_helpdb agdb1").find("agdb1      16.00 MB sa 5 ") == 0);
  CHECK(query(0, "EXEC sp_helpdb 'agdb1'")
            .find("\nagdb1_log 2 /var/opt/mssql/data/agdb1_log.ldf NULL 8192 KB Unlimited "
                  "65536 KB log only\n") != std::string::npos);
  CHECK(query(0, "EXEC sp_helpdb nowhere").find("Msg 15010, Level 16, State 1, ") == 0);
  CHECK(query(0, "EXEC sp_who").find(" running sa sales-0 0 master SELECT 0\n") != std::string::npos);
  CHECK(query(0, "EXEC sp_configure").find("max degree of parallelism 0 32767 0 0\n") == 0);
}

TEST_CASE_FIXTURE(SqlWorld, "nobody fails a group over by SQL that has its coordinator for it") {
  CHECK(query(1, "ALTER AVAILABILITY GROUP sales FAILOVER").find("Msg 47122, Level 16, State 1, Server sales-1") == 0);
  CHECK(query(0, "ALTER AVAILABILITY GROUP [sales] FAILOVER").find("Msg 41122, Level 16, State 1, ") == 0);
  CHECK(query(0, "ALTER AVAILABILITY GROUP other FAILOVER").find("Msg 15151, Level 16, State 1, ") == 0);
}

TEST_CASE_FIXTURE(SqlWorld, "logins that fail say why") {
  CHECK(numbers(login(0, "")) == std::vector{5701, 5703});
  CHECK(numbers(login(0, "", "wrong")) == std::vector{18456});
  CHECK(numbers(login(0, "nowhere")) == std::vector{4060, 18456});
  put("MSSQLServer", database("sales", 3, "Passive"));
  CHECK(numbers(login(1, "AGDB1")) == std::vector{976, 4060, 18456});
  CHECK(numbers(login(1, "master")) == std::vector{5701, 5703});
  put("MSSQLServer", database("sales", 3, "ReadOnly"));
  CHECK(numbers(login(1, "agdb1")) == std::vector{978, 4060, 18456});
  CHECK(sqlcmd(1, {"-K", "ReadOnly", "-d", "agdb1", "-Q", "SET NOCOUNT ON; SELECT DB_NAME()"}).out == "agdb1\n");
  take_role(1, "RESOLVING");
  CHECK(numbers(login(1, "agdb1")) == std::vector{983, 4060, 18456});
  world.faults.set(world::parse_fault("password-wrong sales/2"));
  CHECK(numbers(login(2, "")) == std::vector{18456});
  CHECK(numbers(login(0, "")) == std::vector{5701, 5703});
}

TEST_CASE_FIXTURE(SqlWorld, "nobody listens where no SQL Server runs, on other ports, or for another pod of the name") {
  CHECK(servers->connect(pod(0), 1433) != nullptr);
  CHECK(servers->connect(pod(0), 1434) == nullptr);
  CHECK(servers->connect({.ns = "demo", .pod = "sales-0", .uid = "someone else"}, 1433) == nullptr);
  CHECK(servers->connect({.ns = "demo", .pod = "sales-arbiter-0"}, 1433) == nullptr);
  CHECK(servers->connect({.ns = "other", .pod = "sales-0"}, 1433) == nullptr);
  stop(0);
  CHECK(servers->connect(pod(0), 1433) == nullptr);
  const Ran ran = sqlcmd(0, {"-Q", "SELECT 1"});
  CHECK(ran.code == 1);
  CHECK(ran.err.find("TCP Provider: Error code 0x2749") != std::string::npos);
}

TEST_CASE_FIXTURE(SqlWorld, "after a failover the data are there, the old primary follows, sessions in them were cut") {
  query(0, kCreate);
  query(0, "INSERT INTO agdb1.dbo.t VALUES (1, N'one')");
  const auto in_database = login(0, "agdb1");
  const auto in_master = login(0, "master");
  take_role(0, "SECONDARY");
  REQUIRE(in_database.session->killed());
  CHECK(in_database.session->killed()->number == 596);
  CHECK_FALSE(in_master.session->killed());
  promote(1);
  follow(2);
  CHECK(query_until(1, "INSERT INTO agdb1.dbo.t VALUES (2, N'two'); SELECT id FROM agdb1.dbo.t", "1\n2\n") == "1\n2\n");
  CHECK(query_until(0, "SELECT id FROM agdb1.dbo.t", "1\n2\n") == "1\n2\n");
  CHECK(query_until(2, "SELECT sequence_number FROM sys.availability_groups", "2\n") == "2\n");
}

TEST_CASE_FIXTURE(SqlWorld, "a database outlives the pod with its disk, and is seeded again without it") {
  query(0, kCreate);
  query(0, "INSERT INTO agdb1.dbo.t VALUES (1, N'one')");
  stop(2);
  start(2);
  CHECK(query(2, "SELECT id FROM agdb1.dbo.t").find("Msg 983") == 0);
  follow(2);
  CHECK(query_until(2, "SELECT id FROM agdb1.dbo.t", "1\n") == "1\n");
  stop(2);
  make_disk(2, "another disk");
  start(2);
  CHECK(query(2, "SELECT COUNT(*) FROM sys.databases WHERE name = 'agdb1'") == "0\n");
  follow(2);
  CHECK(query_until(2, "SELECT id FROM agdb1.dbo.t", "1\n") == "1\n");
}

TEST_CASE_FIXTURE(SqlWorld, "a full disk refuses commits with 9002, and takes them again") {
  query(0, kCreate);
  const auto fault = world.faults.set(world::parse_fault("disk-full sales/primary"));
  const Ran full = sqlcmd(0, {"-b", "-Q", "INSERT INTO agdb1.dbo.t VALUES (1, N'one')"});
  CHECK(full.code == 1);
  CHECK(full.out.find("Msg 9002, Level 17, State 2, Server sales-0") == 0);
  CHECK(query(0, "SELECT COUNT(*) FROM agdb1.dbo.t") == "0\n");
  world.faults.clear(fault);
  CHECK(query(0, "INSERT INTO agdb1.dbo.t VALUES (1, N'one'); SELECT COUNT(*) FROM agdb1.dbo.t") == "1\n");
}

TEST_CASE_FIXTURE(SqlWorld, "an acknowledged write that is kept back vanishes at the failover, and the truth says so") {
  query(0, kCreate);
  world.faults.set(world::parse_fault("lose-acked-write sales times=1"));
  query(0, "INSERT INTO agdb1.dbo.t VALUES (1, N'lost')");
  query(0, "INSERT INTO agdb1.dbo.t VALUES (2, N'kept')");
  CHECK(query(0, "SELECT id FROM agdb1.dbo.t") == "1\n2\n");
  CHECK(query_until(1, "SELECT id FROM agdb1.dbo.t", "2\n") == "2\n");
  take_role(0, "SECONDARY");
  promote(1);
  follow(0), follow(2);
  CHECK(query_until(0, "SELECT id FROM agdb1.dbo.t", "2\n") == "2\n");
  CHECK(truths() == std::vector<std::string>{"sales-1 lost-write: acknowledged in agdb1 1"});
}

TEST_CASE_FIXTURE(SqlWorld, "the worth of a member counts what was acknowledged; a database nobody asks for has none") {
  SqlWorld untouched;
  CHECK_FALSE(untouched.servers->worth("demo", "sales", 0));
  CHECK_FALSE(untouched.servers->worth("demo", "other", 0));
  query(0, kCreate);
  const auto before = servers->worth("demo", "sales", 0);
  REQUIRE(before);
  CHECK(servers->worth("demo", "sales", 1) == before);
  stop(2);
  query(0, "INSERT INTO agdb1.dbo.t VALUES (1, N'one')");
  CHECK(servers->worth("demo", "sales", 0) > before);
  CHECK(servers->worth("demo", "sales", 1) == servers->worth("demo", "sales", 0));
  CHECK(servers->worth("demo", "sales", 2) == before);
}

TEST_CASE_FIXTURE(SqlWorld, "a person's own database stays on its server; that of the group cannot be dropped") {
  CHECK(sqlcmd(0, {"-Q", "CREATE DATABASE mine"}).code == 0);
  CHECK(query(0, "CREATE TABLE mine.dbo.t (id int); INSERT INTO mine.dbo.t VALUES (7); SELECT id FROM mine.dbo.t") ==
        "7\n");
  CHECK(query(0, "SELECT name FROM sys.databases WHERE database_id > 4 ORDER BY database_id") ==
        "agdb1\nagdb2\nkubedb_system\nmine\n");
  CHECK(query(1, "SELECT name FROM sys.databases WHERE database_id > 4 ORDER BY database_id") == "agdb1\nagdb2\n");
  CHECK(query(0, "CREATE DATABASE MINE").find("Msg 1801") == 0);
  CHECK(query(0, "DROP DATABASE agdb1").find("Msg 3752") == 0);
  CHECK(sqlcmd(0, {"-Q", "DROP DATABASE mine"}).code == 0);
}

TEST_CASE_FIXTURE(SqlWorld, "sqlcmd prints columns, counts, NULLs and several batches as the real one does") {
  const auto plain = [&](std::vector<std::string> options) {
    Ran ran;
    options.insert(options.begin(), {"sqlcmd", "-C", "-U", "sa", "-P", "secret"});
    ran.code = run_sqlcmd(
        *servers,
        {.pod = pod(0),
         .argv = options,
         .read = [left = std::optional<std::string>(
                      "SELECT 1 AS a\nGO\nPRINT 'two'\ngo\n")]() mutable { return std::exchange(left, std::nullopt); },
         .out = [&](std::string_view text) { ran.out += text; },
         .err = [&](std::string_view text) { ran.err += text; }});
    return ran;
  };
  CHECK(plain({"-Q", "SELECT 12 AS number, CONVERT(nvarchar(6), N'x') AS name, NULL AS nothing"}).out ==
        "number      name   nothing    \n"
        "----------- ------ -----------\n"
        "         12 x             NULL\n"
        "\n(1 rows affected)\n");
  CHECK(plain({"-W", "-s", "|", "-Q", "SELECT 12 AS number, N'x' AS name"}).out ==
        "number|name\n------|----\n12|x\n\n(1 rows affected)\n");
  CHECK(plain({}).out == "a          \n-----------\n          1\n\n(1 rows affected)\ntwo\n");
  const Ran failed = plain({"-r", "0", "-b", "-Q", "SELECT * FROM nowhere"});
  CHECK(failed.code == 1);
  CHECK(failed.out.empty());
  CHECK(failed.err == "Msg 208, Level 16, State 1, Server sales-0, Line 1\nInvalid object name 'nowhere'.\n");
  CHECK(plain({"-?"}).err == "Sqlcmd: '-?': Unknown Option. Enter '-?' for help.\n");
  CHECK(plain({"-Q"}).err == "Sqlcmd: '-Q': Missing argument. Enter '-?' for help.\n");
  CHECK(plain({"-i", "/nowhere"}).err == "Sqlcmd: '/nowhere': Invalid filename.\n");
}
