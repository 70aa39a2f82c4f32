#pragma once
// Objects that nobody could object to, and tables of what one change of them makes the rules say.

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/database_rules.hpp"

#include "yaml_text.hpp"

namespace dba::mssql::rules_test {

using test::yaml;

/// A group nobody could object to.
inline Json good() {
  return yaml(R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata: {name: sales, namespace: demo}
spec:
  version: 2025-cu0
  topology: {mode: AvailabilityGroup, availabilityGroup: {databases: [agdb1]}}
  replicas: 3
  tls: {issuerRef: {apiGroup: cert-manager.io, kind: Issuer, name: ca}}
  podTemplate:
    spec:
      containers:
      - name: mssql
        env: [{name: ACCEPT_EULA, value: "Y"}, {name: MSSQL_PID, value: Developer}]
  storage: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
)");
}

inline Json standalone() {
  Json object = good();
  object["spec"].erase("topology");
  object["spec"]["replicas"] = 1;
  return object;
}

inline Json distributed() {
  Json object = good();
  object["spec"]["topology"] = yaml(R"({mode: DistributedAG, availabilityGroup: {databases: [a]},
      distributedAG: {self: {role: Primary, url: 10.0.0.1}, remote: {name: orders, url: 10.0.0.2}}})");
  return object;
}

/// "error|warning place: message" of everything found.
inline std::string found_in(const Json& object, bool version_required = true) {
  std::vector<std::string> lines;
  for (const Finding& finding : check_database(object, version_required).all()) {
    lines.push_back((finding.severity == Severity::error ? "error " : "warning ") + place_of(finding) + ": " +
                    finding.message);
  }
  return join(lines, "\n");
}

inline Json& container(Json& object) { return object["spec"]["podTemplate"]["spec"]["containers"][0]; }
inline Json& ag(Json& object) { return object["spec"]["topology"]["availabilityGroup"]; }
inline Json& dag(Json& object) { return object["spec"]["topology"]["distributedAG"]; }

struct Row {
  std::string name;
  std::function<void(Json&)> change;
  std::string want;
};

inline void check_rows(const Json& base, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Json object = base;
    row.change(object);
    CHECK(found_in(object) == row.want);
  }
}

inline const std::string kEnv = "spec.podTemplate.spec.containers[name=mssql].env";
inline const std::string kResources = "spec.podTemplate.spec.containers[name=mssql].resources";
inline const std::string kDatabases = "spec.topology.availabilityGroup.databases (--databases)";
inline const std::string kElection = "spec.topology.availabilityGroup.leaderElection";

}  // namespace dba::mssql::rules_test
