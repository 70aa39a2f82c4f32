#pragma once
// Databases and lookups for the operator's tests, written by hand.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"
#include "dba/codec/yaml.hpp"

#include "operator/webhook.hpp"

namespace dba::sandbox::kubedb::test {

inline Json yaml(std::string_view text) { return codec::parse_documents(text, "the test").at(0).value(); }

/// What the user writes: an availability group of three replicas.
inline Json typed_group() {
  return yaml(R"(
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata: {name: sales, namespace: demo, uid: 0a1b2c3d-0000-4000-8000-0000009f8e7d}
spec:
  version: 2025-cu0
  replicas: 3
  topology: {mode: AvailabilityGroup, availabilityGroup: {databases: [agdb1]}}
  tls: {issuerRef: {apiGroup: cert-manager.io, kind: Issuer, name: ca-issuer}}
  podTemplate: {spec: {containers: [{name: mssql, env: [{name: ACCEPT_EULA, value: "Y"}, {name: MSSQL_PID, value: Developer}]}]}}
  storage: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
)");
}

/// Both webhooks in a row.
inline std::optional<Denial> admit(std::string_view operation, std::string_view subresource, const Json* old,
                                   Json* object, const Lookup& lookup) {
  if (object != nullptr) complete(operation, subresource, *object, lookup);
  return judge(operation, subresource, old, object, lookup);
}

inline Json typed_standalone() {
  Json database = typed_group();
  database["spec"].erase("topology");
  database["spec"].erase("replicas");
  return database;
}

/// An MSSQLServerVersion as the catalog has it.
inline Json version(std::string_view name, std::string_view allowed = "") {
  Json object = yaml(R"(
apiVersion: catalog.kubedb.com/v1alpha1
kind: MSSQLServerVersion
metadata: {}
spec:
  db: {image: "db:image"}
  coordinator: {image: "coordinator:image"}
  exporter: {image: "exporter:image"}
  initContainer: {image: "init:image"}
  securityContext: {runAsUser: 10001}
)");
  object["metadata"]["name"] = name;
  object["spec"]["version"] = name;
  const std::string constraint = allowed.empty() ? fmt::format(">= {}, < 2025-cu1", name) : std::string(allowed);
  object["spec"]["updateConstraints"]["allowlist"] = Json::array({constraint});
  return object;
}

/// A cluster of a few objects, found by kind and name.
class Objects {
 public:
  Objects() {
    for (const char* name : {"2022-cu12", "2022-cu22", "2025-cu0"}) add(version(name));
  }
  Objects& add(const Json& object) {
    objects_[codec::string_at(object, {"kind"}) + "/" + codec::namespace_of(object) + "/" + codec::name_of(object)] =
        object;
    return *this;
  }
  Lookup lookup() const {
    return [this](std::string_view, std::string_view kind, std::string_view ns,
                  std::string_view name) -> std::optional<Json> {
      const auto found = objects_.find(fmt::format("{}/{}/{}", kind, ns, name));
      return found == objects_.end() ? std::nullopt : std::optional<Json>(found->second);
    };
  }

 private:
  std::map<std::string, Json> objects_{};
};

inline Json defaulted(Json database) {
  const Objects objects;
  set_defaults(database, objects.lookup());
  return database;
}

/// Key order aside.
inline std::string sorted(const Json& value) { return codec::kubectl_json(value); }

}  // namespace dba::sandbox::kubedb::test
