// A replica report as JSON, as table rows and as a sentence: all from the same object.

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/replicas.hpp"

#include "cells.hpp"
#include "json_values.hpp"
#include "measures.hpp"

namespace dba::mssql {

namespace {

constexpr const char* kNothing = "-";
constexpr const char* kUnknown = "unknown";

Json failure_json(const AskFailure& failure) {
  Json json = Json::object();
  json["reason"] = failure.reason;
  json["message"] = failure.message;
  json["cause"] = text_or_null(failure.cause);
  json["sqlstate"] = text_or_null(failure.sqlstate);
  json["number"] = failure.number == 0 ? Json() : Json(failure.number);
  return json;
}

Json database_json(const DatabaseState& database) {
  Json json = Json::object();
  json["name"] = database.name;
  json["databaseState"] = or_null(database.database_state);
  json["synchronizationState"] = or_null(database.synchronization_state);
  json["synchronizationHealth"] = or_null(database.synchronization_health);
  json["joined"] = or_null(database.joined);
  json["suspended"] = or_null(database.suspended);
  json["suspendReason"] = or_null(database.suspend_reason);
  json["failoverReady"] = or_null(database.failover_ready);
  json["logSendQueueBytes"] = or_null(database.log_send_queue_bytes);
  json["redoQueueBytes"] = or_null(database.redo_queue_bytes);
  json["redoBytesPerSecond"] = or_null(database.redo_bytes_per_second);
  json["lagMillis"] = or_null(database.lag_millis);
  json["rpoMillis"] = or_null(database.rpo_millis);
  json["rtoMillis"] = or_null(database.rto_millis);
  json["lastHardenedLsn"] = or_null(database.last_hardened_lsn);
  json["endOfLogLsn"] = or_null(database.end_of_log_lsn);
  json["lastCommitLsn"] = or_null(database.last_commit_lsn);
  json["lastCommitTime"] = or_null(database.last_commit_time);
  return json;
}

Json tls_of(const ReplicaState& replica) {
  if (!replica.trust) return {};
  return replica.trust->verified ? "verified" : "unverified";
}

/// Who told the facts of a row.
Json source_of(const ReplicaState& replica) {
  if (replica.reachable) return replica.primary_knows && replica.role != kSqlPrimary ? "self and primary" : "self";
  return replica.primary_knows ? Json("primary") : Json();
}

Json replica_json(const ReplicaState& replica) {
  const ReplicaRole& pod = replica.kubernetes;
  Json json = Json::object();
  json["pod"] = pod.pod;
  json["uid"] = text_or_null(pod.uid);
  json["node"] = text_or_null(pod.node);
  json["labelRole"] = or_null(pod.label_role);
  json["endpoint"] = pod.endpoint;
  json["terminating"] = pod.terminating;
  json["reachable"] = replica.reachable;
  json["error"] = replica.failure ? failure_json(*replica.failure) : Json();
  json["source"] = source_of(replica);
  json["role"] = or_null(replica.role);
  json["forwarder"] = replica.forwarder;
  json["operationalState"] = or_null(replica.operational_state);
  json["recoveryHealth"] = or_null(replica.recovery_health);
  json["connected"] = replica.connected_state ? Json(*replica.connected_state == kSqlConnected) : Json();
  json["synchronizationHealth"] = or_null(replica.synchronization_health);
  json["availabilityMode"] = or_null(replica.availability_mode);
  json["failoverMode"] = or_null(replica.failover_mode);
  json["secondaryAccess"] = or_null(replica.secondary_access);
  json["joinState"] = or_null(replica.join_state);
  json["sequenceNumber"] = or_null(replica.sequence_number);
  json["lastConnectError"] = or_null(replica.last_connect_error);
  json["version"] = text_or_null(replica.version);
  json["edition"] = text_or_null(replica.edition);
  json["tls"] = tls_of(replica);
  json["answerMillis"] = replica.failure || replica.reachable ? Json(replica.took.count()) : Json();
  json["databases"] = Json::array();
  for (const DatabaseState& database : replica.databases) json["databases"].push_back(database_json(database));
  return json;
}

Json finding_json(const HealthFinding& finding) {
  Json json = Json::object();
  json["severity"] = health_name(finding.severity);
  json["policy"] = finding.policy;
  json["subject"] = text_or_null(finding.subject);
  json["text"] = finding.text;
  return json;
}

/// "0", "412 MiB"
std::string size_text(std::int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  if (unit == 0) return std::to_string(bytes);
  return fmt::format("{:.{}f} {}", value, value < 10 && value != static_cast<double>(static_cast<int>(value)) ? 1 : 0,
                     kUnits[unit]);
}

std::string millis_text(std::int64_t millis) { return format_duration(std::chrono::milliseconds(millis)); }

/// "CONNECTED" and the like as the server has them; a commit mode as its first word.
std::string mode_text(const Text& mode) {
  if (!mode) return kNothing;
  if (mode->starts_with("SYNCHRONOUS")) return "SYNC";
  return mode->starts_with("ASYNCHRONOUS") ? "ASYNC" : *mode;
}

std::string role_text(const ReplicaState& replica) {
  if (replica.kubernetes.label_role == kRoleArbiter) return "ARBITER";
  if (!replica.reachable) return "unreachable";
  return replica.role.value_or(kUnknown) + (replica.forwarder ? " (forwarder)" : "");
}

/// The worst over the databases of a row: nothing where it does not apply.
std::string worst_text(const ReplicaState& replica, Measure measure, std::string (*text)(std::int64_t)) {
  if (replica.databases.empty() || replica.role == kSqlPrimary || !replica.availability_mode) return kNothing;
  const std::optional<std::int64_t> worst = worst_of(replica, measure);
  return worst ? text(*worst) : kUnknown;
}

/// The state all databases share, or the states they have.
std::string sync_text(const ReplicaState& replica) {
  std::vector<std::string> states;
  for (const DatabaseState& database : replica.databases) {
    if (!database.synchronization_state) continue;
    const std::string& state = *database.synchronization_state;
    if (std::find(states.begin(), states.end(), state) == states.end()) states.push_back(state);
  }
  return states.empty() ? kNothing : join(states, ",");
}

/// "03:04:05.120Z", on another day "2026-01-02T03:04Z".
std::string commit_text(const ReplicaState& replica, WallTime now) {
  constexpr std::size_t kDate = 10, kMinutes = 16, kMillis = 23;
  const std::string newest = last_commit_of(replica);
  if (newest.size() < kMillis) return kNothing;
  const bool today = newest.substr(0, kDate) == format_rfc3339(now).substr(0, kDate);
  return (today ? newest.substr(kDate + 1, kMillis - kDate - 1) : newest.substr(0, kMinutes)) + "Z";
}

std::string remarks_of(const ReplicaReport& report, const ReplicaState& replica) {
  std::vector<std::string> remarks;
  if (replica.failure) remarks.push_back(replica.failure->brief());
  const auto add = [&remarks](const std::string& remark) {
    if (!contains(remarks, remark)) remarks.push_back(remark);
  };
  for (const std::string& remark : replica.kubernetes.remarks) add(remark);
  const std::string& pod = replica.kubernetes.pod;
  for (const HealthFinding& finding : report.findings) {
    const bool ours = finding.subject == pod || finding.subject.starts_with(pod + "/");
    if (!ours) continue;
    const std::size_t slash = finding.subject.find('/');
    add(slash == std::string::npos ? finding.text
                                   : fmt::format("{}: {}", finding.subject.substr(slash + 1), finding.text));
  }
  return join(remarks, "; ");
}

std::string yes_or_no(std::optional<bool> value) { return value ? (*value ? "yes" : "no") : kNothing; }

/// One cell in two ways: for people, and for programs.
struct CellText {
  bool raw;
  std::string number(std::optional<std::int64_t> value, std::string (*text)(std::int64_t)) const {
    if (!value) return word({});
    return raw ? std::to_string(*value) : text(*value);
  }
  std::string word(const Text& value) const { return value ? *value : (raw ? "" : kNothing); }
  std::string flag(std::optional<bool> value) const {
    if (!raw) return yes_or_no(value);
    return value ? (*value ? "true" : "false") : "";
  }
};

std::vector<std::string> database_cells(const ReplicaReport& report, const ReplicaState& replica,
                                        const DatabaseState* database, WallTime now, CellText cell) {
  static const DatabaseState kNone{};
  const DatabaseState& state = database != nullptr ? *database : kNone;
  const ReplicaRole& pod = replica.kubernetes;
  return {pod.pod,
          database != nullptr ? state.name : cell.word({}),
          role_text(replica),
          cell.word(pod.label_role),
          pod.endpoint,
          cell.word(replica.availability_mode),
          cell.word(replica.connected_state),
          cell.word(state.database_state),
          cell.word(state.synchronization_state),
          cell.word(state.synchronization_health),
          cell.word(state.suspend_reason),
          cell.flag(state.failover_ready),
          cell.number(state.log_send_queue_bytes, size_text),
          cell.number(state.redo_queue_bytes, size_text),
          cell.number(state.rpo_millis, millis_text),
          cell.number(state.rto_millis, millis_text),
          cell.number(state.lag_millis, millis_text),
          cell.word(state.last_hardened_lsn),
          cell.word(state.last_commit_time),
          cell.word(replica.sequence_number),
          pod.node.empty() ? cell.word({}) : pod.node,
          age_cell(pod.created, now),
          remarks_of(report, replica)};
}

}  // namespace

Json to_json(const ReplicaReport& report) {
  Json json = Json::object();
  json["apiVersion"] = "kubectl-dba/v1";
  json["kind"] = "ReplicaReport";
  json["database"]["namespace"] = report.ns;
  json["database"]["name"] = report.name;
  json["phase"] = text_or_null(report.phase);
  json["group"] = text_or_null(report.group);
  json["clusterType"] = text_or_null(report.cluster_type);
  json["primary"] = text_or_null(report.primary);
  json["primaries"] = report.primaries;
  json["twoPrimariesProven"] = report.two_primaries_proven;
  json["mostAdvanced"] = text_or_null(report.most_advanced);
  json["health"] = health_text(report);
  json["findings"] = Json::array();
  for (const HealthFinding& finding : report.findings) json["findings"].push_back(finding_json(finding));
  json["replicas"] = Json::array();
  for (const ReplicaState& replica : report.replicas) json["replicas"].push_back(replica_json(replica));
  json["partial"] = report.partial;
  json["errors"] = report.errors;
  return json;
}

std::vector<std::string> replica_headers() {
  return {"REPLICA", "ROLE", "LABEL", "ENDPOINT",    "MODE", "SYNC", "SEND-Q",
          "REDO-Q",  "RPO",  "RTO",   "LAST-COMMIT", "NODE", "AGE",  "REMARKS"};
}

std::vector<std::vector<std::string>> replica_rows(const ReplicaReport& report, WallTime now) {
  std::vector<std::vector<std::string>> rows;
  for (const ReplicaState& replica : report.replicas) {
    const ReplicaRole& pod = replica.kubernetes;
    rows.push_back({pod.pod, role_text(replica), pod.label_role.value_or("<none>"), pod.endpoint,
                    mode_text(replica.availability_mode), sync_text(replica),
                    worst_text(replica, &DatabaseState::log_send_queue_bytes, size_text),
                    worst_text(replica, &DatabaseState::redo_queue_bytes, size_text),
                    worst_text(replica, &DatabaseState::rpo_millis, millis_text),
                    worst_text(replica, &DatabaseState::rto_millis, millis_text), commit_text(replica, now),
                    or_none(pod.node), age_cell(pod.created, now), remarks_of(report, replica)});
  }
  return rows;
}

std::vector<std::string> replica_database_headers() {
  return {"REPLICA", "DATABASE",     "ROLE",        "LABEL",          "ENDPOINT", "MODE",   "CONNECTED", "STATE",
          "SYNC",    "HEALTH",       "SUSPENDED",   "FAILOVER-READY", "SEND-Q",   "REDO-Q", "RPO",       "RTO",
          "LAG",     "HARDENED-LSN", "LAST-COMMIT", "SEQUENCE",       "NODE",     "AGE",    "REMARKS"};
}

std::vector<std::vector<std::string>> replica_database_rows(const ReplicaReport& report, WallTime now, bool raw) {
  std::vector<std::vector<std::string>> rows;
  for (const ReplicaState& replica : report.replicas) {
    for (const DatabaseState& database : replica.databases)
      rows.push_back(database_cells(report, replica, &database, now, {raw}));
    if (replica.databases.empty()) rows.push_back(database_cells(report, replica, nullptr, now, {raw}));
  }
  return rows;
}

std::string replica_summary(const ReplicaReport& report) {
  std::vector<std::string> parts;
  if (report.primaries.size() > 1) {
    parts.push_back(fmt::format("{} replicas say they are PRIMARY{}: {}", report.primaries.size(),
                                report.two_primaries_proven ? " at the same time" : "",
                                english_list(report.primaries)));
  } else if (report.primary.empty()) {
    parts.emplace_back(report.answered ? "no primary" : "primary unknown");
  } else {
    parts.push_back(fmt::format("primary: {}", report.primary));
  }
  parts.push_back(fmt::format("health: {}", health_text(report)));
  const bool unverified = std::any_of(report.replicas.begin(), report.replicas.end(), [](const ReplicaState& replica) {
    return replica.trust && !replica.trust->verified;
  });
  if (unverified) parts.emplace_back("tls: unverified");
  for (const HealthFinding& finding : report.findings) {
    const bool said = finding.policy == "availability-group-online-state" && report.primaries.size() > 1;
    if (finding.subject.empty() && !said) parts.push_back(finding.text);
  }
  return join(parts, "; ");
}

}  // namespace dba::mssql
