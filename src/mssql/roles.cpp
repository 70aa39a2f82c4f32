#include "dba/mssql/roles.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"

#include "endpoints.hpp"
#include "phase.hpp"
#include "topology.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kNoEndpoint = "none";
constexpr std::string_view kUnknownEndpoint = "unknown";
constexpr const char* kStillServed = ", a Service still leads to it";

/// The phase of a pod that runs no more and never will. @source core/v1 PodPhase
std::string end_of(const Json& pod) {
  std::string phase = phase_of(pod);
  return phase == "Failed" || phase == "Succeeded" ? phase : "";
}

bool has_data_role(const ReplicaRole& row) {
  return row.label_role == kRolePrimary || row.label_role == kRoleSecondary;
}

/// When the manager of the role label last wrote it. @source metadata.managedFields of the server
std::optional<WallTime> label_time(const Json& pod) {
  const Json* entries = codec::find_at(pod, {"metadata", "managedFields"});
  if (entries == nullptr || !entries->is_array()) return std::nullopt;
  const std::string field = fmt::format("f:{}", kRoleLabel);
  for (const Json& entry : *entries) {
    if (codec::find_at(entry, {"fieldsV1", "f:metadata", "f:labels", field}) == nullptr) continue;
    return try_parse_rfc3339(codec::string_at(entry, {"time"}));
  }
  return std::nullopt;
}

class RoleReportBuilder {
 public:
  explicit RoleReportBuilder(const RoleSources& sources) : sources_(sources) {
    report_.ns = codec::namespace_of(*sources.database);
    report_.name = codec::name_of(*sources.database);
    report_.phase = phase_of(*sources.database);
    report_.deleting = is_being_deleted(*sources.database);
    report_.replicas_wanted = replicas_of(*sources.database);
    report_.errors = sources.errors;
    report_.partial = !sources.errors.empty() || sources.endpoint_slices == nullptr || sources.pods == nullptr;
    if (sources.endpoint_slices != nullptr) {
      endpoints_ = ready_endpoints(*sources.endpoint_slices, report_.ns, report_.name);
    }
  }

  RoleReport build() {
    take_sql_answers();
    if (sources_.pods != nullptr) {
      for (const Json& pod : *sources_.pods) {
        if (is_ours(pod)) report_.replicas.push_back(row_of(pod));
      }
      find_missing();
    }
    std::sort(report_.replicas.begin(), report_.replicas.end(), comes_before);
    find_primary();
    judge_agreement();
    return std::move(report_);
  }

 private:
  void take_sql_answers() {
    if (sources_.sql == nullptr) return;
    report_.two_primaries_proven = sources_.sql->two_primaries_proven;
    for (const RoleAnswer& answer : sources_.sql->pods) {
      if (answer.answer) report_.source = "sql";
      if (!answer.failure) continue;
      report_.errors.push_back(fmt::format("{}: {}", answer.pod, answer.failure->brief()));
      report_.partial = true;
    }
  }

  bool is_ours(const Json& pod) const {
    return codec::namespace_of(pod) == report_.ns && codec::label_of(pod, kInstanceLabel) == report_.name &&
           codec::label_of(pod, kNameLabel) == kNameLabelValue;
  }

  static bool comes_before(const ReplicaRole& a, const ReplicaRole& b) {
    const auto rank = [](const ReplicaRole& r) {
      return std::tuple(r.label_role == kRoleArbiter, ordinal_of(r.pod), r.pod, r.uid);
    };
    return rank(a) < rank(b);
  }

  ReplicaRole row_of(const Json& pod) const {
    ReplicaRole row{.pod = codec::name_of(pod), .uid = codec::uid_of(pod)};
    if (std::string role = codec::label_of(pod, kRoleLabel); !role.empty()) row.label_role = std::move(role);
    row.node = codec::string_at(pod, {"spec", "nodeName"});
    row.terminating = is_being_deleted(pod);
    row.ended = end_of(pod);
    row.ready = row.ended.empty() && is_condition_true(pod, "Ready");
    row.created = try_parse_rfc3339(codec::string_at(pod, {"metadata", "creationTimestamp"}));
    add_since(row, pod);
    add_endpoint(row);
    add_remarks(row, pod);
    add_sql_role(row);
    return row;
  }

  const RoleAnswer* answer_of(const ReplicaRole& row) const {
    if (sources_.sql == nullptr) return nullptr;
    const auto& answers = sources_.sql->pods;
    const auto found = std::find_if(answers.begin(), answers.end(),
                                    [&row](const RoleAnswer& answer) { return answer.uid == row.uid; });
    return found == answers.end() ? nullptr : &*found;
  }

  /// What SQL Server says counts; where label or endpoint say otherwise, they are what is wrong. Without its word they
  /// may disagree with each other, but never be known to be right.
  void add_sql_role(ReplicaRole& row) const {
    const RoleAnswer* found = answer_of(row);
    const bool silent = found == nullptr || found->failure;
    if (silent && (sources_.sql_asked || sources_.sql != nullptr) && row.match == true) row.match.reset();
    if (found == nullptr) return;
    if (found->failure) {
      row.sql_error = found->failure->whole();
      row.remarks.push_back(fmt::format("SQL Server gave no answer: {}", found->failure->brief()));
      return;
    }
    row.sql_role = found->answer->role;
    if (row.sql_role == kSqlPrimary && found->answer->distributed_role == kSqlSecondary)
      row.remarks.emplace_back("forwarder of a distributed group: read-only");
    if (row.sql_role == kSqlStandalone) return;
    const std::string label = row.label_role.value_or("nothing");
    const bool in_group = row.sql_role != kSqlNoGroup;
    if (to_lower(*row.sql_role) == label || (!in_group && !row.label_role)) return;
    row.match = false;
    row.remarks.push_back(in_group ? fmt::format("SQL Server says {}, the label says {}", *row.sql_role, label)
                                   : fmt::format("SQL Server is in no availability group, the label says {}", label));
  }

  void add_since(ReplicaRole& row, const Json& pod) const {
    if (sources_.memory != nullptr) {
      const auto seen = sources_.memory->by_uid.find(row.uid);
      if (seen != sources_.memory->by_uid.end() && seen->second.changed) {
        row.since = seen->second.changed;
        row.since_source = "watch";
        return;
      }
    }
    if (!row.label_role) return;
    row.since = label_time(pod);
    if (row.since) row.since_source = "managedFields";
  }

  /// Where the Services lead, and whether that is what the label says. A pod that is not ready, is going away, or has
  /// no role of a Service belongs behind none.
  void add_endpoint(ReplicaRole& row) const {
    if (sources_.endpoint_slices == nullptr) {
      row.endpoint = kUnknownEndpoint;
      return;
    }
    bool in_primary = false, in_secondary = false, stale = false;
    for (const Endpoint& endpoint : endpoints_) {
      if (endpoint.pod != row.pod) continue;
      if (!endpoint.uid.empty() && endpoint.uid != row.uid) {
        stale = true;
        continue;
      }
      (endpoint.service == kRolePrimary ? in_primary : in_secondary) = true;
    }
    row.endpoint = in_primary ? kRolePrimary : (in_secondary ? kRoleSecondary : kNoEndpoint);
    if (in_primary && in_secondary) row.remarks.emplace_back("both Services lead to it");
    if (stale) row.remarks.emplace_back("a Service still lists its predecessor of the same name");

    const bool serves = has_data_role(row) && row.ready && !row.terminating;
    if (!serves && row.endpoint == kNoEndpoint) return;
    row.match = serves && row.endpoint == *row.label_role && !(in_primary && in_secondary);
  }

  void add_remarks(ReplicaRole& row, const Json& pod) const {
    const bool arbiter = row.label_role == kRoleArbiter;
    if (row.terminating) {
      row.remarks.emplace_back(row.label_role ? "terminating, its label is out of date" : "terminating");
    } else if (std::string trouble = pod_trouble(pod); !trouble.empty()) {
      row.remarks.push_back(trouble + (is_served(row) && !row.ready ? kStillServed : ""));
    } else if (!row.ready) {
      row.remarks.push_back("not ready" + services_of_unready(row));
    }
    if (!row.label_role && !row.terminating && topology_of(*sources_.database) != Topology::standalone) {
      row.remarks.emplace_back("no role label: starting or rejoining");
    }
    if (row.label_role && !arbiter && !has_data_role(row) && !row.terminating) {
      row.remarks.push_back(fmt::format("label \"{}\" is no role: {}, {} or {}", *row.label_role, kRolePrimary,
                                        kRoleSecondary, kRoleArbiter));
    }
    if (arbiter) row.remarks.emplace_back("votes only, holds no data");
    if (row.match == false && !row.terminating && row.label_role != row.endpoint) {
      row.remarks.push_back(
          fmt::format("label says {}, the Services say {}", row.label_role.value_or("nothing"), row.endpoint));
    }
  }

  static bool is_served(const ReplicaRole& row) {
    return row.endpoint == kRolePrimary || row.endpoint == kRoleSecondary;
  }

  /// What the Services do with a pod that is not ready, where that is worth a word.
  static std::string services_of_unready(const ReplicaRole& row) {
    if (is_served(row)) return kStillServed;
    return row.label_role == kRolePrimary && row.endpoint == kNoEndpoint ? ", no Service leads to it" : "";
  }

  void find_missing() {
    for (int ordinal = 0; ordinal < report_.replicas_wanted; ++ordinal) {
      const std::string pod = pod_name(report_.name, ordinal);
      const bool there = std::any_of(report_.replicas.begin(), report_.replicas.end(),
                                     [&pod](const ReplicaRole& row) { return row.pod == pod; });
      if (!there) report_.missing.push_back(pod);
    }
  }

  void find_primary() {
    std::vector<std::string> primaries = primary_pods(report_);
    const bool standalone = topology_of(*sources_.database) == Topology::standalone;
    if (primaries.empty() && standalone) {
      // One pod, which is all there is, leads whether or not it has been labelled yet.
      for (const ReplicaRole& row : report_.replicas) {
        if (is_live(row) && !row.label_role) primaries.push_back(row.pod);
      }
    }
    if (primaries.size() > 1) report_.primary_state = PrimaryState::ambiguous;
    if (primaries.size() != 1 || !is_up(primaries.front())) return;
    report_.primary_state = PrimaryState::one;
    report_.primary = primaries.front();
  }

  /// A label outlives the server it tells of: by that alone only a ready pod leads.
  bool is_up(const std::string& pod) const {
    return report_.source == "sql" ||
           std::any_of(report_.replicas.begin(), report_.replicas.end(),
                       [&pod](const ReplicaRole& row) { return row.pod == pod && is_live(row) && row.ready; });
  }

  /// Every replica that is wanted, and every other that is not on its way out, is where its label says.
  bool is_complete() const {
    return report_.missing.empty() &&
           std::all_of(report_.replicas.begin(), report_.replicas.end(), [this](const ReplicaRole& row) {
             const bool leaves = row.terminating && ordinal_of(row.pod) >= report_.replicas_wanted;
             const bool sound = is_live(row) && has_data_role(row) && row.match == true;
             return sound || leaves || row.label_role == kRoleArbiter;
           });
  }

  void judge_agreement() {
    const auto any = [this](bool value) {
      return std::any_of(report_.replicas.begin(), report_.replicas.end(),
                         [value](const ReplicaRole& row) { return row.match == value; });
    };
    if (any(false) || report_.primary_state == PrimaryState::ambiguous) {
      report_.agreement = Agreement::disagree;
    } else if (report_.primary_state == PrimaryState::one && !report_.partial && is_complete()) {
      report_.agreement = Agreement::agree;
    }
  }

  const RoleSources& sources_;
  RoleReport report_{};
  std::vector<Endpoint> endpoints_{};
};

/// @param label the role as a label; @param sql the same as SQL Server calls it
std::vector<std::string> live_pods(const RoleReport& report, std::string_view label, std::string_view sql) {
  std::vector<std::string> pods;
  for (const ReplicaRole& row : report.replicas) {
    const bool alone = row.sql_role == kSqlStandalone;  // It has a role for Kubernetes only.
    const bool has_role = report.source == "sql" && !alone ? row.sql_role == sql : row.label_role == label;
    if (is_live(row) && has_role) pods.push_back(row.pod);
  }
  return pods;
}

}  // namespace

bool is_live(const ReplicaRole& row) { return !row.terminating && row.ended.empty(); }

void RoleMemory::observe(const std::vector<Json>& pods, WallTime now) {
  std::map<std::string, Seen, std::less<>> next;
  for (const Json& pod : pods) {
    const std::string uid = codec::uid_of(pod), role = codec::label_of(pod, kRoleLabel);
    const auto before = by_uid.find(uid);
    if (before == by_uid.end()) {
      next[uid] = {.role = role, .changed = started ? std::optional(now) : std::nullopt};
    } else {
      next[uid] = before->second.role == role ? before->second : Seen{.role = role, .changed = now};
    }
  }
  by_uid = std::move(next);
  started = true;
}

RoleReport build_role_report(const RoleSources& sources) { return RoleReportBuilder(sources).build(); }

std::vector<std::string> primary_pods(const RoleReport& report) { return live_pods(report, kRolePrimary, kSqlPrimary); }

std::vector<std::string> secondary_pods(const RoleReport& report) {
  return live_pods(report, kRoleSecondary, kSqlSecondary);
}

std::vector<SqlPod> sql_pods(const RoleReport& report) {
  std::vector<SqlPod> pods;
  for (const ReplicaRole& row : report.replicas) {
    if (row.label_role != kRoleArbiter && row.ended.empty() && !row.pod.starts_with(arbiter_name(report.name) + "-"))
      pods.push_back({.pod = row.pod, .uid = row.uid});
  }
  return pods;
}

}  // namespace dba::mssql
