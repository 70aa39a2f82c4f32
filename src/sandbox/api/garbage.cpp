// What follows an object that is gone or going: its dependents, its foreground owner, its namespace.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "api/deletion.hpp"
#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

bool references(const Json& object, const std::string& uid) {
  const auto owners = owners_of(object);
  return std::any_of(owners.begin(), owners.end(), [&](const OwnerReference& owner) { return owner.uid == uid; });
}

bool blocks(const Json& object, const std::string& uid) {
  const auto owners = owners_of(object);
  return std::any_of(owners.begin(), owners.end(),
                     [&](const OwnerReference& owner) { return owner.uid == uid && owner.blocks_deletion; });
}

Json without_owner(Json object, const std::string& uid) {
  Json* owners = codec::find_at(object, {"metadata", "ownerReferences"}) == nullptr
                     ? nullptr
                     : member(object["metadata"], "ownerReferences");
  if (owners == nullptr) return object;
  for (auto at = owners->begin(); at != owners->end();) {
    at = codec::string_at(*at, {"uid"}) == uid ? owners->erase(at) : std::next(at);
  }
  if (owners->empty()) object["metadata"].erase("ownerReferences");
  return object;
}

}  // namespace

void Deletion::settle(const Resource& type, const Object& object) {
  if (!owners_of(*object).empty()) collect(ref_of(type, *object));
  if (!type.namespaced || is_terminating(*object)) return;
  const Object ns = core_.find({find_resource("", "v1", "namespaces"), "", codec::namespace_of(*object)});
  if (ns != nullptr && is_terminating(*ns)) delete_quietly(ref_of(type, *object), {});
}

bool Deletion::has_solid_owner(const Json& object) const {
  const auto owners = owners_of(object);
  return std::any_of(owners.begin(), owners.end(), [&](const OwnerReference& owner) {
    const Resource* type = find_kind(owner.api_version, owner.kind);
    if (type == nullptr) return true;
    const Object found = core_.find({type, codec::namespace_of(object), owner.name});
    return found != nullptr && codec::uid_of(*found) == owner.uid;
  });
}

void Deletion::collect(const ObjectRef& dependent) {
  const Object object = core_.find(dependent);
  if (object == nullptr || is_terminating(*object) || owners_of(*object).empty() || has_solid_owner(*object)) return;
  DeleteOptions options;
  options.uid = codec::uid_of(*object);
  delete_quietly(dependent, options);
}

/// Whoever refuses (a webhook) keeps the object; its next change tries again.
void Deletion::delete_quietly(const ObjectRef& ref, const DeleteOptions& options) {
  try {
    remove(*ref.type, ref.ns, ref.name, options);
  } catch (const StatusError&) {
    return;
  }
}

void Deletion::after_removal(const Resource& type, const Object& gone) {
  const std::string uid = codec::uid_of(*gone);
  for (const ObjectRef& dependent : core_.owners().dependents(uid)) collect(dependent);
  for (const OwnerReference& owner : owners_of(*gone)) {
    const Resource* owner_type = find_kind(owner.api_version, owner.kind);
    if (owner_type != nullptr) release_foreground({owner_type, codec::namespace_of(*gone), owner.name});
  }
  if (type.namespaced) finish_namespace(codec::namespace_of(*gone));
}

void Deletion::delete_dependents(const Object& owner) {
  const std::string uid = codec::uid_of(*owner);
  for (const ObjectRef& dependent : core_.owners().dependents(uid)) {
    const Object object = core_.find(dependent);
    if (object == nullptr || !references(*object, uid)) continue;
    DeleteOptions options;
    options.propagation = "Foreground";
    delete_quietly(dependent, options);
  }
}

void Deletion::orphan_dependents(const Resource& type, const Object& owner) {
  const std::string uid = codec::uid_of(*owner);
  for (const ObjectRef& dependent : core_.owners().dependents(uid)) {
    while (const Object object = core_.find(dependent)) {
      if (core_.replace(*dependent.type, object, without_owner(*object, uid)) != nullptr) break;
    }
  }
  drop_finalizer(ref_of(type, *owner), "orphan");
}

void Deletion::release_foreground(const ObjectRef& ref) {
  const Object owner = core_.find(ref);
  if (owner == nullptr || !is_terminating(*owner)) return;
  const std::string uid = codec::uid_of(*owner);
  for (const ObjectRef& dependent : core_.owners().dependents(uid)) {
    const Object object = core_.find(dependent);
    if (object != nullptr && blocks(*object, uid)) return;
  }
  drop_finalizer(ref, "foregroundDeletion");
}

void Deletion::empty_namespace(const std::string& name) {
  for (const auto& [type, collection] : core_.collections()) {
    if (!type->namespaced) continue;
    for (const Object& object : collection->snapshot(name).items) {
      if (!is_terminating(*object)) delete_quietly(ref_of(*type, *object), {});
    }
  }
  finish_namespace(name);
}

void Deletion::finish_namespace(const std::string& name) {
  const Resource* type = find_resource("", "v1", "namespaces");
  const Object current = core_.find({type, "", name});
  if (current == nullptr || !is_terminating(*current)) return;
  for (const auto& [other, collection] : core_.collections()) {
    if (other->namespaced && !collection->snapshot(name).items.empty()) return;
  }
  Json next = *current;
  erase_member(child_object(next, "spec"), "finalizers");
  if (is_due(next)) finish(*type, current, std::move(next));
}

}  // namespace dba::sandbox::api
