#include "api/managed_fields.hpp"

#include <algorithm>
#include <tuple>

#include <nlohmann/json.hpp>

#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

FieldSet never_owned() {
  FieldSet set;
  for (const char* name : {"apiVersion", "kind", "metadata"}) set.below[field_element(name)].owned = true;
  FieldSet& metadata = set.below[field_element("metadata")];
  for (const char* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation",
                           "managedFields", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    metadata.below[field_element(name)].owned = true;
  }
  return set;
}

Manager read_entry(const Json& entry) {
  Manager manager;
  manager.name = codec::string_at(entry, {"manager"});
  manager.operation = codec::string_at(entry, {"operation"});
  manager.api_version = codec::string_at(entry, {"apiVersion"});
  manager.subresource = codec::string_at(entry, {"subresource"});
  manager.time = codec::string_at(entry, {"time"});
  if (const Json* fields = member(entry, "fieldsV1"); fields != nullptr) manager.fields = FieldSet::from_json(*fields);
  return manager;
}

Json write_entry(const Manager& manager) {
  Json entry = {{"manager", manager.name}, {"operation", manager.operation}, {"apiVersion", manager.api_version}};
  if (!manager.time.empty()) entry["time"] = manager.time;
  entry["fieldsType"] = "FieldsV1";
  entry["fieldsV1"] = manager.fields.to_json();
  if (!manager.subresource.empty()) entry["subresource"] = manager.subresource;
  return entry;
}

auto order_of(const Manager& manager) {
  return std::tie(manager.operation, manager.time, manager.name, manager.api_version, manager.subresource);
}

/// `[{}]` in a write asks for everything to be forgotten.
bool asks_for_reset(const Json& object) {
  const Json* listed = codec::find_at(object, {"metadata", "managedFields"});
  return listed != nullptr && listed->is_array() && listed->size() == 1 && listed->front().empty();
}

Managers managers_before(const Json* live, const Json& next, bool through_subresource) {
  if (!through_subresource) {
    Managers given = Managers::of(next);
    if (!given.empty() || asks_for_reset(next)) return given;
  }
  return live == nullptr ? Managers() : Managers::of(*live);
}

}  // namespace

bool Manager::is(const Manager& other) const {
  return name == other.name && operation == other.operation && subresource == other.subresource &&
         (operation == "Apply" || api_version == other.api_version);
}

Managers Managers::of(const Json& object) {
  Managers managers;
  const Json* listed = codec::find_at(object, {"metadata", "managedFields"});
  if (listed == nullptr || !listed->is_array()) return managers;
  for (const Json& entry : *listed) {
    if (entry.is_object() && member(entry, "operation") != nullptr) managers.all_.push_back(read_entry(entry));
  }
  return managers;
}

void Managers::write_to(Json& object) const {
  Json& metadata = child_object(object, "metadata");
  erase_member(metadata, "managedFields");
  std::vector<const Manager*> ordered;
  for (const Manager& manager : all_) ordered.push_back(&manager);
  std::sort(ordered.begin(), ordered.end(),
            [](const Manager* a, const Manager* b) { return order_of(*a) < order_of(*b); });
  for (const Manager* manager : ordered) metadata["managedFields"].push_back(write_entry(*manager));
}

Manager* Managers::find(const Manager& who) {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const Manager& one) { return one.is(who); });
  return found == all_.end() ? nullptr : &*found;
}

void Managers::set(Manager manager) {
  std::erase_if(all_, [&](const Manager& one) { return one.is(manager); });
  if (!manager.fields.empty()) all_.push_back(std::move(manager));
}

FieldSet Managers::owned_by_all() const {
  FieldSet owned;
  for (const Manager& manager : all_) owned = owned.union_with(manager.fields);
  return owned;
}

void Managers::take_from_others(const Manager& who, const FieldSet& changed, const FieldSet& removed) {
  for (Manager& manager : all_) {
    if (!manager.is(who)) manager.fields = manager.fields.without(changed).without(removed);
  }
  std::erase_if(all_, [&](const Manager& manager) { return manager.fields.empty() && !manager.is(who); });
}

Json blank_object(bool custom) {
  if (custom) return {{"metadata", Json::object()}};
  const Json nothing = Json::object();
  const Json pod_spec = {{"containers", Json::array()}};
  Json spec = pod_spec;
  spec["template"] = {{"metadata", nothing}, {"spec", pod_spec}};
  for (const char* field : {"resources", "strategy", "updateStrategy"}) spec[field] = nothing;
  return {{"metadata", nothing}, {"spec", std::move(spec)}, {"status", {{"loadBalancer", nothing}}}};
}

FieldSet ownable(const FieldSet& set) {
  static const FieldSet never = never_owned();
  return set.without(never);
}

Json without_managers(const Json& object) {
  Json plain = object;
  if (Json* metadata = member(plain, "metadata"); metadata != nullptr) erase_member(*metadata, "managedFields");
  return plain;
}

void track_update(const Json* live, Json& next, const FieldType& type, Manager who) {
  who.operation = "Update";
  Managers managers = managers_before(live, next, !who.subresource.empty());
  const bool nobody_tracks = live != nullptr && managers.empty() && !asks_for_reset(next);
  if (nobody_tracks) {
    erase_member(child_object(next, "metadata"), "managedFields");
    return;
  }
  const Json before = live == nullptr ? blank_object(type.is_custom()) : without_managers(*live);
  const Json after = without_managers(next);
  const Comparison found = compare(&before, &after, type);
  const FieldSet changed = ownable(found.added.union_with(found.modified));
  managers.take_from_others(who, changed, found.removed);
  const Manager* known = managers.find(who);
  const FieldSet owned_before = known == nullptr ? FieldSet() : known->fields;
  const std::string time_before = known == nullptr ? std::string() : known->time;
  who.fields = owned_before.without(found.removed).union_with(changed);
  if (known != nullptr && changed.empty() && who.fields == owned_before) who.time = time_before;
  managers.set(std::move(who));
  managers.write_to(next);
}

}  // namespace dba::sandbox::api
