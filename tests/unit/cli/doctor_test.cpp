#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "support/command_harness.hpp"
#include "support/demo_cluster.hpp"
#include "support/json_schema.hpp"

namespace {

using namespace dba;
using dba::test::CommandHarness;
using dba::test::CommandResult;

const std::string kReviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

Json api_resources(const std::vector<std::string>& names) {
  Json list = Json::object({{"kind", "APIResourceList"}, {"resources", Json::array()}});
  for (const std::string& name : names) list["resources"].push_back(Json::object({{"name", name}}));
  return list;
}

Json operator_pod(const std::string& name, bool ready) {
  Json pod = test::object_json(kube::resources::pods, "kubedb", name);
  pod["status"]["conditions"] = Json::array({Json::object({{"type", "Ready"}, {"status", ready ? "True" : "False"}})});
  return pod;
}

/// A cluster where nothing is missing, and a kubeconfig that leads to it.
struct Doctor : CommandHarness {
  std::filesystem::path folder;

  Doctor() {
    std::string name = (std::filesystem::temp_directory_path() / "doctor-XXXXXX").string();
    folder = mkdtemp(name.data());
    std::ofstream(folder / "config") << "apiVersion: v1\nkind: Config\ncurrent-context: rig\n"
                                        "clusters: [{name: c, cluster: {server: 'https://fake.example:6443'}}]\n"
                                        "contexts: [{name: rig, context: {cluster: c, user: u, namespace: demo}}]\n"
                                        "users: [{name: u, user: {token: x}}]\n";
    set_variable("KUBECONFIG", (folder / "config").string());
    api()
        .on("GET", "/version")
        .optionally()
        .reply(200, R"({"gitVersion":"v1.33.1"})",
               {{"Date", "Fri, 02 Jan 2026 03:04:05 GMT"}, {"Content-Type", "application/json"}});
    api().on("GET", "/apis/kubedb.com/v1alpha2").optionally().reply(api_resources({"mssqlservers"}));
    api().on("GET", "/apis/ops.kubedb.com/v1alpha1").optionally().reply(api_resources({"mssqlserveropsrequests"}));
    api().on("GET", "/apis/catalog.kubedb.com/v1alpha1").optionally().reply(api_resources({"mssqlserverversions"}));
    api()
        .on_list(kube::resources::mssqlserverversions, "",
                 {test::catalog_version("2022-cu19"), test::catalog_version("2022-cu12", true)})
        .optionally();
    list_pods("kubedb-provisioner", {operator_pod("kubedb-provisioner-0", true)});
    list_pods("kubedb-ops-manager", {operator_pod("kubedb-ops-manager-0", true)});
    api().on("GET", "/apis/cert-manager.io/v1").optionally().reply(api_resources({"issuers"}));
    Json rigid = test::storage_class("standard", false);
    rigid.erase("allowVolumeExpansion");
    api().on_get(test::object_json(kube::resources::namespaces, "", "demo")).optionally();
    api().on_list(kube::resources::storageclasses, "", {test::storage_class("longhorn", true), rigid}).optionally();
    allow([](const std::string&) { return true; });
  }
  ~Doctor() override { std::filesystem::remove_all(folder); }

  void list_pods(const std::string& label, const std::vector<Json>& pods) {
    api()
        .on("GET", "/api/v1/pods")
        .where("labelSelector", "app.kubernetes.io/name=" + label)
        .optionally()
        .reply(test::list_json(kube::resources::pods, pods, "1"));
  }
  void allow(const std::function<bool(const std::string& what)>& may) {
    api().on("POST", kReviews).optionally().reply_with([may](const test::SeenRequest& request) {
      Json review = Json::parse(request.body);
      const Json& asked = review["spec"]["resourceAttributes"];
      const std::string what = asked.value("verb", "") + " " + asked.value("resource", "") +
                               (asked.contains("subresource") ? "/" + asked.value("subresource", "") : "");
      review["status"]["allowed"] = may(what);
      return test::Reply{.status = 201, .body = review.dump()};
    });
  }
  Json report() {
    const CommandResult result = run({"doctor", "-o", "json"});
    test::check_schema("DoctorReport", result.out);
    code = result.code;
    return Json::parse(result.out);
  }
  /// "ok: text" or "fail: text — remedy" of one check.
  std::string check(const std::string& name) {
    const Json found = report();
    for (const Json& entry : found["checks"]) {
      if (entry["name"] != name) continue;
      const std::string remedy = entry["remedy"].is_null() ? "" : " — " + entry["remedy"].get<std::string>();
      return entry["status"].get<std::string>() + ": " + entry["text"].get<std::string>() + remedy;
    }
    return "no such check";
  }
  ExitCode code = ExitCode::ok;
};

}  // namespace

TEST_CASE("doctor finds a sound cluster sound") {
  Doctor doctor;
  const CommandResult result = doctor.run({"doctor"});
  CHECK(result.err.empty());
  CHECK(result.code == ExitCode::ok);
  CHECK(
      result.out ==
      "CHECK                        STATUS   FOUND                                                            REMEDY\n"
      "kubeconfig                   ok       context \"rig\", namespace \"demo\"                                  -\n"
      "api server                   ok       v1.33.1 at https://fake.example:6443                             -\n"
      "clock                        ok       the same as the API server's                                     -\n"
      "crd mssqlservers             ok       kubedb.com/v1alpha2 is served                                    -\n"
      "crd mssqlserveropsrequests   ok       ops.kubedb.com/v1alpha1 is served                                -\n"
      "crd mssqlserverversions      ok       catalog.kubedb.com/v1alpha1 is served                            -\n"
      "version catalog              ok       1 usable, 1 deprecated                                           -\n"
      "operator                     ok       1 of 1 pods ready                                                -\n"
      "ops-manager                  ok       1 of 1 pods ready                                                -\n"
      "cert-manager                 ok       cert-manager.io/v1 is served                                     -\n"
      "storage classes              ok       longhorn and standard; default: longhorn; expandable: longhorn   -\n"
      "namespace                    ok       demo is there                                                    -\n"
      "permissions                  ok       everything the commands need in namespace \"demo\"                 -\n"
      "odbc driver                  ok       FreeTDS (/usr/lib/libtdsodbc.so)                                 -\n");
}

TEST_CASE("a namespace that is not there is no place where everything is allowed") {
  Doctor doctor;
  doctor.api().on_get_missing(kube::resources::namespaces, "", "nope");
  const CommandResult result = doctor.run({"doctor", "-n", "nope"});
  CHECK(result.code == ExitCode::unhealthy);
  CHECK(result.out.find("fail     there is no namespace \"nope\"") != std::string::npos);
  CHECK(result.out.find("kubectl create namespace nope") != std::string::npos);
}

TEST_CASE("doctor tells a KubeDB without SQL Server from no KubeDB at all") {
  Doctor doctor;
  doctor.api().on("GET", "/apis/kubedb.com/v1alpha2").reply(api_resources({"postgreses"}));
  CHECK(doctor.check("crd mssqlservers") ==
        "fail: kubedb.com/v1alpha2 has no mssqlservers: KubeDB was installed without featureGates.MSSQLServer — "
        "helm upgrade kubedb … --set global.featureGates.MSSQLServer=true");
  CHECK(doctor.code == ExitCode::unhealthy);
  doctor.api()
      .on("GET", "/apis/kubedb.com/v1alpha2")
      .reply(404, "404 page not found", {{"Content-Type", "text/plain"}});
  CHECK(doctor.check("crd mssqlservers") ==
        "fail: kubedb.com/v1alpha2 is not served: KubeDB is not installed — install KubeDB with --set "
        "global.featureGates.MSSQLServer=true");
}

TEST_CASE("doctor says what is missing, and what it cannot know") {
  Doctor doctor;
  SUBCASE("an operator that is not ready is broken, one that is not found may be named otherwise") {
    doctor.list_pods("kubedb-provisioner", {operator_pod("kubedb-provisioner-0", false)});
    CHECK(doctor.check("operator") ==
          "fail: 0 of 1 pods ready — kubectl get pods -A -l app.kubernetes.io/name=kubedb-provisioner");
    CHECK(doctor.code == ExitCode::unhealthy);
    doctor.list_pods("kubedb-provisioner", {});
    CHECK(doctor.check("operator").starts_with("warn: no pod is labelled"));
    CHECK(doctor.code == ExitCode::ok);
  }
  SUBCASE("what may not be read is unknown") {
    doctor.api()
        .on("GET", "/api/v1/pods")
        .where("labelSelector", "app.kubernetes.io/name=kubedb-provisioner")
        .fail(403, "Forbidden", "pods is forbidden");
    CHECK(doctor.check("operator").starts_with("unknown: "));
    CHECK(doctor.code == ExitCode::ok);
  }
  SUBCASE("permissions to read are needed, those to change are a warning") {
    doctor.allow([](const std::string& what) { return what != "delete mssqlservers"; });
    CHECK(doctor.check("permissions") ==
          "warn: in namespace \"demo\" you may not delete mssqlservers.kubedb.com — ask your administrator for "
          "these, in a Role of the namespace");
    doctor.allow([](const std::string& what) { return what != "get secrets" && what != "create pods/portforward"; });
    CHECK(doctor.check("permissions")
              .starts_with("fail: in namespace \"demo\" you may not get secrets or create pods/portforward"));
    CHECK(doctor.code == ExitCode::unhealthy);
  }
  SUBCASE("a StorageClass is needed, a default one is good to have") {
    doctor.api().on_list(kube::resources::storageclasses, "", {test::storage_class("standard", false)});
    CHECK(doctor.check("storage classes") ==
          "warn: standard; default: none; expandable: standard — give --storage-class to create, or make one the "
          "default");
    doctor.api().on_list(kube::resources::storageclasses, "", {});
    CHECK(doctor.check("storage classes").starts_with("fail: none"));
  }
  SUBCASE("a clock that is off") {
    doctor.api()
        .on("GET", "/version")
        .reply(200, R"({"gitVersion":"v1.33.1"})",
               {{"Date", "Fri, 02 Jan 2026 03:14:05 GMT"}, {"Content-Type", "application/json"}});
    CHECK(doctor.check("clock").starts_with("warn: 10m"));
  }
  SUBCASE("no driver") {
    doctor.drivers().clear();
    CHECK(doctor.check("odbc driver") ==
          "warn: unixODBC is there, but no driver for SQL Server; sqlcmd in the pods is used instead — apt install "
          "tdsodbc (FreeTDS), or Microsoft's msodbcsql18");
  }
}

TEST_CASE("doctor goes no further than a kubeconfig or server that is not there lets it") {
  {
    Doctor doctor;
    doctor.set_variable("KUBECONFIG", (doctor.folder / "none").string());
    doctor.forbid_cluster();
    const CommandResult result = doctor.run({"doctor"});
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.out.find("kubeconfig    fail  ") != std::string::npos);
    CHECK(result.out.find("odbc driver") != std::string::npos);
  }
}
