#include "api/owners.hpp"

#include <nlohmann/json.hpp>

namespace dba::sandbox::api {

std::vector<OwnerReference> owners_of(const Json& object) {
  std::vector<OwnerReference> owners;
  const Json* listed = codec::find_at(object, {"metadata", "ownerReferences"});
  if (listed == nullptr || !listed->is_array()) return owners;
  for (const Json& one : *listed) {
    owners.push_back({codec::string_at(one, {"apiVersion"}), codec::string_at(one, {"kind"}),
                      codec::string_at(one, {"name"}), codec::string_at(one, {"uid"}),
                      codec::bool_at(one, {"blockOwnerDeletion"})});
  }
  return owners;
}

void OwnerIndex::add(const ObjectRef& dependent, const Json& object) {
  const std::lock_guard lock(mutex_);
  for (const OwnerReference& owner : owners_of(object)) by_owner_[owner.uid].insert(dependent);
}

void OwnerIndex::remove(const ObjectRef& dependent, const Json& object) {
  const std::lock_guard lock(mutex_);
  for (const OwnerReference& owner : owners_of(object)) {
    const auto found = by_owner_.find(owner.uid);
    if (found == by_owner_.end()) continue;
    found->second.erase(dependent);
    if (found->second.empty()) by_owner_.erase(found);
  }
}

std::vector<ObjectRef> OwnerIndex::dependents(const std::string& owner_uid) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_owner_.find(owner_uid);
  if (found == by_owner_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace dba::sandbox::api
