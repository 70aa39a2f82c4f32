#include "planned_apply.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/mssql/marks.hpp"

namespace dba::mssql {

namespace {

/// Every cause names us: the object was made by our POST, and nobody turned that ownership into an apply's.
/// @source kube-apiserver's text of a FieldManagerConflict: conflict with "MANAGER" using GROUP/VERSION
bool conflicts_only_with_us(const kube::ApiError& error) {
  const std::string ours = fmt::format("conflict with \"{}\"", kube::kFieldManager);
  const auto& causes = error.status().causes;
  return error.kind() == kube::ApiError::Kind::apply_conflict && !causes.empty() &&
         std::all_of(causes.begin(), causes.end(), [&](const auto& cause) { return cause.message.starts_with(ours); });
}

const kube::ResourceType& type_of(const Json& object) {
  const kube::ResourceType* type =
      kube::find_resource(codec::string_at(object, {"apiVersion"}), codec::string_at(object, {"kind"}));
  if (type == nullptr) throw usage_error(fmt::format("{} is of a kind we do not know", codec::name_of(object)));
  return *type;
}

/// The fields we own by apply, as a tree; null when there is no such entry.
Json owned_fields(const Json& object) {
  const Json* entries = codec::find_at(object, {"metadata", "managedFields"});
  if (entries == nullptr || !entries->is_array()) return nullptr;
  for (const Json& entry : *entries) {
    if (codec::string_at(entry, {"manager"}) == kube::kFieldManager &&
        codec::string_at(entry, {"operation"}) == "Apply" && entry.contains("fieldsV1"))
      return entry.at("fieldsV1");
  }
  return nullptr;
}

bool contains_all(const Json& tree, const Json& wanted) {
  if (!wanted.is_object() || wanted.empty()) return true;
  if (!tree.is_object()) return false;
  return std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto& item) {
    const auto found = tree.find(item.key());
    return found != tree.end() && contains_all(*found, item.value());
  });
}

}  // namespace

PlannedApply::PlannedApply() = default;
PlannedApply::PlannedApply(PlannedApply&&) noexcept = default;
PlannedApply& PlannedApply::operator=(PlannedApply&&) noexcept = default;
PlannedApply::~PlannedApply() = default;

bool PlannedApply::unchanged() const { return live != nullptr && kube::same_but_for_bookkeeping(*live, *merged); }

bool PlannedApply::nothing_to_send() const {
  // Fields that we would merely stop owning (defaults that our own POST was credited with) need no request.
  return unchanged() && contains_all(owned_fields(*live), owned_fields(*merged));
}

Json without_server_fields(const Json& object) {
  Json intent = object;
  intent.erase("status");
  for (const char* field : {"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"})
    intent["metadata"].erase(field);
  remove_marks(intent);
  return intent;
}

std::optional<Json> find_live(kube::Client& client, const Json& object) {
  return client.find(type_of(object), codec::namespace_of(object), codec::name_of(object));
}

PlannedApply plan_apply(kube::Client& client, const Json& intent, const std::optional<Json>& live,
                        bool force_conflicts) {
  const kube::WriteOptions dry_run{.dry_run = kube::DryRun::server};
  PlannedApply plan;
  plan.type = &type_of(intent);
  Json wanted = without_server_fields(intent);
  plan.force = force_conflicts;
  if (live) {
    const auto merge = [&] { return client.apply(wanted, plan.force, dry_run).object(); };
    try {
      plan.merged = std::make_shared<const Json>(merge());
    } catch (const kube::ApiError& error) {
      if (!conflicts_only_with_us(error)) throw;
      plan.force = true;
      // Forced only as long as nobody else comes in between.
      wanted["metadata"]["resourceVersion"] = codec::resource_version_of(*live);
      plan.merged = std::make_shared<const Json>(merge());
    }
    plan.live = std::make_shared<const Json>(*live);
  }
  plan.intent = std::make_shared<const Json>(std::move(wanted));
  return plan;
}

}  // namespace dba::mssql
