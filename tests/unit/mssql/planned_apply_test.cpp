#include "planned_apply.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/fake_transport.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using test::yaml;

PlannedApply planned(const char* live, const char* merged) {
  PlannedApply plan;
  plan.live = std::make_shared<const Json>(yaml(live));
  plan.merged = std::make_shared<const Json>(yaml(merged));
  return plan;
}

TEST_CASE("what only the server writes, and our own marks, are no intent") {
  CHECK(codec::compact_json(without_server_fields(yaml(R"(
apiVersion: v1
kind: Secret
metadata:
  name: sales
  namespace: demo
  labels: {team: a}
  annotations: {note: kept}
  uid: a
  resourceVersion: "1"
  generation: 2
  creationTimestamp: "2026-01-02T03:04:05Z"
  selfLink: /x
  managedFields: [{manager: kubectl}]
spec: {replicas: 3}
status: {phase: Ready}
)"))) == R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"sales","namespace":"demo","labels":{"team":"a"},)"
         R"("annotations":{"note":"kept"}},"spec":{"replicas":3}})");
}

TEST_CASE("a plan without a live object is a change") { CHECK_FALSE(PlannedApply().unchanged()); }

TEST_CASE("bookkeeping of the server is no change, a value is") {
  CHECK(planned("{metadata: {name: a, resourceVersion: '1', generation: 1, managedFields: []}, spec: {a: 1}}",
                "{metadata: {name: a, resourceVersion: '2', generation: 2}, spec: {a: 1}}")
            .unchanged());
  CHECK_FALSE(planned("{metadata: {name: a}, spec: {a: 1}}", "{metadata: {name: a}, spec: {a: 2}}").unchanged());
  CHECK_FALSE(planned("{metadata: {name: a}, spec: {a: 1}}", "{metadata: {name: a, labels: {b: c}}, spec: {a: 1}}")
                  .unchanged());
}

TEST_CASE("neither the order of keys nor the status is a change") {
  CHECK(planned("{metadata: {name: a}, spec: {a: 1, b: {c: [{d: 1, e: 2}], f: 3}}, status: {phase: Provisioning}}",
                "{spec: {b: {f: 3, c: [{e: 2, d: 1}]}, a: 1}, metadata: {name: a}, status: {phase: Ready}}")
            .unchanged());
  CHECK_FALSE(planned("{metadata: {name: a}, spec: [1, 2]}", "{metadata: {name: a}, spec: [2, 1]}").unchanged());
}

TEST_CASE("fields that we would come to own are worth a request, fields that we would let go are not") {
  const char* ours =
      "{metadata: {name: a, managedFields: [{manager: kubectl-dba, operation: Apply, fieldsV1: {'f:spec': {'f:a': "
      "{}}}}]}}";
  const char* more =
      "{metadata: {name: a, managedFields: [{manager: kubectl-dba, operation: Apply, fieldsV1: {'f:spec': {'f:a': {}, "
      "'f:b': {}}}}]}}";
  const char* of_another =
      "{metadata: {name: a, managedFields: [{manager: argocd, operation: Apply, fieldsV1: {'f:spec': {'f:a': {}}}}]}}";
  CHECK(planned(ours, ours).nothing_to_send());
  CHECK_FALSE(planned(ours, more).nothing_to_send());
  CHECK(planned(more, ours).nothing_to_send());
  CHECK_FALSE(planned(of_another, ours).nothing_to_send());
  for (const char* merged : {ours, more}) CHECK(planned(ours, merged).unchanged());
}

}  // namespace
}  // namespace dba::mssql
