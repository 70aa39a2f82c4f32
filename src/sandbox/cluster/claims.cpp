#include "cluster/claims.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"

#include "cluster/pod_volumes.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr std::string_view kProtection = "kubernetes.io/pvc-protection";

std::string requested(const Json& claim) {
  return codec::string_at(claim, {"spec", "resources", "requests", "storage"}, "1Gi");
}

bool is_larger(const std::string& left, const std::string& right) {
  const auto a = Quantity::try_parse(left);
  const auto b = Quantity::try_parse(right);
  return a && b && *a > *b;
}

Json volume_for(const Json& claim, const Json& storage_class, const std::string& name) {
  const std::string driver = codec::string_at(storage_class, {"provisioner"});
  return {{"apiVersion", "v1"},
          {"kind", "PersistentVolume"},
          {"metadata",
           {{"name", name},
            {"annotations", {{"pv.kubernetes.io/provisioned-by", driver}}},
            {"finalizers", Json::array({"kubernetes.io/pv-protection"})}}},
          {"spec",
           {{"capacity", {{"storage", requested(claim)}}},
            {"accessModes", claim["spec"].value("accessModes", Json::array({"ReadWriteOnce"}))},
            {"claimRef",
             {{"kind", "PersistentVolumeClaim"},
              {"namespace", codec::namespace_of(claim)},
              {"name", codec::name_of(claim)},
              {"uid", codec::uid_of(claim)},
              {"apiVersion", "v1"}}},
            {"persistentVolumeReclaimPolicy", codec::string_at(storage_class, {"reclaimPolicy"}, "Delete")},
            {"storageClassName", codec::name_of(storage_class)},
            {"volumeMode", codec::string_at(claim, {"spec", "volumeMode"}, "Filesystem")},
            {"csi", {{"driver", driver}, {"fsType", "ext4"}, {"volumeHandle", name}}}}},
          {"status", {{"phase", "Available"}}}};
}

}  // namespace

void protect_claims(api::Api& api) {
  api.add_admission(api::AdmissionPhase::mutating, [](const api::AdmissionRequest& request) {
    if (request.operation != "CREATE" || request.object == nullptr || request.type.kind != "PersistentVolumeClaim")
      return;
    Json& finalizers = (*request.object)["metadata"]["finalizers"];
    if (!finalizers.is_array()) finalizers = Json::array();
    if (std::ranges::find(finalizers, kProtection) == finalizers.end()) finalizers.push_back(kProtection);
  });
}

Claims::Claims(Context context, Informers& informers)
    : context_(context),
      informers_(informers),
      controller_(context.loop.add([this](const std::string& key) { reconcile(key); })),
      expander_(context.loop.add([this](const std::string& key) { expand(key); })) {
  informers_.claims.on_change([this](const api::Object& before, const api::Object& now) {
    context_.loop.enqueue(controller_, key_of(now ? *now : *before));
  });
  informers_.pods.on_change([this](const api::Object& before, const api::Object& now) {
    const Json& pod = now ? *now : *before;
    // A claim waits for its first consumer to get a node, and for its last to go.
    const bool placed = now && before &&
                        codec::string_at(*now, {"spec", "nodeName"}) != codec::string_at(*before, {"spec", "nodeName"});
    if (now && !placed) return;
    const Json* const volumes = codec::find_at(pod, {"spec", "volumes"});
    if (volumes == nullptr || !volumes->is_array()) return;
    for (const Json& volume : *volumes) {
      const std::string claim = codec::string_at(volume, {"persistentVolumeClaim", "claimName"});
      if (!claim.empty()) context_.loop.enqueue(controller_, codec::namespace_of(pod) + "/" + claim);
    }
  });
}

api::Object Claims::consumer_of(const Json& claim) const {
  const std::string ns = codec::namespace_of(claim);
  for (const api::Object& pod : informers_.pods.all()) {
    const std::string phase = codec::string_at(*pod, {"status", "phase"});
    if (codec::namespace_of(*pod) != ns || phase == "Succeeded" || phase == "Failed") continue;
    if (uses_claim(*pod, codec::name_of(claim))) return pod;
  }
  return nullptr;
}

void Claims::reconcile(const std::string& key) {
  const auto [ns, name] = split_key(key);
  const api::Object claim = context_.api.find(informers_.claims.type(), ns, name);
  if (!claim) return;
  if (codec::find_at(*claim, {"metadata", "deletionTimestamp"}) != nullptr) return release(*claim);
  if (codec::string_at(*claim, {"status", "phase"}) != "Bound") return bind(*claim);
  if (is_larger(requested(*claim), codec::string_at(*claim, {"status", "capacity", "storage"}))) {
    context_.loop.enqueue(expander_, key,
                          draw(context_.world, fmt::format("expand {}", key), std::chrono::milliseconds(500),
                               std::chrono::milliseconds(2000)));
  }
}

void Claims::bind(const Json& claim) {
  const std::string class_name = codec::string_at(claim, {"spec", "storageClassName"});
  const api::Object storage_class =
      class_name.empty() ? nullptr : context_.api.find(type_of("storage.k8s.io/v1", "StorageClass"), "", class_name);
  const auto say = [&](std::string type, std::string reason, std::string message, std::string component) {
    context_.events.record(claim, {std::move(type), std::move(reason), std::move(message), std::move(component), {}});
  };
  Json bound = claim;
  if (!storage_class) {
    bound["status"]["phase"] = "Pending";
    if (class_name.empty()) {
      say("Normal", "FailedBinding", "no persistent volumes available for this claim and no storage class is set",
          "persistentvolume-controller");
    } else {
      say("Warning", "ProvisioningFailed", fmt::format("storageclass.storage.k8s.io \"{}\" not found", class_name),
          "persistentvolume-controller");
    }
    return write_status(context_.api, informers_.claims.type(), claim, bound, kControllerManager);
  }
  const std::string driver = codec::string_at(*storage_class, {"provisioner"});
  const bool waits = codec::string_at(*storage_class, {"volumeBindingMode"}) == "WaitForFirstConsumer";
  const api::Object consumer = waits ? consumer_of(claim) : nullptr;
  if (waits && (!consumer || codec::string_at(*consumer, {"spec", "nodeName"}).empty())) {
    bound["status"]["phase"] = "Pending";
    say("Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding",
        "persistentvolume-controller");
    return write_status(context_.api, informers_.claims.type(), claim, bound, kControllerManager);
  }
  const std::string volume = "pvc-" + codec::uid_of(claim);
  say("Normal", "Provisioning",
      fmt::format("External provisioner is provisioning volume for claim \"{}\"", key_of(claim)), driver);
  if (!context_.api.find(type_of("v1", "PersistentVolume"), "", volume)) {
    const api::Resource& volumes = type_of("v1", "PersistentVolume");
    const api::Object made = context_.api.create(volumes, "", volume_for(claim, *storage_class, volume),
                                                 {.field_manager = std::string(kControllerManager)});
    Json in_use = *made;
    in_use["status"]["phase"] = "Bound";
    write_status(context_.api, volumes, *made, in_use, kControllerManager);
  }
  Json& annotations = bound["metadata"]["annotations"];
  annotations["pv.kubernetes.io/bind-completed"] = "yes";
  annotations["pv.kubernetes.io/bound-by-controller"] = "yes";
  annotations["volume.beta.kubernetes.io/storage-provisioner"] = driver;
  annotations["volume.kubernetes.io/storage-provisioner"] = driver;
  bound["spec"]["volumeName"] = volume;
  const api::Object stored =
      context_.api.update(informers_.claims.type(), codec::namespace_of(claim), codec::name_of(claim), bound, "",
                          {.field_manager = std::string(kControllerManager)});
  Json finished = *stored;
  finished["status"] = {{"accessModes", claim["spec"].value("accessModes", Json::array({"ReadWriteOnce"}))},
                        {"capacity", {{"storage", requested(claim)}}},
                        {"phase", "Bound"}};
  write_status(context_.api, informers_.claims.type(), *stored, finished, kControllerManager);
  say("Normal", "ProvisioningSucceeded", fmt::format("Successfully provisioned volume {}", volume), driver);
}

void Claims::expand(const std::string& key) {
  const auto [ns, name] = split_key(key);
  const api::Object claim = context_.api.find(informers_.claims.type(), ns, name);
  if (!claim || !is_larger(requested(*claim), codec::string_at(*claim, {"status", "capacity", "storage"}))) return;
  const std::string volume = codec::string_at(*claim, {"spec", "volumeName"});
  const api::Resource& volumes = type_of("v1", "PersistentVolume");
  if (context_.api.find(volumes, "", volume)) {
    context_.api.patch(volumes, "", volume, api::PatchKind::merge,
                       Json{{"spec", {{"capacity", {{"storage", requested(*claim)}}}}}}, "",
                       {.field_manager = "external-resizer"});
  }
  const api::Object consumer = consumer_of(*claim);
  Json grown = *claim;
  if (!consumer || codec::string_at(*consumer, {"status", "phase"}) != "Running") {
    // The file system grows on the node, so somebody has to mount it.
    Json& conditions = grown["status"]["conditions"];
    if (!conditions.is_array() || conditions.empty()) {
      conditions = Json::array(
          {Json{{"lastProbeTime", nullptr},
                {"lastTransitionTime", timestamp(context_.world.clock)},
                {"message", "Waiting for user to (re-)start a pod to finish file system resize of volume on node."},
                {"status", "True"},
                {"type", "FileSystemResizePending"}}});
      write_status(context_.api, informers_.claims.type(), *claim, grown, "external-resizer");
    }
    context_.loop.enqueue(expander_, key, std::chrono::seconds(1));
    return;
  }
  grown["status"]["capacity"]["storage"] = requested(*claim);
  grown["status"].erase("conditions");
  write_status(context_.api, informers_.claims.type(), *claim, grown, "kubelet");
  context_.events.record(*claim, {"Normal",
                                  "FileSystemResizeSuccessful",
                                  fmt::format("MountVolume.NodeExpandVolume succeeded for volume \"{}\"", volume),
                                  "kubelet",
                                  {}});
}

void Claims::release(const Json& claim) {
  // Its last pod wakes us up when it goes; one that mounted nothing yet does not count.
  const api::Object consumer = consumer_of(claim);
  if (consumer && !codec::string_at(*consumer, {"status", "podIP"}).empty()) return;
  const std::string volume = codec::string_at(claim, {"spec", "volumeName"});
  const api::Resource& volumes = type_of("v1", "PersistentVolume");
  if (const api::Object found = volume.empty() ? nullptr : context_.api.find(volumes, "", volume)) {
    if (codec::string_at(*found, {"spec", "persistentVolumeReclaimPolicy"}) == "Delete") {
      context_.api.patch(volumes, "", volume, api::PatchKind::merge, Json{{"metadata", {{"finalizers", nullptr}}}}, "",
                         {.field_manager = std::string(kControllerManager)});
      context_.api.remove(volumes, "", volume);
    } else {
      Json released = *found;
      released["status"]["phase"] = "Released";
      write_status(context_.api, volumes, *found, released, kControllerManager);
    }
  }
  const Json* const finalizers = codec::find_at(claim, {"metadata", "finalizers"});
  if (finalizers == nullptr || !finalizers->is_array()) return;
  Json left = Json::array();
  for (const Json& finalizer : *finalizers) {
    if (finalizer != kProtection) left.push_back(finalizer);
  }
  if (left == *finalizers) return;
  Json freed = claim;
  freed["metadata"]["finalizers"] = left;
  context_.api.update(informers_.claims.type(), codec::namespace_of(claim), codec::name_of(claim), freed, "",
                      {.field_manager = std::string(kControllerManager)});
}

}  // namespace dba::sandbox::cluster
