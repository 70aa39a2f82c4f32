#include <algorithm>

#include "dba/base/error.hpp"

#include "cluster_fixture.hpp"

using dba::Json;
using dba::test::ClusterFixture;
using dba::test::group_pod;
using dba::test::is_pod_ready;
namespace codec = dba::codec;
namespace streaming = dba::sandbox::streaming;

namespace {

std::string kind_and_status(const Json& pod) {
  std::string text;
  for (const Json& condition : pod["status"]["conditions"]) {
    text += condition["type"].get<std::string>() + "=" + condition["status"].get<std::string>() + " ";
  }
  return text;
}

int restarts(const Json& pod, std::size_t container) {
  const Json* const list = codec::find_at(pod, {"status", "containerStatuses"});
  return list == nullptr ? -1 : (*list)[container]["restartCount"].get<int>();
}

struct Ran {
  int code = -1;
  std::string out{}, err{}, failure{};
};

Ran exec(ClusterFixture& fixture, const std::string& container, const std::vector<std::string>& command,
         const std::string& pod = "sales-0") {
  Ran ran;
  const streaming::ExecResult result = fixture.cluster.pods().exec(
      {.target = {.ns = "demo", .pod = pod, .uid = "", .container = container}, .command = command, .use_stderr = true},
      {.read_stdin = [](const std::stop_token&) { return std::nullopt; },
       .write_stdout = [&](std::string_view text) { ran.out += text; },
       .write_stderr = [&](std::string_view text) { ran.err += text; }},
      {});
  ran.code = result.exit_code;
  ran.failure = result.failure;
  return ran;
}

}  // namespace

TEST_CASE("a pod is scheduled, mounted, initialised, started and ready, with kubelet's events") {
  ClusterFixture fixture;
  fixture.create(
      group_pod("sales-0", "", R"(,"initContainers":[{"name":"mssql-init","image":"registry.example.com/init:v1"}])")
          .c_str());
  const auto pod = fixture.wait_pod("sales-0", is_pod_ready);
  REQUIRE(pod);
  CHECK((*pod)["status"]["phase"] == "Running");
  CHECK((*pod)["spec"]["nodeName"] == "node-0");
  CHECK((*pod)["status"]["hostIP"] == "172.18.0.2");
  CHECK((*pod)["status"]["podIP"] == "10.244.0.5");
  CHECK(kind_and_status(*pod) ==
        "PodReadyToStartContainers=True Initialized=True Ready=True ContainersReady=True PodScheduled=True ");
  CHECK((*pod)["status"]["initContainerStatuses"][0]["state"]["terminated"]["reason"] == "Completed");
  const Json& status = (*pod)["status"]["containerStatuses"][0];
  CHECK(status["name"] == "mssql");
  CHECK(status["ready"] == true);
  CHECK(status["restartCount"] == 0);
  CHECK(status["containerID"].get<std::string>().size() == std::string("containerd://").size() + 64);
  CHECK(status["state"].contains("running"));
  std::vector<std::string> events = fixture.events_of("sales-0");
  std::sort(events.begin(), events.end());
  CHECK(events ==
        std::vector<std::string>{
            "Normal Created: Created container: mssql", "Normal Created: Created container: mssql-coordinator",
            "Normal Created: Created container: mssql-init",
            "Normal Pulled: Container image \"registry.example.com/coordinator:v1\" already present on machine",
            "Normal Pulled: Container image \"registry.example.com/init:v1\" already present on machine",
            "Normal Pulled: Container image \"registry.example.com/mssql/server:2022\" already present on machine",
            "Normal Scheduled: Successfully assigned demo/sales-0 to node-0", "Normal Started: Started container mssql",
            "Normal Started: Started container mssql-coordinator", "Normal Started: Started container mssql-init"});
}

TEST_CASE("a pod waits for the Secret its volume names, and says so") {
  ClusterFixture fixture;
  fixture.create(
      group_pod("sales-0", "", R"(,"volumes":[{"name":"tls","secret":{"secretName":"sales-server-cert"}}])").c_str());
  const auto& events = ClusterFixture::type("v1", "Event");
  const auto seen = fixture.api.watch(events, "demo", {.labels = "", .fields = "reason=FailedMount"}, "", false);
  const auto event = seen->next(std::chrono::seconds(60), {});
  REQUIRE(event);
  CHECK((*event->object)["message"] ==
        "MountVolume.SetUp failed for volume \"tls\" : secret \"sales-server-cert\" not found");
  const auto waiting = fixture.api.get(ClusterFixture::type("v1", "Pod"), "demo", "sales-0");
  CHECK((*waiting)["status"]["phase"] == "Pending");
  CHECK((*waiting)["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "ContainerCreating");
  fixture.create(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"sales-server-cert"},"data":{"a":"Yg=="}})");
  CHECK(fixture.wait_pod("sales-0", is_pod_ready));
}

TEST_CASE("a pod waits for its claim, which longhorn binds at once and standard when the pod has a node") {
  for (const std::string storage_class : {"longhorn", "standard"}) {
    CAPTURE(storage_class);
    ClusterFixture fixture;
    fixture.create(
        group_pod("sales-0", "", R"(,"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data-sales-0"}}])")
            .c_str());
    const auto scheduled = [](const Json& pod) {
      const Json* const condition = codec::condition_of(pod, "PodScheduled");
      return condition != nullptr && codec::string_at(*condition, {"reason"}) == "Unschedulable";
    };
    const auto waiting = fixture.wait_pod("sales-0", scheduled);
    REQUIRE(waiting);
    CHECK(codec::string_at(*codec::condition_of(*waiting, "PodScheduled"), {"message"}) ==
          "0/3 nodes are available: persistentvolumeclaim \"data-sales-0\" not found. preemption: 0/3 nodes are "
          "available: 3 "
          "Preemption is not helpful for scheduling.");
    fixture.create((R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data-sales-0"},"spec":{
        "storageClassName":")" +
                    storage_class + R"(","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})")
                       .c_str());
    CHECK(fixture.wait_pod("sales-0", is_pod_ready));
    const auto claim = fixture.api.get(ClusterFixture::type("v1", "PersistentVolumeClaim"), "demo", "data-sales-0");
    CHECK((*claim)["status"]["phase"] == "Bound");
    CHECK((*claim)["status"]["capacity"]["storage"] == "1Gi");
    const auto volume = fixture.api.get(ClusterFixture::type("v1", "PersistentVolume"), "",
                                        (*claim)["spec"]["volumeName"].get<std::string>());
    CHECK((*volume)["spec"]["storageClassName"] == storage_class);
    CHECK((*volume)["spec"]["claimRef"]["name"] == "data-sales-0");
  }
}

TEST_CASE("readiness: a gate of the pod, and what others patch, decide") {
  ClusterFixture fixture;
  fixture.create(group_pod("sales-0", "", R"(,"readinessGates":[{"conditionType":"example.com/sql"}])").c_str());
  const auto& pods = ClusterFixture::type("v1", "Pod");
  REQUIRE(fixture.wait_pod("sales-0", [](const Json& pod) {
    const Json* const ready = codec::condition_of(pod, "ContainersReady");
    return ready != nullptr && codec::string_at(*ready, {"status"}) == "True";
  }));
  CHECK_FALSE(is_pod_ready(*fixture.api.get(pods, "demo", "sales-0")));
  fixture.api.patch(pods, "demo", "sales-0", dba::sandbox::api::PatchKind::strategic,
                    Json::parse(R"({"status":{"conditions":[{"type":"example.com/sql","status":"True"}]}})"), "status");
  CHECK(fixture.wait_pod("sales-0", is_pod_ready));
  fixture.api.patch(pods, "demo", "sales-0", dba::sandbox::api::PatchKind::strategic,
                    Json::parse(R"({"status":{"containerStatuses":[{"name":"mssql","ready":false}]}})"), "status");
  const auto unready = fixture.wait_pod("sales-0", [](const Json& pod) { return !is_pod_ready(pod); });
  REQUIRE(unready);
  CHECK(codec::string_at(*codec::condition_of(*unready, "Ready"), {"message"}) ==
        "containers with unready status: [mssql]");
}

TEST_CASE("graceful deletion takes the time the containers need, force none") {
  ClusterFixture fixture;
  const auto& pods = ClusterFixture::type("v1", "Pod");
  for (const int grace : {30, 0}) {
    CAPTURE(grace);
    fixture.create(group_pod("sales-0").c_str());
    REQUIRE(fixture.wait_pod("sales-0", is_pod_ready));
    const auto removed = fixture.api.remove(pods, "demo", "sales-0", {.grace_seconds = grace});
    CHECK(removed.finished == (grace == 0));
    fixture.wait_gone(pods, "demo", "sales-0");
  }
  std::vector<std::string> events = fixture.events_of("sales-0");
  CHECK(std::count(events.begin(), events.end(), "Normal Killing: Stopping container mssql") == 1);
}

TEST_CASE("killing the server process ends the launcher and restarts the container; again soon after: back-off") {
  ClusterFixture fixture;
  fixture.create(group_pod("sales-0").c_str());
  REQUIRE(fixture.wait_pod("sales-0", is_pod_ready));
  CHECK(exec(fixture, "mssql", {"kill", "-KILL", "9"}).code == 0);
  const auto again =
      fixture.wait_pod("sales-0", [](const Json& pod) { return restarts(pod, 0) == 1 && is_pod_ready(pod); });
  REQUIRE(again);
  const Json& status = (*again)["status"]["containerStatuses"][0];
  CHECK(status["lastState"]["terminated"]["exitCode"] == 137);
  CHECK(status["lastState"]["terminated"]["reason"] == "Error");
  CHECK(restarts(*again, 1) == 0);
  CHECK(exec(fixture, "mssql", {"sh", "-c", "kill -9 $(pgrep sqlservr | tail -n 1)"}).code == 0);
  const auto waiting = fixture.wait_pod("sales-0", [](const Json& pod) {
    return codec::string_at(pod["status"]["containerStatuses"][0], {"state", "waiting", "reason"}) ==
           "CrashLoopBackOff";
  });
  REQUIRE(waiting);
  CHECK((*waiting)["status"]["containerStatuses"][0]["state"]["waiting"]["message"] ==
        "back-off 10s restarting failed container=mssql pod=sales-0_demo(" + codec::uid_of(*waiting) + ")");
  CHECK(fixture.wait_pod("sales-0", [](const Json& pod) { return restarts(pod, 0) == 2 && is_pod_ready(pod); }));
}

TEST_CASE("PID 1 is immune to KILL and STOP from inside, TERM ends it") {
  ClusterFixture fixture;
  fixture.create(group_pod("sales-0").c_str());
  REQUIRE(fixture.wait_pod("sales-0", is_pod_ready));
  CHECK(exec(fixture, "mssql", {"kill", "-KILL", "1"}).code == 0);
  CHECK(exec(fixture, "mssql", {"kill", "-STOP", "1"}).code == 0);
  CHECK(exec(fixture, "mssql", {"ps", "-eo", "pid,ppid,stat,comm"}).out ==
        "    PID    PPID    STAT COMMAND \n      1       0       S sqlservr\n      9       1       S sqlservr\n");
  CHECK(exec(fixture, "mssql", {"kill", "-TERM", "1"}).code == 0);
  const auto again = fixture.wait_pod("sales-0", [](const Json& pod) { return restarts(pod, 0) == 1; });
  REQUIRE(again);
  CHECK((*again)["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 0);
}

TEST_CASE("a stopped server is what fault freeze means, until it goes on") {
  ClusterFixture fixture;
  fixture.create(group_pod("sales-0").c_str());
  REQUIRE(fixture.wait_pod("sales-0", is_pod_ready));
  const dba::sandbox::world::Victim victim{.ns = "demo", .database = "sales", .ordinal = 0, .role = ""};
  CHECK(exec(fixture, "mssql", {"kill", "-STOP", "9"}).code == 0);
  CHECK(fixture.world.faults.active("freeze", victim));
  CHECK(exec(fixture, "mssql", {"cat", "/proc/9/status"}).out ==
        "Name:\tsqlservr\nState:\tT (stopped)\nPid:\t9\nPPid:\t1\n");
  CHECK(exec(fixture, "mssql", {"kill", "-CONT", "9"}).code == 0);
  CHECK_FALSE(fixture.world.faults.active("freeze", victim));
}

TEST_CASE("fault kill-process ends the process it names once") {
  ClusterFixture fixture;
  fixture.create(group_pod("sales-0").c_str());
  REQUIRE(fixture.wait_pod("sales-0", is_pod_ready));
  fixture.world.faults.set(dba::sandbox::world::parse_fault("kill-process sales/0 process=coordinator"));
  const auto again =
      fixture.wait_pod("sales-0", [](const Json& pod) { return restarts(pod, 1) == 1 && is_pod_ready(pod); });
  REQUIRE(again);
  CHECK(restarts(*again, 0) == 0);
}

TEST_CASE("a coordinator's image has no shell, and unknown programs are refused by the runtime") {
  ClusterFixture fixture;
  fixture.create(group_pod("sales-0").c_str());
  const auto pod = fixture.wait_pod("sales-0", is_pod_ready);
  REQUIRE(pod);
  const std::string id = (*pod)["status"]["containerStatuses"][1]["containerID"].get<std::string>().substr(13);
  CHECK(exec(fixture, "mssql-coordinator", {"sh", "-c", "true"}).failure ==
        "failed to exec in container: failed to start exec \"" + id +
            "\": OCI runtime exec failed: exec failed: unable to start container process: exec: \"sh\": executable "
            "file not found "
            "in $PATH");
  CHECK(exec(fixture, "mssql", {"vim"}).failure.ends_with("exec: \"vim\": executable file not found in $PATH"));
  CHECK(exec(fixture, "nobody", {"true"}).failure == "container not found (\"nobody\")");
  CHECK(exec(fixture, "mssql", {"true"}, "sales-9").failure == "pods \"sales-9\" not found");
}

TEST_CASE("logs come from the cluster and from the pod's annotation") {
  ClusterFixture fixture;
  fixture.create(group_pod("sales-0").c_str());
  REQUIRE(fixture.wait_pod("sales-0", is_pod_ready));
  fixture.cluster.append_log("demo", "sales-0", "mssql-coordinator", "first");
  std::string text;
  std::stop_source stop;
  fixture.api.patch(
      ClusterFixture::type("v1", "Pod"), "demo", "sales-0", dba::sandbox::api::PatchKind::merge,
      Json{{"metadata",
            {{"annotations", {{"sandbox/log", "mssql-coordinator raft.node: 1 elected leader 2\nnobody x"}}}}}},
      "");
  fixture.cluster.pods().logs(
      {.target = {.ns = "demo", .pod = "sales-0", .uid = "", .container = "mssql-coordinator"}, .follow = true},
      [&](std::string_view line) {
        text += line;
        return text.find("elected") == std::string::npos;
      },
      stop.get_token());
  CHECK(text == "first\nraft.node: 1 elected leader 2\n");
}

TEST_CASE("a port leads to the listener, to the annotated address, or nowhere in containerd's words") {
  ClusterFixture fixture;
  fixture.create(group_pod("sales-0").c_str());
  REQUIRE(fixture.wait_pod("sales-0", is_pod_ready));
  try {
    fixture.cluster.pods().connect({.ns = "demo", .pod = "sales-0"}, 1433);
    FAIL_CHECK("nothing listens there");
  } catch (const dba::Error& error) {
    CHECK(error.info().message.find("failed to connect to localhost:1433 inside namespace") != std::string::npos);
  }
}

TEST_CASE("a new pod gets no address that a loaded one has") {
  ClusterFixture fixture;
  Json loaded = Json::parse(group_pod("sales-1"));
  loaded["metadata"]["namespace"] = "demo";
  loaded["spec"]["nodeName"] = "node-1";
  loaded["status"] = {{"phase", "Running"}, {"podIP", "10.244.0.5"}};
  fixture.api.load({loaded});
  // The slice of a Service tells when the cluster has seen the loaded pod.
  fixture.create(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"sales-pods"},"spec":{"clusterIP":"None",
      "publishNotReadyAddresses":true,"selector":{"app.kubernetes.io/instance":"sales"},"ports":[{"name":"db","port":1433}]}})");
  const auto& slices = ClusterFixture::type("discovery.k8s.io/v1", "EndpointSlice");
  const auto seen = fixture.api.watch(slices, "demo", {}, "", false);
  while (const auto event = seen->next(std::chrono::seconds(60), {})) {
    if (!(*event->object)["endpoints"].empty()) break;
  }
  fixture.create(group_pod("sales-0").c_str());
  const auto pod = fixture.wait_pod("sales-0", is_pod_ready);
  REQUIRE(pod);
  CHECK((*pod)["status"]["podIP"] == "10.244.0.6");
}
