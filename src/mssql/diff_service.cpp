#include "dba/mssql/diff_service.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/database_spec.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/versions.hpp"

#include "planned_apply.hpp"

namespace dba::mssql {

namespace {

/// @source k8s.io/kubectl pkg/cmd/diff Object names: group, version, kind, namespace and name with dots between.
std::string file_name(const kube::ResourceType& type, const Json& object) {
  const std::string group = type.group.empty() ? "" : fmt::format("{}.", type.group);
  return fmt::format("{}{}.{}.{}.{}", group, type.version, type.kind, codec::namespace_of(object),
                     codec::name_of(object));
}

Json without_bookkeeping(const Json& object) {
  Json copy = object;
  for (const char* field : {"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"})
    copy["metadata"].erase(field);
  return copy;
}

/// Masks every value of one field of a secret on both sides, so that a change shows and the value does not.
/// @source k8s.io/kubectl pkg/cmd/diff Masker
void mask_field(Json& live, Json& merged, const char* field) {
  const auto has = [&](const Json& object, const std::string& key) {
    return object.is_object() && object.contains(field) && object[field].is_object() && object[field].contains(key);
  };
  const Json before = live.is_object() ? live.value(field, Json::object()) : Json::object();
  const Json after = merged.value(field, Json::object());
  for (const auto& [key, value] : before.items()) {
    const bool changed = has(merged, key) && after.at(key) != value;
    live[field][key] = changed ? "*** (before)" : "***";
  }
  for (const auto& [key, value] : after.items()) {
    const bool changed = before.contains(key) && before.at(key) != value;
    merged[field][key] = changed ? "*** (after)" : "***";
  }
}

/// The planned merge; for a new object the server's view of it, or the intent when its namespace is missing as well.
Json merged_object(kube::Client& client, const PlannedApply& plan, const ChangeListener& listener) {
  if (plan.merged != nullptr) return *plan.merged;
  try {
    return client.apply(*plan.intent, plan.force, {.dry_run = kube::DryRun::server}).object();
  } catch (const kube::ApiError& error) {
    const bool no_namespace =
        error.kind() == kube::ApiError::Kind::not_found && error.status().resource == "namespaces";
    if (!no_namespace) throw;
    listener.warn(fmt::format("namespace \"{}\" does not exist yet: {} \"{}\" is shown as it would be sent",
                              codec::namespace_of(*plan.intent), plan.type->kind, codec::name_of(*plan.intent)));
    return *plan.intent;
  }
}

/// The version that an apply would choose where none is given: the live one, else the newest of the catalog.
std::string chosen_version(kube::Client& client, const std::optional<Json>& live) {
  if (live) return codec::string_at(*live, {"spec", "version"});
  std::vector<CatalogVersion> catalog;
  for (const Json& version : client.list(kube::resources::mssqlserverversions, ""))
    catalog.push_back(read_catalog_version(version));
  const CatalogVersion* newest = newest_version(catalog);
  if (newest == nullptr)
    throw Error(ExitCode::refused, "spec.version (--version): the catalog has no version that could be chosen");
  return newest->name;
}

/// As plan_apply(); a conflict is told as what it is to somebody who only looks.
PlannedApply plan_comparison(kube::Client& client, const Json& wanted, const std::optional<Json>& live,
                             bool force_conflicts) {
  try {
    return plan_apply(client, wanted, live, force_conflicts);
  } catch (const kube::ApiError& error) {
    if (error.kind() != kube::ApiError::Kind::apply_conflict) throw;
    ErrorInfo info = error.info();
    info.message = fmt::format("apply of {} \"{}\" would be refused: other managers own some of the fields",
                               codec::string_at(wanted, {"kind"}), codec::name_of(wanted));
    info.hint = "leave these fields out, or add --force-conflicts to see what taking them over would change";
    throw Error(std::move(info));
  }
}

ObjectDiff diff_one(kube::Client& client, const Json& object, bool force_conflicts, const ChangeListener& listener) {
  const std::optional<Json> found = find_live(client, object);
  Json wanted = object;
  if (codec::string_at(object, {"kind"}) == kKind && !has_version(object))
    wanted["spec"]["version"] = chosen_version(client, found);
  const PlannedApply plan = plan_comparison(client, wanted, found, force_conflicts);
  Json live = plan.live != nullptr ? without_bookkeeping(*plan.live) : Json(nullptr);
  Json merged = without_bookkeeping(merged_object(client, plan, listener));
  if (plan.type->kind == kKind && plan.live != nullptr) {
    const Findings findings = check_change(*plan.live, *plan.merged);
    for (const Finding& finding : findings.all())
      listener.warn(fmt::format("{}: {}", place_of(finding), finding.message));
  }
  if (plan.type->kind == "Secret") {
    mask_field(live, merged, "data");
    mask_field(live, merged, "stringData");
  }
  ObjectDiff diff{.file_name = file_name(*plan.type, *plan.intent)};
  if (!live.is_null()) diff.live = std::make_shared<const Json>(std::move(live));
  diff.merged = std::make_shared<const Json>(std::move(merged));
  return diff;
}

}  // namespace

std::vector<ObjectDiff> diff_objects(kube::Client& client, const std::vector<Json>& objects, bool force_conflicts,
                                     const ChangeListener& listener) {
  std::vector<ObjectDiff> diffs;
  for (const Json& object : objects) diffs.push_back(diff_one(client, object, force_conflicts, listener));
  return diffs;
}

}  // namespace dba::mssql
