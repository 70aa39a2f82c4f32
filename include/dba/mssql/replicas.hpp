#pragma once
// How far every replica of a database has come: what each instance says about itself, joined with what the primary says
// about it and with what Kubernetes shows.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/mssql/ask_replicas.hpp"
#include "dba/mssql/roles.hpp"

namespace dba::mssql {

/// One database on one replica. Absent = nobody who answered knows, or it does not apply (to the primary's own rows).
struct DatabaseState {
  std::string name{};
  Text synchronization_state{}, synchronization_health{}, database_state{}, suspend_reason{};
  std::optional<bool> joined{}, suspended{}, failover_ready{};
  std::optional<std::int64_t> log_send_queue_bytes{}, redo_queue_bytes{}, redo_bytes_per_second{}, lag_millis{};
  std::optional<std::int64_t> rpo_millis{};  ///< What would be lost if this replica took over now; estimated.
  std::optional<std::int64_t> rto_millis{};  ///< What it would take to redo the rest of its log; estimated.
  Text last_hardened_lsn{}, end_of_log_lsn{}, last_commit_lsn{};
  Text last_commit_time{};  ///< RFC 3339 UTC, of the primary's clock.
};

struct ReplicaState {
  ReplicaRole kubernetes{};  ///< Pod, label, endpoint, node.
  bool reachable = false;
  std::optional<AskFailure> failure{};
  Text role{};
  bool forwarder = false;      ///< Leads its own group below a distributed one that another cluster leads: read-only.
  bool primary_knows = false;  ///< The primary's view is in here, too.
  Text operational_state{}, recovery_health{}, connected_state{}, synchronization_health{};
  Text availability_mode{}, failover_mode{}, secondary_access{}, join_state{}, sequence_number{};
  Text last_connect_error{};
  std::string version{}, edition{};
  std::optional<sql::Trust> trust{};
  std::chrono::milliseconds took{0};
  std::vector<DatabaseState> databases{};
};

enum class Health { ok, warning, critical };

/// Something that is not as one of Microsoft's policies for availability groups wants it.
struct HealthFinding {
  Health severity = Health::warning;
  std::string policy{};   ///< "availability-replica-connection-state"
  std::string subject{};  ///< "sales-2", "sales-2/agdb1"; empty for the whole group.
  std::string text{};     ///< One clause.
};

struct ReplicaReport {
  std::string ns{}, name{}, phase{};
  bool deleting = false;
  bool standalone = false;
  bool answered = false;  ///< Any replica, be it shown or not.
  std::string group{}, cluster_type{};
  std::string primary{};                 ///< The pod that says so, when exactly one does.
  std::vector<std::string> primaries{};  ///< All that say so.
  bool two_primaries_proven = false;     ///< At the same time, by their own words.
  std::string most_advanced{};           ///< Without a primary: who has the most log of every database.
  std::vector<ReplicaState> replicas{};  ///< By ordinal, arbiter last.
  Health health = Health::ok;
  bool health_known = true;  ///< False: nothing critical is known, but not all that counts.
  std::vector<HealthFinding> findings{};
  bool partial = false;
  std::vector<std::string> errors{};
};

/// Keeps of every answer what an instance knows about itself, and of the primary's what it knows about the others.
/// @param roles pods, labels and endpoints  @param wanted databases of the group by the object
ReplicaReport build_replica_report(const RoleReport& roles, const std::vector<InstanceAnswer>& answers,
                                   bool standalone);

/// Fills health and findings. @source the 14 policies of SQL Server's Always On dashboard, without those of WSFC; of
/// our own: where label and Service lead, and whether the database is to stay
void judge_health(ReplicaReport& report);
std::string_view health_name(Health health);           ///< "ok", "warning", "critical"
std::string health_text(const ReplicaReport& report);  ///< "ok", "warning", "critical", "unknown"

struct ReplicaFilter {
  std::vector<std::string> databases{};  ///< Empty = all.
  std::vector<std::string> replicas{};
};
/// Leaves what was asked for, after everything was judged.
/// @throws Error (denied) when no replica, or no reachable replica's database, has a wanted name.
void select_replicas(ReplicaReport& report, const ReplicaFilter& filter);
/// @param key "name", "role", "send-queue", "redo-queue", "rpo", "rto", "last-commit"; the worst first, unknown before
/// it
void sort_replicas(ReplicaReport& report, std::string_view key);
const std::vector<std::string>& replica_sort_keys();  ///< The keys that sort_replicas() knows.

struct ReplicaLimits {
  std::optional<std::chrono::nanoseconds> max_rpo{}, max_rto{};
};
/// What is above a limit, or not known: nothing when every limit is kept by every replica that could take over.
std::vector<std::string> missed_limits(const ReplicaReport& report, const ReplicaLimits& limits);

/// {"apiVersion":"kubectl-dba/v1","kind":"ReplicaReport",…}
Json to_json(const ReplicaReport& report);

/// One row a replica, over all of its databases the worst value.
std::vector<std::string> replica_headers();
/// A cell for every header; ages are counted until `now`.
std::vector<std::vector<std::string>> replica_rows(const ReplicaReport& report, WallTime now);
/// One row a replica and database, for -o wide and csv.
std::vector<std::string> replica_database_headers();
/// @param raw numbers without units and empty cells for what is unknown, for programs
std::vector<std::vector<std::string>> replica_database_rows(const ReplicaReport& report, WallTime now, bool raw);
/// "primary: sales-0; health: ok", and what was found of the whole group: all that no row says.
std::string replica_summary(const ReplicaReport& report);

}  // namespace dba::mssql
