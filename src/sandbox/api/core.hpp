#pragma once
// What every operation of the API stands on: the collections, identities, time, admission.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "api/api.hpp"
#include "api/collection.hpp"
#include "api/owners.hpp"
#include "world/random.hpp"
#include "world/world.hpp"

namespace dba::sandbox::api {

/// Thread-safe.
class Core {
 public:
  Core(world::World& world, const ApiOptions& options);

  std::shared_ptr<Collection> collection(const Resource& type) const;
  const std::map<const Resource*, std::shared_ptr<Collection>>& collections() const { return collections_; }
  Object find(const ObjectRef& ref) const;
  platform::Clock& clock() const { return world_.clock; }
  std::string now(std::chrono::seconds later = {}) const;  ///< RFC 3339
  std::string new_uid();
  std::string name_suffix();
  unsigned draw();
  std::uint64_t version() const { return version_.load(); }
  const OwnerIndex& owners() const { return owners_; }

  void add_admission(AdmissionPhase phase, Admission admission);
  void admit(AdmissionPhase phase, const AdmissionRequest& request) const;

  /// As Collection's, and the index of owners kept.
  Object create(const Resource& type, Json object);
  Object replace(const Resource& type, const Object& current, Json next);
  Object erase(const Resource& type, const Object& current, Json last);
  void load(const Resource& type, std::vector<Json> objects);

 private:
  world::World& world_;
  std::atomic<std::uint64_t> version_{1};
  std::map<const Resource*, std::shared_ptr<Collection>> collections_{};
  OwnerIndex owners_{};
  mutable std::shared_mutex admissions_mutex_{};
  std::map<AdmissionPhase, std::vector<Admission>> admissions_{};
  std::mutex random_mutex_{};
  world::Random random_;
};

ObjectRef ref_of(const Resource& type, const Json& object);

}  // namespace dba::sandbox::api
