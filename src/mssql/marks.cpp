#include "dba/mssql/marks.hpp"

#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/platform/terminal.hpp"

namespace dba::mssql {

namespace {

std::string annotation_key(std::string_view suffix) { return fmt::format("{}last-action{}", kMarkPrefix, suffix); }

/// "ops restart" → "DbaOpsRestart": reasons of Events are CamelCase.
std::string event_reason(std::string_view action) {
  std::string reason = "Dba";
  bool upper = true;
  for (const char c : action) {
    if (c == ' ' || c == '-') {
      upper = true;
      continue;
    }
    reason += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return reason;
}

Json annotations_of(const Mark& mark) {
  Json annotations = Json::object();
  annotations[annotation_key("")] = mark.action;
  annotations[annotation_key("-by")] = mark.by;
  annotations[annotation_key("-at")] = mark.at;
  annotations[annotation_key("-reason")] = mark.reason.empty() ? Json(nullptr) : Json(mark.reason);
  return annotations;
}

/// managedFields with our "Update" entry turned into "Apply"; null when there is none to turn.
/// @source k8s.io/client-go util/csaupgrade: what kubectl does to objects made before server-side apply.
Json ownership_as_apply(const Json& object) {
  const Json* fields = codec::find_at(object, {"metadata", "managedFields"});
  if (fields == nullptr || !fields->is_array()) return nullptr;
  Json changed = *fields;
  bool any = false;
  for (Json& entry : changed) {
    if (codec::string_at(entry, {"manager"}) != kube::kFieldManager || entry.contains("subresource")) continue;
    if (codec::string_at(entry, {"operation"}) == "Apply") return nullptr;
    entry["operation"] = "Apply";
    any = true;
  }
  return any ? changed : Json(nullptr);
}

}  // namespace

std::string leave_marks(kube::Client& client, const Json& object, const Mark& mark) {
  constexpr int kAttempts = 5;
  const std::string name = codec::name_of(object);
  const std::string ns = codec::namespace_of(object);
  const kube::ResourceType* type =
      kube::find_resource(codec::string_at(object, {"apiVersion"}), codec::string_at(object, {"kind"}));
  if (type == nullptr) return fmt::format("could not annotate {}: its kind is not one of ours", name);
  const kube::WriteOptions options{.field_manager = fmt::format("{}-marks", kube::kFieldManager), .strict = true};
  Json current = object;
  for (int attempt = 1;; ++attempt) {
    Json patch = Json::object();
    patch["metadata"]["annotations"] = annotations_of(mark);
    if (Json fields = ownership_as_apply(current); !fields.is_null()) {
      patch["metadata"]["managedFields"] = std::move(fields);
      patch["metadata"]["resourceVersion"] = codec::resource_version_of(current);
    }
    try {
      client.merge_patch(*type, ns, name, patch, options);
      return {};
    } catch (const kube::ApiError& error) {
      if (is_interrupt(error)) throw;
      if (error.kind() != kube::ApiError::Kind::conflict || attempt == kAttempts)
        return fmt::format("could not annotate {}: {}", name, why(error));
    }
    try {
      current = client.get(*type, ns, name);
    } catch (const kube::ApiError& error) {
      if (is_interrupt(error)) throw;
      return fmt::format("could not annotate {}: {}", name, why(error));
    }
  }
}

void remove_marks(Json& object) {
  if (!object.contains("metadata") || !object["metadata"].contains("annotations")) return;
  Json& annotations = object["metadata"]["annotations"];
  for (const char* suffix : {"", "-by", "-at", "-reason"}) annotations.erase(annotation_key(suffix));
  if (annotations.empty()) object["metadata"].erase("annotations");
}

std::string record_event(kube::Client& client, const Json& object, const Mark& mark, std::string_view message) {
  const std::string name = codec::name_of(object);
  const std::string ns = codec::namespace_of(object);
  Json event = Json::object();
  event["apiVersion"] = "v1";
  event["kind"] = "Event";
  event["metadata"] = Json::object({{"name", fmt::format("{}.{}", name, name_suffix(platform::random_bits(), 12))},
                                    {"namespace", ns.empty() ? "default" : ns}});
  Json& involved = event["involvedObject"] = Json::object();
  involved["apiVersion"] = codec::string_at(object, {"apiVersion"});
  involved["kind"] = codec::string_at(object, {"kind"});
  if (!ns.empty()) involved["namespace"] = ns;
  involved["name"] = name;
  if (const std::string uid = codec::uid_of(object); !uid.empty()) involved["uid"] = uid;
  event["type"] = "Normal";
  event["reason"] = event_reason(mark.action);
  event["message"] = mark.reason.empty() ? fmt::format("{} (by {})", message, mark.by)
                                         : fmt::format("{} (by {}: {})", message, mark.by, mark.reason);
  event["source"]["component"] = "kubectl-dba";
  event["reportingComponent"] = "kubectl-dba";
  event["firstTimestamp"] = mark.at;
  event["lastTimestamp"] = mark.at;
  event["count"] = 1;
  try {
    client.create(event, {.look_up = false});
    return {};
  } catch (const kube::ApiError& error) {
    if (is_interrupt(error)) throw;
    return fmt::format("could not record an Event on {}: {}", name, why(error));
  }
}

}  // namespace dba::mssql
