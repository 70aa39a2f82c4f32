#pragma once
// What one instance of SQL Server says about itself and the others, as it came.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dba/sql/connector.hpp"

namespace dba::mssql {

using Text = std::optional<std::string>;  ///< Absent = NULL.

inline constexpr const char* kSqlPrimary = "PRIMARY";
inline constexpr const char* kSqlSecondary = "SECONDARY";
inline constexpr const char* kSqlConnected = "CONNECTED";    ///< What a primary calls a secondary it hears.
inline constexpr const char* kSqlStandalone = "STANDALONE";  ///< Ours: availability groups are switched off.
inline constexpr const char* kSqlNoGroup = "NONE";           ///< Ours: in no availability group.

/// What an instance says of its own role.
struct SqlRole {
  std::string server_name{};
  std::string role{};             ///< "PRIMARY", "SECONDARY", "RESOLVING", or one of ours.
  Text operational_state{};       ///< "ONLINE"
  std::string group{};            ///< The availability group's name; empty without one.
  std::string sequence_number{};  ///< Of its configuration: newer is larger. Empty without a group.
  Text distributed_role{};        ///< In the distributed group above it: SECONDARY makes a primary a forwarder.
  friend bool operator==(const SqlRole&, const SqlRole&) = default;
};

/// A replica as an instance knows it: itself, or another one as the primary sees it.
struct ReplicaRow {
  std::string group{}, server{};
  bool distributed = false, local = false;
  Text role{}, operational_state{}, connected_state{}, recovery_health{}, synchronization_health{};
  Text availability_mode{}, failover_mode{}, secondary_access{}, join_state{};
  Text sequence_number{}, primary_replica{}, cluster_type{};
  std::optional<std::int64_t> required_secondaries{};
  std::optional<std::int64_t> connect_error_number{};
  Text connect_error{}, connect_error_at{};
};

struct DatabaseRow {
  std::string group{}, server{}, database{};
  bool distributed = false, local = false;
  std::optional<bool> failover_ready{}, joined{}, suspended{};
  Text synchronization_state{}, synchronization_health{}, database_state{}, suspend_reason{};
  std::optional<std::int64_t> log_send_queue_kb{}, log_send_rate_kbps{}, redo_queue_kb{}, redo_rate_kbps{};
  std::optional<std::int64_t> lag_seconds{};
  Text last_hardened_lsn{}, last_redone_lsn{}, end_of_log_lsn{}, last_commit_lsn{}, last_commit_time{};
};

struct LocalDatabase {
  std::string name{};
  Text state{};
  bool in_group = false;
};

struct InstanceView {
  SqlRole role{};
  std::string version{}, update_level{}, edition{};
  std::vector<ReplicaRow> replicas{};
  std::vector<DatabaseRow> databases{};
  std::vector<LocalDatabase> local_databases{};
};

/// Reads the results of instance.sql and roles.sql. @throws SqlError for results of another shape.
SqlRole read_sql_role(const sql::ResultSet& instance, const sql::ResultSet& roles);
/// Reads the results of instance.sql, roles.sql, replicas.sql, databases.sql and local_databases.sql.
/// @throws SqlError for results of another shape.
InstanceView read_instance(const std::vector<sql::ResultSet>& sets);

/// Orders LSNs and other numbers too long for arithmetic. @returns below, at or above zero
int compare_lsn(std::string_view a, std::string_view b);

}  // namespace dba::mssql
