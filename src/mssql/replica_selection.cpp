// What part of a replica report is shown, in which order, and whether it keeps the limits of a gate.

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/replicas.hpp"

#include "measures.hpp"

namespace dba::mssql {

namespace {

[[noreturn]] void throw_unknown(std::string_view flag, const std::vector<std::string>& unknown,
                                const std::vector<std::string>& known) {
  throw Error({.code = ExitCode::denied,
               .message = fmt::format("{}: there is no {}", flag, english_list(unknown, "or")),
               .details = {fmt::format("there is {}", known.empty() ? "none at all" : english_list(known))},
               .reason = "NotFound"});
}

std::vector<std::string> without(std::vector<std::string> words, const std::vector<std::string>& known) {
  std::erase_if(words, [&known](const std::string& word) { return contains(known, word); });
  return words;
}

/// What is unknown is worse than anything known; a primary lags behind nobody.
std::int64_t badness_of(const ReplicaState& replica, Measure measure) {
  constexpr auto kWorst = std::numeric_limits<std::int64_t>::max();
  if (replica.role == kSqlPrimary) return -1;
  return replica.databases.empty() ? kWorst : worst_of(replica, measure).value_or(kWorst);
}

int rank_of_role(const ReplicaState& replica) {
  if (replica.role == kSqlPrimary) return 0;
  return replica.role == kSqlSecondary ? 1 : 2;
}

void check_limit(std::vector<std::string>& missed, const ReplicaState& replica, std::string_view flag, Measure measure,
                 std::optional<std::chrono::nanoseconds> limit) {
  if (!limit) return;
  const std::string& pod = replica.kubernetes.pod;
  if (!replica.reachable) {
    missed.push_back(fmt::format("{} {}: {} gave no answer", flag, format_duration(*limit), pod));
    return;
  }
  if (replica.databases.empty())
    missed.push_back(fmt::format("{} {}: nothing is known of {}", flag, format_duration(*limit), pod));
  for (const DatabaseState& database : replica.databases) {
    const auto millis = database.*measure;
    if (millis && std::chrono::milliseconds(*millis) <= *limit) continue;
    missed.push_back(fmt::format("{} {}: {}/{} is {}", flag, format_duration(*limit), pod, database.name,
                                 millis ? "at " + format_duration(std::chrono::milliseconds(*millis)) : "unknown"));
  }
}

}  // namespace

void select_replicas(ReplicaReport& report, const ReplicaFilter& filter) {
  std::vector<std::string> pods, databases;
  for (const ReplicaState& replica : report.replicas) {
    pods.push_back(replica.kubernetes.pod);
    for (const DatabaseState& database : replica.databases) {
      if (!contains(databases, database.name)) databases.push_back(database.name);
    }
  }
  if (const auto unknown = without(filter.replicas, pods); !unknown.empty()) throw_unknown("--replica", unknown, pods);
  // Nobody who answered knows of any database: that is told by the rows.
  if (const auto unknown = without(filter.databases, databases); !unknown.empty() && !databases.empty())
    throw_unknown("--database", unknown, databases);
  if (!filter.replicas.empty()) {
    std::erase_if(report.replicas,
                  [&](const auto& replica) { return !contains(filter.replicas, replica.kubernetes.pod); });
  }
  if (filter.databases.empty()) return;
  for (ReplicaState& replica : report.replicas) {
    std::erase_if(replica.databases, [&](const auto& database) { return !contains(filter.databases, database.name); });
  }
}

const std::vector<std::string>& replica_sort_keys() {
  static const std::vector<std::string> kKeys{"name", "role", "send-queue", "redo-queue", "rpo", "rto", "last-commit"};
  return kKeys;
}

void sort_replicas(ReplicaReport& report, std::string_view key) {
  const auto by = [&report](auto value) {
    std::stable_sort(report.replicas.begin(), report.replicas.end(),
                     [&value](const ReplicaState& a, const ReplicaState& b) { return value(a) < value(b); });
  };
  const auto worst_first = [&by](Measure measure) {
    by([measure](const ReplicaState& replica) { return -badness_of(replica, measure); });
  };
  if (key == "role") by(rank_of_role);
  if (key == "send-queue") worst_first(&DatabaseState::log_send_queue_bytes);
  if (key == "redo-queue") worst_first(&DatabaseState::redo_queue_bytes);
  if (key == "rpo") worst_first(&DatabaseState::rpo_millis);
  if (key == "rto") worst_first(&DatabaseState::rto_millis);
  if (key == "last-commit") by(last_commit_of);
}

std::vector<std::string> missed_limits(const ReplicaReport& report, const ReplicaLimits& limits) {
  std::vector<std::string> missed;
  bool judged = false;
  for (const ReplicaState& replica : report.replicas) {
    if (replica.role == kSqlPrimary || replica.kubernetes.label_role == kRoleArbiter || report.standalone) continue;
    judged = true;
    check_limit(missed, replica, "--max-rpo", &DatabaseState::rpo_millis, limits.max_rpo);
    check_limit(missed, replica, "--max-rto", &DatabaseState::rto_millis, limits.max_rto);
  }
  if (!judged && (limits.max_rpo || limits.max_rto)) missed.emplace_back("there is no replica that could take over");
  return missed;
}

}  // namespace dba::mssql
