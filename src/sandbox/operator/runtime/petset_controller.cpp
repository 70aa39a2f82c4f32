#include "operator/runtime/petset_controller.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/api_error.hpp"

#include "operator/database.hpp"
#include "operator/delays.hpp"
#include "operator/json_edit.hpp"
#include "operator/objects/pods.hpp"
#include "operator/runtime/pod_view.hpp"

namespace dba::sandbox::kubedb {

namespace {

constexpr std::string_view kComponent = "petset-controller";

bool is_over(const Json& pod) {
  const std::string phase = codec::string_at(pod, {"status", "phase"});
  return phase == "Failed" || phase == "Succeeded";
}

std::int64_t replicas_of_petset(const Json& petset) { return codec::int_at(petset, {"spec", "replicas"}).value_or(1); }

}  // namespace

PetSetController::PetSetController(Writer& writer, Store& store, WorkQueue& queue, platform::Clock& clock)
    : writer_(writer), store_(store), queue_(queue), clock_(clock) {}

void PetSetController::reconcile(const WorkKey& key) {
  const std::optional<Json> petset = store_.find(Kind::petset, key.ns, key.name);
  if (!petset || is_terminating(*petset)) {
    next_pod_.erase(key);
    return;
  }
  if (is_wanted(*petset)) {
    scale_up(key, *petset, replicas_of_petset(*petset));
    scale_down(*petset, replicas_of_petset(*petset));
  }
  write_status(*petset);
}

/// Not while its database ends, is halted or has given it up: the watch may tell of that later than of the pods.
bool PetSetController::is_wanted(const Json& petset) const {
  const Json* owners = codec::find_at(petset, {"metadata", "ownerReferences"});
  if (owners == nullptr || owners->empty()) return true;  // left behind on purpose
  const std::optional<Json> database =
      store_.find(Kind::database, codec::namespace_of(petset), codec::string_at(owners->front(), {"name"}));
  if (!database || is_terminating(*database) || is_halted(*database)) return false;
  const std::vector<std::string> names = petset_names(*database);
  return std::find(names.begin(), names.end(), codec::name_of(petset)) != names.end();
}

/// Those that are missing. @returns the one that is being deleted; empty when none is: no pod may start on it.
std::string PetSetController::ensure_claims(const Json& petset, std::int64_t ordinal) {
  for (const Json& claim : build_claims(petset, ordinal)) {
    const std::optional<Json> known = store_.find(Kind::claim, codec::namespace_of(claim), codec::name_of(claim));
    if (known && is_terminating(*known)) return codec::name_of(claim);
    writer_.ensure_exists(claim);
  }
  return {};
}

/// OrderedReady: none before the one before it is Ready. Parallel: one after another all the same, but without waiting.
void PetSetController::scale_up(const WorkKey& key, const Json& petset, std::int64_t wanted) {
  const bool in_order = codec::string_at(petset, {"spec", "podManagementPolicy"}, "OrderedReady") != "Parallel";
  for (std::int64_t ordinal = 0; ordinal < wanted; ++ordinal) {
    const std::optional<Json> pod = store_.find(Kind::pod, key.ns, pod_name(key.name, ordinal));
    if (pod && is_over(*pod) && !is_terminating(*pod)) writer_.remove(Kind::pod, *pod);
    // A claim may go after its pod was made, and before anything was mounted.
    if (pod && !is_terminating(*pod) && codec::string_at(*pod, {"status", "phase"}) == "Pending") {
      ensure_claims(petset, ordinal);
    }
    if (!pod) {
      const platform::SteadyTime now = clock_.steady_now();
      const auto earliest = next_pod_.find(key);
      if (earliest != next_pod_.end() && now < earliest->second) return queue_.add(key, earliest->second);
      make_pod(petset, ordinal);
      next_pod_[key] = now + delays::kBetweenPods;
    } else if (is_ready(*pod) || !in_order) {
      continue;
    }
    if (in_order) return;
  }
}

void PetSetController::make_pod(const Json& petset, std::int64_t ordinal) {
  try {
    const std::string going = ensure_claims(petset, ordinal);
    if (!going.empty()) return tell_failed(petset, ordinal, fmt::format("pvc {} is being deleted", going));
    const Json pod = build_pod(petset, ordinal, node_for(ordinal));
    if (writer_.ensure_exists(pod) != Writer::Change::created) return;
    writer_.event(petset, "Normal", "SuccessfulCreate",
                  fmt::format("create Pod {} in PetSet {} successful", codec::name_of(pod), codec::name_of(petset)),
                  kComponent);
  } catch (const kube::ApiError& error) {
    tell_failed(petset, ordinal, error.status().message);
    throw;
  }
}

void PetSetController::tell_failed(const Json& petset, std::int64_t ordinal, std::string_view why) {
  writer_.event(petset, "Warning", "FailedCreate",
                fmt::format("create Pod {} in PetSet {} failed error: {}", pod_name(codec::name_of(petset), ordinal),
                            codec::name_of(petset), why),
                kComponent);
}

/// The highest ordinal goes first, and the next one when it is gone. Claims stay.
void PetSetController::scale_down(const Json& petset, std::int64_t wanted) {
  Json last = nullptr;
  std::int64_t highest = wanted - 1;
  for (Json& pod : pods_of(store_, petset)) {
    const std::int64_t ordinal = ordinal_of(codec::name_of(pod), codec::name_of(petset));
    if (ordinal <= highest) continue;
    highest = ordinal;
    last = std::move(pod);
  }
  if (!last.is_null() && !is_terminating(last)) writer_.remove(Kind::pod, last);
}

void PetSetController::write_status(const Json& petset) {
  const std::vector<Json> pods = pods_of(store_, petset);
  const std::string revision = revision_of(petset);
  const auto ready = std::count_if(pods.begin(), pods.end(), is_ready);
  const auto updated = std::count_if(pods.begin(), pods.end(), [&](const Json& pod) {
    return codec::label_of(pod, "controller-revision-hash") == revision;
  });
  Json status = Json::object({{"availableReplicas", ready},
                              {"currentReplicas", pods.size()},
                              {"currentRevision", revision},
                              {"observedGeneration", codec::int_at(petset, {"metadata", "generation"}).value_or(0)},
                              {"readyReplicas", ready},
                              {"replicas", pods.size()},
                              {"updateRevision", revision},
                              {"updatedReplicas", updated}});
  const Json* known = codec::find_at(petset, {"status"});
  if (known != nullptr && holds(*known, status)) return;
  writer_.patch(Kind::petset, petset, Json::object({{"status", std::move(status)}}), "status");
}

/// PetSets place their pods themselves; empty leaves it to a scheduler.
std::string PetSetController::node_for(std::int64_t ordinal) const {
  std::vector<std::string> nodes;
  for (const Json& node : store_.list(Kind::node, "")) {
    if (!codec::bool_at(node, {"spec", "unschedulable"})) nodes.push_back(codec::name_of(node));
  }
  if (nodes.empty()) return {};
  return nodes[static_cast<std::size_t>(ordinal) % nodes.size()];
}

}  // namespace dba::sandbox::kubedb
