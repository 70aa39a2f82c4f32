// What takes its time: many rows, many sessions.
#include <thread>

#include <doctest/doctest.h>

#include "dba/platform/clock.hpp"

#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::test;

TEST_CASE("a million rows stream through, and a reader that goes away ends them") {
  Bench bench;
  class Counter final : public sql::ResultSink {
   public:
    bool columns(const std::vector<sql::Column>&) override { return true; }
    bool row(const std::vector<sql::Value>&) override { return ++rows != most; }
    bool done(std::optional<std::int64_t> count, bool) override {
      counted = count.value_or(-1);
      return true;
    }
    bool message(const sql::Message&) override { return true; }
    bool output(const sql::Parameter&) override { return true; }
    bool database_changed(const std::string&) override { return true; }
    bool transaction(Transaction, std::uint64_t) override { return true; }
    std::int64_t rows = 0, counted = 0, most = -1;
  };
  Counter million;
  bench.first->run(
      {"SELECT TOP 1000000 a.system_type_id FROM sys.types a, sys.types b, sys.types c, sys.types d, sys.types e", {}},
      million, {});
  CHECK(million.rows == 1000000);
  CHECK(million.counted == 1000000);
  Counter short_reader;
  short_reader.most = 10;
  bench.first->run({"SELECT a.system_type_id FROM sys.types a, sys.types b, sys.types c, sys.types d, sys.types e", {}},
                   short_reader, {});
  CHECK(short_reader.rows == 10);
  CHECK(short_reader.counted == 0);
}

TEST_CASE("four sessions writing at once lose nothing") {
  dba::platform::Clock& clock = dba::platform::system_clock();
  sql::Store store(clock);
  FakeHost host(store);
  const auto session = [&](int spid) {
    return sql::make_session(
        host, store, clock,
        std::make_shared<sql::SessionRecord>(spid, sql::LoginRequest{"sa", "", "agdb1", "", "", false}));
  };
  Transcript transcript;
  session(99)->run(
      {"CREATE TABLE t (id int IDENTITY PRIMARY KEY, n int); CREATE TABLE total (n int); INSERT total VALUES (0)", {}},
      transcript, {});
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&, i] {
        const auto mine = session(i + 1);
        Transcript told;
        for (int n = 0; n < 25; ++n) {
          mine->run({"BEGIN TRAN; INSERT t VALUES (1); UPDATE total SET n = n + 1; COMMIT; SELECT COUNT(*) FROM t", {}},
                    told, {});
        }
      });
    }
  }
  Transcript end;
  session(98)->run({"SELECT COUNT(*) AS n, MAX(id) AS last, (SELECT n FROM total) AS total FROM t", {}}, end, {});
  CHECK(end.lines[1] == "100|100|100");
}
