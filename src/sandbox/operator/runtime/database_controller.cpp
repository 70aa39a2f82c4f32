#include "operator/runtime/database_controller.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"
#include "operator/objects/pods.hpp"
#include "operator/runtime/conditions.hpp"
#include "operator/runtime/pod_view.hpp"

namespace dba::sandbox::kubedb {

namespace {

/// Its value is the generation that was loaded.
constexpr std::string_view kLoaded = "sandbox/loaded";

Json conditions_of(const Json& database) {
  const Json* found = codec::find_at(database, {"status", "conditions"});
  return found == nullptr || !found->is_array() ? Json::array() : *found;
}

std::int64_t generation_of(const Json& object) { return codec::int_at(object, {"metadata", "generation"}).value_or(0); }

}  // namespace

DatabaseController::DatabaseController(Writer& writer, Store& store, WorkQueue& queue, world::World& world,
                                       ListensToSql listens)
    : writer_(writer), store_(store), queue_(queue), world_(world), listens_(std::move(listens)) {}

void DatabaseController::reconcile(const WorkKey& key) {
  std::optional<Json> found = store_.find(Kind::database, key.ns, key.name);
  if (!found) {
    memory_.erase(key);
    waiting_.erase(key);
    return;
  }
  Json& database = *found;
  if (is_terminating(database)) return terminate(database);
  if (!codec::annotation_of(database, kLoaded).empty()) return wake_if_disturbed(database);
  if (add_finalizer(database)) return;  // the watch calls again
  Json conditions = conditions_of(database);
  if (is_halted(database)) return halt(database, conditions);
  remove_condition(conditions, "Halted");
  if (set_condition(conditions, make_condition("ProvisioningStarted", true, database), generation_of(database),
                    world_.clock.wall_now())) {
    write_status(database, conditions);
  }
  if (!is_true(conditions, "Paused")) tell(key, database, provision(database));
  if (!is_true(conditions, "HealthCheckPaused")) check_health(key, database, conditions);
  write_status(database, conditions);
}

/// One of thousands that were loaded Ready is let be as long as nothing happens to it; then it becomes like any other.
void DatabaseController::wake_if_disturbed(const Json& database) {
  const Health health = health_of(database);
  const bool same_spec = codec::annotation_of(database, kLoaded) == std::to_string(generation_of(database));
  if (same_spec && health.replicas && health.primary && health.roles && !is_halted(database)) return;
  Json patch = Json::object();
  patch["metadata"]["annotations"][std::string(kLoaded)] = nullptr;
  writer_.patch(Kind::database, database, patch);  // the watch calls again
}

bool DatabaseController::add_finalizer(const Json& database) {
  const Json* known = codec::find_at(database, {"metadata", "finalizers"});
  Json finalizers = known == nullptr ? Json::array() : *known;
  if (std::find(finalizers.begin(), finalizers.end(), kFinalizer) != finalizers.end()) return false;
  finalizers.push_back(kFinalizer);
  Json patch = Json::object();
  patch["metadata"] =
      Json::object({{"resourceVersion", codec::resource_version_of(database)}, {"finalizers", std::move(finalizers)}});
  writer_.patch(Kind::database, database, patch);
  return true;
}

void DatabaseController::tell(const WorkKey& key, const Json& database, const std::string& trouble) {
  if (trouble.empty()) {
    waiting_.erase(key);
  } else {
    waiting_.insert(key);
    if (memory_[key].told != trouble) writer_.event(database, "Warning", "Failed", trouble);
  }
  memory_[key].told = trouble;
}

void DatabaseController::halt(Json& database, Json& conditions) {
  remove_offshoots(database);
  for (const char* type : {"ReplicaReady", "AcceptingConnection", "Ready"}) {
    if (!has_condition(conditions, type)) continue;
    set_condition(conditions, make_condition(type, false, database), generation_of(database), world_.clock.wall_now());
  }
  set_condition(conditions, make_condition("Halted", true, database), generation_of(database), world_.clock.wall_now());
  write_status(database, conditions);
}

void DatabaseController::write_status(Json& database, const Json& conditions) {
  const std::string before = codec::string_at(database, {"status", "phase"}), phase = phase_of(conditions);
  if (conditions_of(database) == conditions && before == phase) return;
  Json patch = Json::object();
  patch["metadata"]["resourceVersion"] = codec::resource_version_of(database);
  patch["status"] = Json::object({{"conditions", conditions}, {"phase", phase}});
  database = writer_.patch(Kind::database, database, patch, "status");
  if (before == phase) return;
  writer_.event(database, "Normal", "PhaseChanged", fmt::format("Phase changed from {} to {}.", before, phase));
}

void DatabaseController::check_health(const WorkKey& key, const Json& database, Json& conditions) {
  const std::optional<platform::SteadyTime> due =
      judge(database, health_of(database), conditions, memory_[key].progress, world_.clock.steady_now(),
            world_.clock.wall_now());
  if (due) queue_.add(key, *due);
}

bool DatabaseController::accepts(const Json& pod, bool if_unknown) const {
  return !listens_ || listens_(codec::uid_of(pod)).value_or(if_unknown);
}

Health DatabaseController::health_of(const Json& database) const {
  const std::string ns = codec::namespace_of(database), name = codec::name_of(database);
  Health health{.replicas = true, .roles = true};
  // Pods that hang for want of a volume are not Ready; a simple kubelet runs them all the same.
  const bool has_started = is_true(conditions_of(database), "Provisioned");
  for (const std::string& alias : certificate_aliases(database)) {
    health.replicas &= has_started || store_.has(Kind::secret, ns, certificate_secret_name(database, alias));
  }
  for (const std::string& petset_name : petset_names(database)) {
    const std::optional<Json> petset = store_.find(Kind::petset, ns, petset_name);
    const std::int64_t wanted = petset_name == name ? replicas_of(database) : 1;
    std::int64_t ready = 0;
    for (const Json& pod : petset ? pods_of(store_, *petset) : std::vector<Json>{}) {
      const std::int64_t ordinal = ordinal_of(codec::name_of(pod), petset_name);
      if (!is_ready(pod) || ordinal < 0 || ordinal >= wanted) continue;
      ++ready;
      const std::string role = codec::label_of(pod, kRoleLabel);
      if (role == "primary") {
        health.primary = true;
        health.accepting |= accepts(pod, has_started);
      }
      health.roles &= !role.empty();
    }
    health.replicas &= ready == wanted;
  }
  return health;
}

}  // namespace dba::sandbox::kubedb
