#include "dba/mssql/replicas.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/mssql/names.hpp"

namespace dba::mssql {

namespace {

constexpr std::int64_t kKilobyte = 1024;  ///< @source sys.dm_hadr_database_replica_states: queues and rates are in KB

std::optional<std::int64_t> in_bytes(std::optional<std::int64_t> kilobytes) {
  return kilobytes ? std::optional(*kilobytes * kKilobyte) : std::nullopt;
}

/// SQL Server gives UTC or its own time without saying so; a container's own time is UTC.
std::optional<WallTime> time_of(const Text& datetime) {
  return datetime ? try_parse_rfc3339(*datetime + "Z") : std::nullopt;
}

std::optional<std::int64_t> redo_time(const DatabaseRow& row) {
  if (!row.redo_queue_kb) return std::nullopt;
  if (*row.redo_queue_kb == 0) return 0;
  if (row.redo_rate_kbps.value_or(0) <= 0) return std::nullopt;
  return *row.redo_queue_kb * 1000 / *row.redo_rate_kbps;
}

template <typename Value>
void take(std::optional<Value>& to, const std::optional<Value>& from) {
  if (from) to = from;
}

class ReplicaReportBuilder {
 public:
  ReplicaReportBuilder(const RoleReport& roles, const std::vector<InstanceAnswer>& answers, bool standalone)
      : answers_(answers) {
    report_.ns = roles.ns;
    report_.name = roles.name;
    report_.phase = roles.phase;
    report_.deleting = roles.deleting;
    report_.standalone = standalone;
    report_.errors = roles.errors;
    report_.partial = roles.partial;
    for (const ReplicaRole& role : roles.replicas) report_.replicas.push_back({.kubernetes = role});
    for (const std::string& pod : roles.missing) add_missing(pod);
  }

  ReplicaReport build() {
    for (ReplicaState& replica : report_.replicas) add_answer(replica);
    find_primary();
    for (ReplicaState& replica : report_.replicas) {
      if (primary_ != nullptr) add_primary_view(replica);
      if (const InstanceAnswer* own = answer_of(replica)) add_own_databases(replica, *own->answer);
      drop_estimates(replica);
    }
    find_most_advanced();
    judge_health(report_);
    return std::move(report_);
  }

 private:
  /// A pod that should be there keeps a row as well.
  void add_missing(const std::string& pod) {
    ReplicaState replica{.kubernetes = {.pod = pod}};
    replica.failure = AskFailure{.reason = "no-pod", .message = "there is no such pod"};
    const auto place = std::find_if(report_.replicas.begin(), report_.replicas.end(), [&](const ReplicaState& other) {
      return other.kubernetes.label_role == kRoleArbiter || ordinal_of(other.kubernetes.pod) > ordinal_of(pod);
    });
    report_.replicas.insert(place, std::move(replica));
  }

  const InstanceAnswer* answer_of(const ReplicaState& replica) const {
    const auto found = std::find_if(answers_.begin(), answers_.end(), [&](const InstanceAnswer& answer) {
      return answer.answer && answer.uid == replica.kubernetes.uid;
    });
    return found == answers_.end() ? nullptr : &*found;
  }

  void add_answer(ReplicaState& replica) {
    const auto found = std::find_if(answers_.begin(), answers_.end(),
                                    [&](const InstanceAnswer& answer) { return answer.uid == replica.kubernetes.uid; });
    if (found == answers_.end()) return;
    replica.trust = found->trust;
    replica.took = found->took;
    replica.failure = found->failure;
    if (found->failure) {
      report_.errors.push_back(fmt::format("{}: {}", replica.kubernetes.pod, found->failure->whole()));
      report_.partial = true;
    }
    if (!found->answer) return;
    const InstanceView& view = *found->answer;
    replica.reachable = report_.answered = true;
    replica.role = view.role.role;
    replica.operational_state = view.role.operational_state;
    replica.forwarder = view.role.role == kSqlPrimary && view.role.distributed_role == kSqlSecondary;
    replica.sequence_number = view.role.sequence_number.empty() ? Text() : Text(view.role.sequence_number);
    replica.version = view.version;
    replica.edition = view.edition;
    for (const ReplicaRow& row : view.replicas) {
      if (row.distributed || row.server != replica.kubernetes.pod) continue;
      take_configuration(replica, row);
      take_state(replica, row);
    }
  }

  void find_primary() {
    for (const ReplicaState& replica : report_.replicas) {
      if (replica.role == kSqlPrimary) report_.primaries.push_back(replica.kubernetes.pod);
      const InstanceAnswer* own = answer_of(replica);
      if (own == nullptr || own->answer->role.group.empty()) continue;
      report_.group = own->answer->role.group;
      if (!own->answer->replicas.empty())
        report_.cluster_type = own->answer->replicas.front().cluster_type.value_or("");
      const bool newer = primary_ == nullptr ||
                         compare_lsn(own->answer->role.sequence_number, primary_->answer->role.sequence_number) > 0;
      if (replica.role == kSqlPrimary && newer) primary_ = own;
    }
    if (report_.primaries.size() == 1) report_.primary = report_.primaries.front();
    if (!report_.standalone || report_.replicas.size() != 1 || !report_.replicas.front().reachable) return;
    report_.primary = report_.replicas.front().kubernetes.pod;
  }

  static void take_configuration(ReplicaState& replica, const ReplicaRow& row) {
    take(replica.availability_mode, row.availability_mode);
    take(replica.failover_mode, row.failover_mode);
    take(replica.secondary_access, row.secondary_access);
    take(replica.join_state, row.join_state);
  }

  static void take_state(ReplicaState& replica, const ReplicaRow& row) {
    take(replica.recovery_health, row.recovery_health);
    take(replica.connected_state, row.connected_state);
    take(replica.synchronization_health, row.synchronization_health);
    take(replica.last_connect_error, row.connect_error);
  }

  /// The primary's word on the link to a secondary and on how far it has come is better than the secondary's own.
  void add_primary_view(ReplicaState& replica) {
    const std::string& pod = replica.kubernetes.pod;
    for (const ReplicaRow& row : primary_->answer->replicas) {
      if (row.distributed || row.server != pod) continue;
      replica.primary_knows = true;
      take_configuration(replica, row);
      take_state(replica, row);
    }
    const bool is_primary = pod == primary_->pod;
    for (const DatabaseRow& row : primary_->answer->databases) {
      if (row.distributed || row.server != pod) continue;
      DatabaseState& database = database_of(replica, row.database);
      take_progress(database, row);
      database.failover_ready = row.failover_ready;
      database.log_send_queue_bytes = in_bytes(row.log_send_queue_kb);
      if (row.lag_seconds) database.lag_millis = *row.lag_seconds * 1000;
      if (!is_primary) database.rpo_millis = loss_of(row, replica.connected_state == kSqlConnected);
    }
  }

  /// What would be lost: nothing when SQL Server calls the replica ready, else the time between the last commits, both
  /// by the primary's clock. Ready is what a replica was when the primary last heard of it: it counts while connected.
  /// @source SQL Server Management Studio, estimated data loss
  std::optional<std::int64_t> loss_of(const DatabaseRow& row, bool connected) const {
    if (row.failover_ready == true && connected) return 0;
    const auto behind = time_of(row.last_commit_time);
    for (const DatabaseRow& own : primary_->answer->databases) {
      if (own.distributed || own.server != primary_->pod || own.database != row.database) continue;
      const auto ahead = time_of(own.last_commit_time);
      if (!behind || !ahead || *ahead < *behind) return std::nullopt;
      return std::chrono::duration_cast<std::chrono::milliseconds>(*ahead - *behind).count();
    }
    return std::nullopt;
  }

  void add_own_databases(ReplicaState& replica, const InstanceView& view) {
    for (const DatabaseRow& row : view.databases) {
      if (row.distributed || row.server != replica.kubernetes.pod) continue;
      DatabaseState& database = database_of(replica, row.database);
      const bool seen_by_primary = replica.primary_knows && database.synchronization_state;
      const Text state = database.synchronization_state, health = database.synchronization_health;
      const Text committed = database.last_commit_time;
      take_progress(database, row);
      if (!seen_by_primary) continue;
      database.synchronization_state = state;
      database.synchronization_health = health;
      database.last_commit_time = committed;
    }
    if (!replica.role || *replica.role == kSqlPrimary || *replica.role == kSqlSecondary) return;
    for (const LocalDatabase& row : view.local_databases) {
      if (!row.in_group && report_.standalone) database_of(replica, row.name).database_state = row.state;
    }
  }

  static void take_progress(DatabaseState& database, const DatabaseRow& row) {
    take(database.synchronization_state, row.synchronization_state);
    take(database.synchronization_health, row.synchronization_health);
    take(database.database_state, row.database_state);
    take(database.suspend_reason, row.suspend_reason);
    take(database.joined, row.joined);
    take(database.suspended, row.suspended);
    take(database.redo_queue_bytes, in_bytes(row.redo_queue_kb));
    take(database.redo_bytes_per_second, in_bytes(row.redo_rate_kbps));
    take(database.rto_millis, redo_time(row));
    take(database.last_hardened_lsn, row.last_hardened_lsn);
    take(database.end_of_log_lsn, row.end_of_log_lsn);
    take(database.last_commit_lsn, row.last_commit_lsn);
    if (const auto at = time_of(row.last_commit_time)) database.last_commit_time = format_rfc3339_micro(*at);
  }

  static DatabaseState& database_of(ReplicaState& replica, const std::string& name) {
    for (DatabaseState& database : replica.databases) {
      if (database.name == name) return database;
    }
    replica.databases.push_back({.name = name});
    return replica.databases.back();
  }

  /// The primary has nothing to lose or redo; what neither answers nor talks to the primary is at nobody knows where.
  static void drop_estimates(ReplicaState& replica) {
    const bool is_primary = replica.role == kSqlPrimary;
    if (!is_primary && (replica.reachable || replica.connected_state == kSqlConnected)) return;
    for (DatabaseState& database : replica.databases) {
      database.rpo_millis.reset();
      database.rto_millis.reset();
      if (!is_primary) continue;
      database.log_send_queue_bytes.reset();
      database.redo_queue_bytes.reset();
    }
  }

  /// Without a primary, who may become one: the replica with the most log on disk of every database.
  /// @source KubeDB's coordinator promotes the member with the highest LSN of all databases
  void find_most_advanced() {
    if (!report_.primaries.empty() || report_.standalone) return;
    std::map<std::string, std::string> most;
    for (const ReplicaState& replica : report_.replicas) {
      for (const DatabaseState& database : replica.databases) {
        std::string& known = most[database.name];
        if (const std::string lsn = lsn_of(database); compare_lsn(lsn, known) > 0) known = lsn;
      }
    }
    for (const ReplicaState& replica : report_.replicas) {
      const bool leads = !replica.databases.empty() &&
                         std::all_of(replica.databases.begin(), replica.databases.end(), [&](const auto& database) {
                           const std::string lsn = lsn_of(database);
                           return !lsn.empty() && compare_lsn(lsn, most[database.name]) == 0;
                         });
      if (leads && replica.databases.size() == most.size() && report_.most_advanced.empty())
        report_.most_advanced = replica.kubernetes.pod;
    }
  }

  static std::string lsn_of(const DatabaseState& database) {
    return database.last_hardened_lsn ? *database.last_hardened_lsn : database.end_of_log_lsn.value_or("");
  }

  const std::vector<InstanceAnswer>& answers_;
  ReplicaReport report_{};
  const InstanceAnswer* primary_ = nullptr;  ///< Of several, the one with the newest configuration.
};

}  // namespace

ReplicaReport build_replica_report(const RoleReport& roles, const std::vector<InstanceAnswer>& answers,
                                   bool standalone) {
  return ReplicaReportBuilder(roles, answers, standalone).build();
}

}  // namespace dba::mssql
