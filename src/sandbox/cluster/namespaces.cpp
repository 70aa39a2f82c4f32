#include "cluster/namespaces.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/installation.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr int kNodes = 3;

/// Creates it unless it is there already.
void ensure(api::Api& api, const std::string& ns, Json object) {
  const api::Resource& type = type_of(object.value("apiVersion", ""), object.value("kind", ""));
  if (api.find(type, ns, codec::name_of(object))) return;
  api.create(type, ns, std::move(object), {.field_manager = std::string(kControllerManager)});
}

Json node(int number, const std::string& now) {
  const std::string name = fmt::format("node-{}", number);
  const std::string address = fmt::format("172.18.0.{}", number + 2);
  const auto condition = [&](std::string_view type, std::string_view status, std::string_view reason,
                             std::string_view message) {
    return Json{{"lastHeartbeatTime", now}, {"lastTransitionTime", now}, {"message", message},
                {"reason", reason},         {"status", status},          {"type", type}};
  };
  const Json capacity{{"cpu", "16"}, {"ephemeral-storage", "200Gi"}, {"memory", "64Gi"}, {"pods", "10000"}};
  return {
      {"apiVersion", "v1"},
      {"kind", "Node"},
      {"metadata",
       {{"name", name},
        {"labels", {{"kubernetes.io/arch", "amd64"}, {"kubernetes.io/hostname", name}, {"kubernetes.io/os", "linux"}}},
        {"annotations", {{"sandbox/address", address}}}}},
      {"spec", {{"podCIDR", fmt::format("10.244.{}.0/24", number)}}},
      {"status",
       {{"addresses", Json::array({Json{{"address", address}, {"type", "InternalIP"}},
                                   Json{{"address", name}, {"type", "Hostname"}}})},
        {"allocatable", capacity},
        {"capacity", capacity},
        {"conditions",
         Json::array(
             {condition("MemoryPressure", "False", "KubeletHasSufficientMemory",
                        "kubelet has sufficient memory available"),
              condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
              condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
              condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")})},
        {"nodeInfo",
         {{"architecture", "amd64"},
          {"containerRuntimeVersion", "containerd://2.1.0"},
          {"kernelVersion", "6.1.0"},
          {"kubeletVersion", "v1.36.0"},
          {"operatingSystem", "linux"},
          {"osImage", "kubectl-dba sandbox"}}}}}};
}

Json storage_class(std::string_view name, std::string_view driver, bool is_default, bool expandable,
                   std::string_view mode) {
  Json metadata{{"name", name}};
  if (is_default) metadata["annotations"] = {{"storageclass.kubernetes.io/is-default-class", "true"}};
  return {{"apiVersion", "storage.k8s.io/v1"}, {"kind", "StorageClass"},
          {"metadata", std::move(metadata)},   {"provisioner", driver},
          {"reclaimPolicy", "Delete"},         {"volumeBindingMode", mode},
          {"allowVolumeExpansion", expandable}};
}

Json namespace_object(std::string_view name) {
  return {{"apiVersion", "v1"},
          {"kind", "Namespace"},
          {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/metadata.name", name}}}}},
          {"spec", {{"finalizers", Json::array({"kubernetes"})}}},
          {"status", {{"phase", "Active"}}}};
}

}  // namespace

void make_initial_objects(api::Api& api, platform::Clock& clock) {
  constexpr std::array<std::string_view, 7> kNamespaces{
      "default", "demo", "kube-system", "kube-public", "kube-node-lease", kCertManagerNamespace, kKubedbNamespace};
  for (const std::string_view name : kNamespaces) {
    ensure(api, "", namespace_object(name));
  }
  std::vector<Json> nodes;  // Loaded, so that their status comes with them.
  for (int number = 0; number < kNodes; ++number) nodes.push_back(node(number, timestamp(clock)));
  api.load(std::move(nodes));
  api.load(installed_objects(timestamp(clock)));
  api.load(api::bootstrap_roles());
  ensure(api, "", storage_class("longhorn", "driver.longhorn.io", true, true, "Immediate"));
  ensure(api, "", storage_class("standard", "rancher.io/local-path", false, false, "WaitForFirstConsumer"));
}

Namespaces::Namespaces(Context context, Informers& informers)
    : context_(context),
      informers_(informers),
      controller_(context.loop.add([this](const std::string& key) { reconcile(key); })) {
  informers_.namespaces.on_change([this](const api::Object&, const api::Object& now) {
    if (now) context_.loop.enqueue(controller_, key_of(*now));
  });
}

void Namespaces::reconcile(const std::string& key) {
  const std::string name = split_key(key).second;
  const api::Object ns = context_.api.find(informers_.namespaces.type(), "", name);
  if (!ns) return;
  if (codec::find_at(*ns, {"metadata", "deletionTimestamp"}) == nullptr) furnish(name);
}

void Namespaces::furnish(const std::string& name) {
  ensure(context_.api, name,
         {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", "default"}, {"namespace", name}}}});
  ensure(
      context_.api, name,
      {{"apiVersion", "v1"},
       {"kind", "ConfigMap"},
       {"metadata",
        {{"name", "kube-root-ca.crt"},
         {"namespace", name},
         {"annotations",
          {{"kubernetes.io/description",
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as "
            "the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
            "Kubernetes clusters."}}}}},
       {"data", {{"ca.crt", ""}}}});
}

}  // namespace dba::sandbox::cluster
