#include "commands/admission.hpp"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "api/status_error.hpp"
#include "operator/webhook.hpp"

namespace dba::sandbox::commands {

namespace {

kubedb::Lookup lookup_in(const api::Api& api) {
  return [&api](std::string_view api_version, std::string_view kind, std::string_view ns,
                std::string_view name) -> std::optional<Json> {
    const api::Resource* type = api::find_kind(api_version, kind);
    const api::Object object = type == nullptr ? nullptr : api.find(*type, ns, name);
    return object == nullptr ? std::nullopt : std::optional<Json>(*object);
  };
}

api::StatusError refusal(const kubedb::Denial& denial) {
  api::StatusError error;
  error.code = denial.code;
  error.reason = denial.reason;
  error.message = denial.message;
  error.name = denial.name;
  error.group = denial.group;
  error.kind = denial.kind;
  for (const kubedb::Refusal& cause : denial.causes) {
    error.causes.push_back(
        {.reason = "FieldValueInvalid", .message = kubedb::cause_message(cause), .field = cause.field});
  }
  return error;
}

}  // namespace

void add_kubedb_admission(api::Api& api) {
  api.add_admission(api::AdmissionPhase::mutating, [lookup = lookup_in(api)](const api::AdmissionRequest& request) {
    kubedb::complete(request.operation, request.subresource, *request.object, lookup);
  });
  api.add_admission(api::AdmissionPhase::validating, [lookup = lookup_in(api)](const api::AdmissionRequest& request) {
    const std::optional<kubedb::Denial> denial =
        kubedb::judge(request.operation, request.subresource, request.old, request.object, lookup);
    if (denial) throw refusal(*denial);
  });
}

}  // namespace dba::sandbox::commands
