#include <thread>

#include "cluster_fixture.hpp"
#include "streaming/byte_pipe.hpp"
#include "streaming/tcp.hpp"

using dba::Json;
using dba::test::ClusterFixture;
using dba::test::group_pod;
using dba::test::is_pod_ready;
namespace codec = dba::codec;
namespace streaming = dba::sandbox::streaming;

namespace {

constexpr const char* kPrimaryService = R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"sales","labels":{
    "app.kubernetes.io/instance":"sales"}},"spec":{"selector":{"app.kubernetes.io/instance":"sales","kubedb.com/role":"primary"},
    "ports":[{"name":"primary","port":1433,"targetPort":"db"}]}})";

/// "sales-0 ready, sales-1 not ready terminating" of the slice of a Service.
std::string endpoints(const Json& slice) {
  std::string text;
  for (const Json& endpoint : slice["endpoints"]) {
    if (!text.empty()) text += ", ";
    text += endpoint["targetRef"]["name"].get<std::string>();
    text += endpoint["conditions"]["ready"] == true ? " ready" : " not ready";
    if (endpoint["conditions"]["terminating"] == true) text += " terminating";
  }
  return text;
}

struct NetworkFixture : ClusterFixture {
  const dba::sandbox::api::Resource& slices = type("discovery.k8s.io/v1", "EndpointSlice");
  const dba::sandbox::api::Resource& pods = type("v1", "Pod");

  /// Waits until the Service's slice reads so.
  dba::sandbox::api::Object wait_endpoints(const std::string& service, const std::string& wanted) {
    const auto events =
        api.watch(slices, "demo", {.labels = "kubernetes.io/service-name=" + service, .fields = ""}, "", false);
    std::string last = "nothing";
    while (const auto event = events->next(std::chrono::seconds(30), {})) {
      last = endpoints(*event->object);
      if (last == wanted) return event->object;
    }
    FAIL_CHECK("the endpoints of " << service << " are " << last);
    return nullptr;
  }
  void set_role(const std::string& pod, const char* role) {
    api.patch(pods, "demo", pod, dba::sandbox::api::PatchKind::merge,
              Json{{"metadata", {{"labels", {{"kubedb.com/role", role == nullptr ? Json(nullptr) : Json(role)}}}}}},
              "");
  }
};

}  // namespace

TEST_CASE("an EndpointSlice follows labels and readiness, and says what a real one says") {
  NetworkFixture fixture;
  fixture.create(kPrimaryService);
  fixture.create(group_pod("sales-0", "primary").c_str());
  fixture.create(group_pod("sales-1", "secondary").c_str());
  const auto slice = fixture.wait_endpoints("sales", "sales-0 ready");
  REQUIRE(slice);
  const auto service = fixture.api.get(ClusterFixture::type("v1", "Service"), "demo", "sales");
  const auto pod = fixture.api.get(fixture.pods, "demo", "sales-0");
  CHECK((*slice)["metadata"]["labels"] == Json::parse(R"({"app.kubernetes.io/instance":"sales",
        "endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io","kubernetes.io/service-name":"sales"})"));
  CHECK((*slice)["metadata"]["ownerReferences"][0]["uid"] == codec::uid_of(*service));
  CHECK((*slice)["addressType"] == "IPv4");
  CHECK((*slice)["ports"] == Json::parse(R"([{"name":"primary","port":1433,"protocol":"TCP"}])"));
  CHECK((*slice)["endpoints"][0]["addresses"][0] == (*pod)["status"]["podIP"]);
  CHECK((*slice)["endpoints"][0]["conditions"] == Json::parse(R"({"ready":true,"serving":true,"terminating":false})"));
  CHECK((*slice)["endpoints"][0]["targetRef"]["uid"] == codec::uid_of(*pod));
  fixture.set_role("sales-0", nullptr);
  fixture.set_role("sales-1", "primary");
  fixture.wait_endpoints("sales", "sales-1 ready");
  const auto recorded = [&](const std::string& wanted) {
    for (const auto& event : fixture.world.truth.events("demo", "sales")) {
      if (event.what == "endpoint" && event.pod + " " + event.detail == wanted) return true;
    }
    return false;
  };
  while (!recorded("sales-1 in sales")) std::this_thread::yield();
  CHECK(recorded("sales-0 in sales"));
  CHECK(recorded("sales-0 out of sales"));
}

TEST_CASE("a headless Service that publishes unready addresses keeps all of its pods, with their host names") {
  NetworkFixture fixture;
  fixture.create(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"sales-pods"},"spec":{"clusterIP":"None",
      "publishNotReadyAddresses":true,"selector":{"app.kubernetes.io/instance":"sales"},"ports":[{"name":"db","port":1433}]}})");
  fixture.create(group_pod("sales-0", "", R"(,"readinessGates":[{"conditionType":"example.com/never"}])").c_str());
  const auto slice = fixture.wait_endpoints("sales-pods", "sales-0 ready");
  REQUIRE(slice);
  CHECK((*slice)["endpoints"][0]["hostname"] == "sales-0");
  CHECK((*slice)["endpoints"][0]["conditions"]["serving"] == false);
  CHECK((*slice)["metadata"]["labels"]["service.kubernetes.io/headless"] == "");
  CHECK(fixture.cluster.services().empty());
}

TEST_CASE("Endpoints say the same as the slice, without pods that end, and go with their Service") {
  NetworkFixture fixture;
  const auto& type = ClusterFixture::type("v1", "Endpoints");
  fixture.create(kPrimaryService);
  const auto none = fixture.wait(type, "demo", "sales", [](const Json& object) { return !object.contains("subsets"); });
  REQUIRE(none);
  CHECK((*none)["metadata"]["labels"] == Json::parse(R"({"app.kubernetes.io/instance":"sales",
    "endpoints.kubernetes.io/managed-by":"endpoint-controller"})"));
  fixture.create(group_pod("sales-0", "primary").c_str());
  const auto ready = fixture.wait(type, "demo", "sales", [](const Json& object) {
    return codec::find_at(object, {"subsets"}) != nullptr && object["subsets"][0].contains("addresses");
  });
  REQUIRE(ready);
  const Json& subset = (*ready)["subsets"][0];
  const Json pod = *fixture.api.get(fixture.pods, "demo", "sales-0");
  CHECK(subset["addresses"][0]["ip"] == pod["status"]["podIP"]);
  CHECK(subset["addresses"][0]["targetRef"]["uid"] == pod["metadata"]["uid"]);
  CHECK(subset["ports"] == Json::parse(R"([{"name":"primary","port":1433,"protocol":"TCP"}])"));
  CHECK_FALSE(subset.contains("notReadyAddresses"));
  fixture.set_role("sales-0", nullptr);
  CHECK(fixture.wait(type, "demo", "sales", [](const Json& object) { return !object.contains("subsets"); }));
  fixture.api.remove(ClusterFixture::type("v1", "Service"), "demo", "sales");
  fixture.wait_gone(type, "demo", "sales");
}

TEST_CASE("fault stale-endpoint keeps the old endpoints until it is cleared") {
  NetworkFixture fixture;
  fixture.create(kPrimaryService);
  fixture.create(group_pod("sales-0", "primary").c_str());
  fixture.create(group_pod("other-0").c_str());
  fixture.wait_endpoints("sales", "sales-0 ready");
  const auto id = fixture.world.faults.set(dba::sandbox::world::parse_fault("stale-endpoint sales"));
  fixture.set_role("sales-0", nullptr);
  // Whatever was under way for another Service is done when its slice is there.
  fixture.create(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"later"},"spec":{"selector":{"x":"y"},
      "ports":[{"port":80}]}})");
  fixture.wait_endpoints("later", "");
  const auto listed = fixture.api.list(fixture.slices, "demo",
                                       {.selectors = {.labels = "kubernetes.io/service-name=sales", .fields = ""}});
  REQUIRE(listed.items.size() == 1);
  CHECK(endpoints(*listed.items[0]) == "sales-0 ready");
  fixture.world.faults.clear(id);
  fixture.wait_endpoints("sales", "");
}

TEST_CASE("a Service's listener leads to the ready pod, and open connections stay where they are") {
  NetworkFixture fixture;
  fixture.cluster.set_listener([](const streaming::PodRef& target, int port) -> std::unique_ptr<streaming::ByteStream> {
    auto [near, far] = streaming::make_byte_pipe();
    far->write(target.pod + ":" + std::to_string(port));
    // The far end stays open as long as the test asks for nothing more.
    static std::mutex mutex;
    static std::vector<std::unique_ptr<streaming::ByteStream>> open;
    const std::lock_guard lock(mutex);
    open.push_back(std::move(far));
    return std::move(near);
  });
  fixture.create(kPrimaryService);
  fixture.create(group_pod("sales-0", "primary").c_str());
  fixture.create(group_pod("sales-1", "secondary").c_str());
  const auto led_to = [&](const std::string& pod) {
    for (const auto& address : fixture.cluster.services()) {
      if (address.service == "sales" && address.pods == std::vector<std::string>{pod}) return address.address;
    }
    return std::string();
  };
  const auto wait_for = [&](const std::string& pod) {
    while (led_to(pod).empty()) std::this_thread::yield();
    const std::string address = led_to(pod);
    return streaming::connect_tcp("127.0.0.1",
                                  static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
  };
  const auto greeting = [](streaming::ByteStream& stream) {
    std::string text(64, '\0');
    const auto count = stream.read(text.data(), text.size(), std::chrono::seconds(30));
    return text.substr(0, count.value_or(0));
  };
  const auto first = wait_for("sales-0");
  CHECK(greeting(*first) == "sales-0:1433");
  fixture.set_role("sales-0", "secondary");
  fixture.set_role("sales-1", "primary");
  const auto second = wait_for("sales-1");
  CHECK(greeting(*second) == "sales-1:1433");
  CHECK(first->write("still there"));
}

TEST_CASE("claims grow when their class allows it, and go with their volume when no pod uses them") {
  ClusterFixture fixture;
  const auto& claims = ClusterFixture::type("v1", "PersistentVolumeClaim");
  fixture.create(R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data-sales-0"},"spec":{
      "accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})");
  const auto bound = fixture.wait(claims, "demo", "data-sales-0", [](const Json& claim) {
    return codec::string_at(claim, {"status", "phase"}) == "Bound";
  });
  REQUIRE(bound);
  CHECK((*bound)["spec"]["storageClassName"] == "longhorn");
  CHECK((*bound)["metadata"]["finalizers"] == Json::parse(R"(["kubernetes.io/pvc-protection"])"));
  fixture.create(
      group_pod("sales-0", "", R"(,"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data-sales-0"}}])")
          .c_str());
  REQUIRE(fixture.wait_pod("sales-0", is_pod_ready));
  fixture.api.patch(claims, "demo", "data-sales-0", dba::sandbox::api::PatchKind::merge,
                    Json::parse(R"({"spec":{"resources":{"requests":{"storage":"2Gi"}}}})"), "");
  CHECK(fixture.wait(claims, "demo", "data-sales-0", [](const Json& claim) {
    return codec::string_at(claim, {"status", "capacity", "storage"}) == "2Gi";
  }));
  fixture.api.remove(claims, "demo", "data-sales-0");
  CHECK(fixture.api.find(claims, "demo", "data-sales-0"));
  fixture.api.remove(ClusterFixture::type("v1", "Pod"), "demo", "sales-0");
  fixture.wait_gone(claims, "demo", "data-sales-0");
  fixture.wait_gone(ClusterFixture::type("v1", "PersistentVolume"), "",
                    (*bound)["spec"]["volumeName"].get<std::string>());
}

TEST_CASE("what is there from the beginning") {
  ClusterFixture fixture;
  const auto& accounts = ClusterFixture::type("v1", "ServiceAccount");
  CHECK(fixture.wait(accounts, "demo", "default", [](const Json&) { return true; }));
  CHECK(fixture.wait(ClusterFixture::type("v1", "ConfigMap"), "demo", "kube-root-ca.crt",
                     [](const Json&) { return true; }));
  std::vector<std::string> names;
  for (const auto& ns : fixture.api.list(ClusterFixture::type("v1", "Namespace"), "").items)
    names.push_back(codec::name_of(*ns));
  CHECK(names == std::vector<std::string>{"cert-manager", "default", "demo", "kube-node-lease", "kube-public",
                                          "kube-system", "kubedb"});
  const auto& classes = ClusterFixture::type("storage.k8s.io/v1", "StorageClass");
  CHECK((*fixture.api.get(classes, "", "longhorn"))["allowVolumeExpansion"] == true);
  CHECK((*fixture.api.get(classes, "", "standard"))["allowVolumeExpansion"] == false);
  CHECK(codec::annotation_of(*fixture.api.get(classes, "", "longhorn"),
                             "storageclass.kubernetes.io/is-default-class") == "true");
  CHECK(fixture.api.list(ClusterFixture::type("v1", "Node"), "").items.size() == 3);
}

TEST_CASE("a namespace that is deleted takes its pods with it") {
  ClusterFixture fixture;
  fixture.create(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"}})");
  const auto& pods = ClusterFixture::type("v1", "Pod");
  fixture.create(group_pod("sales-0").c_str(), "team");
  REQUIRE(fixture.wait(pods, "team", "sales-0", is_pod_ready));
  fixture.api.remove(ClusterFixture::type("v1", "Namespace"), "", "team");
  fixture.wait_gone(ClusterFixture::type("v1", "Namespace"), "", "team");
  CHECK_FALSE(fixture.api.find(pods, "team", "sales-0"));
}
