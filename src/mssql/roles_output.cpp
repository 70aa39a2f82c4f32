// A role report as JSON, as table rows and as a sentence: all from the same object.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/roles.hpp"

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

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json replica_json(const ReplicaRole& replica) {
  Json json = Json::object();
  json["pod"] = replica.pod;
  json["uid"] = replica.uid;
  json["sqlRole"] = or_null(replica.sql_role);
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

std::string since_text(const ReplicaRole& replica, WallTime now) {
  if (!replica.since) return "<unknown>";
  return human_duration(std::chrono::duration_cast<std::chrono::seconds>(now - *replica.since).count());
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
  json["primary"] = text_or_null(report.primary);
  json["agreement"] = agreement_name(report.agreement);
  json["replicas"] = Json::array();
  for (const ReplicaRole& replica : report.replicas) json["replicas"].push_back(replica_json(replica));
  json["partial"] = report.partial;
  json["errors"] = report.errors;
  return json;
}

std::vector<RoleColumn> role_columns() {
  return {{"POD", false},   {"SQL", false},  {"LABEL", false}, {"ENDPOINT", false}, {"MATCH", false},
          {"SINCE", false}, {"NODE", false}, {"UID", true},    {"REMARKS", false}};
}

std::vector<std::vector<std::string>> role_rows(const RoleReport& report, WallTime now) {
  std::vector<std::vector<std::string>> rows;
  for (const ReplicaRole& replica : report.replicas) {
    rows.push_back({replica.pod, replica.sql_role.value_or("unknown"), replica.label_role.value_or("<none>"),
                    replica.endpoint, match_text(replica.match), since_text(replica, now),
                    replica.node.empty() ? "<none>" : replica.node, replica.uid, join(replica.remarks, "; ")});
  }
  return rows;
}

std::string role_summary(const RoleReport& report) {
  switch (report.primary_state) {
    case PrimaryState::one:
      return fmt::format("primary: {}", report.primary);
    case PrimaryState::ambiguous: {
      const std::vector<std::string> pods = primary_pods(report);
      return fmt::format("ambiguous: {} pods are labelled primary: {}", pods.size(), english_list(pods));
    }
    case PrimaryState::none:
      break;
  }
  return report.replicas.empty() ? "no primary: there are no pods" : "no primary: no live pod is labelled primary";
}

}  // namespace dba::mssql
