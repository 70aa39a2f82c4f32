#pragma once
// Who depends on whom, by the uids of ownerReferences.

#include <compare>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/resource.hpp"

namespace dba::sandbox::api {

struct ObjectRef {
  const Resource* type = nullptr;
  std::string ns{}, name{};
  auto operator<=>(const ObjectRef&) const = default;
};

struct OwnerReference {
  std::string api_version{}, kind{}, name{}, uid{};
  bool blocks_deletion = false;
};
std::vector<OwnerReference> owners_of(const Json& object);

/// Thread-safe.
class OwnerIndex {
 public:
  void add(const ObjectRef& dependent, const Json& object);
  void remove(const ObjectRef& dependent, const Json& object);
  std::vector<ObjectRef> dependents(const std::string& owner_uid) const;

 private:
  mutable std::mutex mutex_{};
  std::map<std::string, std::set<ObjectRef>> by_owner_{};
};

}  // namespace dba::sandbox::api
