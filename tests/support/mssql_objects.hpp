#pragma once
// Objects of a database as a cluster holds them, for tests of what reads them.

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/names.hpp"

#include "support/fake_transport.hpp"

namespace dba::test {

/// An availability group of three replicas that is Ready, made a day before FakeClock begins.
inline Json database_json(std::string_view ns, std::string_view name, std::string_view phase = "Ready",
                          std::string_view resource_version = "1") {
  Json object = object_json(kube::resources::mssqlservers, ns, name, resource_version);
  object["metadata"]["creationTimestamp"] = "2026-01-01T03:04:05Z";
  object["metadata"]["finalizers"] = Json::array({"kubedb.com"});
  object["spec"]["version"] = "2025-cu0";
  object["spec"]["replicas"] = 3;
  object["spec"]["topology"]["mode"] = "AvailabilityGroup";
  object["spec"]["deletionPolicy"] = "Delete";
  object["status"]["phase"] = phase;
  return object;
}

/// A pod that runs and is Ready. @param role value of the role label; empty = no label.
inline Json pod_json(std::string_view ns, std::string_view database, int ordinal, std::string_view role,
                     std::string_view resource_version = "1") {
  Json pod = object_json(kube::resources::pods, ns, mssql::pod_name(database, ordinal), resource_version);
  Json& labels = pod["metadata"]["labels"] = Json::object();
  labels[std::string(mssql::kInstanceLabel)] = database;
  labels[std::string(mssql::kNameLabel)] = mssql::kNameLabelValue;
  labels[std::string(mssql::kManagedByLabel)] = mssql::kManagedByLabelValue;
  if (!role.empty()) labels[std::string(mssql::kRoleLabel)] = role;
  pod["metadata"]["creationTimestamp"] = "2026-01-01T03:05:00Z";
  pod["spec"]["nodeName"] = fmt::format("node-{}", ordinal);
  pod["status"]["phase"] = "Running";
  pod["status"]["conditions"] = Json::array({Json::object({{"type", "Ready"}, {"status", "True"}})});
  return pod;
}

/// The pods of a group of three, the first one leading.
inline std::vector<Json> three_pods(std::string_view ns = "demo", std::string_view database = "sales") {
  return {pod_json(ns, database, 0, "primary"), pod_json(ns, database, 1, "secondary"),
          pod_json(ns, database, 2, "secondary")};
}

/// The EndpointSlice of one Service, its ready endpoints being these pods.
inline Json slice_json(std::string_view ns, std::string_view service, const std::vector<Json>& pods,
                       std::string_view resource_version = "1") {
  Json slice = object_json(kube::resources::endpointslices, ns, fmt::format("{}-abc12", service), resource_version);
  slice["metadata"]["labels"][std::string(mssql::kServiceNameLabel)] = service;
  slice["addressType"] = "IPv4";
  slice["endpoints"] = Json::array();
  for (const Json& pod : pods) {
    Json endpoint = Json::object();
    endpoint["addresses"] = Json::array({"10.244.0.1"});
    endpoint["conditions"]["ready"] = true;
    endpoint["targetRef"] =
        Json::object({{"kind", "Pod"}, {"name", codec::name_of(pod)}, {"namespace", ns}, {"uid", codec::uid_of(pod)}});
    slice["endpoints"].push_back(std::move(endpoint));
  }
  return slice;
}

}  // namespace dba::test
