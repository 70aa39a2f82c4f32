// What the webhook refuses of ops requests, in its words. Texts are kubedb.md 2.3, letter by letter.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/base64.hpp"

#include "fixtures.hpp"
#include "operator/webhook/version_constraint.hpp"

namespace dba::sandbox::kubedb::test {
namespace {

Json request(const char* spec) {
  Json object = yaml(
      "{apiVersion: ops.kubedb.com/v1alpha1, kind: MSSQLServerOpsRequest, metadata: {name: ops, "
      "namespace: demo}}");
  object["spec"] = yaml(spec);
  object["spec"]["databaseRef"]["name"] = "sales";
  return object;
}

Json secret(const char* name, const char* key, std::string_view value) {
  Json object = yaml("{apiVersion: v1, kind: Secret, metadata: {namespace: demo}}");
  object["metadata"]["name"] = name;
  object["data"][key] = base64_encode(value);
  return object;
}

Json storage_class(const char* name, const char* mode) {
  Json object = yaml("{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {}}");
  object["metadata"]["name"] = name;
  object["volumeBindingMode"] = mode;
  return object;
}

Objects cluster() {
  Json database = typed_group();
  database["spec"]["version"] = "2022-cu12";
  database["spec"]["storage"]["storageClassName"] = "late";
  Objects objects;
  objects.add(database)
      .add(secret("with-conf", "mssql.conf", "[memory]"))
      .add(secret("without-conf", "other", "x"))
      .add(secret("sales-auth", "username", "sa"))
      .add(secret("same-user", "username", "sa"))
      .add(secret("other-user", "username", "admin"))
      .add(storage_class("late", "WaitForFirstConsumer"))
      .add(storage_class("later", "WaitForFirstConsumer"))
      .add(storage_class("early", "Immediate"));
  return objects;
}

struct OpsRow {
  const char *spec, *expected;
};

std::string judged_request(const Json& object, const Json* old = nullptr) {
  const Objects objects = cluster();
  std::string lines;
  for (const Refusal& refusal : validate_ops_request(object, old, objects.lookup())) {
    lines += (lines.empty() ? "" : "\n") + refusal.field + ": " + refusal.message;
  }
  return lines;
}

TEST_CASE("every refusal of an ops request has the documented field and text") {
  for (const OpsRow& row : std::vector<OpsRow>{
           {"{type: Reboot}",
            "spec.type: defined OpsRequestType Reboot is not supported, supported types for MSSQLServer are "
            "UpdateVersion, HorizontalScaling, VerticalScaling, VolumeExpansion, Restart, Reconfigure, ReconfigureTLS, "
            "RotateAuth, StorageMigration"},
           {"{type: Restart}", ""},
           {"{type: VerticalScaling}",
            "spec.verticalScaling: `spec.verticalScaling` is nil. Not supported in VerticalScaling type"},
           {"{type: VerticalScaling, verticalScaling: {mode: Restart}}",
            "spec.verticalScaling: `spec.verticalScaling.MSSQLServer`, `spec.verticalScaling.Coordinator`, "
            "`spec.verticalScaling.Arbiter`, `spec.verticalScaling.Exporter` at least any of them should be present in "
            "vertical scaling ops request"},
           {"{type: VerticalScaling, verticalScaling: {exporter: {}}}", ""},
           {"{type: VolumeExpansion}",
            "spec.volumeExpansion: spec.volumeExpansion is nil, not supported in VolumeExpansion type"},
           {"{type: VolumeExpansion, volumeExpansion: {mode: Online}}",
            "spec.volumeExpansion: spec.volumeExpansion.mssqlserver can not be empty"},
           {"{type: VolumeExpansion, volumeExpansion: {mode: Online, mssqlserver: 1024Mi}}",
            "spec.volumeExpansion: desired MSSQLServer storage size must be greater than current storage. Current "
            "storage: 1Gi"},
           {"{type: VolumeExpansion, volumeExpansion: {mode: Online, mssqlserver: 2Gi}}", ""},
           {"{type: HorizontalScaling}",
            "spec.horizontalScaling: `spec.horizontalScaling` is nil. Not supported in HorizontalScaling type"},
           {"{type: HorizontalScaling, horizontalScaling: {}}",
            "spec.horizontalScaling: `spec.horizontalScaling.replicas` can't be nil in HorizontalScaling ops request"},
           {"{type: HorizontalScaling, horizontalScaling: {replicas: 0}}",
            "spec.horizontalScaling: `spec.horizontalScaling.replicas` can't be less than or equal 0"},
           {"{type: HorizontalScaling, horizontalScaling: {replicas: 5}}", ""},
           {"{type: Reconfigure}", "spec.configuration: `spec.configuration` nil not supported in Reconfigure type"},
           {"{type: Reconfigure, configuration: {restart: auto}}",
            "spec.configuration: at least one of `RemoveCustomConfig`, `ConfigSecret`, or `ApplyConfig` must be "
            "specified"},
           {"{type: Reconfigure, configuration: {removeCustomConfig: true}}", ""},
           {"{type: Reconfigure, configuration: {configSecret: {name: gone}}}",
            "spec.configuration: referenced config secret demo/gone not found"},
           {"{type: Reconfigure, configuration: {configSecret: {name: without-conf}}}",
            "spec.configuration: config secret demo/without-conf does not have file named 'mssql.conf'"},
           {"{type: Reconfigure, configuration: {configSecret: {name: with-conf}}}", ""},
           {"{type: Reconfigure, configuration: {applyConfig: {a: b}}}",
            "spec.configuration: `spec.configuration.applyConfig` does not have file named 'mssql.conf'"},
           {"{type: UpdateVersion}",
            "spec.updateVersion: `spec.updateVersion` nil not supported in UpdateVersion type"},
           {"{type: UpdateVersion, updateVersion: {targetVersion: 2019-cu1}}",
            "spec.updateVersion: upgrade from version 2022-cu12 to 2019-cu1 is not supported"},
           {"{type: UpdateVersion, updateVersion: {targetVersion: 2025-cu0}}", ""},
           {"{type: UpdateVersion, updateVersion: {targetVersion: 2022-cu12}}", ""},
           {"{type: ReconfigureTLS}", "spec.tls: `spec.tls` nil not supported in ReconfigureTLS type"},
           {"{type: ReconfigureTLS, tls: {clientTLS: true}}", "spec.tls: no reconfiguration is provided in TLS Spec"},
           {"{type: ReconfigureTLS, tls: {remove: true, rotateCertificates: true}}",
            "spec.tls: more than 1 field have assigned to spec.reconfigureTLS but at a time one is allowed to run one "
            "operation"},
           {"{type: ReconfigureTLS, tls: {issuerRef: {name: x}, certificates: [{alias: client}]}}", ""},
           {"{type: RotateAuth}", ""},
           {"{type: RotateAuth, authentication: {secretRef: {kind: Secret}}}",
            "spec.authentication: spec.authentication.secretRef.name can not be empty"},
           {"{type: RotateAuth, authentication: {secretRef: {name: gone}}}",
            "spec.authentication: referenced secret demo/gone not found"},
           {"{type: RotateAuth, authentication: {secretRef: {name: other-user}}}",
            "spec.authentication: database username cannot be changed"},
           {"{type: RotateAuth, authentication: {secretRef: {name: same-user}}}", ""},
           {"{type: StorageMigration}", "spec.migration: spec.migration is required for StorageMigration type"},
           {"{type: StorageMigration, migration: {}}", "spec.migration: spec.migration.storageClassName is required"},
           {"{type: StorageMigration, migration: {storageClassName: later}}",
            "spec.migration: spec.timeout is required for Storage Migration ops request, adjust timeout according to "
            "the size of your database"},
           {"{type: StorageMigration, timeout: 5m, migration: {storageClassName: gone}}",
            "spec.migration: storage class gone not found: StorageClass.storage.k8s.io \"gone\" not found"},
           {"{type: StorageMigration, timeout: 5m, migration: {storageClassName: early}}",
            "spec.migration: volume binding mode should be WaitForFirstConsumer for early storageClass"},
           {"{type: StorageMigration, timeout: 5m, migration: {storageClassName: later}}", ""},
       }) {
    CAPTURE(row.spec);
    CHECK(judged_request(request(row.spec)) == row.expected);
  }
}

TEST_CASE("a request for a database that is not there is refused with a bare 403") {
  const Objects objects = cluster();
  Json ops = request("{type: Restart}");
  ops["spec"]["databaseRef"]["name"] = "orders";
  const std::optional<Denial> denied = admit("CREATE", "", nullptr, &ops, objects.lookup());
  REQUIRE(denied.has_value());
  CHECK(denied->code == 403);
  CHECK(denied->reason == "Forbidden");
  CHECK(denied->message ==
        "admission webhook \"mssqlserveropsrequestwebhook.validators.ops.kubedb.com\" denied the request: "
        "spec.databaseRef: Invalid value: \"ops\": spec.databaseRef demo/orders, is invalid or not found");
  CHECK(denied->causes.empty());
}

TEST_CASE("other refusals are a 422 of the odd group") {
  const Objects objects = cluster();
  Json ops = request("{type: VolumeExpansion}");
  const std::optional<Denial> denied = admit("CREATE", "", nullptr, &ops, objects.lookup());
  REQUIRE(denied.has_value());
  CHECK(denied->code == 422);
  CHECK(denied->message ==
        "admission webhook \"mssqlserveropsrequestwebhook.validators.ops.kubedb.com\" denied the request: "
        "MSSQLServerOpsRequest.MSSQLServeropsrequests.kubedb.com \"ops\" is invalid: spec.volumeExpansion: Invalid "
        "value: \"ops\": spec.volumeExpansion is nil, not supported in VolumeExpansion type");
}

TEST_CASE("the spec of a request does not change") {
  const Json old = request("{type: Restart, timeout: 5m}");
  Json same = old;
  same["status"]["phase"] = "Progressing";
  same["metadata"]["labels"]["a"] = "b";
  CHECK(judged_request(same, &old).empty());
  Json other = old;
  other["spec"]["timeout"] = "6m";
  CHECK(judged_request(other, &old) ==
        ": At least one of the following was changed:\n\tapiVersion\n\tkind\n\tname\n\tnamespace\n\tspec");
}

TEST_CASE("a size is compared only before the request runs") {
  Json running = request("{type: VolumeExpansion, volumeExpansion: {mode: Online, mssqlserver: 1Gi}}");
  running["status"]["phase"] = "Progressing";
  CHECK(judged_request(running).empty());
  running["status"]["phase"] = "Pending";
  CHECK_FALSE(judged_request(running).empty());
}

TEST_CASE("versions are compared as semver does, prereleases by bytes") {
  struct Case {
    const char *version, *constraint;
    bool allowed;
  };
  for (const Case& each : std::vector<Case>{
           {"2022-cu14", ">= 2022-cu12, < 2025-cu1", true},
           {"2025-cu0", ">= 2022-cu12, < 2025-cu1", true},
           {"2025-cu1", ">= 2022-cu12, < 2025-cu1", false},
           {"2022-cu9", ">= 2022-cu12", true},
           {"2022-cu22", ">= 2025-cu0", false},
           {"2022-cu12", "2022-cu12", true},
           {"2022-cu12", "!= 2022-cu12", false},
           {"2022-cu12", ">= 2022", false},
           {"2022.1.0", "> 2022, < 2023 || 2030", true},
           {"2030", "> 2022, < 2023 || 2030", true},
           {"2022.0.0-1.9", "< 2022.0.0-1.10", true},
           {"2022.0.0-1", "< 2022.0.0-cu1", true},
           {"latest", ">= 2022-cu12", false},
       }) {
    CAPTURE(each.version);
    CAPTURE(each.constraint);
    CHECK(version_satisfies(each.version, each.constraint) == each.allowed);
  }
}

}  // namespace
}  // namespace dba::sandbox::kubedb::test
