// The policies that SQL Server's own dashboard judges an availability group by, on what its replicas told.
// @source Microsoft Learn, policies for operational issues with Always On availability groups

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/replicas.hpp"

namespace dba::mssql {

namespace {

constexpr const char* kAsynchronous = "ASYNCHRONOUS_COMMIT";
constexpr const char* kSynchronized = "SYNCHRONIZED";
constexpr const char* kNotSynchronizing = "NOT SYNCHRONIZING";

class Judge {
 public:
  explicit Judge(ReplicaReport& report) : report_(report) {}

  void run() {
    for (const ReplicaState& replica : report_.replicas) {
      if (replica.kubernetes.label_role == kRoleArbiter) continue;
      judge_reach(replica);
      if (!report_.standalone) judge_replica(replica);
      judge_kubernetes(replica);
      for (const DatabaseState& database : replica.databases) judge_database(replica, database);
    }
    if (!report_.standalone) judge_group();
    if (report_.deleting) find(Health::warning, "database-deletion", "", "the database is being deleted");
    for (const HealthFinding& finding : report_.findings) report_.health = std::max(report_.health, finding.severity);
  }

 private:
  void find(Health severity, const char* policy, std::string subject, std::string text) {
    report_.findings.push_back({severity, policy, std::move(subject), std::move(text)});
  }

  /// What does not answer is not known to be well; with a primary's word on it, it is known not to be.
  void judge_reach(const ReplicaState& replica) {
    if (!replica.reachable) report_.health_known = false;
  }

  /// Clients are led by labels and Services: to the wrong replica, however well that is, where these say otherwise than
  /// SQL Server. Of another role enough is said already.
  void judge_kubernetes(const ReplicaState& replica) {
    const bool alone = replica.role == kSqlStandalone;
    if (!alone && replica.role != kSqlPrimary && replica.role != kSqlSecondary) return;
    const ReplicaRole& pod = replica.kubernetes;
    const std::string label = pod.label_role.value_or("nothing");
    const std::string role = alone ? std::string(kRolePrimary) : to_lower(*replica.role);
    if (label != role) {
      if (alone) return;  // All there is leads, labelled or not.
      find(Health::warning, "kubernetes-role-label", pod.pod,
           fmt::format("SQL Server says {}, the label says {}", *replica.role, label));
    } else if (pod.endpoint == "unknown") {
      report_.health_known = false;
    } else if (pod.endpoint != role) {
      find(Health::warning, "kubernetes-service-endpoint", pod.pod,
           fmt::format("label says {}, the Services say {}", label, pod.endpoint));
    }
  }

  void judge_group() {
    if (!report_.answered) return;  // Whether anybody leads is not known.
    if (report_.primaries.empty()) {
      find(Health::critical, "availability-group-online-state", "",
           report_.most_advanced.empty()
               ? "no replica that answered is PRIMARY"
               : fmt::format("no replica that answered is PRIMARY; {} has the most log", report_.most_advanced));
      return;
    }
    if (report_.primaries.size() > 1) {
      find(Health::critical, "availability-group-online-state", "", "more than one replica says it is PRIMARY");
      return;
    }
    const ReplicaState& primary = *std::find_if(report_.replicas.begin(), report_.replicas.end(),
                                                [](const auto& replica) { return replica.role == kSqlPrimary; });
    if (primary.operational_state && primary.operational_state != "ONLINE")
      find(Health::critical, "availability-group-online-state", primary.kubernetes.pod,
           fmt::format("the primary's operational state is {}", *primary.operational_state));
    const bool ready = std::any_of(report_.replicas.begin(), report_.replicas.end(), is_ready_to_lead);
    if (report_.replicas.size() > 1 && !ready)
      find(Health::critical, "availability-group-failover-readiness", "",
           "no secondary could take over without losing data");
  }

  static bool is_ready_to_lead(const ReplicaState& replica) {
    return replica.role != kSqlPrimary && replica.primary_knows && replica.connected_state == kSqlConnected &&
           !replica.databases.empty() &&
           std::all_of(replica.databases.begin(), replica.databases.end(),
                       [](const DatabaseState& database) { return database.failover_ready == true; });
  }

  void judge_replica(const ReplicaState& replica) {
    const std::string& pod = replica.kubernetes.pod;
    if (replica.reachable && replica.role != kSqlPrimary && replica.role != kSqlSecondary)
      find(Health::critical, "availability-replica-role-state", pod,
           fmt::format("the role is {}", replica.role.value_or("unknown")));
    if (replica.connected_state == "DISCONNECTED")
      find(Health::critical, "availability-replica-connection-state", pod,
           replica.last_connect_error ? fmt::format("it is disconnected: {}", *replica.last_connect_error)
                                      : "it is disconnected");
    if (replica.join_state == "NOT_JOINED")
      find(Health::warning, "availability-replica-join-state", pod, "it has not joined the group");
  }

  bool is_asynchronous(const ReplicaState& replica) const {
    if (replica.availability_mode == kAsynchronous) return true;
    return std::any_of(report_.replicas.begin(), report_.replicas.end(), [](const ReplicaState& other) {
      return other.role == kSqlPrimary && other.availability_mode == kAsynchronous;
    });
  }

  void judge_database(const ReplicaState& replica, const DatabaseState& database) {
    const std::string subject = fmt::format("{}/{}", replica.kubernetes.pod, database.name);
    if (database.database_state && database.database_state != "ONLINE" && replica.role != kSqlSecondary)
      find(Health::critical, "database-state", subject, fmt::format("it is {}", *database.database_state));
    if (database.suspended == true)
      find(Health::warning, "availability-database-suspension-state", subject,
           fmt::format("data movement is suspended: {}", database.suspend_reason.value_or("for an unknown reason")));
    if (database.joined == false)
      find(Health::warning, "availability-database-join-state", subject, "it has not joined the group");
    if (!database.synchronization_state) return;
    const std::string& state = *database.synchronization_state;
    const bool sound = state == kSynchronized || (is_asynchronous(replica) && state != kNotSynchronizing);
    if (!sound && !(replica.role == kSqlPrimary && state == "SYNCHRONIZING"))
      find(Health::warning, "availability-database-synchronization-state", subject, fmt::format("it is {}", state));
  }

  ReplicaReport& report_;
};

}  // namespace

void judge_health(ReplicaReport& report) { Judge(report).run(); }

std::string_view health_name(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::warning:
      return "warning";
    case Health::critical:
      return "critical";
  }
  return {};
}

std::string health_text(const ReplicaReport& report) {
  if (report.health != Health::critical && !report.health_known) return "unknown";
  return std::string(health_name(report.health));
}

}  // namespace dba::mssql
