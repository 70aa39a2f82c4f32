// Seeding of secondaries. @source mssql.md 1.10
#include "sql/views/sections.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

/// Only what goes on now: the primary's end of it.
Table automatic_seeding(const Context& context) {
  Table table{{{"start_time", kDatetime, false},
               {"completion_time", kDatetime},
               {"ag_id", kGuid},
               {"ag_db_id", kGuid},
               {"ag_remote_replica_id", kGuid},
               {"operation_id", kGuid},
               {"is_source", kBit},
               {"current_state", kDesc},
               {"performed_seeding", kBit},
               {"failure_state", kInt},
               {"failure_state_desc", kDesc},
               {"error_code", kInt},
               {"number_of_attempts", kInt}},
              {}};
  if (!context.in_group() || !context.is_primary()) return table;
  for (const group::Replica& replica : context.state->replicas()) {
    for (const auto& [name, copy] : replica.databases) {
      if (copy.sync != group::Sync::initializing || !copy.busy_until) continue;
      const group::Time began = *copy.busy_until - context.state->delays().seed;
      Row row;
      row.add(datetime_text(context.wall_at(began))).nulls(1).add(context.group_id());
      row.add(context.database_guid(name)).add(context.replica_id(replica.ordinal));
      row.add(context.guid("seeding " + name + " " + std::to_string(replica.ordinal))).add(true).add("SEEDING");
      row.add(false).add(0).nulls(1).add(0).add(1);
      table.rows.push_back(row.take());
    }
  }
  return table;
}

Table physical_seeding_stats(const Context&) {
  return {{{"local_physical_seeding_id", kGuid},
           {"remote_physical_seeding_id", kGuid},
           {"local_database_id", kInt},
           {"local_database_name", kSysname},
           {"remote_machine_name", kSysname},
           {"role_desc", kDesc},
           {"internal_state_desc", kDesc},
           {"transfer_rate_bytes_per_second", kBigInt},
           {"transferred_size_bytes", kBigInt},
           {"database_size_bytes", kBigInt},
           {"start_time_utc", kDatetime},
           {"end_time_utc", kDatetime},
           {"estimate_time_complete_utc", kDatetime},
           {"total_disk_io_wait_time_ms", kBigInt},
           {"total_network_wait_time_ms", kBigInt},
           {"failure_code", kInt},
           {"failure_message", text(512)},
           {"failure_time_utc", kDatetime},
           {"is_compression_enabled", kBit}},
          {}};
}

}  // namespace

void add_seeding_views(std::vector<View>& list) {
  list.push_back({"dm_hadr_automatic_seeding", automatic_seeding});
  list.push_back({"dm_hadr_physical_seeding_stats", physical_seeding_stats});
}

}  // namespace dba::sandbox::sqlserver::views
