#include "http/eviction.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"

#include "api/refusals.hpp"
#include "api/selectors.hpp"
#include "http/bodies.hpp"
#include "http/parameters.hpp"
#include "http/problems.hpp"

namespace dba::sandbox::http {

namespace {

/// How often a budget that somebody else writes at the same time is read again.
constexpr int kAttempts = 20;

const api::Resource& budget_type() { return *api::find_resource("policy", "v1", "poddisruptionbudgets"); }

std::vector<api::Object> budgets_of(api::Api& api, const Target& target, const Json& pod) {
  std::vector<api::Object> covering;
  for (const api::Object& budget : api.list(budget_type(), target.ns).items) {
    const Json* selector = codec::find_at(*budget, {"spec", "selector"});
    if (selector == nullptr) continue;
    if (api::Filter(*target.type, {.labels = api::selector_text(*selector)}).matches(pod)) covering.push_back(budget);
  }
  return covering;
}

/// Pods that have ended, not begun or are on their way out are nobody's loss.
bool counts(const Json& pod) {
  const std::string phase = codec::string_at(pod, {"status", "phase"});
  return phase != "Succeeded" && phase != "Failed" && phase != "Pending" &&
         codec::find_at(pod, {"metadata", "deletionTimestamp"}) == nullptr;
}

std::int64_t status_number(const Json& budget, std::string_view field) {
  return codec::int_at(budget, {"status", field}).value_or(0);
}

/// A pod that is not ready may go where the budget says so, or where enough others are.
bool may_go_unready(const Json& budget, const Json& pod) {
  const Json* ready = codec::condition_of(pod, "Ready");
  if (ready != nullptr && codec::string_at(*ready, {"status"}) == "True") return false;
  if (codec::string_at(budget, {"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow") return true;
  const std::int64_t desired = status_number(budget, "desiredHealthy");
  return desired > 0 && status_number(budget, "currentHealthy") >= desired;
}

api::StatusError refusal(std::string cause, int retry_after_seconds = 0) {
  api::StatusError error =
      make_error(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
  error.causes.push_back({"DisruptionBudget", std::move(cause), ""});
  if (retry_after_seconds > 0) error.retry_after_seconds = retry_after_seconds;
  return error;
}

void ask(const Json& budget) {
  const std::string name = codec::name_of(budget);
  if (status_number(budget, "observedGeneration") < codec::int_at(budget, {"metadata", "generation"}).value_or(0)) {
    throw refusal(fmt::format("The disruption budget {} is still being processed by the server.", name), 10);
  }
  if (status_number(budget, "disruptionsAllowed") > 0) return;
  const Json* condition = codec::condition_of(budget, "DisruptionAllowed");
  if (condition != nullptr && codec::string_at(*condition, {"reason"}) == "SyncFailed") {
    throw refusal(
        fmt::format("The disruption budget {} does not allow evicting pods currently because it failed sync: {}", name,
                    codec::string_at(*condition, {"message"})));
  }
  const std::int64_t desired = status_number(budget, "desiredHealthy");
  const std::int64_t current = status_number(budget, "currentHealthy");
  if (current > desired) {
    throw refusal(fmt::format("The disruption budget {} does not allow evicting pods currently", name));
  }
  throw refusal(
      fmt::format("The disruption budget {} needs {} healthy pods and has {} currently", name, desired, current));
}

/// The budget with one disruption less, and the pod noted as on its way out.
Json with_disruption(Json budget, const std::string& pod, const std::string& now) {
  Json& status = budget["status"];
  const std::int64_t left = status_number(budget, "disruptionsAllowed") - 1;
  status["disruptionsAllowed"] = left;
  status["disruptedPods"][pod] = now;
  if (left > 0 || !status.contains("conditions")) return budget;
  for (Json& condition : status["conditions"]) {
    if (codec::string_at(condition, {"type"}) != "DisruptionAllowed") continue;
    condition["status"] = "False";
    condition["reason"] = "InsufficientPods";
    condition["lastTransitionTime"] = now;
  }
  return budget;
}

/// @source kube-apiserver 1.36: pod eviction
void take_disruption(api::Api& api, const Target& target, const Json& pod, bool dry_run, WallTime now) {
  for (int attempt = 1;; ++attempt) {
    const std::vector<api::Object> budgets = budgets_of(api, target, pod);
    if (budgets.empty()) return;
    if (budgets.size() > 1) {
      throw make_error(500, "InternalError",
                       "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction "
                       "subresource does not support.");
    }
    const Json& budget = *budgets.front();
    if (may_go_unready(budget, pod)) return;
    ask(budget);
    if (dry_run) return;
    try {
      api.update(budget_type(), target.ns, codec::name_of(budget),
                 with_disruption(budget, target.name, format_rfc3339(now)), "status",
                 {.field_manager = "kube-apiserver"});
      return;
    } catch (const api::StatusError& error) {
      if (error.code != 409 || attempt == kAttempts) throw;
    }
  }
}

}  // namespace

Answer evict(api::Api& api, const Request& request, const Target& target, WallTime now) {
  const Json body = read_options(request);
  const std::string named = codec::name_of(body);
  if (!named.empty() && named != target.name) {
    throw api::bad_request("name in URL does not match name in Eviction object");
  }
  const Json* given = codec::find_at(body, {"deleteOptions"});
  const api::DeleteOptions options = delete_options(given != nullptr && given->is_object() ? *given : Json::object());
  const api::Object pod = api.get(*target.type, target.ns, target.name);
  if (counts(*pod)) take_disruption(api, target, *pod, options.dry_run, now);
  api.remove(*target.type, target.ns, target.name, options);
  const Json status{
      {"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"status", "Success"}, {"code", 201}};
  return {.code = 201, .body = codec::compact_json(status) + "\n"};
}

}  // namespace dba::sandbox::http
