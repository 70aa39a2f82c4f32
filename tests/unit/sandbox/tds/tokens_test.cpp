#include "tds/tokens.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "hex.hpp"

using namespace dba;
using namespace dba::sandbox::sqlserver;
using namespace dba::sandbox::sqlserver::tds;
using test::hex;

namespace {

std::string row_of(const std::vector<Column>& columns, const std::vector<Value>& row, bool compressed = true) {
  std::string out;
  append_row(out, columns, row, compressed);
  return hex(out);
}

std::string columns_of(const std::vector<Column>& columns) {
  std::string out;
  append_columns(out, columns);
  return hex(out);
}

const Column kNumber{"", {TypeId::integer}, true};

/// What a group's replica says of itself and of another one, as the guide of KubeDB shows it.
const std::vector<Column> kReplicaStates{
    {"replica_id", {TypeId::unique_identifier}},
    {"group_id", {TypeId::unique_identifier}},
    {"is_local", {TypeId::bit}},
    {"role", {TypeId::tiny_int}},
    {"role_desc", {TypeId::nvarchar, 60}},
    {"operational_state", {TypeId::tiny_int}},
    {"operational_state_desc", {TypeId::nvarchar, 60}},
    {"connected_state", {TypeId::tiny_int}},
    {"connected_state_desc", {TypeId::nvarchar, 60}},
    {"recovery_health", {TypeId::tiny_int}},
    {"recovery_health_desc", {TypeId::nvarchar, 60}},
    {"synchronization_health", {TypeId::tiny_int}},
    {"synchronization_health_desc", {TypeId::nvarchar, 60}},
    {"last_connect_error_number", {TypeId::integer}},
    {"last_connect_error_description", {TypeId::nvarchar, 1024}},
    {"last_connect_error_timestamp", {TypeId::datetime}},
    {"write_lease_remaining_ticks", {TypeId::big_int}},
    {"current_configuration_commit_start_time_utc", {TypeId::datetime}},
};

}  // namespace

TEST_CASE("SELECT 1 is answered as a server does") {
  std::string out;
  const std::vector<Column> columns{{"", {TypeId::integer}, false}};
  append_columns(out, columns);
  append_row(out, columns, {std::int64_t{1}}, true);
  append_done(out, DoneKind::batch, {kDoneCount, Command::select, 1});
  CHECK(hex(out) == "81 01 00 00 00 00 00 08 00 38 00 d1 01 00 00 00 fd 10 00 c1 00 01 00 00 00 00 00 00 00");
}

TEST_CASE("an end of a statement tells its kind, its count and its state") {
  std::string out;
  append_done(out, DoneKind::batch, {kDoneCount, Command::insert, 1});
  CHECK(hex(out) == "fd 10 00 c3 00 01 00 00 00 00 00 00 00");
  out.clear();
  append_done(out, DoneKind::in_procedure, {kDoneCount | kDoneMore | kDoneInTransaction, Command::insert, 1U << 16U});
  CHECK(hex(out) == "ff 15 00 c3 00 00 00 01 00 00 00 00 00");
  out.clear();
  append_done(out, DoneKind::procedure, {.command = Command::execute});
  CHECK(hex(out) == "fe 00 00 e0 00 00 00 00 00 00 00 00 00");
  out.clear();
  append_done(out, DoneKind::batch, {.status = kDoneAttention});
  CHECK(hex(out) == "fd 20 00 00 00 00 00 00 00 00 00 00 00");
}

TEST_CASE("an error and what is only told differ in their token") {
  std::string out;
  append_message(out, {983, 14, 1, "x"}, "s");
  CHECK(hex(out) == "aa 12 00 d7 03 00 00 01 0e 01 00 78 00 01 73 00 00 01 00 00 00");
  out.clear();
  append_message(out, {50000, 10, 3, "é", "p", 7}, "");
  CHECK(hex(out) == "ab 12 00 50 c3 00 00 03 0a 01 00 e9 00 00 01 70 00 07 00 00 00");
}

TEST_CASE("a message is cut where SQL Server's own end") {
  std::string out;
  append_message(out, {50000, 16, 1, std::string(100'000, 'x')}, std::string(300, 's'));
  CHECK(hex(out.substr(9, 4)) == "ff 07 78 00");
  CHECK(out.size() == 3 + 4 + 1 + 1 + 2 + 2 * 2047 + 1 + 2 * 255 + 1 + 4);
}

TEST_CASE("changes of the environment are told") {
  const auto told = [](const auto& append) {
    std::string out;
    append(out);
    return hex(out);
  };
  using Transaction = ResultSink::Transaction;
  CHECK(told([](auto& out) { append_change(out, Change::database, "ab", "c"); }) ==
        "e3 09 00 01 02 61 00 62 00 01 63 00");
  CHECK(told(append_collation_change) == "e3 08 00 07 05 09 04 d0 00 34 00");
  CHECK(told(append_reset) == "e3 03 00 12 00 00");
  CHECK(told([](auto& out) { append_transaction_change(out, Transaction::begun, 0x0102); }) ==
        "e3 0b 00 08 08 02 01 00 00 00 00 00 00 00");
  CHECK(told([](auto& out) { append_transaction_change(out, Transaction::committed, 0x0102); }) ==
        "e3 0b 00 09 00 08 02 01 00 00 00 00 00 00");
  CHECK(told([](auto& out) { append_transaction_change(out, Transaction::rolled_back, 0x0102); }) ==
        "e3 0b 00 0a 00 08 02 01 00 00 00 00 00 00");
}

TEST_CASE("a procedure's ending is what drivers expect of sp_prepexec") {
  std::string out;
  append_done(out, DoneKind::in_procedure, {kDoneCount | kDoneMore, Command::insert, 1});
  append_return_status(out, 0);
  append_return_value(out, {.type = {TypeId::integer}, .value = std::int64_t{1}}, 0);
  append_done(out, DoneKind::procedure, {.command = Command::execute});
  CHECK(hex(out) ==
        "ff 11 00 c3 00 01 00 00 00 00 00 00 00 79 00 00 00 00 "
        "ac 00 00 00 01 00 00 00 00 00 00 26 04 04 01 00 00 00 fe 00 00 e0 00 00 00 00 00 00 00 00 00");
}

TEST_CASE("columns have a name, a type and whether they hold NULL") {
  CHECK(columns_of({{"id", {TypeId::big_int}, false}, {"größe", {TypeId::nvarchar, 60}}}) ==
        "81 02 00 00 00 00 00 08 00 7f 02 69 00 64 00 "
        "00 00 00 00 09 00 e7 78 00 09 04 d0 00 34 05 67 00 72 00 f6 00 df 00 65 00");
}

TEST_CASE("the rows of the replicas' states are those of a real server") {
  const std::string group = "BBCC64C9-E0E3-5985-6F01-884248E3DDC6";
  CHECK(row_of(kReplicaStates,
               {"C4FADE0D-BC82-4D16-95E2-50AA6BE5BD8F", group, std::int64_t{1}, std::int64_t{1}, "PRIMARY",
                std::int64_t{2}, "ONLINE", std::int64_t{1}, "CONNECTED", std::int64_t{1}, "ONLINE", std::int64_t{2},
                "HEALTHY", Value{}, Value{}, Value{}, std::int64_t{0x7fffffffffffffff}, Value{}},
               false) ==
        "d1 10 0d de fa c4 82 bc 16 4d 95 e2 50 aa 6b e5 bd 8f 10 c9 64 cc bb e3 e0 85 59 6f 01 88 42 48 e3 dd c6 01 "
        "01 01 01 "
        "0e 00 50 00 52 00 49 00 4d 00 41 00 52 00 59 00 01 02 0c 00 4f 00 4e 00 4c 00 49 00 4e 00 45 00 01 01 "
        "12 00 43 00 4f 00 4e 00 4e 00 45 00 43 00 54 00 45 00 44 00 01 01 0c 00 4f 00 4e 00 4c 00 49 00 4e 00 45 00 "
        "01 02 "
        "0e 00 48 00 45 00 41 00 4c 00 54 00 48 00 59 00 00 ff ff 00 08 ff ff ff ff ff ff ff 7f 00");
  CHECK(row_of(kReplicaStates, {"403818D7-CCD6-4EE6-B24C-A61DF3992B1D", group, std::int64_t{0}, std::int64_t{2},
                                "SECONDARY", Value{}, Value{}, std::int64_t{1}, "CONNECTED", Value{}, Value{},
                                std::int64_t{2}, "HEALTHY", Value{}, Value{}, Value{}, Value{}, Value{}}) ==
        "d2 60 e6 03 10 d7 18 38 40 d6 cc e6 4e b2 4c a6 1d f3 99 2b 1d 10 c9 64 cc bb e3 e0 85 59 6f 01 88 42 48 e3 "
        "dd c6 "
        "01 00 01 02 "
        "12 00 53 00 45 00 43 00 4f 00 4e 00 44 00 41 00 52 00 59 00 01 01 "
        "12 00 43 00 4f 00 4e 00 4e 00 45 00 43 00 54 00 45 00 44 00 "
        "01 02 0e 00 48 00 45 00 41 00 4c 00 54 00 48 00 59 00");
}

TEST_CASE("a row is without its NULLs only where that is shorter and the client knows it") {
  CHECK(row_of({kNumber, kNumber}, {Value{}, std::int64_t{1}}) == "d1 00 04 01 00 00 00");
  CHECK(row_of({kNumber, kNumber}, {Value{}, Value{}}) == "d2 03");
  CHECK(row_of({kNumber, kNumber}, {Value{}, Value{}}, false) == "d1 00 00");
}

TEST_CASE("a row that does not fit its columns is not told in part") {
  std::string out = "before";
  CHECK_THROWS_WITH_AS(append_row(out, {kNumber}, {}, true), "a row of 0 values for 1 columns", Error);
  CHECK_THROWS_WITH_AS(append_row(out, {kNumber, {"b", {TypeId::integer}}}, {std::int64_t{1}, "x"}, true),
                       "column \"b\" got a value that is no whole number", Error);
  CHECK(out == "before");
}
