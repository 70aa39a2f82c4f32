// The instance and its machine. @source mssql.md 2.1, 2.3.1 (performance counters)
#include <chrono>

#include "sql/views/sections.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

Table sys_info(const Context& context) {
  Table table{{{"cpu_ticks", kBigInt, false},
               {"ms_ticks", kBigInt, false},
               {"cpu_count", kInt, false},
               {"hyperthread_ratio", kInt, false},
               {"physical_memory_kb", kBigInt, false},
               {"committed_kb", kBigInt, false},
               {"committed_target_kb", kBigInt, false},
               {"max_workers_count", kInt, false},
               {"scheduler_count", kInt, false},
               {"sqlserver_start_time_ms_ticks", kBigInt, false},
               {"sqlserver_start_time", kDatetime, false},
               {"virtual_machine_type", kInt, false},
               {"virtual_machine_type_desc", kDesc, false},
               {"container_type", kInt, false},
               {"container_type_desc", kDesc, false}},
              {}};
  const std::int64_t up = std::chrono::duration_cast<std::chrono::milliseconds>(context.wall - context.started).count();
  Row row;
  row.add(Value(up * 2'000'000)).add(Value(up)).add(2).add(1).add(Value(std::int64_t{4'194'304}));
  row.add(Value(std::int64_t{1'048'576}))
      .add(Value(std::int64_t{3'355'443}))
      .add(512)
      .add(2)
      .add(Value(std::int64_t{0}));
  row.add(datetime_text(context.started)).add(Coded{1, "HYPERVISOR"}).add(Coded{1, "LINUX CONTAINER"});
  table.rows.push_back(row.take());
  return table;
}

Table host_info(const Context&) {
  return {{{"host_platform", text(256), false},
           {"host_distribution", text(256), false},
           {"host_release", text(256), false},
           {"host_service_pack_level", text(256), false},
           {"host_sku", kInt},
           {"os_language_version", kInt, false}},
          {{"Linux", "Ubuntu", "22.04", "", kNull, std::int64_t{0}}}};
}

std::string padded(std::string name) {
  constexpr std::size_t kWidth = 128;
  name.resize(kWidth, ' ');
  return name;
}

/// What the log counters of one database stand at. Those "per second" are totals; who asks takes differences.
void add_counters(Table& table, const std::string& name, const group::DatabaseCopy* copy, bool primary) {
  constexpr std::int64_t kPerSecond = 272'696'576;
  constexpr std::int64_t kPlain = 65'792;
  const auto add = [&](const char* object, const char* counter, std::uint64_t value, std::int64_t type) {
    Row row;
    row.add(padded(object)).add(padded(counter)).add(padded(name)).add(number(value)).add(Value(type));
    table.rows.push_back(row.take());
  };
  constexpr const char* kDatabases = "SQLServer:Databases";
  constexpr const char* kReplica = "SQLServer:Database Replica";
  const std::uint64_t bytes = copy == nullptr ? 0 : copy->flushed_blocks * 512;
  const std::uint64_t transactions = copy == nullptr ? 0 : copy->transactions;
  add(kDatabases, "Log Bytes Flushed/sec", bytes, kPerSecond);
  add(kDatabases, "Transactions/sec", transactions, kPerSecond);
  add(kDatabases, "Write Transactions/sec", transactions, kPerSecond);
  if (copy == nullptr) return;
  const std::uint64_t waiting = copy->hardened > copy->redone ? (copy->hardened - copy->redone) / 2 : 0;
  add(kReplica, "Log Bytes Received/sec", primary ? 0 : bytes, kPerSecond);
  add(kReplica, "Redone Bytes/sec", primary ? 0 : copy->redone * 512, kPerSecond);
  add(kReplica, "Recovery Queue", primary ? 0 : waiting, kPlain);
  add(kReplica, "Log Send Queue", 0, kPlain);
  add(kReplica, "Transaction Delay", 0, kPerSecond);
  add(kReplica, "Mirrored Write Transactions/sec", primary ? transactions : 0, kPerSecond);
}

Table performance_counters(const Context& context) {
  const Type wide{.id = TypeId::nchar, .length = 128};
  Table table{{{"object_name", wide, false},
               {"counter_name", wide, false},
               {"instance_name", wide},
               {"cntr_value", kBigInt, false},
               {"cntr_type", kInt, false}},
              {}};
  for (const DatabaseRow& database : context.databases) {
    const group::DatabaseCopy* copy = nullptr;
    if (database.in_group) {
      const auto found = context.self->databases.find(database.name);
      if (found != context.self->databases.end()) copy = &found->second;
    }
    add_counters(table, database.name, copy, context.is_primary());
  }
  return table;
}

Table principals(const Context& context) {
  Table table{{{"name", kSysname, false},
               {"principal_id", kInt, false},
               {"sid", kSid},
               {"type", {.id = TypeId::nchar, .length = 1}, false},
               {"type_desc", kDesc},
               {"is_disabled", kBit},
               {"create_date", kDatetime, false},
               {"modify_date", kDatetime, false},
               {"default_database_name", kSysname}},
              {}};
  const auto add = [&](const char* name, int id, const char* type, const char* words, bool has_database) {
    const std::string created = datetime_text(context.started);
    Row row;
    row.add(name).add(id).add(std::string(1, static_cast<char>(id))).add(type).add(words).add(false).add(created);
    row.add(created).add(has_database ? Value("master") : Value(kNull));
    table.rows.push_back(row.take());
  };
  add("sa", 1, "S", "SQL_LOGIN", true);
  add("public", 2, "R", "SERVER_ROLE", false);
  add("sysadmin", 3, "R", "SERVER_ROLE", false);
  if (context.settings.clustered) add("dbm_login", 11, "S", "SQL_LOGIN", true);
  return table;
}

Table configurations(const Context&) {
  const Type value{.id = TypeId::integer};
  Table table{{{"configuration_id", kInt, false},
               {"name", text(35), false},
               {"value", value},
               {"minimum", value},
               {"maximum", value},
               {"value_in_use", value},
               {"description", text(255), false},
               {"is_dynamic", kBit, false},
               {"is_advanced", kBit, false}},
              {}};
  const auto add = [&](int id, const char* name, int set, int least, int most, const char* description) {
    Row row;
    row.add(id).add(name).add(set).add(least).add(most).add(set).add(description).add(true).add(true);
    table.rows.push_back(row.take());
  };
  add(1539, "max degree of parallelism", 0, 0, 32767, "maximum degree of parallelism");
  add(1544, "max server memory (MB)", 2147483647, 128, 2147483647, "Maximum size of server memory (MB)");
  add(518, "show advanced options", 0, 0, 1, "show advanced options");
  return table;
}

}  // namespace

void add_server_views(std::vector<View>& list) {
  list.push_back({"dm_os_sys_info", sys_info});
  list.push_back({"dm_os_host_info", host_info});
  list.push_back({"dm_os_performance_counters", performance_counters});
  list.push_back({"server_principals", principals});
  list.push_back({"configurations", configurations});
}

}  // namespace dba::sandbox::sqlserver::views
