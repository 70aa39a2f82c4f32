#include "api/builtin_defaults.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/quantity.hpp"

#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

/// `value` by value: it may be a part of `object`, whose members move when one is added.
void set_if_absent(Json& object, std::string_view key, Json value) {
  if (member(object, key) == nullptr) object[std::string(key)] = std::move(value);
}

/// Maps and lists that are written only when something is in them.
constexpr std::array<std::string_view, 14> kOmittedWhenEmpty{
    "data", "binaryData", "stringData", "labels",  "annotations",  "matchLabels",      "nodeSelector",
    "env",  "ports",      "args",       "command", "volumeMounts", "imagePullSecrets", "volumes"};

void drop_empty(Json& value) {
  if (value.is_array()) {
    for (Json& item : value) drop_empty(item);
  }
  if (!value.is_object()) return;
  for (auto at = value.begin(); at != value.end();) {
    const bool can_go =
        at->is_structured() && at->empty() &&
        std::find(kOmittedWhenEmpty.begin(), kOmittedWhenEmpty.end(), at.key()) != kOmittedWhenEmpty.end();
    if (!can_go) drop_empty(*at);
    at = can_go ? value.erase(at) : std::next(at);
  }
}

template <typename Visit>
void each_in(Json& object, std::string_view list, Visit visit) {
  Json* items = member(object, list);
  if (items == nullptr || !items->is_array()) return;
  for (Json& item : *items) {
    if (item.is_object()) visit(item);
  }
}

bool is_latest(std::string_view image) {
  const std::size_t last_part = image.rfind('/') == std::string_view::npos ? 0 : image.rfind('/');
  if (image.find('@', last_part) != std::string_view::npos) return false;
  const std::size_t colon = image.find(':', last_part);
  return colon == std::string_view::npos || image.substr(colon + 1) == "latest";
}

/// Quantities are kept in their canonical form. What is none is found by the checks.
void canonicalise(Json* quantities) {
  if (quantities == nullptr || !quantities->is_object()) return;
  for (Json& one : *quantities) {
    if (const auto parsed = Quantity::try_parse(one.is_string() ? one.get<std::string>() : one.dump())) {
      one = parsed->canonical();
    }
  }
}

Json* resources_at(Json& holder, std::string_view list) {
  Json* resources = member(holder, "resources");
  return resources == nullptr ? nullptr : member(*resources, list);
}

/// A container that only says what it must not exceed asks for as much.
void decode_resources(Json& container) {
  canonicalise(resources_at(container, "limits"));
  canonicalise(resources_at(container, "requests"));
  const Json* limits = resources_at(container, "limits");
  if (limits == nullptr || !limits->is_object() || limits->empty()) return;
  const Json copy = *limits;
  Json& requests = child_object(container["resources"], "requests");
  for (const auto& [name, value] : copy.items()) set_if_absent(requests, name, value);
}

void decode_variable(Json& variable) {
  Json* source = member(variable, "valueFrom");
  Json* reference = source == nullptr ? nullptr : member(*source, "fieldRef");
  if (reference != nullptr) set_if_absent(*reference, "apiVersion", "v1");
}

void decode_container(Json& container) {
  decode_resources(container);
  each_in(container, "env", decode_variable);
  each_in(container, "ports", [](Json& port) { set_if_absent(port, "protocol", "TCP"); });
  set_if_absent(container, "resources", Json::object());
  set_if_absent(container, "terminationMessagePath", "/dev/termination-log");
  set_if_absent(container, "terminationMessagePolicy", "File");
  set_if_absent(container, "imagePullPolicy",
                is_latest(codec::string_at(container, {"image"})) ? "Always" : "IfNotPresent");
}

void decode_pod_spec(Json& spec) {
  for (const char* list : {"initContainers", "containers"}) each_in(spec, list, decode_container);
  set_if_absent(spec, "restartPolicy", "Always");
  set_if_absent(spec, "terminationGracePeriodSeconds", 30);
  set_if_absent(spec, "dnsPolicy", "ClusterFirst");
  set_if_absent(spec, "securityContext", Json::object());
  set_if_absent(spec, "schedulerName", "default-scheduler");
}

void decode_template(Json& owner) {
  if (codec::find_at(owner, {"spec", "template", "spec"}) != nullptr)
    decode_pod_spec(owner["spec"]["template"]["spec"]);
}

void decode_service(Json& service) {
  Json& spec = child_object(service, "spec");
  if (const Json* selector = member(spec, "selector"); selector != nullptr && selector->empty()) {
    erase_member(spec, "selector");
  }
  each_in(spec, "ports", [](Json& port) {
    set_if_absent(port, "protocol", "TCP");
    if (const Json* number = member(port, "port"); number != nullptr) set_if_absent(port, "targetPort", *number);
  });
  set_if_absent(spec, "type", "ClusterIP");
  set_if_absent(spec, "sessionAffinity", "None");
  set_if_absent(spec, "internalTrafficPolicy", "Cluster");
  const std::string kind = codec::string_at(spec, {"type"});
  if (kind == "NodePort" || kind == "LoadBalancer") set_if_absent(spec, "externalTrafficPolicy", "Cluster");
  if (kind == "LoadBalancer") set_if_absent(spec, "allocateLoadBalancerNodePorts", true);
}

void decode_secret(Json& secret) {
  if (const Json* found = member(secret, "stringData"); found != nullptr && found->is_object()) {
    const Json plain = *found;
    erase_member(secret, "stringData");
    Json& data = child_object(secret, "data");
    for (const auto& [key, value] : plain.items()) {
      if (value.is_string()) data[key] = base64_encode(value.get<std::string>());
    }
  }
  set_if_absent(secret, "type", "Opaque");
}

void decode_stateful_set(Json& set) {
  Json& spec = child_object(set, "spec");
  set_if_absent(spec, "replicas", 1);
  set_if_absent(spec, "podManagementPolicy", "OrderedReady");
  set_if_absent(spec, "updateStrategy", {{"type", "RollingUpdate"}, {"rollingUpdate", {{"partition", 0}}}});
  set_if_absent(spec, "revisionHistoryLimit", 10);
  set_if_absent(spec, "persistentVolumeClaimRetentionPolicy", {{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}});
  decode_template(set);
}

void complete_service(Json& service, unsigned address) {
  Json& spec = service["spec"];
  const std::string kind = codec::string_at(spec, {"type"});
  if (kind != "ExternalName") {
    set_if_absent(spec, "clusterIP", fmt::format("10.96.{}.{}", address / 250 % 250, address % 250 + 1));
    set_if_absent(spec, "clusterIPs", Json::array({spec["clusterIP"]}));
    set_if_absent(spec, "ipFamilies", Json::array({"IPv4"}));
    set_if_absent(spec, "ipFamilyPolicy", "SingleStack");
  }
  if (kind == "NodePort" || kind == "LoadBalancer") {
    unsigned offset = 0;
    each_in(spec, "ports",
            [&](Json& port) { set_if_absent(port, "nodePort", 30000 + (address * 7 + offset++) % 2768); });
  }
  set_if_absent(service, "status", {{"loadBalancer", Json::object()}});
}

/// Guaranteed and Burstable by whether requests and limits are given, as far as cpu and memory of every container go.
std::string quality_of_service(const Json& spec) {
  bool any = false;
  bool all = true;
  const Json* containers = member(spec, "containers");
  if (containers == nullptr) return "BestEffort";
  for (const Json& container : *containers) {
    for (const char* resource : {"cpu", "memory"}) {
      const Json* request = codec::find_at(container, {"resources", "requests", resource});
      const Json* limit = codec::find_at(container, {"resources", "limits", resource});
      any = any || request != nullptr || limit != nullptr;
      all = all && limit != nullptr && (request == nullptr || *request == *limit);
    }
  }
  if (!any) return "BestEffort";
  return all ? "Guaranteed" : "Burstable";
}

/// How long a pod stays on a node that is lost. @source admission plugin DefaultTolerationSeconds
void tolerate_lost_nodes(Json& spec) {
  for (const char* taint : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    Json& tolerations = spec["tolerations"];
    if (!tolerations.is_array()) tolerations = Json::array();
    const bool said = std::any_of(tolerations.begin(), tolerations.end(), [&](const Json& one) {
      const std::string key = codec::string_at(one, {"key"}), effect = codec::string_at(one, {"effect"});
      return (key.empty() || key == taint) && (effect.empty() || effect == "NoExecute");
    });
    if (said) continue;
    tolerations.push_back(
        {{"key", taint}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}});
  }
}

void complete_pod(Json& pod) {
  Json& spec = pod["spec"];
  set_if_absent(spec, "serviceAccountName", "default");
  set_if_absent(spec, "serviceAccount", spec["serviceAccountName"]);
  tolerate_lost_nodes(spec);
  set_if_absent(spec, "priority", 0);
  set_if_absent(spec, "preemptionPolicy", "PreemptLowerPriority");
  const std::string quality = quality_of_service(spec);
  Json& status = child_object(pod, "status");
  set_if_absent(status, "phase", "Pending");
  set_if_absent(status, "qosClass", quality);
}

void complete_stateful_set(Json& set) { set_if_absent(set, "status", {{"replicas", 0}, {"availableReplicas", 0}}); }

void complete_budget(Json& budget) {
  set_if_absent(budget, "status",
                {{"disruptionsAllowed", 0}, {"currentHealthy", 0}, {"desiredHealthy", 0}, {"expectedPods", 0}});
}

void complete_namespace(Json& ns) {
  child_object(child_object(ns, "metadata"), "labels")["kubernetes.io/metadata.name"] = codec::name_of(ns);
  ns["spec"] = {{"finalizers", {"kubernetes"}}};
  ns["status"] = {{"phase", "Active"}};
}

}  // namespace

void decode_builtin(const Resource& type, Json& object) {
  drop_nulls(object);
  drop_empty(object);
  if (type.kind == "Pod") {
    decode_pod_spec(child_object(object, "spec"));
    set_if_absent(object["spec"], "enableServiceLinks", true);
  } else if (type.kind == "Service") {
    decode_service(object);
  } else if (type.kind == "Secret") {
    decode_secret(object);
  } else if (type.kind == "StatefulSet") {
    decode_stateful_set(object);
  } else if (type.kind == "Deployment" || type.kind == "ReplicaSet") {
    set_if_absent(child_object(object, "spec"), "replicas", 1);
    decode_template(object);
  } else if (type.kind == "PersistentVolumeClaim") {
    set_if_absent(child_object(object, "spec"), "volumeMode", "Filesystem");
    canonicalise(resources_at(object["spec"], "requests"));
  } else if (type.kind == "PersistentVolume") {
    set_if_absent(child_object(object, "spec"), "volumeMode", "Filesystem");
    canonicalise(member(object["spec"], "capacity"));
    set_if_absent(object["spec"], "persistentVolumeReclaimPolicy", "Retain");
  } else if (type.kind == "StorageClass") {
    set_if_absent(object, "reclaimPolicy", "Delete");
    set_if_absent(object, "volumeBindingMode", "Immediate");
  } else if (type.kind == "EndpointSlice") {
    each_in(object, "ports", [](Json& port) {
      set_if_absent(port, "name", "");
      set_if_absent(port, "protocol", "TCP");
    });
  }
}

void complete_builtin(const Resource& type, Json& object, unsigned address) {
  if (type.kind == "Pod") {
    complete_pod(object);
  } else if (type.kind == "Service") {
    complete_service(object, address);
  } else if (type.kind == "Namespace") {
    complete_namespace(object);
  } else if (type.kind == "StatefulSet") {
    complete_stateful_set(object);
  } else if (type.kind == "PodDisruptionBudget") {
    complete_budget(object);
  } else if (type.kind == "PersistentVolumeClaim" || type.kind == "PersistentVolume") {
    set_if_absent(child_object(object, "status"), "phase", "Pending");
  }
}

}  // namespace dba::sandbox::api
