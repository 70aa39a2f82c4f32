#include "http/eviction.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"

#include "api/refusals.hpp"
#include "http/bodies.hpp"
#include "http/parameters.hpp"
#include "http/problems.hpp"

namespace dba::sandbox::http {

namespace {

bool has_labels(const Json& pod, const Json& wanted) {
  for (const auto& [key, value] : wanted.items()) {
    if (!value.is_string() || codec::label_of(pod, key) != value.get<std::string>()) return false;
  }
  return true;
}

std::vector<api::Object> budgets_of(api::Api& api, const Target& target, const Json& pod) {
  std::vector<api::Object> covering;
  const api::Resource* type = api::find_resource("policy", "v1", "poddisruptionbudgets");
  if (type == nullptr) return covering;
  for (const api::Object& budget : api.list(*type, target.ns).items) {
    const Json* labels = codec::find_at(*budget, {"spec", "selector", "matchLabels"});
    if (labels != nullptr && labels->is_object() && has_labels(pod, *labels)) covering.push_back(budget);
  }
  return covering;
}

/// @source kube-apiserver 1.36: pod eviction
void ask(const Json& budget) {
  const Json* allowed = codec::find_at(budget, {"status", "disruptionsAllowed"});
  if (allowed == nullptr) {
    api::StatusError error =
        make_error(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
    error.causes.push_back(
        {"DisruptionBudget",
         fmt::format("The disruption budget {} is still being processed by the server.", codec::name_of(budget)), ""});
    error.retry_after_seconds = 10;
    throw error;
  }
  if (codec::int_at(budget, {"status", "disruptionsAllowed"}).value_or(0) > 0) return;
  api::StatusError error =
      make_error(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
  error.causes.push_back(
      {"DisruptionBudget",
       fmt::format("The disruption budget {} needs {} healthy pods and has {} currently", codec::name_of(budget),
                   codec::int_at(budget, {"status", "desiredHealthy"}).value_or(0),
                   codec::int_at(budget, {"status", "currentHealthy"}).value_or(0)),
       ""});
  throw error;
}

}  // namespace

Answer evict(api::Api& api, const Request& request, const Target& target) {
  const Json body = read_options(request);
  const Json* given = codec::find_at(body, {"deleteOptions"});
  const api::DeleteOptions options = delete_options(given != nullptr && given->is_object() ? *given : Json::object());
  const api::Object pod = api.get(*target.type, target.ns, target.name);
  const std::string phase = codec::string_at(*pod, {"status", "phase"});
  if (phase != "Succeeded" && phase != "Failed" && phase != "Pending") {
    const std::vector<api::Object> budgets = budgets_of(api, target, *pod);
    if (budgets.size() > 1) {
      throw make_error(500, "InternalError",
                       "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction "
                       "subresource does not support.");
    }
    if (!budgets.empty()) ask(*budgets.front());
  }
  api.remove(*target.type, target.ns, target.name, options);
  const Json status{
      {"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"status", "Success"}, {"code", 201}};
  return {.code = 201, .body = codec::compact_json(status) + "\n"};
}

}  // namespace dba::sandbox::http
