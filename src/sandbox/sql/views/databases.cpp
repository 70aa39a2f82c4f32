// Databases and their files. @source mssql.md 1.8, 2.3 (sys.databases), Microsoft's column lists
#include <algorithm>

#include <fmt/format.h>

#include "sql/views/sections.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

int compatibility_of(const Context& context) { return context.version.major * 10; }

/// The oldest log block that another replica still has to get, if there is one.
bool waits_for_replica(const Context& context, const DatabaseRow& database) {
  if (!database.in_group || !context.is_primary()) return false;
  return std::ranges::any_of(context.state->replicas(), [&](const group::Replica& replica) {
    const auto copy = replica.databases.find(database.name);
    return copy == replica.databases.end() || copy->second.sync == group::Sync::not_synchronizing;
  });
}

Table databases(const Context& context) {
  Table table{{{"name", kSysname, false},
               {"database_id", kInt, false},
               {"source_database_id", kInt},
               {"owner_sid", kSid},
               {"create_date", kDatetime, false},
               {"compatibility_level", kTinyInt, false},
               {"collation_name", kSysname},
               {"user_access", kTinyInt},
               {"user_access_desc", kDesc},
               {"is_read_only", kBit},
               {"is_auto_close_on", kBit, false},
               {"is_auto_shrink_on", kBit},
               {"state", kTinyInt},
               {"state_desc", kDesc},
               {"is_in_standby", kBit},
               {"snapshot_isolation_state", kTinyInt},
               {"snapshot_isolation_state_desc", kDesc},
               {"is_read_committed_snapshot_on", kBit},
               {"recovery_model", kTinyInt},
               {"recovery_model_desc", kDesc},
               {"page_verify_option", kTinyInt},
               {"page_verify_option_desc", kDesc},
               {"log_reuse_wait", kTinyInt},
               {"log_reuse_wait_desc", kDesc},
               {"is_encrypted", kBit},
               {"replica_id", kGuid},
               {"group_database_id", kGuid},
               {"containment", kTinyInt},
               {"containment_desc", kDesc},
               {"target_recovery_time_in_seconds", kInt},
               {"delayed_durability", kInt},
               {"delayed_durability_desc", kDesc},
               {"is_query_store_on", kBit}},
              {}};
  for (const DatabaseRow& database : context.databases) {
    const bool system = database.id <= 4;
    const bool simple = system && database.name != "model";
    Row row;
    row.add(database.name).add(database.id).nulls(1).add(std::string(1, '\x01')).add(datetime_text(database.created));
    row.add(compatibility_of(context)).add("SQL_Latin1_General_CP1_CI_AS").add(Coded{0, "MULTI_USER"}).add(false);
    row.add(false).add(false).add(coded_database_state(database.state)).add(false);
    row.add(system ? Coded{1, "ON"} : Coded{0, "OFF"}).add(false);
    row.add(simple ? Coded{3, "SIMPLE"} : Coded{1, "FULL"}).add(Coded{2, "CHECKSUM"});
    row.add(waits_for_replica(context, database) ? Coded{6, "AVAILABILITY_REPLICA"} : Coded{0, "NOTHING"}).add(false);
    if (database.in_group) {
      row.add(context.replica_id(context.self->ordinal)).add(context.database_guid(database.name));
    } else {
      row.nulls(2);
    }
    row.add(Coded{0, "NONE"}).add(60).add(Coded{0, "DISABLED"}).add(!system && context.version.year >= 2022);
    table.rows.push_back(row.take());
  }
  return table;
}

constexpr std::int64_t kDataPages = 1024;  ///< Of 8 KB.

Table files(const Context& context, bool all) {
  Table table{{{"file_id", kInt, false},
               {"type", kTinyInt, false},
               {"type_desc", kDesc},
               {"name", kSysname, false},
               {"physical_name", text(260), false},
               {"state", kTinyInt},
               {"state_desc", kDesc},
               {"size", kInt, false},
               {"max_size", kInt, false},
               {"growth", kInt, false}},
              {}};
  if (all) table.columns.insert(table.columns.begin(), Column{"database_id", kInt, false});
  for (const DatabaseRow& database : context.databases) {
    if (!all && database.name != context.current_database) continue;
    for (const bool log : {false, true}) {
      Row row;
      if (all) row.add(database.id);
      row.add(log ? 2 : 1).add(log ? Coded{1, "LOG"} : Coded{0, "ROWS"});
      row.add(log ? database.name + "_log" : database.name);
      row.add(fmt::format("/var/opt/mssql/data/{}{}", database.name, log ? "_log.ldf" : ".mdf"));
      row.add(Coded{0, "ONLINE"}).add(Value(kDataPages)).add(-1).add(8192);
      table.rows.push_back(row.take());
    }
  }
  return table;
}

Table master_files(const Context& context) { return files(context, true); }
Table database_files(const Context& context) { return files(context, false); }

}  // namespace

Coded coded_database_state(int state) {
  constexpr std::string_view kStates[] = {"ONLINE", "RESTORING", "RECOVERING", "RECOVERY_PENDING"};
  return {state, kStates[state]};
}

void add_database_views(std::vector<View>& list) {
  list.push_back({"databases", databases});
  list.push_back({"master_files", master_files});
  list.push_back({"database_files", database_files});
}

}  // namespace dba::sandbox::sqlserver::views
