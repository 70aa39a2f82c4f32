#include "http/table.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"

namespace dba::sandbox::http {
namespace {

const WallTime kNow = *try_parse_rfc3339("2026-01-02T03:04:05Z");

const api::Resource& resource(std::string_view group, std::string_view version, std::string_view plural) {
  const api::Resource* found = api::find_resource(group, version, plural);
  REQUIRE_MESSAGE(found != nullptr, plural);
  return *found;
}

/// The cells of one object as the wide table prints them.
std::string row(const api::Resource& type, std::string_view json) {
  const Json cells = table_cells(type, codec::parse_json(json, "test object"), kNow);
  std::string text;
  for (const Json& cell : cells) {
    if (!text.empty()) text += " | ";
    text += cell.is_string() ? cell.get<std::string>() : cell.dump();
  }
  return text;
}

std::string header(const api::Resource& type) {
  std::string text;
  for (const Json& column : column_definitions(type)) {
    if (!text.empty()) text += " | ";
    text += column["name"].get<std::string>() + (column["priority"] == 1 ? "*" : "");
  }
  return text;
}

std::string pod(std::string_view status, std::string_view more_metadata = "", std::string_view more_spec = "") {
  return fmt::format(R"({{"metadata":{{"name":"sales-0","creationTimestamp":"2026-01-02T03:00:05Z"{}}},
    "spec":{{"containers":[{{"name":"mssql"}},{{"name":"mssql-coordinator"}}]{}}},"status":{}}})",
                     more_metadata, more_spec, status);
}

TEST_CASE("a pod's status says what its containers are doing, as kubectl get prints it") {
  const api::Resource& pods = resource("", "v1", "pods");
  CHECK(header(pods) == "Name | Ready | Status | Restarts | Age | IP* | Node* | Nominated Node* | Readiness Gates*");
  struct Row {
    std::string json, cells;
  };
  const std::string running = R"({"name":"mssql","ready":true,"restartCount":0,"state":{"running":{}}})";
  const std::vector<Row> rows{
      {pod(R"({"phase":"Running","podIP":"10.1.2.3","podIPs":[{"ip":"10.1.2.3"}],"containerStatuses":[)" + running +
           "," + running + "]}"),
       "sales-0 | 2/2 | Running | 0 | 4m | 10.1.2.3 | <none> | <none> | <none>"},
      {pod(R"({"phase":"Pending"})"), "sales-0 | 0/2 | Pending | 0 | 4m | <none> | <none> | <none> | <none>"},
      {pod(R"({"phase":"Running","containerStatuses":[)" + running + "]}",
           R"(,"deletionTimestamp":"2026-01-02T03:04:00Z")", R"(,"nodeName":"node-1")"),
       "sales-0 | 1/2 | Terminating | 0 | 4m | <none> | node-1 | <none> | <none>"},
      {pod(R"({"phase":"Running","containerStatuses":[{"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},
            "lastState":{"terminated":{"finishedAt":"2026-01-02T03:03:55Z"}}},)" +
           running + "]}"),
       "sales-0 | 1/2 | CrashLoopBackOff | 3 (10s ago) | 4m | <none> | <none> | <none> | <none>"},
      {pod(R"({"phase":"Running","containerStatuses":[{"restartCount":0,"state":{"terminated":{"exitCode":137,"signal":9}}},)" +
           running + "]}"),
       "sales-0 | 1/2 | Signal:9 | 0 | 4m | <none> | <none> | <none> | <none>"},
      {pod(R"({"phase":"Running","containerStatuses":[{"restartCount":0,"state":{"terminated":{"exitCode":0,"reason":"Completed"}}},)" +
           running + "]}"),
       "sales-0 | 1/2 | NotReady | 0 | 4m | <none> | <none> | <none> | <none>"},
      {pod(R"({"phase":"Pending","initContainerStatuses":[{"name":"mssql-init","state":{"running":{}}}]})", "",
           R"(,"initContainers":[{"name":"mssql-init"}])"),
       "sales-0 | 0/2 | Init:0/1 | 0 | 4m | <none> | <none> | <none> | <none>"},
      {pod(R"({"phase":"Pending","initContainerStatuses":[{"name":"mssql-init","restartCount":2,
            "state":{"waiting":{"reason":"CrashLoopBackOff"}}}]})",
           "", R"(,"initContainers":[{"name":"mssql-init"}])"),
       "sales-0 | 0/2 | Init:CrashLoopBackOff | 2 | 4m | <none> | <none> | <none> | <none>"},
      {pod(R"({"phase":"Failed","reason":"Evicted"})"),
       "sales-0 | 0/2 | Evicted | 0 | 4m | <none> | <none> | <none> | <none>"},
  };
  for (const Row& expected : rows) CHECK(row(pods, expected.json) == expected.cells);
}

TEST_CASE("services, slices and claims print their own columns") {
  const std::string metadata = R"("metadata":{"name":"sales","creationTimestamp":"2026-01-02T01:04:05Z"})";
  const api::Resource& services = resource("", "v1", "services");
  CHECK(header(services) == "Name | Type | Cluster-IP | External-IP | Port(s) | Age | Selector*");
  CHECK(
      row(services, "{" + metadata + R"(,"spec":{"type":"ClusterIP","clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7"],
      "ports":[{"port":1433,"protocol":"TCP"},{"port":80,"nodePort":30080,"protocol":"TCP"}],
      "selector":{"b":"2","a":"1"}}})") ==
      "sales | ClusterIP | 10.96.0.7 | <none> | 1433/TCP,80:30080/TCP | 120m | a=1,b=2");
  CHECK(row(services, "{" + metadata + R"(,"spec":{"type":"ClusterIP","clusterIP":"None","clusterIPs":["None"]}})") ==
        "sales | ClusterIP | None | <none> | <none> | 120m | <none>");
  CHECK(row(services, "{" + metadata + R"(,"spec":{"type":"LoadBalancer","clusterIPs":["10.96.0.7"]}})") ==
        "sales | LoadBalancer | 10.96.0.7 | <pending> | <none> | 120m | <none>");

  const api::Resource& slices = resource("discovery.k8s.io", "v1", "endpointslices");
  CHECK(row(slices, "{" + metadata + R"(,"addressType":"IPv4","ports":[{"name":"primary","port":1433}],
      "endpoints":[{"addresses":["10.0.0.1"]},{"addresses":["10.0.0.2"]},{"addresses":["10.0.0.3"]},
      {"addresses":["10.0.0.4"]}]})") == "sales | IPv4 | 1433 | 10.0.0.1,10.0.0.2,10.0.0.3 + 1 more... | 120m");
  CHECK(row(slices, "{" + metadata + R"(,"addressType":"IPv4","ports":null,"endpoints":null})") ==
        "sales | IPv4 | <unset> | <unset> | 120m");

  const api::Resource& claims = resource("", "v1", "persistentvolumeclaims");
  CHECK(row(claims,
            "{" + metadata + R"(,"spec":{"volumeName":"pvc-1","storageClassName":"longhorn","volumeMode":"Filesystem"},
      "status":{"phase":"Bound","capacity":{"storage":"1024Mi"},"accessModes":["ReadWriteOnce"]}})") ==
        "sales | Bound | pvc-1 | 1Gi | RWO | longhorn | <unset> | 120m | Filesystem");
  CHECK(row(claims, "{" + metadata + R"(,"spec":{"storageClassName":"longhorn"},"status":{"phase":"Pending"}})") ==
        "sales | Pending |  |  |  | longhorn | <unset> | 120m | <unset>");
}

TEST_CASE("cluster and batch kinds print their own columns") {
  const std::string metadata = R"("metadata":{"name":"x","creationTimestamp":"2026-01-02T03:04:00Z")";
  CHECK(row(resource("", "v1", "nodes"), "{" + metadata + R"(,"labels":{"node-role.kubernetes.io/control-plane":""}},
      "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}],
      "addresses":[{"type":"InternalIP","address":"10.0.0.9"}],
      "nodeInfo":{"kubeletVersion":"v1.36.3","osImage":"Linux","kernelVersion":"6.1","architecture":"amd64"}}})") ==
        "x | Ready,SchedulingDisabled | control-plane | 5s | v1.36.3 | 10.0.0.9 | <none> | Linux | 6.1 (amd64) | "
        "<unknown>");
  CHECK(row(resource("storage.k8s.io", "v1", "storageclasses"),
            "{" + metadata + R"(,"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},
            "provisioner":"driver.longhorn.io","allowVolumeExpansion":true})") ==
        "x (default) | driver.longhorn.io | Delete | Immediate | true | 5s");
  CHECK(row(resource("", "v1", "events"), "{" + metadata + R"(},"type":"Warning","reason":"Failed","count":3,
      "involvedObject":{"kind":"MSSQLServer","name":"sales"},"source":{"component":"KubeDB Operator"},
      "message":" it failed\n","firstTimestamp":"2026-01-02T03:00:05Z","lastTimestamp":"2026-01-02T03:04:03Z"})") ==
        "2s | Warning | Failed | mssqlserver/sales |  | KubeDB Operator | it failed | 4m | 3 | x");
  CHECK(row(resource("batch", "v1", "jobs"), "{" + metadata + R"(},"spec":{"completions":1},"status":{"succeeded":1,
      "startTime":"2026-01-02T03:04:00Z","completionTime":"2026-01-02T03:04:03Z",
      "conditions":[{"type":"Complete","status":"True"}]}})") == "x | Complete | 1/1 | 3s | 5s |  |  | <none>");
  CHECK(row(resource("policy", "v1", "poddisruptionbudgets"),
            "{" + metadata + R"(},"spec":{"maxUnavailable":1},"status":{"disruptionsAllowed":0}})") ==
        "x | N/A | 1 | 0 | 5s");
  CHECK(row(resource("coordination.k8s.io", "v1", "leases"), "{" + metadata + R"(},"spec":{"holderIdentity":"me"}})") ==
        "x | me | 5s");
  CHECK(row(resource("", "v1", "secrets"), "{" + metadata + R"(},"type":"Opaque","data":{"a":"","b":""}})") ==
        "x | Opaque | 2 | 5s");
  CHECK(row(resource("", "v1", "serviceaccounts"), "{" + metadata + "}}") == "x | 5s");
  CHECK(row(resource("rbac.authorization.k8s.io", "v1", "roles"), "{" + metadata + "}}") == "x | 2026-01-02T03:04:00Z");
  CHECK(row(resource("rbac.authorization.k8s.io", "v1", "rolebindings"),
            "{" + metadata + R"(},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},
            {"kind":"ServiceAccount","name":"s","namespace":"demo"},{"kind":"Group","name":"g"},
            {"kind":"User","name":"v"}]})") == "x | Role/r | 5s | u, v | g | demo/s");
}

TEST_CASE("custom resources print the columns of their CRD; what does not fit the type is empty") {
  const api::Resource& databases = resource("kubedb.com", "v1alpha2", "mssqlservers");
  CHECK(header(databases) == "Name | Version | Status | Age");
  const std::string metadata = R"("metadata":{"name":"sales","creationTimestamp":"2026-01-02T03:04:00Z"})";
  CHECK(row(databases, "{" + metadata + R"(,"spec":{"version":"2022-cu16"},"status":{"phase":"Ready"}})") ==
        "sales | 2022-cu16 | Ready | 5s");
  CHECK(row(databases, "{" + metadata + R"(,"spec":{"version":"2022-cu16"}})") == "sales | 2022-cu16 | null | 5s");

  api::Resource odd;
  odd.custom = true;
  odd.columns = {
      {"N", "integer", ".spec.n"}, {"B", "boolean", ".spec.b"}, {"D", "date", ".spec.d"}, {"S", "string", ".spec.s"}};
  CHECK(row(odd, R"({"metadata":{"name":"a"},"spec":{"n":2.0,"b":true,"d":"yesterday","s":{"x":1}}})") ==
        "a | 2 | true | <invalid> | {\"x\":1}");
  CHECK(row(odd, R"({"metadata":{"name":"a"},"spec":{"n":"2","b":"true","d":"2026-01-02T03:04:00Z"}})") ==
        "a | null | null | 5s | null");
}

}  // namespace
}  // namespace dba::sandbox::http
