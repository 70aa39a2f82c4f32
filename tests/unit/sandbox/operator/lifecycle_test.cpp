// The operator at work against an API server in memory, in virtual time: what it makes, in which phases, and what
// stays when a database goes.

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/base64.hpp"

#include "fixtures.hpp"
#include "mini_api.hpp"
#include "operator/runtime/control_loop.hpp"
#include "support/fake_transport.hpp"
#include "support/patient_clock.hpp"

namespace dba::sandbox::kubedb::test {
namespace {

/// One cluster with the operator in it, without coordinators: the test moves the labels.
class World {
 public:
  World() {
    for (const char* name : {"2022-cu12", "2025-cu0"}) {
      api->create("/apis/catalog.kubedb.com/v1alpha1/mssqlserverversions", version(name));
    }
    api->create(kIssuers, yaml("{apiVersion: cert-manager.io/v1, kind: Issuer, metadata: {name: ca-issuer, namespace: "
                               "demo}}"));
    api->create("/api/v1/nodes", yaml("{apiVersion: v1, kind: Node, metadata: {name: node-0}}"));
    begin();
  }
  ~World() { end(); }

  void begin() {
    ending_ = std::stop_source();
    kube::ClientConfig config;
    config.server = "https://mini.example";
    client_ = std::make_unique<kube::Client>(
        config, kube::ClientOptions{.transport = api,
                                    .credentials = std::make_shared<dba::test::StaticCredentials>(),
                                    .clock = &world_.clock,
                                    .stop = ending_.get_token()});
    thread_ = std::jthread([this](const std::stop_token& stop) { ControlLoop(*client_, world_).run(stop); });
  }
  void end() {
    ending_.request_stop();
    if (thread_.joinable()) {
      thread_.request_stop();
      thread_.join();
    }
  }

  Json database() const { return api->find(MiniApi::databases(), "sales").value_or(Json::object()); }
  std::string phase() const { return codec::string_at(database(), {"status", "phase"}); }
  void wait_for_phase(const char* wanted) {
    api->wait_until(wanted, [&] { return phase() == wanted; });
  }
  std::string conditions() const {
    std::string list;
    const Json object = database();
    const Json* all = codec::find_at(object, {"status", "conditions"});
    for (const Json& each : all == nullptr ? Json::array() : *all) {
      list += fmt::format("{}{}={}", list.empty() ? "" : " ", codec::string_at(each, {"type"}),
                          codec::string_at(each, {"status"}));
    }
    return list;
  }
  void label(const std::string& pod, const char* role) {
    api->patch(MiniApi::core("pods"), pod,
               yaml(fmt::format("{{metadata: {{labels: {{kubedb.com/role: {}}}}}}}", role)));
  }
  std::vector<std::string> pods() const { return api->names(MiniApi::core("pods")); }
  void wait_for_pods(const std::vector<std::string>& wanted) {
    api->wait_until("pods", [&] { return pods() == wanted; });
  }
  void change(const char* spec) {
    Json patch = Json::object();
    patch["spec"] = yaml(spec);
    api->patch(MiniApi::databases(), "sales", patch);
  }
  bool has_told(const std::string& line) const {
    const std::vector<std::string> all = api->told();
    return std::find(all.begin(), all.end(), line) != all.end();
  }
  /// As a coordinator would leave it.
  void make_ready() {
    wait_for_pods({"sales-0", "sales-1", "sales-2"});
    label("sales-0", "primary");
    label("sales-1", "secondary");
    label("sales-2", "secondary");
    wait_for_phase("Ready");
  }
  /// As one that came into being whole, in its present generation.
  void mark_as_loaded() {
    const Json::number_integer_t generation = database().at("metadata").at("generation");
    api->patch(MiniApi::databases(), "sales",
               yaml(fmt::format("{{metadata: {{annotations: {{sandbox/loaded: '{}'}}}}}}", generation)));
  }
  world::FaultRegistry& faults() { return world_.faults; }

  static constexpr const char* kIssuers = "/apis/cert-manager.io/v1/namespaces/demo/issuers";
  std::shared_ptr<MiniApi> api = std::make_shared<MiniApi>();

 private:
  dba::test::PatientClock clock_{};
  world::World world_{clock_, 1, 1.0};
  std::stop_source ending_{};
  std::unique_ptr<kube::Client> client_{};
  std::jthread thread_{};
};

TEST_CASE("a group becomes Ready, with every object of it") {
  World world;
  world.api->create(MiniApi::databases(), typed_group());
  world.make_ready();
  CHECK(world.conditions() ==
        "ProvisioningStarted=True ReplicaReady=True AGPrimaryReplicaReady=True AcceptingConnection=True Ready=True "
        "Provisioned=True");
  using Names = std::vector<std::string>;
  CHECK(world.api->names(MiniApi::petsets()) == Names{"sales"});
  CHECK(world.api->names(MiniApi::core("services")) == Names{"sales", "sales-pods", "sales-secondary"});
  CHECK(world.api->names(MiniApi::core("persistentvolumeclaims")) ==
        Names{"data-sales-0", "data-sales-1", "data-sales-2"});
  const std::string uid = codec::uid_of(world.database());
  CHECK(world.api->names(MiniApi::core("secrets")) ==
        Names{"sales-" + uid.substr(uid.size() - 6), "sales-auth", "sales-client-cert", "sales-dbm-login",
              "sales-endpoint-cert", "sales-master-key", "sales-server-cert"});
  CHECK(world.api->names(MiniApi::core("serviceaccounts")) == Names{"sales"});
  CHECK(world.api->names("/apis/rbac.authorization.k8s.io/v1/namespaces/demo/roles") == Names{"sales"});
  CHECK(world.api->names("/apis/rbac.authorization.k8s.io/v1/namespaces/demo/rolebindings") == Names{"sales"});
  CHECK(world.api->names("/apis/policy/v1/namespaces/demo/poddisruptionbudgets") == Names{"sales"});
  CHECK(world.api->names("/apis/appcatalog.appscode.com/v1alpha1/namespaces/demo/appbindings") == Names{"sales"});
  CHECK(world.api->names("/apis/cert-manager.io/v1/namespaces/demo/certificates") ==
        Names{"sales-client-cert", "sales-endpoint-cert", "sales-server-cert"});
  CHECK(world.database()["metadata"]["finalizers"] == yaml("[kubedb.com]"));
  CHECK(world.database()["spec"]["authSecret"] == yaml("{kind: Secret, name: sales-auth}"));
  const Json auth = world.api->find(MiniApi::core("secrets"), "sales-auth").value();
  const std::string password = base64_decode(auth["data"]["password"].get<std::string>());
  CHECK(password.size() == 16);
  CHECK(std::all_of(password.begin(), password.end(), [](unsigned char c) { return std::isalnum(c) != 0; }));
  world.api->wait_until("the last Event", [&] {
    return world.has_told("Normal PhaseChanged: Phase changed from Provisioning to Ready.");
  });
  CHECK(world.has_told("Normal Successful: Successfully created governing service"));
  CHECK(world.has_told("Normal Successful: Successfully created MSSQLServer endpoint certificates"));
}

TEST_CASE("a standalone becomes Ready without anybody's help") {
  World world;
  Json database = typed_standalone();
  database["spec"]["replicas"] = 1;
  world.api->create(MiniApi::databases(), database);
  world.wait_for_phase("Ready");
  CHECK(world.conditions() ==
        "ProvisioningStarted=True ReplicaReady=True AcceptingConnection=True Ready=True Provisioned=True");
  CHECK(world.pods() == std::vector<std::string>{"sales-0"});
}

TEST_CASE("without a primary it stays Provisioning") {
  World world;
  world.api->create(MiniApi::databases(), typed_group());
  world.wait_for_pods({"sales-0", "sales-1", "sales-2"});
  world.api->wait_until("replicas", [&] { return world.conditions() == "ProvisioningStarted=True ReplicaReady=True"; });
  CHECK(world.phase() == "Provisioning");
}

TEST_CASE("what is missing is said once, and does not matter when it comes") {
  World world;
  Json database = typed_group();
  database["spec"]["version"] = "2019-cu1";
  database["spec"]["authSecret"] = yaml("{kind: Secret, name: mine}");
  database["spec"]["tls"]["issuerRef"]["name"] = "nobody";
  world.api->create(MiniApi::databases(), database);
  const std::string no_version = "Warning Failed: mssqlserverversions.catalog.kubedb.com \"2019-cu1\" not found";
  world.api->wait_until("version", [&] { return world.has_told(no_version); });
  CHECK(world.phase() == "Provisioning");
  CHECK(world.pods().empty());

  world.api->create("/apis/catalog.kubedb.com/v1alpha1/mssqlserverversions", version("2019-cu1"));
  const std::string no_secret = "Warning Failed: secrets \"mine\" not found";
  world.api->wait_until("secret", [&] { return world.has_told(no_secret); });

  world.api->create(MiniApi::core("secrets"), yaml("{apiVersion: v1, kind: Secret, metadata: {name: mine, namespace: "
                                                   "demo}, data: {username: c2E=, password: eA==}}"));
  const std::string no_issuer = "Warning Failed: issuers.cert-manager.io \"nobody\" not found";
  world.api->wait_until("issuer", [&] { return world.has_told(no_issuer); });
  world.make_ready();
  CHECK_FALSE(world.api->find(MiniApi::core("secrets"), "sales-auth").has_value());
  const std::vector<std::string> told = world.api->told();
  for (const std::string& line : {no_version, no_secret, no_issuer})
    CHECK(std::count(told.begin(), told.end(), line) == 1);
}

TEST_CASE("a pod that goes is made again, and the phase tells of it") {
  World world;
  world.api->create(MiniApi::databases(), typed_group());
  world.make_ready();
  const std::string old_uid = codec::uid_of(world.api->find(MiniApi::core("pods"), "sales-0").value());
  world.api->remove(MiniApi::core("pods"), "sales-0");
  world.wait_for_phase("NotReady");
  world.api->wait_until("the pod", [&] { return world.pods().size() == 3; });
  CHECK(codec::uid_of(world.api->find(MiniApi::core("pods"), "sales-0").value()) != old_uid);
  world.label("sales-1", "primary");
  world.label("sales-0", "secondary");
  world.wait_for_phase("Ready");

  world.api->set_running(false);
  world.api->remove(MiniApi::core("pods"), "sales-2");
  world.wait_for_phase("Critical");
  CHECK(world.conditions().find("AcceptingConnection=True") != std::string::npos);
}

TEST_CASE("a database that was loaded is let be until something happens to it") {
  World world;
  const auto is_loaded = [&] { return !codec::annotation_of(world.database(), "sandbox/loaded").empty(); };
  world.api->create(MiniApi::databases(), typed_group());
  world.make_ready();
  world.mark_as_loaded();
  world.api->create(MiniApi::databases(), [] {
    Json other = typed_group();
    other["metadata"]["name"] = "orders";
    return other;
  }());
  // What came before on the same watch has been seen when the later is answered: the mark, then the Service.
  world.api->wait_until("another one", [&] { return world.pods().size() == 6; });
  world.api->remove(MiniApi::core("services"), "sales");
  world.api->remove(MiniApi::core("services"), "orders");
  world.api->wait_until("its Service",
                        [&] { return world.api->find(MiniApi::core("services"), "orders").has_value(); });
  CHECK(is_loaded());
  CHECK(!world.api->find(MiniApi::core("services"), "sales"));

  world.api->remove(MiniApi::core("pods"), "sales-0");
  world.wait_for_phase("NotReady");
  CHECK(!is_loaded());
  world.api->wait_until("the Service", [&] { return world.api->find(MiniApi::core("services"), "sales").has_value(); });
  world.label("sales-1", "primary");
  world.label("sales-0", "secondary");
  world.wait_for_phase("Ready");
}

TEST_CASE("a database that was loaded is like any other once its spec is another") {
  World world;
  world.api->create(MiniApi::databases(), typed_group());
  world.make_ready();
  world.mark_as_loaded();
  world.change("{halted: true}");
  world.wait_for_phase("Halted");
  CHECK(codec::annotation_of(world.database(), "sandbox/loaded").empty());
}

TEST_CASE("an even number of replicas brings an arbiter, an odd one takes it away") {
  World world;
  world.api->create(MiniApi::databases(), typed_group());
  world.make_ready();
  world.change("{replicas: 4}");
  world.wait_for_pods({"sales-0", "sales-1", "sales-2", "sales-3", "sales-arbiter-0"});
  CHECK(world.api->names(MiniApi::petsets()) == std::vector<std::string>{"sales", "sales-arbiter"});
  world.label("sales-3", "secondary");
  world.wait_for_phase("Ready");
  CHECK(codec::label_of(world.api->find(MiniApi::core("pods"), "sales-arbiter-0").value(), "kubedb.com/role") ==
        "arbiter");
  world.change("{replicas: 3}");
  world.wait_for_pods({"sales-0", "sales-1", "sales-2"});
  CHECK(world.api->names(MiniApi::petsets()) == std::vector<std::string>{"sales"});
  CHECK(world.api->find(MiniApi::core("persistentvolumeclaims"), "data-sales-3").has_value());
}

TEST_CASE("a halted database keeps claims and Secrets, and comes back") {
  World world;
  Json database = typed_group();
  database["spec"]["serviceTemplates"] =
      yaml("[{alias: secondary, metadata: {annotations: {kubedb.com/resource-policy-keep-on: halt}}}]");
  world.api->create(MiniApi::databases(), database);
  world.make_ready();
  world.change("{halted: true}");
  world.wait_for_phase("Halted");
  world.api->wait_until("no pods", [&] { return world.pods().empty(); });
  CHECK(world.api->names(MiniApi::petsets()).empty());
  CHECK(world.api->names(MiniApi::core("services")) == std::vector<std::string>{"sales-secondary"});
  CHECK(world.api->names(MiniApi::core("serviceaccounts")).empty());
  CHECK(world.api->names("/apis/appcatalog.appscode.com/v1alpha1/namespaces/demo/appbindings").empty());
  CHECK(world.api->names(MiniApi::core("persistentvolumeclaims")).size() == 3);
  CHECK(world.api->names(MiniApi::core("secrets")).size() == 7);
  CHECK(codec::string_at(*codec::condition_of(world.database(), "Halted"), {"reason"}) == "DatabaseHaltedSuccessfully");
  world.change("{halted: false}");
  world.wait_for_phase("NotReady");
  world.make_ready();
  CHECK(codec::condition_of(world.database(), "Halted") == nullptr);
}

TEST_CASE("a pod waits for a claim of its name that is still going, and a claim that went is made again") {
  World world;
  const auto claims = [&] { return world.api->names(MiniApi::core("persistentvolumeclaims")); };
  world.api->create(
      MiniApi::core("persistentvolumeclaims"),
      yaml("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-sales-0, namespace: demo, "
           "finalizers: [kubernetes.io/pvc-protection], labels: {app.kubernetes.io/instance: sales, "
           "app.kubernetes.io/managed-by: kubedb.com}}}"));
  world.api->remove(MiniApi::core("persistentvolumeclaims"), "data-sales-0");
  world.api->create(MiniApi::databases(), typed_group());
  world.api->wait_until("word of it", [&] {
    const std::vector<std::string> told = world.api->told();
    return std::find(told.begin(), told.end(),
                     "Warning FailedCreate: create Pod sales-0 in PetSet sales failed error: pvc data-sales-0 is being "
                     "deleted") != told.end();
  });
  CHECK(world.pods().empty());
  world.api->patch(MiniApi::core("persistentvolumeclaims"), "data-sales-0", yaml("{metadata: {finalizers: null}}"));
  world.wait_for_pods({"sales-0", "sales-1", "sales-2"});
  CHECK(claims() == std::vector<std::string>{"data-sales-0", "data-sales-1", "data-sales-2"});

  world.api->set_running(false);
  world.api->remove(MiniApi::core("pods"), "sales-1");
  world.api->wait_until("the pod again", [&] { return world.pods().size() == 3; });
  world.api->patch(MiniApi::core("pods"), "sales-1", yaml("{status: {phase: Pending}}"));
  world.api->remove(MiniApi::core("persistentvolumeclaims"), "data-sales-1");
  world.api->wait_until("the claim again", [&] { return claims().size() == 3; });
}

TEST_CASE("the deletion policy says what stays") {
  struct Row {
    const char* policy;
    std::size_t claims, secrets;
  };
  for (const Row& row : {Row{"Halt", 3, 8}, Row{"Delete", 0, 8}, Row{"WipeOut", 0, 1}, Row{"DoNotTerminate", 3, 8}}) {
    CAPTURE(row.policy);
    World world;
    Json database = typed_group();
    database["spec"]["deletionPolicy"] = row.policy;
    world.api->create(MiniApi::core("secrets"),
                      yaml("{apiVersion: v1, kind: Secret, metadata: {name: sales-of-mine, namespace: demo}}"));
    world.api->create(MiniApi::databases(), database);
    world.make_ready();
    world.api->remove(MiniApi::databases(), "sales");
    world.api->wait_until("gone", [&] { return world.database().empty(); });
    CHECK(world.pods().empty());
    CHECK(world.api->names(MiniApi::petsets()).empty());
    CHECK(world.api->names(MiniApi::core("services")).empty());
    CHECK(world.api->names(MiniApi::core("persistentvolumeclaims")).size() == row.claims);
    CHECK(world.api->names(MiniApi::core("secrets")).size() == row.secrets);
  }
}

TEST_CASE("WipeOut spares a Secret that another database names") {
  World world;
  Json other = typed_group();
  other["metadata"]["name"] = "orders";
  other["spec"]["halted"] = true;
  other["spec"]["topology"]["availabilityGroup"]["loginSecretName"] = "sales-dbm-login";
  world.api->create(MiniApi::databases(), other);
  Json database = typed_group();
  database["spec"]["deletionPolicy"] = "WipeOut";
  world.api->create(MiniApi::databases(), database);
  world.make_ready();
  world.api->remove(MiniApi::databases(), "sales");
  world.api->wait_until("gone", [&] { return world.database().empty(); });
  CHECK(world.api->names(MiniApi::core("secrets")) == std::vector<std::string>{"sales-dbm-login"});
}

TEST_CASE("a paused database is left alone, its health is still told") {
  World world;
  world.api->create(MiniApi::databases(), typed_group());
  world.make_ready();
  Json conditions = world.database()["status"]["conditions"];
  conditions.push_back(yaml("{type: Paused, status: 'True', reason: Paused, message: by hand}"));
  Json patch = Json::object();
  patch["status"]["conditions"] = conditions;
  world.api->patch(MiniApi::databases(), "sales", patch);
  world.change("{replicas: 5}");
  world.wait_for_phase("Critical");  // fewer pods than replicas
  CHECK(world.pods().size() == 3);
  world.api->remove(MiniApi::core("services"), "sales-secondary");
  world.change("{replicas: 3}");
  world.wait_for_phase("Ready");
  CHECK(world.api->names(MiniApi::core("services")).size() == 2);
  CHECK(world.conditions().find("Paused=True") != std::string::npos);
}

TEST_CASE("what somebody has changed is mended") {
  World world;
  world.api->create(MiniApi::databases(), typed_group());
  world.make_ready();
  world.api->patch(MiniApi::core("services"), "sales", yaml("{spec: {selector: {kubedb.com/role: secondary}}}"));
  world.api->wait_until("the selector", [&] {
    return world.api->find(MiniApi::core("services"), "sales").value()["spec"]["selector"]["kubedb.com/role"] ==
           "primary";
  });
  world.api->remove(MiniApi::core("services"), "sales-pods");
  world.api->wait_until("the Service",
                        [&] { return world.api->find(MiniApi::core("services"), "sales-pods").has_value(); });
}

TEST_CASE("conflicts and refusals are tried again") {
  World world;
  world.api->refuse_next("POST", MiniApi::core("services"), 409, "Conflict", "not now");
  world.api->refuse_next("POST", MiniApi::petsets(), 403, "Forbidden", "no rights to make PetSets");
  world.api->refuse_next("POST", MiniApi::core("pods"), 403, "Forbidden", "serviceaccount \"sales\" not found");
  world.api->create(MiniApi::databases(), typed_group());
  world.make_ready();
  CHECK(world.has_told("Warning Failed: no rights to make PetSets"));
  CHECK(world.has_told(
      "Warning FailedCreate: create Pod sales-0 in PetSet sales failed error: serviceaccount \"sales\" not found"));
}

TEST_CASE("a second operator goes on where the first one ended") {
  World world;
  world.api->set_running(false);
  world.api->create(MiniApi::databases(), typed_group());
  world.wait_for_pods({"sales-0", "sales-1", "sales-2"});
  world.end();
  world.api->set_running(true);
  world.api->remove(MiniApi::core("pods"), "sales-1");
  for (const char* pod : {"sales-0", "sales-2"}) {
    world.api->patch(MiniApi::core("pods"), pod, yaml("{status: {conditions: [{type: Ready, status: 'True'}]}}"));
  }
  for (const char* alias : {"server", "client", "endpoint"}) {
    const std::string name = fmt::format("sales-{}-cert", alias);
    world.api->create(
        MiniApi::core("secrets"),
        yaml(fmt::format("{{apiVersion: v1, kind: Secret, metadata: {{name: {}, namespace: demo}}}}", name)));
  }
  world.begin();
  world.make_ready();
}

TEST_CASE("an operator that is down does nothing, and catches up") {
  World world;
  const std::uint64_t fault = world.faults().set(world::parse_fault("operator-down"));
  world.api->create(MiniApi::databases(), typed_group());
  world.api->create(MiniApi::core("secrets"),
                    yaml("{apiVersion: v1, kind: Secret, metadata: {name: x, namespace: demo}}"));
  CHECK(world.pods().empty());
  CHECK(world.phase().empty());
  world.faults().clear(fault);
  world.make_ready();
}

}  // namespace
}  // namespace dba::sandbox::kubedb::test
