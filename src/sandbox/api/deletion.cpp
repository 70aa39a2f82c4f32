#include "api/deletion.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/json_values.hpp"
#include "api/refusals.hpp"
#include "api/server_fields.hpp"

namespace dba::sandbox::api {

namespace {

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

void check_propagation(const std::string& propagation) {
  static const std::vector<std::string> kKnown{"Foreground", "Background", "Orphan", "nil"};
  if (propagation.empty() || std::find(kKnown.begin(), kKnown.end(), propagation) != kKnown.end()) return;
  throw invalid("meta.k8s.io", "DeleteOptions", "", {unsupported_value("propagationPolicy", propagation, kKnown)});
}

void check_preconditions(const Resource& type, const Json& object, const DeleteOptions& options) {
  const std::string name = codec::name_of(object);
  if (!options.uid.empty() && options.uid != codec::uid_of(object)) {
    throw precondition_failed(
        type, name,
        fmt::format(
            "the UID in the precondition ({}) does not match the UID in record ({}). The object might have been "
            "deleted and then recreated",
            options.uid, codec::uid_of(object)));
  }
  if (!options.resource_version.empty() && options.resource_version != codec::resource_version_of(object)) {
    throw precondition_failed(
        type, name,
        fmt::format(
            "the ResourceVersion in the precondition ({}) does not match the ResourceVersion in record ({}). The "
            "object might have been modified",
            options.resource_version, codec::resource_version_of(object)));
  }
}

/// Seconds a pod has to end; everything else goes at once.
int grace_of(const Resource& type, const Json& object, const DeleteOptions& options) {
  if (type.kind != "Pod") return 0;
  const std::string phase = codec::string_at(object, {"status", "phase"});
  const bool runs_nowhere = codec::string_at(object, {"spec", "nodeName"}).empty();
  if (runs_nowhere || phase == "Succeeded" || phase == "Failed") return 0;
  const auto own = codec::int_at(object, {"spec", "terminationGracePeriodSeconds"});
  return std::max(0, options.grace_seconds.value_or(static_cast<int>(own.value_or(30))));
}

std::vector<std::string> finalizers_for(const Json& object, const std::string& propagation) {
  std::vector<std::string> names = finalizers_of(object);
  std::erase_if(names, [](const std::string& name) { return name == kForeground || name == kOrphan; });
  if (propagation == "Foreground") names.emplace_back(kForeground);
  if (propagation == "Orphan") names.emplace_back(kOrphan);
  return names;
}

void set_finalizers(Json& object, const std::vector<std::string>& names) {
  Json& metadata = child_object(object, "metadata");
  if (names.empty()) {
    erase_member(metadata, "finalizers");
  } else {
    metadata["finalizers"] = names;
  }
}

bool is_namespace(const Resource& type) { return type.group.empty() && type.kind == "Namespace"; }

}  // namespace

bool Deletion::is_due(const Json& object) {
  if (!is_terminating(object) || !finalizers_of(object).empty()) return false;
  if (codec::string_at(object, {"kind"}) == "Namespace") {
    const Json* left = codec::find_at(object, {"spec", "finalizers"});
    return left == nullptr || left->empty();
  }
  return codec::int_at(object, {"metadata", "deletionGracePeriodSeconds"}).value_or(0) == 0;
}

/// A pod that goes says so to the end.
Json Deletion::final_state(const Resource& type, Json object) const {
  if (type.kind != "Pod") return object;
  object["metadata"]["deletionTimestamp"] = core_.now();
  object["metadata"]["deletionGracePeriodSeconds"] = 0;
  tidy(object);
  return object;
}

Api::Removed Deletion::remove(const Resource& type, std::string_view ns, std::string_view name,
                              const DeleteOptions& options) {
  check_propagation(options.propagation);
  while (true) {
    const Object current = core_.find({&type, std::string(ns), std::string(name)});
    if (current == nullptr) throw not_found(type, name);
    check_preconditions(type, *current, options);
    core_.admit(AdmissionPhase::validating, {type, "DELETE", "", current.get(), nullptr, options.dry_run, nullptr});
    const int grace = grace_of(type, *current, options);
    const bool held = grace > 0 || is_namespace(type) || !finalizers_for(*current, options.propagation).empty();
    if (options.dry_run) return {current, !held};
    if (!held) {
      if (const Object gone = finish(type, current, final_state(type, *current))) return {gone, true};
      continue;
    }
    const Object marked = mark(type, current, options, grace);
    if (marked == nullptr) continue;
    if (marked != current) follow_propagation(type, marked);
    const Object left = core_.find(ref_of(type, *marked));
    return {marked, left == nullptr || codec::uid_of(*left) != codec::uid_of(*marked)};
  }
}

Object Deletion::mark(const Resource& type, const Object& current, const DeleteOptions& options, int grace) {
  Json next = *current;
  Json& metadata = next["metadata"];
  const auto before = codec::int_at(next, {"metadata", "deletionGracePeriodSeconds"});
  if (is_terminating(next)) {
    if (before.value_or(0) <= grace) return current;
  } else {
    set_finalizers(next, finalizers_for(next, options.propagation));
    if (const auto generation = codec::int_at(next, {"metadata", "generation"}))
      metadata["generation"] = *generation + 1;
  }
  metadata["deletionTimestamp"] = core_.now(std::chrono::seconds(grace));
  if (!is_namespace(type)) metadata["deletionGracePeriodSeconds"] = grace;
  if (is_namespace(type)) child_object(next, "status")["phase"] = "Terminating";
  tidy(next);
  if (is_due(next)) return finish(type, current, std::move(next));
  return core_.replace(type, current, std::move(next));
}

void Deletion::follow_propagation(const Resource& type, const Object& marked) {
  if (is_namespace(type)) {
    empty_namespace(codec::name_of(*marked));
    return;
  }
  const std::vector<std::string> finalizers = finalizers_of(*marked);
  const auto has = [&](std::string_view name) {
    return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
  };
  if (has(kForeground)) {
    delete_dependents(marked);
    release_foreground(ref_of(type, *marked));
  }
  if (has(kOrphan)) orphan_dependents(type, marked);
}

Object Deletion::finish(const Resource& type, const Object& current, Json last) {
  Object gone = core_.erase(type, current, std::move(last));
  if (gone != nullptr) after_removal(type, gone);
  return gone;
}

void Deletion::drop_finalizer(const ObjectRef& ref, std::string_view finalizer) {
  while (const Object current = core_.find(ref)) {
    std::vector<std::string> names = finalizers_of(*current);
    if (std::erase(names, std::string(finalizer)) == 0) return;
    Json next = *current;
    set_finalizers(next, names);
    const Object done =
        is_due(next) ? finish(*ref.type, current, std::move(next)) : core_.replace(*ref.type, current, std::move(next));
    if (done != nullptr) return;
  }
}

}  // namespace dba::sandbox::api
