#include "api/refusals.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

namespace dba::sandbox::api {

namespace {

StatusError refusal(int code, std::string_view reason, std::string message) {
  StatusError error;
  error.code = code;
  error.reason = reason;
  error.message = std::move(message);
  return error;
}

StatusError about(const Resource& type, std::string_view name, StatusError error) {
  error.name = name;
  error.group = type.group;
  error.kind = type.plural;
  return error;
}

std::string with_detail(std::string text, std::string_view detail) {
  return detail.empty() ? text : fmt::format("{}: {}", text, detail);
}

std::string qualified_kind(std::string_view group, std::string_view kind) {
  return group.empty() ? std::string(kind) : fmt::format("{}.{}", kind, group);
}

std::string one_text(const std::vector<Cause>& causes) {
  std::vector<std::string> texts;
  for (const Cause& cause : causes) {
    std::string text = fmt::format("{}: {}", cause.field, cause.message);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts.size() == 1 ? texts.front() : fmt::format("[{}]", join(texts, ", "));
}

}  // namespace

Cause required_value(std::string field, std::string_view detail) {
  return {"FieldValueRequired", with_detail("Required value", detail), std::move(field)};
}

Cause invalid_value(std::string field, const Json& value, std::string_view detail) {
  return {"FieldValueInvalid", with_detail(fmt::format("Invalid value: {}", value.dump()), detail), std::move(field)};
}

Cause wrong_type(std::string field, std::string_view type, std::string_view detail) {
  return {"FieldValueTypeInvalid", fmt::format("Invalid value: \"{}\": {}", type, detail), std::move(field)};
}

Cause unsupported_value(std::string field, const Json& value, std::span<const std::string> supported) {
  std::vector<std::string> quoted;
  for (const std::string& one : supported) quoted.push_back(Json(one).dump());
  return {"FieldValueNotSupported",
          fmt::format("Unsupported value: {}: supported values: {}", value.dump(), join(quoted, ", ")),
          std::move(field)};
}

Cause duplicate_value(std::string field, const Json& value) {
  return {"FieldValueDuplicate", fmt::format("Duplicate value: {}", value.dump()), std::move(field)};
}

Cause forbidden_field(std::string field, std::string_view detail) {
  return {"FieldValueForbidden", fmt::format("Forbidden: {}", detail), std::move(field)};
}

Cause too_long(std::string field, std::size_t most) {
  return {"FieldValueTooLong", fmt::format("Too long: may not be more than {} bytes", most), std::move(field)};
}

StatusError not_found(const Resource& type, std::string_view name) {
  return about(type, name, refusal(404, "NotFound", fmt::format("{} \"{}\" not found", type.qualified(), name)));
}

StatusError already_exists(const Resource& type, std::string_view name) {
  return about(type, name,
               refusal(409, "AlreadyExists", fmt::format("{} \"{}\" already exists", type.qualified(), name)));
}

StatusError conflict(const Resource& type, std::string_view name, std::string_view text) {
  return about(type, name,
               refusal(409, "Conflict",
                       fmt::format("Operation cannot be fulfilled on {} \"{}\": {}", type.qualified(), name, text)));
}

StatusError object_modified(const Resource& type, std::string_view name) {
  return conflict(type, name,
                  "the object has been modified; please apply your changes to the latest version and try again");
}

StatusError precondition_failed(const Resource& type, std::string_view name, std::string_view text) {
  const std::string kind = qualified_kind(type.group, type.kind);
  StatusError error =
      refusal(409, "Conflict", fmt::format("Operation cannot be fulfilled on {} \"{}\": {}", kind, name, text));
  error.name = name;
  error.group = type.group;
  error.kind = type.kind;
  return error;
}

StatusError invalid(std::string_view group, std::string_view kind, std::string_view name, std::vector<Cause> causes) {
  StatusError error = refusal(
      422, "Invalid", fmt::format("{} \"{}\" is invalid: {}", qualified_kind(group, kind), name, one_text(causes)));
  error.name = name;
  error.group = group;
  error.kind = kind;
  error.causes = std::move(causes);
  return error;
}

StatusError invalid(const Resource& type, std::string_view name, std::vector<Cause> causes) {
  return invalid(type.group, type.kind, name, std::move(causes));
}

StatusError bad_request(std::string message) { return refusal(400, "BadRequest", std::move(message)); }

StatusError undecodable(const Resource& type, std::string_view text) {
  return bad_request(
      fmt::format("{0} in version \"{1}\" cannot be handled as a {0}: {2}", type.kind, type.version, text));
}

StatusError forbidden(const Resource& type, std::string_view name, std::string_view text) {
  return about(type, name,
               refusal(403, "Forbidden", fmt::format("{} \"{}\" is forbidden: {}", type.qualified(), name, text)));
}

StatusError expired(std::string message) { return refusal(410, "Expired", std::move(message)); }

StatusError method_not_allowed(const Resource& type, std::string_view verb) {
  StatusError error = refusal(405, "MethodNotAllowed",
                              fmt::format("{} is not supported on resources of kind \"{}\"", verb, type.qualified()));
  error.group = type.group;
  error.kind = type.plural;
  return error;
}

StatusError unsupported_media_type(std::string message) {
  return refusal(415, "UnsupportedMediaType", std::move(message));
}

StatusError unprocessable() {
  return refusal(422, "Invalid", "the server rejected our request due to an error in our request");
}

StatusError internal(std::string message) { return refusal(500, "", std::move(message)); }

}  // namespace dba::sandbox::api
