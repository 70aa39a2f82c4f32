#include "cluster/disruption_budgets.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"

#include "api/selectors.hpp"
#include "cluster/disruption_scale.hpp"
#include "cluster/endpoints.hpp"

namespace dba::sandbox::cluster {

namespace {

/// How long an evicted pod that does not go counts as gone. @source kubernetes pkg/controller/disruption
constexpr std::chrono::minutes kDeletionTimeout{2};

Labels match_labels(const Json& budget) {
  Labels labels;
  const Json* const found = codec::find_at(budget, {"spec", "selector", "matchLabels"});
  if (found == nullptr || !found->is_object()) return labels;
  for (const auto& [name, value] : found->items()) {
    if (value.is_string()) labels.emplace_back(name, value.get<std::string>());
  }
  return labels;
}

bool is_leaving(const Json& pod) { return codec::find_at(pod, {"metadata", "deletionTimestamp"}) != nullptr; }

/// Whether anything that a budget counts is different.
bool matters_to_budgets(const Json& before, const Json& now) {
  const auto view = [](const Json& pod) {
    const Json* const labels = codec::find_at(pod, {"metadata", "labels"});
    return std::tuple(labels == nullptr ? Json() : *labels, is_ready(pod), is_leaving(pod));
  };
  return view(before) != view(now);
}

/// Its one condition, in the API server's order of fields.
Json condition(const Json& budget, bool allowed, std::string_view reason, std::string_view message,
               std::int64_t generation, const std::string& now) {
  const std::string_view status = allowed ? "True" : "False";
  const Json* const known = codec::condition_of(budget, "DisruptionAllowed");
  const bool same = known != nullptr && codec::string_at(*known, {"status"}) == status;
  Json made{{"type", "DisruptionAllowed"}, {"status", status}};
  if (generation > 0) made["observedGeneration"] = generation;
  made["lastTransitionTime"] = same ? codec::string_at(*known, {"lastTransitionTime"}) : now;
  made["reason"] = reason;
  made["message"] = message;
  return made;
}

/// What is kept when it cannot be told how many pods there should be: nobody may go.
Json failed_status(const Json& budget, const std::string& why, const std::string& now) {
  Json status = budget.value("status", Json::object());
  status["disruptionsAllowed"] = 0;
  const std::int64_t generation = codec::int_at(status, {"observedGeneration"}).value_or(0);
  status["conditions"] = Json::array({condition(budget, false, "SyncFailed", why, generation, now)});
  return status;
}

}  // namespace

DisruptionBudgets::DisruptionBudgets(Context context, Informers& informers)
    : context_(context),
      informers_(informers),
      controller_(context.loop.add([this](const std::string& key) { reconcile(key); })) {
  informers_.budgets.on_change(
      [this](const api::Object& before, const api::Object& now) { budget_changed(before, now); });
  informers_.pods.on_change([this](const api::Object& before, const api::Object& now) { pod_changed(before, now); });
}

void DisruptionBudgets::budget_changed(const api::Object& before, const api::Object& now) {
  if (before) index_.remove(key_of(*before), match_labels(*before));
  if (!now) return;
  index_.add(key_of(*now), match_labels(*now));
  context_.loop.enqueue(controller_, key_of(*now));
}

void DisruptionBudgets::pod_changed(const api::Object& before, const api::Object& now) {
  if (before && now && !matters_to_budgets(*before, *now)) return;
  for (const api::Object& pod : {before, now}) {
    if (!pod) continue;
    for (const std::string& key : index_.candidates(*pod)) context_.loop.enqueue(controller_, key);
  }
}

std::vector<api::Object> DisruptionBudgets::pods_of(const Json& budget) const {
  const Json* const selector = codec::find_at(budget, {"spec", "selector"});
  if (selector == nullptr) return {};
  const std::string ns = codec::namespace_of(budget);
  const Labels labels = match_labels(budget);
  std::vector<api::Object> pods = labels.empty() ? informers_.pods.all() : informers_.pods.matching(ns, labels);
  const api::Filter filter(informers_.pods.type(), {.labels = api::selector_text(*selector)});
  pods.erase(
      std::remove_if(pods.begin(), pods.end(),
                     [&](const api::Object& pod) { return codec::namespace_of(*pod) != ns || !filter.matches(*pod); }),
      pods.end());
  return pods;
}

void DisruptionBudgets::reconcile(const std::string& key) {
  const auto [ns, name] = split_key(key);
  const api::Object budget = context_.api.find(informers_.budgets.type(), ns, name);
  if (!budget) return;
  Json next = *budget;
  next["status"] = status_of(key, *budget, pods_of(*budget));
  write_status(context_.api, informers_.budgets.type(), *budget, std::move(next), kControllerManager);
}

/// Pods that an eviction was granted for count as gone until they are, or the time for it is over.
Json DisruptionBudgets::status_of(const std::string& key, const Json& budget, const std::vector<api::Object>& pods) {
  const std::string now = timestamp(context_.world.clock);
  BudgetScale scale;
  try {
    scale = scale_of(context_.api, budget, pods);
  } catch (const UnknownScale& failure) {
    return failed_status(budget, failure.what(), now);
  }
  const Json* const granted = codec::find_at(budget, {"status", "disruptedPods"});
  Json disrupted = Json::object();
  std::int64_t healthy = 0;
  for (const api::Object& pod : pods) {
    if (is_leaving(*pod)) continue;
    const std::string pod_name = codec::name_of(*pod);
    const std::string since_text = granted == nullptr ? "" : codec::string_at(*granted, {pod_name});
    const auto since = try_parse_rfc3339(since_text);
    if (since && context_.world.clock.wall_now() - *since < kDeletionTimeout) {
      disrupted[pod_name] = since_text;
      context_.loop.enqueue(controller_, key, kDeletionTimeout);
    } else if (is_ready(*pod)) {
      ++healthy;
    }
  }
  const std::int64_t allowed = scale.expected > 0 ? std::max<std::int64_t>(healthy - scale.desired, 0) : 0;
  const std::int64_t generation = codec::int_at(budget, {"metadata", "generation"}).value_or(0);
  Json status{{"observedGeneration", generation}};
  if (!disrupted.empty()) status["disruptedPods"] = std::move(disrupted);
  status["disruptionsAllowed"] = allowed;
  status["currentHealthy"] = healthy;
  status["desiredHealthy"] = scale.desired;
  status["expectedPods"] = scale.expected;
  status["conditions"] = Json::array(
      {condition(budget, allowed > 0, allowed > 0 ? "SufficientPods" : "InsufficientPods", "", generation, now)});
  return status;
}

}  // namespace dba::sandbox::cluster
