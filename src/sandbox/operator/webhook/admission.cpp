// The webhooks as the API server sees them: which objects they are asked about, and the form of their refusals.
// @source kubedb.md 2, 2.2, 2.3; k8s.io/apiserver admission webhook errors.ToStatusErr; apimachinery errors.NewInvalid

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"

#include "operator/json_edit.hpp"
#include "operator/webhook.hpp"

namespace dba::sandbox::kubedb {

namespace {

constexpr std::string_view kDatabaseValidator = "mssqlserverwebhook.validators.kubedb.com";
constexpr std::string_view kOpsValidator = "mssqlserveropsrequestwebhook.validators.ops.kubedb.com";

/// Who refuses, and as what its objects are named.
struct Validator {
  std::string_view webhook, kind, group;
};
constexpr Validator kDatabaseWebhook{kDatabaseValidator, "MSSQLServer", "kubedb.com"};
/// The odd group is KubeDB's own.
constexpr Validator kOpsWebhook{kOpsValidator, "MSSQLServerOpsRequest", "MSSQLServeropsrequests.kubedb.com"};

std::string field_error(const Refusal& refusal) {
  const std::string message = refusal.field.empty() ? refusal.message : cause_message(refusal);
  return refusal.field.empty() ? message : fmt::format("{}: {}", refusal.field, message);
}

/// What the webhook itself answers, before the API server says who denied.
std::string refusal_text(std::string_view kind, std::string_view name, const std::vector<Refusal>& refusals) {
  std::string list;
  for (const Refusal& refusal : refusals) list += (list.empty() ? "" : ", ") + field_error(refusal);
  if (!refusals.empty() && refusals.front().bare) return list;
  if (refusals.size() > 1) list = fmt::format("[{}]", list);
  return fmt::format("{} \"{}\" is invalid: {}", kind, name, list);
}

std::string full_kind(const Validator& validator) { return fmt::format("{}.{}", validator.kind, validator.group); }

std::optional<Denial> deny(const Validator& validator, const Json& object, std::vector<Refusal> refusals) {
  if (refusals.empty()) return std::nullopt;
  Denial denied{.webhook = std::string(validator.webhook),
                .kind = std::string(validator.kind),
                .group = std::string(validator.group),
                .name = codec::name_of(object)};
  denied.message = denial(validator.webhook, full_kind(validator), denied.name, refusals);
  const bool alone = refusals.front().bare;
  denied.code = alone ? 403 : 422;
  denied.reason = alone ? "Forbidden" : "Invalid";
  if (!alone) denied.causes = std::move(refusals);
  return denied;
}

bool is_database(const Json& object) {
  return codec::string_at(object, {"kind"}) == "MSSQLServer" &&
         codec::string_at(object, {"apiVersion"}).starts_with("kubedb.com/");
}

bool is_ops_request(const Json& object) { return codec::string_at(object, {"kind"}) == "MSSQLServerOpsRequest"; }

Json status_of(const Denial& denied, std::string_view own_text) {
  Json status =
      Json::object({{"status", "Failure"}, {"message", own_text}, {"reason", denied.reason}, {"code", denied.code}});
  if (denied.causes.empty()) return status;
  status["details"] = Json::object({{"name", denied.name}, {"group", denied.group}, {"kind", denied.kind}});
  Json& causes = array_in(status["details"], "causes");
  for (const Refusal& refusal : denied.causes) {
    causes.push_back(
        Json::object({{"reason", "FieldValueInvalid"}, {"message", cause_message(refusal)}, {"field", refusal.field}}));
  }
  return status;
}

const Json* object_at(const Json& request, std::string_view key) {
  const Json* found = codec::find_at(request, {key});
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string denied_by(std::string_view webhook) {
  return fmt::format("admission webhook \"{}\" denied the request: ", webhook);
}

}  // namespace

std::string cause_message(const Refusal& refusal) {
  return fmt::format("Invalid value: \"{}\": {}", refusal.value, refusal.message);
}

std::string denial(std::string_view webhook, std::string_view kind, std::string_view name,
                   const std::vector<Refusal>& refusals) {
  return denied_by(webhook) + refusal_text(kind, name, refusals);
}

void complete(std::string_view operation, std::string_view subresource, Json& object, const Lookup& lookup) {
  const bool written = operation == "CREATE" || operation == "UPDATE";
  if (written && subresource.empty() && is_database(object)) set_defaults(object, lookup);
}

std::optional<Denial> judge(std::string_view operation, std::string_view subresource, const Json* old,
                            const Json* object, const Lookup& lookup) {
  if (operation == "DELETE") {
    if (old == nullptr || !is_database(*old)) return std::nullopt;
    const std::optional<std::string> text = validate_deletion(*old);
    if (!text) return std::nullopt;
    return deny(kDatabaseWebhook, *old,
                {{.field = "spec.terminationPolicy", .value = codec::name_of(*old), .message = *text}});
  }
  if (object == nullptr || (operation != "CREATE" && operation != "UPDATE")) return std::nullopt;
  if (is_database(*object) && subresource.empty()) return deny(kDatabaseWebhook, *object, validate(*object, lookup));
  if (!is_ops_request(*object)) return std::nullopt;
  return deny(kOpsWebhook, *object, validate_ops_request(*object, old, lookup));
}

Json review(ReviewPhase phase, const Json& admission_review, const Lookup& lookup) {
  const Json request = admission_review.value("request", Json::object());
  const std::string operation = codec::string_at(request, {"operation"});
  const std::string subresource = codec::string_at(request, {"subResource"});
  const Json* object = object_at(request, "object");
  Json response = Json::object({{"uid", codec::string_at(request, {"uid"})}, {"allowed", true}});
  if (phase == ReviewPhase::mutating && object != nullptr) {
    Json mutated = *object;
    complete(operation, subresource, mutated, lookup);
    if (const Json patch = Json::diff(*object, mutated); !patch.empty()) {
      response["patchType"] = "JSONPatch";
      response["patch"] = base64_encode(codec::compact_json(patch));
    }
  } else if (phase == ReviewPhase::validating) {
    const std::optional<Denial> denied = judge(operation, subresource, object_at(request, "oldObject"), object, lookup);
    if (denied) {
      response["allowed"] = false;
      response["status"] = status_of(*denied, denied->message.substr(denied_by(denied->webhook).size()));
    }
  }
  return Json::object({{"apiVersion", "admission.k8s.io/v1"}, {"kind", "AdmissionReview"}, {"response", response}});
}

}  // namespace dba::sandbox::kubedb
