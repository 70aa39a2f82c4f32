#include "api/budget_check.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

/// The spec of a budget as Go's own fields, which is how a refusal shows it.
Json go_budget(const Json& spec) {
  const Json nothing;
  return {{"MinAvailable", spec.value("minAvailable", nothing)},
          {"Selector", spec.value("selector", nothing)},
          {"MaxUnavailable", spec.value("maxUnavailable", nothing)},
          {"UnhealthyPodEvictionPolicy", spec.value("unhealthyPodEvictionPolicy", nothing)}};
}

}  // namespace

std::vector<Cause> check_budget(const Json& budget) {
  std::vector<Cause> causes;
  const Json spec = budget.value("spec", Json::object());
  if (spec.contains("minAvailable") && spec.contains("maxUnavailable")) {
    causes.push_back(invalid_value("spec", go_budget(spec), "minAvailable and maxUnavailable cannot be both set"));
  }
  for (const char* field : {"minAvailable", "maxUnavailable"}) {
    const auto number = codec::int_at(spec, {field});
    if (number && *number < 0) {
      causes.push_back(invalid_value(fmt::format("spec.{}", field), *number, "must be greater than or equal to 0"));
    }
  }
  return causes;
}

}  // namespace dba::sandbox::api
