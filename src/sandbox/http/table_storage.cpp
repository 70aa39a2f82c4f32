// How volumes, secrets and config maps are printed. @source kube-apiserver 1.36.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "http/table_text.hpp"

namespace dba::sandbox::http {

namespace {

std::string phase_or_terminating(const Json& object) {
  return is_terminating(object) ? "Terminating" : codec::string_at(object, {"status", "phase"});
}

/// The old annotation wins over the field.
std::string storage_class(const Json& object) {
  return or_text(codec::annotation_of(object, "volume.beta.kubernetes.io/storage-class"),
                 codec::string_at(object, {"spec", "storageClassName"}));
}

Json claim_cells(const Json& claim, WallTime now) {
  const std::string volume = codec::string_at(claim, {"spec", "volumeName"});
  const bool bound = !volume.empty();
  return Json::array({codec::name_of(claim), phase_or_terminating(claim), volume,
                      bound ? quantity_at(claim, {"status", "capacity", "storage"}) : "",
                      bound ? access_modes(claim, {"status", "accessModes"}) : "", storage_class(claim),
                      codec::string_at(claim, {"spec", "volumeAttributesClassName"}, "<unset>"), age_of(claim, now),
                      codec::string_at(claim, {"spec", "volumeMode"}, "<unset>")});
}

Json volume_cells(const Json& volume, WallTime now) {
  const bool claimed = codec::find_at(volume, {"spec", "claimRef"}) != nullptr;
  const std::string claim = claimed ? fmt::format("{}/{}", codec::string_at(volume, {"spec", "claimRef", "namespace"}),
                                                  codec::string_at(volume, {"spec", "claimRef", "name"}))
                                    : "";
  return Json::array({codec::name_of(volume), quantity_at(volume, {"spec", "capacity", "storage"}),
                      access_modes(volume, {"spec", "accessModes"}),
                      codec::string_at(volume, {"spec", "persistentVolumeReclaimPolicy"}), phase_or_terminating(volume),
                      claim, storage_class(volume),
                      codec::string_at(volume, {"spec", "volumeAttributesClassName"}, "<unset>"),
                      codec::string_at(volume, {"status", "reason"}), age_of(volume, now),
                      codec::string_at(volume, {"spec", "volumeMode"}, "<unset>")});
}

bool is_default_class(const Json& object) {
  return codec::annotation_of(object, "storageclass.kubernetes.io/is-default-class") == "true" ||
         codec::annotation_of(object, "storageclass.beta.kubernetes.io/is-default-class") == "true";
}

Json storage_class_cells(const Json& object, WallTime now) {
  return Json::array({codec::name_of(object) + (is_default_class(object) ? " (default)" : ""),
                      codec::string_at(object, {"provisioner"}), codec::string_at(object, {"reclaimPolicy"}, "Delete"),
                      codec::string_at(object, {"volumeBindingMode"}, "Immediate"),
                      codec::bool_at(object, {"allowVolumeExpansion"}), age_of(object, now)});
}

Json secret_cells(const Json& secret, WallTime now) {
  return Json::array(
      {codec::name_of(secret), codec::string_at(secret, {"type"}), size_at(secret, {"data"}), age_of(secret, now)});
}

Json config_map_cells(const Json& object, WallTime now) {
  return Json::array(
      {codec::name_of(object), size_at(object, {"data"}) + size_at(object, {"binaryData"}), age_of(object, now)});
}

}  // namespace

std::span<const TableKind> storage_tables() {
  static const std::vector<TableKind> kinds{
      {"",
       "persistentvolumeclaims",
       {kNameColumn,
        {"Status", "The phase of the claim."},
        {"Volume", "The volume that backs it."},
        {"Capacity", "The capacity of that volume."},
        {"Access Modes", "How the volume can be mounted."},
        {"StorageClass", "StorageClass of the pvc"},
        {"VolumeAttributesClass", "VolumeAttributesClass of the pvc"},
        kAgeColumn,
        {"VolumeMode", "File system or block device.", "string", 1}},
       claim_cells},
      {"",
       "persistentvolumes",
       {kNameColumn,
        {"Capacity", "The capacity of the volume."},
        {"Access Modes", "How the volume can be mounted."},
        {"Reclaim Policy", "What happens to it when its claim is gone."},
        {"Status", "The phase of the volume."},
        {"Claim", "The claim it is bound to."},
        {"StorageClass", "StorageClass of the pv"},
        {"VolumeAttributesClass", "VolumeAttributesClass of the pv"},
        {"Reason", "Why it failed, if it did."},
        kAgeColumn,
        {"VolumeMode", "File system or block device.", "string", 1}},
       volume_cells},
      {"storage.k8s.io",
       "storageclasses",
       {kNameColumn,
        {"Provisioner", "What makes the volumes."},
        {"ReclaimPolicy", "What happens to a volume when its claim is gone."},
        {"VolumeBindingMode", "When volumes are made and bound."},
        {"AllowVolumeExpansion", "Whether volumes can grow."},
        kAgeColumn},
       storage_class_cells},
      {"",
       "secrets",
       {kNameColumn, {"Type", "What the secret is for."}, {"Data", "How many keys it has."}, kAgeColumn},
       secret_cells},
      {"", "configmaps", {kNameColumn, {"Data", "How many keys it has."}, kAgeColumn}, config_map_cells}};
  return kinds;
}

}  // namespace dba::sandbox::http
