#include "cluster/endpoints.hpp"

#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"

namespace dba::sandbox::cluster {

namespace {

/// The number behind a named target port of this pod; 0 when it has none.
std::int64_t named_port(const Json& pod, const std::string& name) {
  const Json* const containers = codec::find_at(pod, {"spec", "containers"});
  if (containers == nullptr || !containers->is_array()) return 0;
  for (const Json& container : *containers) {
    const Json* const ports = codec::find_at(container, {"ports"});
    if (ports == nullptr || !ports->is_array()) continue;
    for (const Json& port : *ports) {
      if (codec::string_at(port, {"name"}) == name) return codec::int_at(port, {"containerPort"}).value_or(0);
    }
  }
  return 0;
}

Json ports_of(const Json& service, const std::vector<api::Object>& pods) {
  Json result = Json::array();
  const Json* const ports = codec::find_at(service, {"spec", "ports"});
  if (ports == nullptr || !ports->is_array()) return result;
  for (const Json& port : *ports) {
    std::int64_t number = codec::int_at(port, {"targetPort"}).value_or(codec::int_at(port, {"port"}).value_or(0));
    if (const std::string name = codec::string_at(port, {"targetPort"}); !name.empty()) {
      number = 0;
      for (const api::Object& pod : pods) {
        if (number == 0) number = named_port(*pod, name);
      }
    }
    if (number == 0) continue;
    result.push_back({{"name", codec::string_at(port, {"name"})},
                      {"port", number},
                      {"protocol", codec::string_at(port, {"protocol"}, "TCP")}});
  }
  return result;
}

Json endpoint_of(const Json& service, const Json& pod) {
  const bool terminating = codec::find_at(pod, {"metadata", "deletionTimestamp"}) != nullptr;
  const bool serving = is_ready(pod);
  const bool ready = codec::bool_at(service, {"spec", "publishNotReadyAddresses"}) || (serving && !terminating);
  Json endpoint{{"addresses", Json::array({codec::string_at(pod, {"status", "podIP"})})},
                {"conditions", {{"ready", ready}, {"serving", serving}, {"terminating", terminating}}}};
  const std::string hostname = codec::string_at(pod, {"spec", "hostname"});
  if (!hostname.empty() && codec::string_at(pod, {"spec", "subdomain"}) == codec::name_of(service)) {
    endpoint["hostname"] = hostname;
  }
  endpoint["nodeName"] = codec::string_at(pod, {"spec", "nodeName"});
  endpoint["targetRef"] = {{"kind", "Pod"},
                           {"name", codec::name_of(pod)},
                           {"namespace", codec::namespace_of(pod)},
                           {"uid", codec::uid_of(pod)}};
  return endpoint;
}

/// The Service's own, and what says that it is headless. `more` comes between the two.
Json labels_of(const Json& service, const Json& more) {
  Json labels = Json::object();
  if (const Json* const own = codec::find_at(service, {"metadata", "labels"}); own != nullptr && own->is_object()) {
    labels = *own;
  }
  labels.update(more);
  if (codec::string_at(service, {"spec", "clusterIP"}) == "None") labels["service.kubernetes.io/headless"] = "";
  return labels;
}

Json address_of(const Json& endpoint) {
  Json address{{"ip", endpoint["addresses"].front()}};
  for (const char* field : {"hostname", "nodeName", "targetRef"}) {
    if (endpoint.contains(field)) address[field] = endpoint[field];
  }
  return address;
}

}  // namespace

bool is_ready(const Json& pod) {
  const Json* const condition = codec::condition_of(pod, "Ready");
  return condition != nullptr && codec::string_at(*condition, {"status"}) == "True";
}

std::string slice_name(const Json& service) {
  return fmt::format("{}-{}", codec::name_of(service),
                     name_suffix(std::hash<std::string>{}(codec::uid_of(service)), 5));
}

Json make_slice(const Json& service, const std::vector<api::Object>& pods) {
  Json labels = labels_of(service, {{"endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io"},
                                    {"kubernetes.io/service-name", codec::name_of(service)}});
  Json endpoints = Json::array();
  for (const api::Object& pod : pods) {
    const std::string phase = codec::string_at(*pod, {"status", "phase"});
    if (codec::string_at(*pod, {"status", "podIP"}).empty() || phase == "Succeeded" || phase == "Failed") continue;
    endpoints.push_back(endpoint_of(service, *pod));
  }
  return {{"apiVersion", "discovery.k8s.io/v1"},
          {"kind", "EndpointSlice"},
          {"metadata",
           {{"name", slice_name(service)},
            {"generateName", codec::name_of(service) + "-"},
            {"namespace", codec::namespace_of(service)},
            {"labels", std::move(labels)},
            {"ownerReferences", Json::array({Json{{"apiVersion", "v1"},
                                                  {"kind", "Service"},
                                                  {"name", codec::name_of(service)},
                                                  {"uid", codec::uid_of(service)},
                                                  {"controller", true},
                                                  {"blockOwnerDeletion", true}}})}}},
          {"addressType", "IPv4"},
          {"endpoints", std::move(endpoints)},
          {"ports", ports_of(service, pods)}};
}

Json make_endpoints(const Json& service, const Json& slice) {
  Json ready = Json::array(), waiting = Json::array();
  for (const Json& endpoint : slice["endpoints"]) {
    const bool is_up = codec::bool_at(endpoint, {"conditions", "ready"});
    if (!is_up && codec::bool_at(endpoint, {"conditions", "terminating"})) continue;
    (is_up ? ready : waiting).push_back(address_of(endpoint));
  }
  Json object{{"apiVersion", "v1"},
              {"kind", "Endpoints"},
              {"metadata",
               {{"name", codec::name_of(service)},
                {"namespace", codec::namespace_of(service)},
                {"labels", labels_of(service, {{"endpoints.kubernetes.io/managed-by", "endpoint-controller"}})}}}};
  if (ready.empty() && waiting.empty()) return object;
  Json subset = Json::object();
  if (!ready.empty()) subset["addresses"] = std::move(ready);
  if (!waiting.empty()) subset["notReadyAddresses"] = std::move(waiting);
  if (!slice["ports"].empty()) subset["ports"] = slice["ports"];
  object["subsets"] = Json::array({std::move(subset)});
  return object;
}

}  // namespace dba::sandbox::cluster
