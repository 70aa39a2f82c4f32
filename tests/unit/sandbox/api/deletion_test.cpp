#include <doctest/doctest.h>

#include "api_support.hpp"

namespace dba::sandbox::api::test {

namespace {

std::string owned_by(const Object& owner, const std::string& name, bool blocks = false) {
  const Json reference = {{"apiVersion", (*owner)["apiVersion"]},
                          {"kind", (*owner)["kind"]},
                          {"name", (*owner)["metadata"]["name"]},
                          {"uid", (*owner)["metadata"]["uid"]},
                          {"blockOwnerDeletion", blocks}};
  return Json{{"metadata", {{"name", name}, {"ownerReferences", Json::array({reference})}}}}.dump();
}

DeleteOptions propagation(const std::string& policy) {
  DeleteOptions options;
  options.propagation = policy;
  return options;
}

}  // namespace

TEST_CASE_FIXTURE(ApiFixture, "preconditions are checked before anything goes") {
  const Object made = make(databases, R"({"metadata":{"name":"sales"},"spec":{"version":"x","tls":{}}})");
  DeleteOptions options;
  options.uid = "x";
  const std::string uid = (*made)["metadata"]["uid"].get<std::string>();
  CHECK(
      refusal([&] { api.remove(databases, "demo", "sales", options); }) ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on )"
      R"(MSSQLServer.kubedb.com \"sales\": the UID in the precondition (x) does not match the UID in record ()" +
          uid +
          R"(). The object might have been deleted and then recreated","reason":"Conflict","details":{"name":"sales",)"
          R"("group":"kubedb.com","kind":"MSSQLServer"},"code":409})");
  options.uid = uid;
  options.resource_version = "7";
  CHECK(refusal_text([&] {
          api.remove(databases, "demo", "sales", options);
        }).ends_with("The object might have been modified"));
  CHECK(refusal_text([&] { api.remove(databases, "demo", "sales", propagation("Nope")); }) ==
        "422 DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Nope\": supported "
        "values: "
        "\"Foreground\", \"Background\", \"Orphan\", \"nil\"");
  options.resource_version.clear();
  const Api::Removed removed = api.remove(databases, "demo", "sales", options);
  CHECK(removed.finished);
  CHECK(refusal_text([&] { api.remove(databases, "demo", "sales"); }) ==
        "404 mssqlservers.kubedb.com \"sales\" not found");
}

TEST_CASE_FIXTURE(ApiFixture, "a pod on a node has its grace, a shorter one shortens it, none ends it") {
  make(pods, R"({"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
  const Api::Removed begun = api.remove(pods, "demo", "p");
  CHECK(begun.finished == false);
  CHECK(refusal_text([&] {
          make(pods, R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
        }) == "409 object is being deleted: pods \"p\" already exists");
  CHECK((*begun.object)["metadata"]["deletionTimestamp"] == "2026-01-02T03:04:35Z");
  CHECK((*begun.object)["metadata"]["deletionGracePeriodSeconds"] == 30);
  CHECK((*begun.object)["metadata"]["generation"] == 2);
  DeleteOptions sooner;
  sooner.grace_seconds = 5;
  CHECK((*api.remove(pods, "demo", "p", sooner).object)["metadata"]["deletionTimestamp"] == "2026-01-02T03:04:10Z");
  sooner.grace_seconds = 20;
  CHECK((*api.remove(pods, "demo", "p", sooner).object)["metadata"]["deletionGracePeriodSeconds"] == 5);
  sooner.grace_seconds = 0;
  CHECK(api.remove(pods, "demo", "p", sooner).finished);
  CHECK(api.find(pods, "demo", "p") == nullptr);

  make(pods, R"({"metadata":{"name":"nowhere"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  CHECK(api.remove(pods, "demo", "nowhere").finished);
}

TEST_CASE_FIXTURE(ApiFixture, "finalizers hold an object until the last one is gone, and no new one may come") {
  make(config_maps, R"({"metadata":{"name":"c","finalizers":["a.io/b","c.io/d"]}})");
  const Api::Removed begun = api.remove(config_maps, "demo", "c");
  CHECK(begun.finished == false);
  CHECK((*begun.object)["metadata"]["deletionTimestamp"] == "2026-01-02T03:04:05Z");
  CHECK(api.remove(config_maps, "demo", "c").object == begun.object);
  CHECK(
      refusal_text([&] { merge(config_maps, "c", R"({"metadata":{"finalizers":["a.io/b","e.io/f"]}})", "m"); }) ==
      "422 ConfigMap \"c\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is "
      "being deleted, found new finalizers []string{\"e.io/f\"}");
  merge(config_maps, "c", R"({"metadata":{"finalizers":["c.io/d"]}})", "m");
  CHECK(api.find(config_maps, "demo", "c") != nullptr);
  merge(config_maps, "c", R"({"metadata":{"finalizers":null}})", "m");
  CHECK(api.find(config_maps, "demo", "c") == nullptr);
}

TEST_CASE_FIXTURE(ApiFixture,
                  "dependents follow their owner through every generation, but only when no owner is left") {
  const Object owner = make(config_maps, R"({"metadata":{"name":"owner"}})");
  const Object child = make(config_maps, owned_by(owner, "child"));
  make(secrets, owned_by(child, "grandchild"));
  const Object second = make(config_maps, R"({"metadata":{"name":"second"}})");
  Json shared = Json::parse(owned_by(owner, "shared"));
  shared["metadata"]["ownerReferences"].push_back(Json::parse(owned_by(second, "x"))["metadata"]["ownerReferences"][0]);
  make(secrets, shared.dump());
  api.remove(config_maps, "demo", "owner");
  CHECK(api.find(config_maps, "demo", "child") == nullptr);
  CHECK(api.find(secrets, "demo", "grandchild") == nullptr);
  CHECK(api.find(secrets, "demo", "shared") != nullptr);
  api.remove(config_maps, "demo", "second");
  CHECK(api.find(secrets, "demo", "shared") == nullptr);
}

TEST_CASE_FIXTURE(ApiFixture, "an object whose owner never was, or was another one, goes at once") {
  const Object owner = make(config_maps, R"({"metadata":{"name":"owner"}})");
  Json wrong = Json::parse(owned_by(owner, "wrong"));
  wrong["metadata"]["ownerReferences"][0]["uid"] = "00000000-0000-0000-0000-000000000000";
  make(secrets, wrong.dump());
  CHECK(api.find(secrets, "demo", "wrong") == nullptr);
}

TEST_CASE_FIXTURE(ApiFixture, "foreground: the owner waits for those that block it") {
  const Object owner = make(config_maps, R"({"metadata":{"name":"owner"}})");
  Json held = Json::parse(owned_by(owner, "held", true));
  held["metadata"]["finalizers"] = {"a.io/b"};
  make(secrets, held.dump());
  make(secrets, owned_by(owner, "free"));
  const Api::Removed begun = api.remove(config_maps, "demo", "owner", propagation("Foreground"));
  CHECK(begun.finished == false);
  CHECK((*begun.object)["metadata"]["finalizers"].dump() == R"(["foregroundDeletion"])");
  CHECK(api.find(secrets, "demo", "free") == nullptr);
  CHECK(api.find(config_maps, "demo", "owner") != nullptr);
  merge(secrets, "held", R"({"metadata":{"finalizers":null}})", "m");
  CHECK(api.find(secrets, "demo", "held") == nullptr);
  CHECK(api.find(config_maps, "demo", "owner") == nullptr);
}

TEST_CASE_FIXTURE(ApiFixture, "orphan: dependents stay and forget their owner") {
  const Object owner = make(config_maps, R"({"metadata":{"name":"owner"}})");
  make(secrets, owned_by(owner, "child"));
  api.remove(config_maps, "demo", "owner", propagation("Orphan"));
  CHECK(api.find(config_maps, "demo", "owner") == nullptr);
  CHECK((*api.get(secrets, "demo", "child"))["metadata"].contains("ownerReferences") == false);
}

TEST_CASE_FIXTURE(ApiFixture, "a namespace goes when the last thing in it has gone") {
  make(config_maps, R"({"metadata":{"name":"a"}})");
  make(pods, R"({"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
  const Api::Removed begun = api.remove(namespaces, "", "demo");
  CHECK(begun.finished == false);
  CHECK((*begun.object)["status"]["phase"] == "Terminating");
  CHECK(api.find(config_maps, "demo", "a") == nullptr);
  CHECK(api.find(namespaces, "", "demo") != nullptr);
  DeleteOptions now;
  now.grace_seconds = 0;
  api.remove(pods, "demo", "p", now);
  CHECK(api.find(namespaces, "", "demo") == nullptr);
}

TEST_CASE_FIXTURE(ApiFixture, "what an admission keeps in a going namespace goes when it is let go") {
  api.add_admission(AdmissionPhase::validating, [](const AdmissionRequest& request) {
    if (request.operation != "DELETE" || request.type.kind != "ConfigMap" || request.old->contains("data")) return;
    StatusError error;
    error.code = 403;
    throw error;
  });
  make(config_maps, R"({"metadata":{"name":"kept"}})");
  api.remove(namespaces, "", "demo");
  CHECK(api.find(config_maps, "demo", "kept") != nullptr);
  merge(config_maps, "kept", R"({"data":{"may":"go"}})", "m");
  CHECK(api.find(config_maps, "demo", "kept") == nullptr);
  CHECK(api.find(namespaces, "", "demo") == nullptr);
}

TEST_CASE_FIXTURE(ApiFixture, "a collection is removed by selector") {
  make(config_maps, R"({"metadata":{"name":"a","labels":{"x":"1"}}})");
  make(config_maps, R"({"metadata":{"name":"b","labels":{"x":"2"}}})");
  Selectors selectors;
  selectors.labels = "x=1";
  CHECK(api.remove_collection(config_maps, "demo", selectors).size() == 1);
  CHECK(api.find(config_maps, "demo", "a") == nullptr);
  CHECK(api.find(config_maps, "demo", "b") != nullptr);
}

}  // namespace dba::sandbox::api::test
