#include <doctest/doctest.h>

#include "api_support.hpp"

namespace dba::sandbox::api::test {

// Expected values were recorded from kube-apiserver 1.36 with KubeDB's definitions.

namespace {

const std::string kFirst =
    R"({"metadata":{"name":"sales","labels":{"a":"b"}},"spec":{"version":"x","replicas":3,"tls":{"certificates":
    [{"alias":"server"}],"issuerRef":{"kind":"Issuer","name":"i","apiGroup":"g"}},"topology":{"mode":"AvailabilityGroup",
    "availabilityGroup":{"databases":["a","b"]}},"podTemplate":{"spec":{"containers":[{"name":"mssql","env":[
    {"name":"A","value":"b"},{"name":"B","value":"c"}]}]}}}})";

}  // namespace

TEST_CASE_FIXTURE(ApiFixture, "an apply that creates owns what it says and nothing of what is filled in") {
  const Api::Patched made = apply(databases, kFirst, "m1");
  CHECK(made.created);
  CHECK(managers(*made.object) ==
        R"(m1 Apply: {"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:podTemplate":{"f:spec":{"f:containers":{}}},)"
        R"("f:replicas":{},"f:tls":{"f:certificates":{},"f:issuerRef":{}},"f:topology":{"f:availabilityGroup":)"
        R"({"f:databases":{}},"f:mode":{}},"f:version":{}}})"
        "\n");
  CHECK((*made.object)["spec"]["healthChecker"].dump() ==
        R"({"failureThreshold":1,"periodSeconds":10,"timeoutSeconds":10})");
  CHECK((*made.object)["spec"]["topology"]["availabilityGroup"]["secondaryAccessMode"] == "Passive");
}

TEST_CASE_FIXTURE(ApiFixture, "conflicts are all named, by manager, places before what lies below them") {
  apply(databases, kFirst, "m1");
  const std::string second =
      R"({"metadata":{"name":"sales","labels":{"a":"c"}},"spec":{"version":"y","replicas":3,"tls":{"issuerRef":
      {"kind":"Issuer","name":"i2","apiGroup":"g"}},"topology":{"availabilityGroup":{"databases":["a"]}},"podTemplate":
      {"spec":{"containers":[{"name":"mssql","env":[{"name":"A","value":"z"}]}]}}}})";
  CHECK(
      refusal([&] { apply(databases, second, "m2"); }) ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Apply failed with 5 conflicts: )"
      R"(conflicts with \"m1\":\n- .metadata.labels.a\n- .spec.version\n- .spec.podTemplate.spec.containers\n)"
      R"(- .spec.tls.issuerRef\n- .spec.topology.availabilityGroup.databases","reason":"Conflict","details":{"causes":[)"
      R"({"reason":"FieldManagerConflict","message":"conflict with \"m1\"","field":".metadata.labels.a"},)"
      R"({"reason":"FieldManagerConflict","message":"conflict with \"m1\"","field":".spec.version"},)"
      R"({"reason":"FieldManagerConflict","message":"conflict with \"m1\"","field":".spec.podTemplate.spec.containers"},)"
      R"({"reason":"FieldManagerConflict","message":"conflict with \"m1\"","field":".spec.tls.issuerRef"},)"
      R"({"reason":"FieldManagerConflict","message":"conflict with \"m1\"",)"
      R"("field":".spec.topology.availabilityGroup.databases"}]},"code":409})");
}

TEST_CASE_FIXTURE(ApiFixture, "updates take fields over, applies give up what they no longer say") {
  apply(databases, kFirst, "m1");
  const Object updated =
      merge(databases, "sales",
            R"({"metadata":{"annotations":{"k":"v"}},"spec":{"replicas":5,"tls":{"certificates":null},
      "configuration":{"inline":{"mssql.conf":"x"}}}})",
            "mu");
  CHECK(
      managers(*updated) ==
      R"(m1 Apply: {"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:podTemplate":{"f:spec":{"f:containers":{}}},)"
      R"("f:tls":{"f:issuerRef":{}},"f:topology":{"f:availabilityGroup":{"f:databases":{}},"f:mode":{}},"f:version":{}}})"
      "\n"
      R"(mu Update: {"f:metadata":{"f:annotations":{".":{},"f:k":{}}},"f:spec":{"f:configuration":{".":{},)"
      R"("f:inline":{".":{},"f:mssql.conf":{}}},"f:replicas":{}}})"
      "\n");
  CHECK((*updated)["metadata"]["generation"] == 2);

  merge(databases, "sales", R"({"metadata":{"labels":{"no":"no"}},"spec":{"replicas":9},"status":{"phase":"Ready"}})",
        "op", "status");
  CHECK(refusal_text(
            [&] { apply(databases, R"({"metadata":{"name":"sales"},"spec":{"replicas":4,"version":"q"}})", "m3"); }) ==
        "409 Apply failed with 2 conflicts: conflicts with \"m1\":\n- .spec.version\n"
        "conflicts with \"mu\" using kubedb.com/v1alpha2:\n- .spec.replicas");

  const Object reduced =
      apply(databases, R"({"metadata":{"name":"sales"},"spec":{"version":"x","tls":{}}})", "m1").object;
  CHECK(managers(*reduced) ==
        R"(m1 Apply: {"f:spec":{"f:tls":{},"f:version":{}}})"
        "\n"
        R"(mu Update: {"f:metadata":{"f:annotations":{".":{},"f:k":{}}},"f:spec":{"f:configuration":{".":{},)"
        R"("f:inline":{".":{},"f:mssql.conf":{}}},"f:replicas":{}}})"
        "\n"
        R"(op Update/status: {"f:status":{".":{},"f:phase":{}}})"
        "\n");
  CHECK((*reduced)["spec"].dump() ==
        R"({"version":"x","replicas":5,"tls":{},"healthChecker":{"failureThreshold":1,"periodSeconds":10,)"
        R"("timeoutSeconds":10},"configuration":{"inline":{"mssql.conf":"x"}}})");
  CHECK((*reduced)["metadata"].value("labels", Json()).is_null());

  const Object forced = apply(databases, R"({"metadata":{"name":"sales"},"spec":{"version":"z"}})", "m2", true).object;
  CHECK(managers(*forced).starts_with(
      "m1 Apply: {\"f:spec\":{\"f:tls\":{}}}\nm2 Apply: {\"f:spec\":{\"f:version\":{}}}\n"));

  CHECK(refusal_text([&] { apply(databases, R"({"metadata":{"name":"sales"}})", "m2"); }) ==
        "422 MSSQLServer.kubedb.com \"sales\" is invalid: spec.version: Required value");
}

TEST_CASE_FIXTURE(ApiFixture, "an apply that changes nothing leaves the resourceVersion") {
  const Object first = apply(databases, kFirst, "m1").object;
  clock.advance(std::chrono::hours(1));
  const Object again = apply(databases, kFirst, "m1").object;
  CHECK(seen(first) == seen(again));
}

TEST_CASE_FIXTURE(ApiFixture, "a manager's time moves with its fields alone") {
  const auto times = [](const Object& object) {
    std::string text;
    for (const Json& entry : (*object)["metadata"]["managedFields"])
      text += entry["manager"].get<std::string>() + " " + entry.value("time", "never") + "\n";
    return text;
  };
  const std::string data_a = R"({"metadata":{"name":"c"},"data":{"a":"1"}})";
  apply(config_maps, data_a, "m1");
  clock.advance(std::chrono::hours(1));
  merge(config_maps, "c", R"({"data":{"b":"1"}})", "m2");
  const std::string both = "m1 2026-01-02T03:04:05Z\nm2 2026-01-02T04:04:05Z\n";
  clock.advance(std::chrono::hours(1));
  // What says nothing new leaves every time: an apply, an update, an update by somebody who joins in.
  CHECK(times(apply(config_maps, data_a, "m1").object) == both);
  CHECK(times(merge(config_maps, "c", R"({"data":{"b":"1"}})", "m2")) == both);
  CHECK(times(merge(config_maps, "c", R"({"data":{"a":"1"}})", "m3")) == both);
  // A value that becomes another moves the time of who wrote it, and of nobody else.
  CHECK(times(merge(config_maps, "c", R"({"data":{"b":"2"}})", "m2")) ==
        "m1 2026-01-02T03:04:05Z\nm2 2026-01-02T05:04:05Z\n");
  clock.advance(std::chrono::hours(1));
  CHECK(times(apply(config_maps, R"({"metadata":{"name":"c"},"data":{"a":"2"}})", "m1").object) ==
        "m1 2026-01-02T06:04:05Z\nm2 2026-01-02T05:04:05Z\n");
  clock.advance(std::chrono::hours(1));
  // A field that goes away is a change of its owner's fields.
  CHECK(times(merge(config_maps, "c", R"({"data":{"b":null,"e":"1"}})", "m2")) ==
        "m1 2026-01-02T06:04:05Z\nm2 2026-01-02T07:04:05Z\n");
}

TEST_CASE_FIXTURE(ApiFixture, "two managers of one value: the second joins, and the value stays while one is left") {
  apply(config_maps, R"({"metadata":{"name":"c"},"data":{"a":"1","b":"2"}})", "m1");
  const Object joined = apply(config_maps, R"({"metadata":{"name":"c"},"data":{"a":"1"}})", "m2").object;
  // The second has no time, for it changed nothing, and so it stands first.
  CHECK(managers(*joined) == "m2 Apply: {\"f:data\":{\"f:a\":{}}}\nm1 Apply: {\"f:data\":{\"f:a\":{},\"f:b\":{}}}\n");
  const Object left = apply(config_maps, R"({"metadata":{"name":"c"}})", "m1").object;
  CHECK((*left)["data"].dump() == R"({"a":"1"})");
  CHECK(managers(*left) == "m2 Apply: {\"f:data\":{\"f:a\":{}}}\n");
  const Object gone = apply(config_maps, R"({"metadata":{"name":"c"}})", "m2").object;
  CHECK(gone->contains("data") == false);
  CHECK(managers(*gone).empty());
}

TEST_CASE_FIXTURE(ApiFixture, "configurations that do not fit are refused in the API server's words") {
  apply(databases, R"({"metadata":{"name":"s"},"spec":{"version":"x","tls":{}}})", "m");
  const auto say = [&](const std::string& body) { return refusal_text([&] { apply(databases, body, "x"); }); };
  CHECK(say(R"({"metadata":{"name":"s"},"spec":{"nope":1}})") ==
        "500 failed to create typed patch object (/s; kubedb.com/v1alpha2, Kind=MSSQLServer): .spec.nope: field not "
        "declared in schema");
  CHECK(say(R"({"metadata":{"name":"s"},"spec":{"podTemplate":{"spec":{"containers":[{"name":"mssql","env":[
      {"name":"A","value":"b"},{"name":"A","value":"c"}]}]}}}})") ==
        "500 failed to create typed patch object (/s; kubedb.com/v1alpha2, Kind=MSSQLServer): "
        ".spec.podTemplate.spec.containers[0].env: duplicate entries for key [name=\"A\"]");
  CHECK(say(R"({"metadata":{"name":"s","managedFields":[{"manager":"x"}]}})") ==
        "400 metadata.managedFields must be nil");
  CHECK(refusal_text([&] { apply(databases, R"({"metadata":{"name":"s"}})", ""); }) ==
        "422 PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
}

TEST_CASE_FIXTURE(ApiFixture, "entries of a built-in list are merged by their keys, and owned one by one") {
  const std::string body =
      R"({"metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"name":"x","port":1433,"targetPort":"db"}]}})";
  apply(services, body, "m1");
  const Object both =
      apply(services, R"({"metadata":{"name":"s"},"spec":{"ports":[{"name":"y","port":5022}]}})", "m2").object;
  CHECK((*both)["spec"]["ports"].dump() ==
        R"([{"name":"x","port":1433,"targetPort":"db","protocol":"TCP"},{"name":"y","port":5022,"protocol":"TCP",)"
        R"("targetPort":5022}])");
  CHECK(
      managers(*both) ==
      R"(m1 Apply: {"f:spec":{"f:ports":{"k:{\"port\":1433,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{},)"
      R"("f:targetPort":{}}},"f:selector":{}}})"
      "\n"
      R"(m2 Apply: {"f:spec":{"f:ports":{"k:{\"port\":5022,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{}}}}})"
      "\n");
  const Object one = apply(services, R"({"metadata":{"name":"s"}})", "m2").object;
  CHECK((*one)["spec"]["ports"].size() == 1);
}

TEST_CASE_FIXTURE(ApiFixture, "a list comes out in the order it is applied in, with the others' entries in between") {
  struct Row {
    std::string live, wanted, result;
  };
  const auto ports = [](const std::string& numbers) {
    Json list = Json::array();
    for (const char one : numbers) list.push_back({{"port", one - '0'}, {"name", std::string("p") + one}});
    return Json{{"metadata", {{"name", "s"}}}, {"spec", {{"ports", list}}}}.dump();
  };
  for (const Row& row : {Row{"413", "324", "1324"}, Row{"342", "431", "4231"}, Row{"132", "31", "321"},
                         Row{"431", "342", "3142"}, Row{"134", "231", "2341"}, Row{"12", "3", "123"}}) {
    CAPTURE(row.live);
    apply(services, ports(row.live), "m1");
    std::string found;
    const Object applied = apply(services, ports(row.wanted), "m2").object;
    for (const Json& port : (*applied)["spec"]["ports"]) found += port["port"].dump();
    CHECK(found == row.result);
    api.remove(services, "demo", "s");
  }
}

}  // namespace dba::sandbox::api::test
