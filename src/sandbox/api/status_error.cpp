#include "api/status_error.hpp"

#include <nlohmann/json.hpp>

namespace dba::sandbox::api {

namespace {

Json cause_json(const Cause& cause) {
  Json written = Json::object();
  if (!cause.reason.empty()) written["reason"] = cause.reason;
  if (!cause.message.empty()) written["message"] = cause.message;
  if (!cause.field.empty()) written["field"] = cause.field;
  return written;
}

}  // namespace

Json StatusError::status() const {
  Json details = Json::object();
  if (!name.empty()) details["name"] = name;
  if (!group.empty()) details["group"] = group;
  if (!kind.empty()) details["kind"] = kind;
  if (!uid.empty()) details["uid"] = uid;
  for (const Cause& cause : causes) details["causes"].push_back(cause_json(cause));
  if (retry_after_seconds > 0) details["retryAfterSeconds"] = retry_after_seconds;

  Json status = {{"kind", "Status"},
                 {"apiVersion", "v1"},
                 {"metadata", Json::object()},
                 {"status", "Failure"},
                 {"message", message}};
  if (!reason.empty()) status["reason"] = reason;
  if (!details.empty()) status["details"] = std::move(details);
  status["code"] = code;
  return status;
}

}  // namespace dba::sandbox::api
