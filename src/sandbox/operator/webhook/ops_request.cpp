// The validating webhook for MSSQLServerOpsRequest: whether it may be asked for at all. @source kubedb.md 2.3

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/webhook.hpp"
#include "operator/webhook/ops_types.hpp"

namespace dba::sandbox::kubedb {

namespace {

constexpr std::array<std::string_view, 9> kTypes{"UpdateVersion",   "HorizontalScaling", "VerticalScaling",
                                                 "VolumeExpansion", "Restart",           "Reconfigure",
                                                 "ReconfigureTLS",  "RotateAuth",        "StorageMigration"};

Refusal bare(const Json& request, std::string field, std::string message) {
  return {.field = std::move(field), .value = codec::name_of(request), .message = std::move(message), .bare = true};
}

bool changed(const Json& request, const Json& old) {
  for (const codec::Path path : std::initializer_list<codec::Path>{
           {"apiVersion"}, {"kind"}, {"metadata", "name"}, {"metadata", "namespace"}, {"spec"}}) {
    const Json* now = codec::find_at(request, path);
    const Json* before = codec::find_at(old, path);
    if ((now == nullptr) != (before == nullptr)) return true;
    // Compared as values: another order of keys is no change.
    if (now != nullptr && nlohmann::json(*now) != nlohmann::json(*before)) return true;
  }
  return false;
}

}  // namespace

std::vector<Refusal> validate_ops_request(const Json& request, const Json* old, const Lookup& lookup) {
  if (old != nullptr && changed(request, *old)) {
    return {bare(request, "",
                 "At least one of the following was "
                 "changed:\n\tapiVersion\n\tkind\n\tname\n\tnamespace\n\tspec")};
  }
  const std::string type = codec::string_at(request, {"spec", "type"});
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    std::string known;
    for (const std::string_view each : kTypes) known += fmt::format("{}{}", known.empty() ? "" : ", ", each);
    return {bare(request, "spec.type",
                 fmt::format("defined OpsRequestType {} is not supported, supported types for MSSQLServer are {}", type,
                             known))};
  }
  const std::string ns = codec::namespace_of(request);
  const std::string name = codec::string_at(request, {"spec", "databaseRef", "name"});
  const std::optional<Json> database = lookup("kubedb.com/v1alpha2", "MSSQLServer", ns, name);
  if (!database) {
    return {
        bare(request, "spec.databaseRef", fmt::format("spec.databaseRef {}/{}, is invalid or not found", ns, name))};
  }
  const std::optional<OpsProblem> problem = find_ops_problem(request, *database, lookup);
  if (!problem) return {};
  return {{.field = problem->field, .value = codec::name_of(request), .message = problem->message}};
}

}  // namespace dba::sandbox::kubedb
