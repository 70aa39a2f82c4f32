#include "api/core.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"

#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

/// @source apimachinery util/rand: the letters of generated names
constexpr std::string_view kNameLetters = "bcdfghjklmnpqrstvwxz2456789";

bool same_owners(const Json& a, const Json& b) {
  const Json* one = codec::find_at(a, {"metadata", "ownerReferences"});
  const Json* two = codec::find_at(b, {"metadata", "ownerReferences"});
  if (one == nullptr || two == nullptr) return one == two;
  return *one == *two;
}

}  // namespace

ObjectRef ref_of(const Resource& type, const Json& object) {
  return {&type, codec::namespace_of(object), codec::name_of(object)};
}

Core::Core(world::World& world, const ApiOptions& options) : world_(world), random_(world.seed, "api") {
  for (const Resource& type : resources()) {
    collections_.emplace(&type, std::make_shared<Collection>(type, version_, options.history));
  }
}

std::shared_ptr<Collection> Core::collection(const Resource& type) const {
  if (const auto found = collections_.find(&type); found != collections_.end()) return found->second;
  return collections_.at(find_resource(type.group, type.version, type.plural));
}

Object Core::find(const ObjectRef& ref) const {
  return collection(*ref.type)->find(ref.type->namespaced ? ref.ns : "", ref.name);
}

std::string Core::now(std::chrono::seconds later) const { return format_rfc3339(world_.clock.wall_now() + later); }

std::string Core::new_uid() {
  const std::lock_guard lock(random_mutex_);
  const std::uint64_t high = random_.next();
  const std::uint64_t low = random_.next();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU, high & 0xfffU,
                     0x8000U | ((low >> 48U) & 0x3fffU), low & 0xffffffffffffU);
}

std::string Core::name_suffix() {
  const std::lock_guard lock(random_mutex_);
  return random_.text(5, kNameLetters);
}

unsigned Core::draw() {
  const std::lock_guard lock(random_mutex_);
  return static_cast<unsigned>(random_.below(60'000));
}

void Core::add_admission(AdmissionPhase phase, Admission admission) {
  const std::unique_lock lock(admissions_mutex_);
  admissions_[phase].push_back(std::move(admission));
}

void Core::admit(AdmissionPhase phase, const AdmissionRequest& request) const {
  std::vector<Admission> asked;
  {
    const std::shared_lock lock(admissions_mutex_);
    const auto found = admissions_.find(phase);
    if (found == admissions_.end()) return;
    asked = found->second;
  }
  for (const Admission& admission : asked) admission(request);
}

Object Core::create(const Resource& type, Json object) {
  Object stored = collection(type)->create(std::move(object));
  if (stored != nullptr) owners_.add(ref_of(type, *stored), *stored);
  return stored;
}

Object Core::replace(const Resource& type, const Object& current, Json next) {
  Object stored = collection(type)->replace(current, std::move(next));
  if (stored != nullptr && !same_owners(*current, *stored)) {
    const ObjectRef ref = ref_of(type, *stored);
    owners_.remove(ref, *current);
    owners_.add(ref, *stored);
  }
  return stored;
}

Object Core::erase(const Resource& type, const Object& current, Json last) {
  Object gone = collection(type)->erase(current, std::move(last));
  if (gone != nullptr) owners_.remove(ref_of(type, *gone), *current);
  return gone;
}

void Core::load(const Resource& type, std::vector<Json> objects) {
  std::vector<Object> stored;
  collection(type)->load(std::move(objects), stored);
  for (const Object& object : stored) owners_.add(ref_of(type, *object), *object);
}

}  // namespace dba::sandbox::api
