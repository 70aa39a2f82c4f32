// Every view on a primary, a secondary and a replica between roles: whole tables, and what differs per version.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sql/views/context.hpp"
#include "support/golden.hpp"
#include "unit/sandbox/sql/group_world.hpp"

using namespace dba;
using namespace dba::test;

namespace {

DatabaseSettings sales() {
  DatabaseSettings settings{.ns = "demo", .name = "sales", .uid = "u-1", .clustered = true, .replicas = 3};
  settings.group = "sales";
  settings.databases = {"agdb1"};
  settings.access = SecondaryAccess::all;
  return settings;
}

struct Views : GroupWorld {
  DatabaseSettings settings = sales();
  std::string version = "2022-cu12";

  views::Context context(int ordinal) const {
    views::Context context{.seed = 1, .settings = settings};
    context.version = version_of(version);
    context.state = settings.clustered ? &state : nullptr;
    context.self = state.find(ordinal);
    context.now = now;
    context.wall = *try_parse_rfc3339("2026-01-02T03:04:05Z") +
                   std::chrono::duration_cast<WallTime::duration>(now - group::Time{1h + 1s});
    context.started = *try_parse_rfc3339("2026-01-02T03:00:00Z");
    context.current_database = "agdb1";
    int id = 0;
    for (const char* name : {"master", "tempdb", "model", "msdb", "agdb1"}) {
      context.databases.push_back({++id, name, id == 5 && settings.clustered, 0, context.started});
    }
    context.sessions.push_back({51, "sa", "test", "laptop", "agdb1", 1, context.wall});
    context.certificates.push_back({"dbm_certificate", "CN=endpoint", "CN=ca", context.started, context.started});
    return context;
  }
  std::vector<std::vector<std::string>> rows(int ordinal, std::string_view view,
                                             const std::vector<std::string>& columns) const {
    const Table table = views::find_view(context(ordinal), view).value();
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : table.rows) {
      rows.emplace_back();
      for (const std::string& name : columns) {
        const auto at = std::ranges::find(table.columns, name, &Column::name);
        REQUIRE_MESSAGE(at != table.columns.end(), name);
        rows.back().push_back(text(row[static_cast<std::size_t>(at - table.columns.begin())]));
      }
    }
    return rows;
  }
  static std::string text(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* words = std::get_if<std::string>(&value)) {
      return words->size() == 1 && (*words)[0] < ' ' ? fmt::format("0x{:02X}", (*words)[0]) : *words;
    }
    return std::holds_alternative<double>(value) ? fmt::format("{}", std::get<double>(value)) : "NULL";
  }
  std::string everything(int ordinal) const {
    std::string all;
    for (const std::string& name : views::view_names()) {
      const auto table = views::find_view(context(ordinal), name);
      if (!table) continue;
      all += fmt::format("== {}\n", name);
      for (const auto& row : table->rows) {
        REQUIRE_MESSAGE(row.size() == table->columns.size(), name);
        for (std::size_t i = 0; i < row.size(); ++i) {
          std::string cell = text(row[i]);
          while (cell.ends_with(' ')) cell.pop_back();
          all += fmt::format("{}{}={}", i == 0 ? "" : " | ", table->columns[i].name, cell);
        }
        all += "\n";
      }
    }
    return all;
  }
};

using Cells = std::vector<std::vector<std::string>>;

constexpr const char* kStates = "sys.dm_hadr_availability_replica_states";
constexpr const char* kDatabases = "sys.dm_hadr_database_replica_states";

}  // namespace

TEST_CASE_FIXTURE(Views, "all views of a primary and of a secondary") {
  commit(0, "one");
  pass(1s);
  check_golden("sandbox/sql_views_primary.txt", everything(0));
  check_golden("sandbox/sql_views_secondary.txt", everything(1));
}

TEST_CASE_FIXTURE(Views, "the primary sees all replicas with the guide's NULLs, a secondary itself alone") {
  const std::vector<std::string> columns{"is_local",
                                         "role_desc",
                                         "operational_state_desc",
                                         "connected_state_desc",
                                         "recovery_health_desc",
                                         "synchronization_health_desc",
                                         "write_lease_remaining_ticks"};
  CHECK(rows(0, kStates, columns) ==
        Cells{{"1", "PRIMARY", "ONLINE", "CONNECTED", "ONLINE", "HEALTHY", "9223372036854775807"},
              {"0", "SECONDARY", "NULL", "CONNECTED", "NULL", "HEALTHY", "NULL"},
              {"0", "SECONDARY", "NULL", "CONNECTED", "NULL", "HEALTHY", "NULL"}});
  CHECK(rows(2, kStates, columns) ==
        Cells{{"1", "SECONDARY", "ONLINE", "CONNECTED", "ONLINE", "HEALTHY", "9223372036854775807"}});
}

TEST_CASE_FIXTURE(Views, "without a primary a secondary is disconnected and not synchronizing") {
  commit(0, "one");
  stop(0);
  CHECK(rows(1, kStates,
             {"role_desc", "connected_state_desc", "synchronization_health_desc", "last_connect_error_number"}) ==
        Cells{{"SECONDARY", "DISCONNECTED", "NOT_HEALTHY", "35267"}});
  CHECK(rows(1, kDatabases, {"synchronization_state_desc", "is_primary_replica", "last_hardened_lsn"}) ==
        Cells{{"NOT SYNCHRONIZING", "0", "42000000006500001"}});
  CHECK(rows(1, "sys.dm_hadr_availability_group_states", {"primary_replica"}) == Cells{{"NULL"}});
  start(0);
  CHECK(rows(0, kStates, {"role_desc", "operational_state_desc"}) == Cells{{"RESOLVING", "PENDING"}});
}

TEST_CASE_FIXTURE(Views, "what the primary says of its own database differs from what it says of the others'") {
  commit(0, "one");
  pass(1s);
  const std::vector<std::string> columns{"is_local",
                                         "synchronization_state_desc",
                                         "database_state_desc",
                                         "log_send_queue_size",
                                         "redo_queue_size",
                                         "last_sent_lsn",
                                         "last_redone_lsn",
                                         "secondary_lag_seconds",
                                         "is_commit_participant"};
  CHECK(rows(0, kDatabases, columns) ==
        Cells{{"1", "SYNCHRONIZED", "ONLINE", "NULL", "NULL", "NULL", "NULL", "NULL", "1"},
              {"0", "SYNCHRONIZED", "NULL", "0", "0", "42000000006500001", "42000000006500003", "0", "1"},
              {"0", "SYNCHRONIZED", "NULL", "0", "0", "42000000006500001", "42000000006500003", "0", "1"}});
  CHECK(rows(1, kDatabases, columns) ==
        Cells{{"1", "SYNCHRONIZED", "ONLINE", "NULL", "0", "42000000006500001", "42000000006500003", "NULL", "1"}});
}

TEST_CASE_FIXTURE(Views, "a secondary that lags in redo shows its queue, its age and an estimate's ingredients") {
  state.afflict(2, {.redo_rate = 0.05}, now);
  commit(0, "one");
  commit(0, "two");
  pass(4s);
  CHECK(rows(0, kDatabases, {"redo_queue_size", "redo_rate", "secondary_lag_seconds"}) ==
        Cells{{"NULL", "NULL", "NULL"}, {"0", "40000", "0"}, {"1", "0", "4"}});
}

TEST_CASE_FIXTURE(Views, "failover readiness is told by the primary, and by nobody of others") {
  const std::vector<std::string> columns{"database_name", "is_failover_ready", "is_database_joined"};
  const char* const view = "sys.dm_hadr_database_replica_cluster_states";
  CHECK(rows(0, view, columns) == Cells{{"agdb1", "1", "1"}, {"agdb1", "1", "1"}, {"agdb1", "1", "1"}});
  stop(1);
  CHECK(rows(0, view, columns) == Cells{{"agdb1", "1", "1"}, {"agdb1", "0", "1"}, {"agdb1", "1", "1"}});
  CHECK(rows(2, view, columns) == Cells{{"agdb1", "0", "1"}, {"agdb1", "0", "1"}, {"agdb1", "1", "1"}});
}

TEST_CASE_FIXTURE(Views, "a new primary knows nothing of how far a replica is that has not reported to it") {
  commit(0, "one");
  stop(0, true);
  pass(11s);  // the session timeout
  promote(1);
  follow(2);
  pass(1s);
  const std::vector<std::string> columns{"is_local",          "synchronization_state_desc", "is_suspended",
                                         "last_hardened_lsn", "log_send_queue_size",        "redo_queue_size",
                                         "last_commit_lsn"};
  const auto ready = [&] {
    return rows(1, "sys.dm_hadr_database_replica_cluster_states", {"is_failover_ready", "is_database_joined"});
  };
  CHECK(rows(1, kDatabases, columns) ==
        Cells{{"0", "NOT SYNCHRONIZING", "0", "NULL", "NULL", "NULL", "NULL"},
              {"1", "SYNCHRONIZED", "0", "42000000006500001", "NULL", "NULL", "42000000006400003"},
              {"0", "SYNCHRONIZED", "0", "42000000006500001", "0", "0", "42000000006400003"}});
  CHECK(ready() == Cells{{"0", "1"}, {"1", "1"}, {"1", "1"}});
  start(0);
  follow(0);
  pass(1s);
  CHECK(rows(1, kDatabases, columns)[0] == rows(1, kDatabases, columns)[2]);
  CHECK(ready() == Cells{{"1", "1"}, {"1", "1"}, {"1", "1"}});
  // What it has reported stays when it goes again.
  stop(0, true);
  pass(20s);
  CHECK(rows(1, kDatabases, columns)[0] ==
        std::vector<std::string>{"0", "NOT SYNCHRONIZING", "0", "42000000006500001", "0", "0", "42000000006400003"});
}

TEST_CASE_FIXTURE(Views, "two primaries are not connected to each other") {
  state.separate(0, 1, now);
  promote(1);
  follow(2);
  pass(20s);
  const std::vector<std::string> columns{"role_desc", "connected_state_desc", "synchronization_health_desc"};
  CHECK(rows(1, kStates, columns) == Cells{{"SECONDARY", "DISCONNECTED", "NOT_HEALTHY"},
                                           {"PRIMARY", "CONNECTED", "HEALTHY"},
                                           {"SECONDARY", "CONNECTED", "HEALTHY"}});
  CHECK(rows(1, kDatabases, {"synchronization_state_desc"})[0] == std::vector<std::string>{"NOT SYNCHRONIZING"});
}

TEST_CASE_FIXTURE(Views, "the sequence number rises with every primary and spreads with the connections") {
  const auto number = [&](int ordinal) { return rows(ordinal, "sys.availability_groups", {"sequence_number"}); };
  CHECK(number(0) == Cells{{"1"}});
  CHECK(number(2) == Cells{{"1"}});
  state.separate(2, 5, now);
  pass(20s);
  stop(0);
  promote(1);
  CHECK(number(1) == Cells{{"2"}});
  CHECK(number(2) == Cells{{"1"}});
  state.separate(2, 0, now);
  pass(1s);
  CHECK(number(2) == Cells{{"2"}});
}

TEST_CASE_FIXTURE(Views, "columns come with the versions that have them") {
  const auto has = [&](std::string_view view, std::string_view column) {
    const Table table = views::find_view(context(0), view).value();
    return std::ranges::find(table.columns, column, &Column::name) != table.columns.end();
  };
  struct Case {
    const char* version;
    bool contained, internal;
  };
  for (const Case& one :
       {Case{"2019-cu32", false, false}, Case{"2022-cu12", true, false}, Case{"2025-cu0", true, true}}) {
    version = one.version;
    CAPTURE(version);
    CHECK(has("sys.availability_groups", "is_contained") == one.contained);
    CHECK(has("sys.availability_groups", "cluster_connection_options") == one.internal);
    CHECK(has(kStates, "is_internal") == one.internal);
    CHECK(has(kDatabases, "is_internal") == one.internal);
    CHECK(has(kStates, "current_configuration_commit_start_time_utc"));
  }
}

TEST_CASE_FIXTURE(Views, "a distributed group doubles the rows of its primary") {
  settings.distributed = true;
  settings.dag = {.remote_group = "ag2", .remote_url = "10.2.0.181", .own_url = "10.2.0.236", .primary = true};
  const std::vector<std::string> columns{"is_local", "role_desc"};
  CHECK(rows(0, kStates, columns) ==
        Cells{{"1", "PRIMARY"}, {"0", "SECONDARY"}, {"0", "SECONDARY"}, {"1", "PRIMARY"}, {"0", "SECONDARY"}});
  CHECK(rows(1, kStates, columns) == Cells{{"1", "SECONDARY"}});
  CHECK(rows(1, "sys.availability_groups", {"name", "is_distributed"}) == Cells{{"sales", "0"}, {"dag", "1"}});
  CHECK(rows(0, "sys.availability_replicas", {"replica_server_name", "endpoint_url"})[4] ==
        std::vector<std::string>{"ag2", "TCP://10.2.0.181:5022"});
  settings.dag.primary = false;
  CHECK(rows(0, kStates, columns) ==
        Cells{{"1", "PRIMARY"}, {"0", "SECONDARY"}, {"0", "SECONDARY"}, {"1", "SECONDARY"}});
}

TEST_CASE_FIXTURE(Views, "a standalone has none of it") {
  settings.clustered = false;
  for (const char* view : {"sys.availability_groups", "sys.availability_replicas", kStates, kDatabases,
                           "sys.database_mirroring_endpoints"}) {
    CAPTURE(view);
    CHECK(views::find_view(context(0), view).value().rows.empty());
  }
  CHECK(rows(0, "sys.databases", {"name", "state_desc"}).size() == 5);
  CHECK_FALSE(views::find_view(context(0), "sys.no_such_view"));
  CHECK_FALSE(views::find_view(context(0), "dbo.databases"));
}

TEST_CASE("builds of the images that KubeDB has, of others, and of none") {
  CHECK(version_of("2022-CU12-ubuntu-22.04").product() == "16.0.4115.5");
  CHECK(version_of("2022-cu22").product() == "16.0.4225.2");
  CHECK(version_of("2025-RTM-ubuntu-22.04").product() == "17.0.1000.7");
  CHECK(version_of("2025-cu0").update_level.empty());
  CHECK(version_of("2019-cu32").major == 15);
  CHECK(version_of("2022-cu12").reference == "KB5033663");
  CHECK(version_of("2022-cu99").update_level == "CU99");
  CHECK(version_of("").product() == "16.0.1000.6");
  CHECK(edition_of("Evaluation") == "Enterprise Evaluation Edition (64-bit)");
  CHECK(edition_of("6VKJ2-XXXXX") == "Developer Edition (64-bit)");
  CHECK(banner(version_of("2022-cu12"), "Developer Edition (64-bit)")
            .starts_with("Microsoft SQL Server 2022 (RTM-CU12) (KB5033663) - 16.0.4115.5 (X64) \n"));
}
