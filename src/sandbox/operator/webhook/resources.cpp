#include "operator/webhook/resources.hpp"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"

#include "operator/json_edit.hpp"

namespace dba::sandbox::kubedb {

namespace {

Json resources(Json requests, Json limits) {
  return Json::object({{"requests", std::move(requests)}, {"limits", std::move(limits)}});
}

std::optional<Json> amount(const Json& list, const std::string& name) {
  const auto found = list.find(name);
  return found == list.end() || found->is_null() ? std::nullopt : std::optional<Json>(*found);
}

std::string text_of(const Json& quantity) {
  return quantity.is_string() ? quantity.get<std::string>() : quantity.dump();
}

/// Quantities that cannot be read compare as equal: the schema refuses them before.
bool less(const Json& a, const Json& b) {
  const std::optional<Quantity> first = Quantity::try_parse(text_of(a));
  const std::optional<Quantity> second = Quantity::try_parse(text_of(b));
  return first && second && *first < *second;
}

}  // namespace

Json mssql_resources() {
  return resources(Json::object({{"cpu", "1500m"}, {"memory", "2Gi"}}), Json::object({{"memory", "4Gi"}}));
}

Json init_resources() {
  return resources(Json::object({{"cpu", "200m"}, {"memory", "256Mi"}}), Json::object({{"memory", "512Mi"}}));
}

Json coordinator_resources() {
  return resources(Json::object({{"cpu", "200m"}, {"memory", "256Mi"}}), Json::object({{"memory", "256Mi"}}));
}

Json arbiter_resources() {
  return resources(Json::object({{"storage", "2Gi"}, {"cpu", "200m"}, {"memory", "256Mi"}}),
                   Json::object({{"memory", "256Mi"}}));
}

void set_default_resources(Json& given, const Json& defaults) {
  object_in(given, "limits");  // both before either is referred to: a new key moves the others
  Json& requests = object_in(given, "requests");
  Json& limits = given["limits"];
  const Json asked = requests, limited = limits;
  for (const auto& [name, fallback] : defaults["limits"].items()) {
    const std::optional<Json> request = amount(asked, name), limit = amount(limited, name);
    if (request && limit) {
      limits[name] = less(*limit, *request) ? *request : *limit;
    } else {
      limits[name] = request.value_or(limit.value_or(fallback));
    }
  }
  for (const auto& [name, fallback] : defaults["requests"].items()) {
    requests[name] = amount(asked, name).value_or(amount(limited, name).value_or(fallback));
  }
  for (auto& [name, limit] : limits.items()) {
    const std::optional<Json> request = amount(requests, name);
    if (request && less(limit, *request)) limit = *request;
  }
}

}  // namespace dba::sandbox::kubedb
