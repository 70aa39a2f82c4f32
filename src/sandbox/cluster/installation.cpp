#include "cluster/installation.hpp"

#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"

namespace dba::sandbox::cluster {

namespace {

/// One Deployment of a chart.
struct Part {
  std::string_view ns, deployment, instance;
  std::string_view name;       ///< Label app.kubernetes.io/name.
  std::string_view component;  ///< Label app.kubernetes.io/component; empty = none.
  std::string_view container, image;
};

constexpr Part kParts[] = {
    {kKubedbNamespace, "kubedb-kubedb-provisioner", "kubedb", "kubedb-provisioner", "", "operator",
     "ghcr.io/kubedb/kubedb-provisioner"},
    {kKubedbNamespace, "kubedb-kubedb-ops-manager", "kubedb", "kubedb-ops-manager", "", "operator",
     "ghcr.io/kubedb/kubedb-ops-manager"},
    {kKubedbNamespace, "kubedb-kubedb-webhook-server", "kubedb", "kubedb-webhook-server", "", "server",
     "ghcr.io/kubedb/kubedb-webhook-server"},
    {kCertManagerNamespace, "cert-manager", "cert-manager", "cert-manager", "controller", "cert-manager-controller",
     "quay.io/jetstack/cert-manager-controller"},
    {kCertManagerNamespace, "cert-manager-cainjector", "cert-manager", "cainjector", "cainjector",
     "cert-manager-cainjector", "quay.io/jetstack/cert-manager-cainjector"},
    {kCertManagerNamespace, "cert-manager-webhook", "cert-manager", "webhook", "webhook", "cert-manager-webhook",
     "quay.io/jetstack/cert-manager-webhook"},
};

Json labels_of(const Part& part) {
  Json labels{{"app.kubernetes.io/instance", part.instance}, {"app.kubernetes.io/name", part.name}};
  if (!part.component.empty()) labels["app.kubernetes.io/component"] = part.component;
  return labels;
}

Json condition(std::string_view type, const std::string& now) {
  return {{"type", type}, {"status", "True"}, {"lastTransitionTime", now}};
}

Json pod_spec(const Part& part) {
  return {{"containers", Json::array({Json{{"name", part.container}, {"image", part.image}}})},
          {"serviceAccountName", part.deployment}};
}

Json deployment_of(const Part& part, const std::string& now) {
  Json labels = labels_of(part);
  Json metadata{{"name", part.deployment}, {"namespace", part.ns}, {"labels", labels}};
  metadata["labels"]["app.kubernetes.io/managed-by"] = "Helm";
  return {{"apiVersion", "apps/v1"},
          {"kind", "Deployment"},
          {"metadata", std::move(metadata)},
          {"spec",
           {{"replicas", 1},
            {"selector", {{"matchLabels", labels}}},
            {"template", {{"metadata", {{"labels", labels}}}, {"spec", pod_spec(part)}}}}},
          {"status",
           {{"observedGeneration", 1},
            {"replicas", 1},
            {"updatedReplicas", 1},
            {"readyReplicas", 1},
            {"availableReplicas", 1},
            {"conditions", Json::array({condition("Available", now), condition("Progressing", now)})}}}};
}

Json pod_of(const Part& part, int number, const std::string& now) {
  const std::string address = fmt::format("10.244.255.{}", number);
  const std::size_t identity = std::hash<std::string_view>{}(part.deployment);
  const std::string hash = name_suffix(identity, 10);
  Json spec = pod_spec(part);
  spec["nodeName"] = "node-0";
  Json labels = labels_of(part);
  labels["pod-template-hash"] = hash;
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"name", fmt::format("{}-{}-{}", part.deployment, hash, name_suffix(identity + 1, 5))},
            {"namespace", part.ns},
            {"labels", std::move(labels)}}},
          {"spec", std::move(spec)},
          {"status",
           {{"phase", "Running"},
            {"conditions", Json::array({condition("PodScheduled", now), condition("Initialized", now),
                                        condition("ContainersReady", now), condition("Ready", now)})},
            {"hostIP", "172.18.0.2"},
            {"podIP", address},
            {"podIPs", Json::array({Json{{"ip", address}}})},
            {"startTime", now},
            {"containerStatuses", Json::array({Json{{"name", part.container},
                                                    {"state", {{"running", {{"startedAt", now}}}}},
                                                    {"ready", true},
                                                    {"restartCount", 0},
                                                    {"image", part.image},
                                                    {"imageID", part.image},
                                                    {"containerID", fmt::format("containerd://{:064x}", number)},
                                                    {"started", true}}})}}}};
}

}  // namespace

std::vector<Json> installed_objects(const std::string& now) {
  std::vector<Json> objects;
  int number = 0;
  for (const Part& part : kParts) {
    objects.push_back(deployment_of(part, now));
    objects.push_back(pod_of(part, ++number, now));
  }
  return objects;
}

}  // namespace dba::sandbox::cluster
