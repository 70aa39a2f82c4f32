// What a replica knows of itself and, when it is primary, of the others.
// @source mssql.md 1.0, 1.1, 1.4, 1.12
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "sql/views/sections.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

constexpr Coded kOnline{1, "ONLINE"};
constexpr Coded kHealthy{2, "HEALTHY"};

Coded coded_health(int health) {
  return health == 2 ? kHealthy : health == 1 ? Coded{1, "PARTIALLY_HEALTHY"} : Coded{0, "NOT_HEALTHY"};
}

/// A database of the group that is not open here keeps the replica's recovery going.
Coded recovery_health(const Context& context, const group::Replica& replica) {
  const bool all = std::ranges::all_of(context.state->settings().databases, [&](const std::string& name) {
    const auto copy = replica.databases.find(name);
    if (copy == replica.databases.end() || !copy->second.exists || copy->second.busy_until) return false;
    return replica.role != group::Role::primary || context.state->is_open(replica, name);
  });
  return all ? kOnline : Coded{0, "ONLINE_IN_PROGRESS"};
}

/// Of itself: to the primary; of another one: to this primary.
bool is_connected(const Context& context, const group::Replica& replica) {
  const bool local = replica.ordinal == context.self->ordinal;
  if (local && replica.role == group::Role::primary) return true;
  return replica.connected(context.now) && (local || replica.primary == context.self->ordinal);
}

std::vector<Column> replica_state_columns(const Context& context) {
  std::vector<Column> columns{{"replica_id", kGuid, false},
                              {"group_id", kGuid, false},
                              {"is_local", kBit, false},
                              {"role", kTinyInt},
                              {"role_desc", kDesc},
                              {"operational_state", kTinyInt},
                              {"operational_state_desc", kDesc},
                              {"connected_state", kTinyInt},
                              {"connected_state_desc", kDesc},
                              {"recovery_health", kTinyInt},
                              {"recovery_health_desc", kDesc},
                              {"synchronization_health", kTinyInt},
                              {"synchronization_health_desc", kDesc},
                              {"last_connect_error_number", kInt},
                              {"last_connect_error_description", text(1024)},
                              {"last_connect_error_timestamp", kDatetime},
                              {"write_lease_remaining_ticks", kBigInt},
                              {"current_configuration_commit_start_time_utc", kDatetime}};
  if (context.version.year >= 2025) columns.push_back({"is_internal", kBit});
  return columns;
}

/// @source sys.messages
std::string connect_error_text(int number, std::string_view other) {
  if (number == group::kConnectionTimeout) {
    return fmt::format(
        "A connection timeout has occurred on a previously established connection to availability replica '{}'.",
        other);
  }
  return "The connection to the replica was terminated.";
}

/// One row. Only the instance itself knows its operational state and recovery.
std::vector<Value> state_row(const Context& context, const group::Replica& replica, const std::string& id,
                             const std::string& group, bool local, Coded role) {
  const bool resolving = role.code == 0;
  const bool primary = role.code == 1;
  Row row;
  row.add(id).add(group).add(local).add(role);
  row.add(local ? std::optional(resolving ? Coded{1, "PENDING"} : Coded{2, "ONLINE"}) : std::nullopt);
  row.add(primary || is_connected(context, replica) ? Coded{1, "CONNECTED"} : Coded{0, "DISCONNECTED"});
  row.add(local ? std::optional(recovery_health(context, replica)) : std::nullopt);
  row.add(replica_health(context, replica));
  if (replica.error) {
    const group::ConnectError& error = *replica.error;
    const std::string other = context.pod_of(local ? error.primary : replica.ordinal);
    row.add(error.number).add(connect_error_text(error.number, other)).add(datetime_text(context.wall_at(error.at)));
  } else {
    row.nulls(3);
  }
  row.add(local ? Value(std::numeric_limits<std::int64_t>::max()) : Value(kNull)).nulls(1);
  if (context.version.year >= 2025) row.add(false);
  return row.take();
}

Table replica_states(const Context& context) {
  Table table{replica_state_columns(context), {}};
  if (!context.in_group()) return table;
  for (const group::Replica& replica : context.state->replicas()) {
    const bool local = replica.ordinal == context.self->ordinal;
    if (!local && !context.is_primary()) continue;
    // To a primary every other member is a secondary, running or not.
    const Coded role = local ? coded_role(replica.role) : coded_role(group::Role::secondary);
    table.rows.push_back(
        state_row(context, replica, context.replica_id(replica.ordinal), context.group_id(), local, role));
  }
  const DatabaseSettings& settings = context.settings;
  if (!settings.distributed || !context.is_primary()) return table;
  const std::string group = distributed_group_id(context);
  const Coded own = coded_role(settings.dag.primary ? group::Role::primary : group::Role::secondary);
  table.rows.push_back(state_row(context, *context.self, member_group_id(context, settings.group), group, true, own));
  if (settings.dag.primary) {
    table.rows.push_back(state_row(context, *context.self, member_group_id(context, settings.dag.remote_group), group,
                                   false, coded_role(group::Role::secondary)));
  }
  return table;
}

Table group_states(const Context& context) {
  Table table{{{"group_id", kGuid, false},
               {"primary_replica", kSysname},
               {"primary_recovery_health", kTinyInt},
               {"primary_recovery_health_desc", kDesc},
               {"secondary_recovery_health", kTinyInt},
               {"secondary_recovery_health_desc", kDesc},
               {"synchronization_health", kTinyInt},
               {"synchronization_health_desc", kDesc}},
              {}};
  if (!context.in_group()) return table;
  const group::Replica* const primary = context.state->primary_of(*context.self);
  const Coded recovery = recovery_health(context, *context.self);
  const bool leads = context.is_primary();
  int healthy = 0, all = 0;
  for (const group::Replica& replica : context.state->replicas()) {
    if (!leads && replica.ordinal != context.self->ordinal) continue;
    ++all;
    healthy += replica_health(context, replica).code == kHealthy.code ? 1 : 0;
  }
  const int health = healthy == all ? 2 : healthy > 0 ? 1 : 0;
  Row row;
  row.add(context.group_id());
  row.add(primary == nullptr ? Value(kNull) : Value(context.pod_of(primary->ordinal)));
  row.add(leads ? std::optional(recovery) : std::nullopt).add(leads ? std::nullopt : std::optional(recovery));
  table.rows.push_back(row.add(coded_health(health)).take());
  if (context.settings.distributed && leads) {
    const DatabaseSettings& settings = context.settings;
    Row distributed;
    distributed.add(distributed_group_id(context));
    distributed.add(settings.dag.primary ? settings.group : settings.dag.remote_group);
    distributed.add(settings.dag.primary ? std::optional(recovery) : std::nullopt);
    distributed.add(settings.dag.primary ? std::nullopt : std::optional(recovery)).add(coded_health(health));
    table.rows.push_back(distributed.take());
  }
  return table;
}

}  // namespace

Coded coded_role(group::Role role) {
  switch (role) {
    case group::Role::resolving:
      return {0, "RESOLVING"};
    case group::Role::primary:
      return {1, "PRIMARY"};
    case group::Role::secondary:
      return {2, "SECONDARY"};
  }
  return {0, "RESOLVING"};
}

Coded database_health(const Context& context, const group::DatabaseCopy& copy) {
  const bool synchronous = context.state->settings().synchronous;
  if (copy.sync == group::Sync::synchronized) return kHealthy;
  if (copy.sync != group::Sync::synchronizing) return coded_health(0);
  return synchronous ? coded_health(1) : kHealthy;
}

Coded replica_health(const Context& context, const group::Replica& replica) {
  std::int64_t least = 2;
  if (!is_connected(context, replica) || context.state->settings().databases.empty()) least = 0;
  for (const std::string& name : context.state->settings().databases) {
    const auto copy = replica.databases.find(name);
    const bool there = copy != replica.databases.end() && copy->second.exists;
    least = std::min(least, there ? database_health(context, copy->second).code : 0);
  }
  return coded_health(static_cast<int>(least));
}

void add_replica_views(std::vector<View>& list) {
  list.push_back({"dm_hadr_availability_replica_states", replica_states});
  list.push_back({"dm_hadr_availability_group_states", group_states});
}

}  // namespace dba::sandbox::sqlserver::views
