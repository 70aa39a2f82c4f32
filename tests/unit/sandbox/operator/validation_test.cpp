// What the validating webhook refuses, in its words. Texts are kubedb.md 2.2, letter by letter.

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/base64.hpp"

#include "fixtures.hpp"

namespace dba::sandbox::kubedb::test {
namespace {

struct Row {
  const char* name;
  std::function<void(Json& spec)> change;
  const char* expected;  ///< "field: message", one a line.
};

std::string judged(const Json& database) {
  const Objects objects;
  std::string lines;
  for (const Refusal& refusal : validate(database, objects.lookup())) {
    CHECK(refusal.value == "sales");
    lines += (lines.empty() ? "" : "\n") + refusal.field + ": " + refusal.message;
  }
  return lines;
}

Json& container(Json& spec) { return spec["podTemplate"]["spec"]["containers"][0]; }

TEST_CASE("every refusal of a database has the documented field and text") {
  const std::vector<Row> rows{
      {"nothing wrong", [](Json&) {}, ""},
      {"version", [](Json& s) { s["version"] = "2019-cu1"; },
       "spec.version: mssqlserverversions.catalog.kubedb.com \"2019-cu1\" not found"},
      {"standalone with three", [](Json& s) { s.erase("topology"); },
       "spec.replicas: number of replicas for standalone must be one "},
      {"no mode", [](Json& s) { s["topology"] = Json::object(); },
       "spec.topology.mode: .spec.topology.mode can't be empty in cluster mode"},
      {"no replicas", [](Json& s) { s.erase("replicas"); },
       "spec.replicas: number of replicas can not be nil and can not be less than or equal to 0"},
      {"zero replicas", [](Json& s) { s["replicas"] = 0; },
       "spec.replicas: number of replicas can not be nil and can not be less than or equal to 0"},
      {"no tls", [](Json& s) { s.erase("tls"); }, "spec.tls: spec.tls is missing"},
      {"no issuer", [](Json& s) { s["tls"] = Json::object(); }, "spec.tls.issuerRef: spec.tls.issuerRef' is missing"},
      {"forbidden variable",
       [](Json& s) { container(s)["env"].push_back(yaml("{name: MSSQL_ENABLE_HADR, value: '1'}")); },
       "spec.podTemplate: environment variable MSSQL_ENABLE_HADR is forbidden to use in MSSQLServer spec"},
      {"forbidden comes before missing",
       [](Json& s) { container(s)["env"] = yaml("[{name: VERSION, value: x}, {name: MSSQL_SA_PASSWORD, value: x}]"); },
       "spec.podTemplate: environment variable VERSION is forbidden to use in MSSQLServer spec"},
      {"no edition", [](Json& s) { container(s).erase("env"); },
       "spec.podTemplate: environment variable MSSQL_PID must be provided in MSSQLServer spec"},
      {"empty podTemplate", [](Json& s) { s["podTemplate"] = Json::object(); },
       "spec.podTemplate: environment variable MSSQL_PID must be provided in MSSQLServer spec"},
      {"variable of another container",
       [](Json& s) {
         s["podTemplate"]["spec"]["containers"].push_back(yaml("{name: x, env: [{name: VERSION, value: x}]}"));
       },
       ""},
      {"reserved volume", [](Json& s) { s["podTemplate"]["spec"]["volumes"] = yaml("[{name: mine}, {name: certs}]"); },
       "spec.podTemplate.spec.volumes: Can't use a reserved volume name: certs"},
      {"reserved path", [](Json& s) { container(s)["volumeMounts"] = yaml("[{name: mine, mountPath: /scripts}]"); },
       "spec.podTemplate.spec.containers: Can't use a reserve volume mount path name: /scripts"},
      {"below a reserved path is free",
       [](Json& s) { container(s)["volumeMounts"] = yaml("[{name: mine, mountPath: /scripts/mine}]"); }, ""},
      {"git root",
       [](Json& s) { s["init"]["script"]["git"]["args"] = yaml("['--repo=x', '--root=/var/opt/mssql/init']"); },
       "spec.podTemplate.spec.containers: Cannot use mountPath /var/opt/mssql/init because of reservedMountPaths path "
       "/var/opt/mssql"},
      {"no storage type", [](Json& s) { s["storageType"] = ""; }, "spec.storageType: StorageType can not be empty"},
      {"other storage type", [](Json& s) { s["storageType"] = "Fast"; },
       "spec.storageType: StorageType should be either durable or ephemeral"},
      {"several at once",
       [](Json& s) {
         s.erase("tls");
         s["replicas"] = 0;
       },
       "spec.replicas: number of replicas can not be nil and can not be less than or equal to 0\n"
       "spec.tls: spec.tls is missing"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Json database = typed_group();
    database["spec"]["storageType"] = "Durable";
    row.change(database["spec"]);
    CHECK(judged(database) == row.expected);
  }
}

TEST_CASE("only DoNotTerminate refuses deletion") {
  Json database = typed_group();
  for (const char* policy : {"Halt", "Delete", "WipeOut"}) {
    database["spec"]["deletionPolicy"] = policy;
    CHECK_FALSE(validate_deletion(database).has_value());
  }
  database["spec"]["deletionPolicy"] = "DoNotTerminate";
  CHECK(validate_deletion(database) == "Can not delete as terminationPolicy is set to \"DoNotTerminate\"");
}

TEST_CASE("a denial reads as the API server hands it on") {
  const Refusal tls{.field = "spec.tls", .value = "sales", .message = "spec.tls is missing"};
  const Refusal type{.field = "spec.storageType", .value = "sales", .message = "StorageType can not be empty"};
  CHECK(denial("mssqlserverwebhook.validators.kubedb.com", "MSSQLServer.kubedb.com", "sales", {tls}) ==
        "admission webhook \"mssqlserverwebhook.validators.kubedb.com\" denied the request: MSSQLServer.kubedb.com "
        "\"sales\" is invalid: spec.tls: Invalid value: \"sales\": spec.tls is missing");
  CHECK(denial("w", "MSSQLServer.kubedb.com", "sales", {tls, type}) ==
        "admission webhook \"w\" denied the request: MSSQLServer.kubedb.com \"sales\" is invalid: [spec.tls: Invalid "
        "value: \"sales\": spec.tls is missing, spec.storageType: Invalid value: \"sales\": StorageType can not be "
        "empty]");
}

TEST_CASE("admission fills in, then judges") {
  const Objects objects;
  Json database = typed_standalone();
  CHECK_FALSE(admit("CREATE", "", nullptr, &database, objects.lookup()).has_value());
  CHECK(database["spec"]["replicas"] == 1);
  CHECK(database["spec"]["storageType"] == "Durable");

  Json bad = typed_group();
  bad["spec"].erase("tls");
  const std::optional<Denial> denied = admit("UPDATE", "", &database, &bad, objects.lookup());
  REQUIRE(denied.has_value());
  CHECK(denied->code == 422);
  CHECK(denied->reason == "Invalid");
  CHECK(denied->kind == "MSSQLServer");
  CHECK(denied->group == "kubedb.com");
  CHECK(denied->name == "sales");
  REQUIRE(denied->causes.size() == 1);
  CHECK(cause_message(denied->causes[0]) == "Invalid value: \"sales\": spec.tls is missing");
}

TEST_CASE("admission leaves status, other kinds and deletions without protection alone") {
  const Objects objects;
  Json bad = typed_group();
  bad["spec"] = Json::object();
  const Json before = bad;
  CHECK_FALSE(admit("UPDATE", "status", &before, &bad, objects.lookup()).has_value());
  CHECK(bad == before);
  Json gitops = before;
  gitops["apiVersion"] = "gitops.kubedb.com/v1alpha1";
  CHECK_FALSE(admit("CREATE", "", nullptr, &gitops, objects.lookup()).has_value());
  Json pod = yaml("{apiVersion: v1, kind: Pod, metadata: {name: x}}");
  CHECK_FALSE(admit("CREATE", "", nullptr, &pod, objects.lookup()).has_value());
  CHECK_FALSE(admit("DELETE", "", &before, nullptr, objects.lookup()).has_value());

  Json kept = typed_group();
  kept["spec"]["deletionPolicy"] = "DoNotTerminate";
  const std::optional<Denial> denied = admit("DELETE", "", &kept, nullptr, objects.lookup());
  REQUIRE(denied.has_value());
  CHECK(denied->message ==
        "admission webhook \"mssqlserverwebhook.validators.kubedb.com\" denied the request: MSSQLServer.kubedb.com "
        "\"sales\" is invalid: spec.terminationPolicy: Invalid value: \"sales\": Can not delete as terminationPolicy "
        "is set to \"DoNotTerminate\"");
}

TEST_CASE("an AdmissionReview is answered with a patch, or with the refusal") {
  const Objects objects;
  Json question =
      yaml("{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: {uid: u1, operation: CREATE}}");
  question["request"]["object"] = typed_standalone();
  const Json mutated = review(ReviewPhase::mutating, question, objects.lookup())["response"];
  CHECK(mutated["uid"] == "u1");
  CHECK(mutated["allowed"] == true);
  CHECK(mutated["patchType"] == "JSONPatch");
  CHECK(mutated["patch"].get<std::string>().size() > 100);
  const Json judged_good = review(ReviewPhase::validating, question, objects.lookup());
  CHECK(
      codec::compact_json(judged_good["response"]) ==
      R"({"uid":"u1","allowed":false,"status":{"status":"Failure","message":"MSSQLServer.kubedb.com \"sales\" is invalid: [spec.replicas: Invalid value: \"sales\": number of replicas for standalone must be one , spec.storageType: Invalid value: \"sales\": StorageType can not be empty]","reason":"Invalid","code":422,"details":{"name":"sales","group":"kubedb.com","kind":"MSSQLServer","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"sales\": number of replicas for standalone must be one ","field":"spec.replicas"},{"reason":"FieldValueInvalid","message":"Invalid value: \"sales\": StorageType can not be empty","field":"spec.storageType"}]}}})");
}

TEST_CASE("the patch of a review makes the defaulted object") {
  const Objects objects;
  Json question = yaml("{request: {uid: u1, operation: UPDATE}}");
  question["request"]["object"] = typed_group();
  question["request"]["object"]["spec"]["configSecret"]["name"] = "mine";
  const Json response = review(ReviewPhase::mutating, question, objects.lookup())["response"];
  const Json patch = codec::parse_json(base64_decode(response["patch"].get<std::string>()), "the patch");
  const Json patched = question["request"]["object"].patch(patch);
  CHECK(sorted(patched) == sorted(defaulted(question["request"]["object"])));
}

}  // namespace
}  // namespace dba::sandbox::kubedb::test
