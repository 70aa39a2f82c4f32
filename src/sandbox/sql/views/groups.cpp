// What is configured: groups, their replicas and databases. The same on every replica that has joined.
// @source mssql.md 1.2, 1.3, 1.7 to 1.9, 1.12, 1.15
#include <fmt/format.h>

#include "sql/views/sections.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

constexpr int kEndpointPort = 5022;
constexpr Coded kNone{2, "NONE"};  ///< Cluster type: KubeDB's observed failover mode is MANUAL.

/// The configuration changes once with every new primary; a replica knows the newest it was told.
Value sequence_of(const Context& context) { return number(context.self->sequence); }

Table availability_groups(const Context& context) {
  Table table{{{"group_id", kGuid, false},
               {"name", kSysname},
               {"resource_id", text(40)},
               {"resource_group_id", text(40)},
               {"failure_condition_level", kInt},
               {"health_check_timeout", kInt},
               {"automated_backup_preference", kTinyInt},
               {"automated_backup_preference_desc", kDesc},
               {"version", kSmallInt},
               {"basic_features", kBit},
               {"dtc_support", kBit},
               {"db_failover", kBit},
               {"is_distributed", kBit},
               {"cluster_type", kTinyInt},
               {"cluster_type_desc", kDesc},
               {"required_synchronized_secondaries_to_commit", kInt},
               {"sequence_number", kBigInt}},
              {}};
  if (context.version.year >= 2022) table.columns.push_back({"is_contained", kBit});
  if (context.version.year >= 2025) table.columns.push_back({"cluster_connection_options", text(4000)});
  if (!context.in_group()) return table;
  const auto add = [&](const std::string& id, std::string_view name, bool distributed, int required) {
    Row row;
    row.add(id).add(name).nulls(2).add(3).add(30000).add(Coded{2, "SECONDARY"}).add(1).add(false).add(false);
    row.add(!distributed).add(distributed).add(kNone).add(required).add(sequence_of(context));
    if (context.version.year >= 2022) row.add(false);
    if (context.version.year >= 2025) row.nulls(1);
    table.rows.push_back(row.take());
  };
  add(context.group_id(), context.settings.group, false, context.state->settings().required_secondaries);
  if (context.settings.distributed) add(distributed_group_id(context), kDistributedGroup, true, 0);
  return table;
}

Coded access_for(SecondaryAccess access) {
  switch (access) {
    case SecondaryAccess::none:
      return {0, "NO"};
    case SecondaryAccess::read_only:
      return {1, "READ_ONLY"};
    case SecondaryAccess::all:
      return {2, "ALL"};
  }
  return {0, "NO"};
}

Table availability_replicas(const Context& context) {
  Table table{{{"replica_id", kGuid},
               {"group_id", kGuid},
               {"replica_metadata_id", kInt},
               {"replica_server_name", text(256)},
               {"owner_sid", kSid},
               {"endpoint_url", text(256)},
               {"availability_mode", kTinyInt},
               {"availability_mode_desc", kDesc},
               {"failover_mode", kTinyInt},
               {"failover_mode_desc", kDesc},
               {"session_timeout", kInt},
               {"primary_role_allow_connections", kTinyInt},
               {"primary_role_allow_connections_desc", kDesc},
               {"secondary_role_allow_connections", kTinyInt},
               {"secondary_role_allow_connections_desc", kDesc},
               {"create_date", kDatetime},
               {"modify_date", kDatetime},
               {"backup_priority", kInt},
               {"read_only_routing_url", text(256)},
               {"seeding_mode", kTinyInt},
               {"seeding_mode_desc", kDesc},
               {"read_write_routing_url", text(256)}},
              {}};
  if (!context.in_group()) return table;
  const std::string owner(1, '\x01');
  const auto add = [&](const std::string& id, const std::string& group, std::optional<int> local_id,
                       std::string_view server, const std::string& url, Coded mode, Coded access) {
    Row row;
    row.add(id).add(group).add(local_id ? Value(std::int64_t{*local_id}) : Value(kNull)).add(server).add(owner);
    row.add(url).add(mode).add(Coded{1, "MANUAL"}).add(10).add(Coded{2, "ALL"}).add(access);
    row.add(datetime_text(context.started)).add(datetime_text(context.started)).add(50).nulls(1);
    row.add(Coded{0, "AUTOMATIC"}).nulls(1);
    table.rows.push_back(row.take());
  };
  const DatabaseSettings& settings = context.settings;
  const Coded mode =
      context.state->settings().synchronous ? Coded{1, "SYNCHRONOUS_COMMIT"} : Coded{0, "ASYNCHRONOUS_COMMIT"};
  for (const group::Replica& replica : context.state->replicas()) {
    const bool local = replica.ordinal == context.self->ordinal;
    add(context.replica_id(replica.ordinal), context.group_id(), local ? std::optional(1) : std::nullopt,
        context.pod_of(replica.ordinal),
        fmt::format("TCP://{}.{}-pods.{}.svc:{}", context.pod_of(replica.ordinal), settings.name, settings.ns,
                    kEndpointPort),
        mode, access_for(settings.access));
  }
  if (!settings.distributed) return table;
  const auto url = [](const std::string& address) {
    return address.find(':') == std::string::npos ? fmt::format("TCP://{}:{}", address, kEndpointPort)
                                                  : "TCP://" + address;
  };
  const Coded asynchronous{0, "ASYNCHRONOUS_COMMIT"};
  add(member_group_id(context, settings.group), distributed_group_id(context), 2, settings.group,
      url(settings.dag.own_url), asynchronous, {2, "ALL"});
  add(member_group_id(context, settings.dag.remote_group), distributed_group_id(context), std::nullopt,
      settings.dag.remote_group, url(settings.dag.remote_url), asynchronous, {2, "ALL"});
  return table;
}

Table availability_databases_cluster(const Context& context) {
  Table table{{{"group_id", kGuid, false}, {"group_database_id", kGuid, false}, {"database_name", kSysname}}, {}};
  if (!context.in_group()) return table;
  for (const std::string& name : context.state->settings().databases) {
    table.rows.push_back({context.group_id(), context.database_guid(name), name});
  }
  return table;
}

Table replica_cluster_states(const Context& context) {
  Table table{{{"replica_id", kGuid},
               {"replica_server_name", text(256)},
               {"group_id", kGuid},
               {"join_state", kTinyInt},
               {"join_state_desc", kDesc}},
              {}};
  if (!context.in_group()) return table;
  for (const group::Replica& replica : context.state->replicas()) {
    Row row;
    row.add(context.replica_id(replica.ordinal)).add(context.pod_of(replica.ordinal)).add(context.group_id());
    row.add(replica.joined ? Coded{1, "JOINED_STANDALONE_INSTANCE"} : Coded{0, "NOT_JOINED"});
    table.rows.push_back(row.take());
  }
  return table;
}

/// A cluster of Windows has nodes; there is none. @source mssql.md 1.7, 1.9
Table replica_cluster_nodes(const Context&) {
  return {{{"group_name", text(256)}, {"replica_server_name", text(256)}, {"node_name", text(256)}}, {}};
}

Table hadr_cluster(const Context&) {
  return {{{"cluster_name", kSysname, false},
           {"quorum_type", kTinyInt},
           {"quorum_type_desc", kDesc},
           {"quorum_state", kTinyInt},
           {"quorum_state_desc", kDesc}},
          {{"", std::int64_t{0}, "NODE_MAJORITY", std::int64_t{0}, "UNKNOWN_QUORUM_STATE"}}};
}

Table listeners(const Context&) {
  return {{{"group_id", kGuid},
           {"listener_id", text(36)},
           {"dns_name", text(63)},
           {"port", kInt},
           {"is_conformant", kBit},
           {"ip_configuration_string_from_cluster", text(-1)},
           {"is_distributed_network_name", kBit}},
          {}};
}

}  // namespace

std::string distributed_group_id(const Context& context) { return context.guid("distributed group"); }

std::string member_group_id(const Context& context, std::string_view group) {
  return context.guid(fmt::format("member group {}", group));
}

void add_group_views(std::vector<View>& list) {
  list.push_back({"availability_groups", availability_groups});
  list.push_back({"availability_replicas", availability_replicas});
  list.push_back({"availability_databases_cluster", availability_databases_cluster});
  list.push_back({"availability_group_listeners", listeners});
  list.push_back({"dm_hadr_availability_replica_cluster_states", replica_cluster_states});
  list.push_back({"dm_hadr_availability_replica_cluster_nodes", replica_cluster_nodes});
  list.push_back({"dm_hadr_cluster", hadr_cluster});
}

}  // namespace dba::sandbox::sqlserver::views
