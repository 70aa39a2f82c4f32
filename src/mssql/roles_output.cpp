// A role report as JSON, as table rows and as a sentence: all from the same object.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/roles.hpp"

#include "cells.hpp"
#include "json_values.hpp"

namespace dba::mssql {

namespace {

std::string_view agreement_name(Agreement agreement) {
  switch (agreement) {
    case Agreement::agree:
      return "agree";
    case Agreement::disagree:
      return "disagree";
    case Agreement::unknown:
      return "unknown";
  }
  return {};
}

std::string_view primary_state_name(PrimaryState state) {
  switch (state) {
    case PrimaryState::one:
      return "one";
    case PrimaryState::ambiguous:
      return "ambiguous";
    case PrimaryState::none:
      return "none";
  }
  return {};
}

Json role_json(const ReplicaRole& replica) {
  Json json = Json::object();
  json["pod"] = replica.pod;
  json["uid"] = replica.uid;
  json["sqlRole"] = or_null(replica.sql_role);
  json["sqlError"] = text_or_null(replica.sql_error);
  json["labelRole"] = or_null(replica.label_role);
  json["endpoint"] = replica.endpoint;
  json["match"] = or_null(replica.match);
  json["since"] = replica.since ? Json(format_rfc3339(*replica.since)) : Json();
  json["sinceSource"] = or_null(replica.since_source);
  json["node"] = text_or_null(replica.node);
  json["terminating"] = replica.terminating;
  json["remarks"] = replica.remarks;
  return json;
}

/// Pods that carry the label and would lead, if they ran.
std::string primaries_by_label_alone(const RoleReport& report) {
  std::vector<std::string> told;
  for (const ReplicaRole& replica : report.replicas) {
    if (replica.label_role != kRolePrimary || replica.terminating) continue;
    told.push_back(replica.ended.empty()
                       ? fmt::format("{} is labelled primary and not ready", replica.pod)
                       : fmt::format("{} is labelled primary, but its phase is {}", replica.pod, replica.ended));
  }
  return join(told, "; ");
}

/// No instance that answered leads; one that did not answer may.
std::string why_none_by_sql(const RoleReport& report) {
  std::vector<std::string> silent;
  for (const ReplicaRole& replica : report.replicas) {
    if (!replica.sql_error.empty()) silent.push_back(replica.pod);
  }
  if (silent.empty()) return "no live pod is PRIMARY in SQL Server";
  return fmt::format("no pod that answered is PRIMARY in SQL Server; {} gave no answer", english_list(silent));
}

std::string match_text(const std::optional<bool>& match) { return match ? (*match ? "yes" : "no") : "-"; }

}  // namespace

Json to_json(const RoleReport& report) {
  Json json = Json::object();
  json["apiVersion"] = "kubectl-dba/v1";
  json["kind"] = "RoleReport";
  json["database"]["namespace"] = report.ns;
  json["database"]["name"] = report.name;
  json["source"] = report.source;
  json["phase"] = text_or_null(report.phase);
  json["deleting"] = report.deleting;
  json["primary"] = text_or_null(report.primary);
  json["primaryState"] = primary_state_name(report.primary_state);
  json["twoPrimariesProven"] = report.two_primaries_proven;
  json["agreement"] = agreement_name(report.agreement);
  json["replicasWanted"] = report.replicas_wanted;
  json["replicas"] = Json::array();
  for (const ReplicaRole& replica : report.replicas) json["replicas"].push_back(role_json(replica));
  json["partial"] = report.partial;
  json["errors"] = report.errors;
  return json;
}

std::vector<TableColumn> role_columns() {
  return {{"POD", false},   {"SQL", false},  {"LABEL", false}, {"ENDPOINT", false}, {"MATCH", false},
          {"SINCE", false}, {"NODE", false}, {"UID", true},    {"REMARKS", false}};
}

std::vector<std::vector<std::string>> role_rows(const RoleReport& report, WallTime now) {
  std::vector<std::vector<std::string>> rows;
  for (const ReplicaRole& replica : report.replicas) {
    rows.push_back({replica.pod, replica.sql_role.value_or("unknown"), replica.label_role.value_or("<none>"),
                    replica.endpoint, match_text(replica.match), age_cell(replica.since, now), or_none(replica.node),
                    replica.uid, join(replica.remarks, "; ")});
  }
  return rows;
}

std::string role_summary(const RoleReport& report) {
  switch (report.primary_state) {
    case PrimaryState::one:
      return fmt::format("primary: {}", report.primary);
    case PrimaryState::ambiguous: {
      const std::vector<std::string> pods = primary_pods(report);
      return report.source == "sql"
                 ? fmt::format("ambiguous: {} pods are PRIMARY in SQL Server{}: {}", pods.size(),
                               report.two_primaries_proven ? " at the same time" : "", english_list(pods))
                 : fmt::format("ambiguous: {} pods are labelled primary: {}", pods.size(), english_list(pods));
    }
    case PrimaryState::none:
      break;
  }
  if (report.replicas.empty()) return "no primary: there are no pods";
  if (report.source == "sql") return "no primary: " + why_none_by_sql(report);
  const std::string labelled = primaries_by_label_alone(report);
  return fmt::format("no primary: {}", labelled.empty() ? "no live pod is labelled primary" : labelled);
}

std::string role_gaps(const RoleReport& report) {
  std::vector<std::string> gaps;
  // Without any pod the summary says it all.
  if (!report.missing.empty() && !report.replicas.empty()) {
    gaps.push_back(fmt::format("{} of {} replicas {} missing: {}", report.missing.size(), report.replicas_wanted,
                               report.missing.size() == 1 ? "is" : "are", english_list(report.missing)));
  }
  if (report.phase == "Halted") gaps.emplace_back("the database is halted");
  if (report.deleting) gaps.emplace_back("the database is being deleted");
  return join(gaps, "; ");
}

std::string primary_doubt(const RoleReport& report) {
  std::vector<std::string> doubts;
  for (const ReplicaRole& replica : report.replicas) {
    if (report.primary_state != PrimaryState::one || replica.pod != report.primary) continue;
    if (report.source != "sql" && !replica.sql_error.empty())
      doubts.push_back(fmt::format("SQL Server gave no answer, {} is the primary by its label alone", replica.pod));
    if (!replica.ready) doubts.push_back(fmt::format("primary {} is not ready", replica.pod));
    if (replica.endpoint != kRolePrimary && replica.endpoint != "unknown")
      doubts.push_back(fmt::format("no Service leads to primary {} as the primary", replica.pod));
  }
  return join(doubts, "; ");
}

}  // namespace dba::mssql
