#include "http/problems.hpp"

#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

namespace dba::sandbox::http {

api::StatusError make_error(int code, std::string reason, std::string message) {
  api::StatusError error;
  error.code = code;
  error.reason = std::move(reason);
  error.message = std::move(message);
  return error;
}

api::StatusError unauthorized() { return make_error(401, "Unauthorized", "Unauthorized"); }

api::StatusError page_not_found() {
  return make_error(404, "NotFound", "the server could not find the requested resource");
}

api::StatusError not_simulated(std::string_view what) {
  return make_error(404, "NotFound", fmt::format("the sandbox does not simulate {}", what));
}

api::StatusError method_not_allowed() {
  return make_error(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
}

api::StatusError not_acceptable(bool custom) {
  constexpr std::string_view kMedia = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
  return make_error(406, "NotAcceptable",
                    custom ? fmt::format("only the following media types are accepted: {}", kMedia)
                           : fmt::format("406: Not Acceptable\n\nAvailable representations: {}", kMedia));
}

api::StatusError body_too_large() {
  return make_error(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
}

api::StatusError unknown_media_type(std::span<const std::string_view> accepted) {
  const std::vector<std::string> names(accepted.begin(), accepted.end());
  return make_error(415, "UnsupportedMediaType",
                    fmt::format("the body of the request was in an unknown format - accepted media types include: {}",
                                join(names, ", ")));
}

api::StatusError internal_error(std::string_view what) {
  return make_error(500, "InternalError", fmt::format("Internal error occurred: {}", what));
}

api::StatusError invalid_options(std::string_view kind, std::string_view field, std::string_view cause_reason,
                                 std::string_view what) {
  api::StatusError error =
      make_error(422, "Invalid", fmt::format("{}.meta.k8s.io \"\" is invalid: {}: {}", kind, field, what));
  error.group = "meta.k8s.io";
  error.kind = kind;
  error.causes.push_back({std::string(cause_reason), std::string(what), std::string(field)});
  return error;
}

namespace {

/// What the routing layer of the API server says itself: always with details, even though there are none.
bool is_generic(const api::StatusError& error) {
  return error.name.empty() && error.kind.empty() &&
         (error.code == 404 || error.code == 405 || error.code == 406 || error.code == 415) &&
         !error.message.starts_with("the body of") && !error.message.starts_with("only the");
}

}  // namespace

Answer status_answer(const api::StatusError& error) {
  Json status = error.status();
  if (is_generic(error)) {
    status.erase("code");
    status["details"] = Json::object();
    status["code"] = error.code;
  }
  Answer answer{.code = error.code, .body = status.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
  if (error.retry_after_seconds > 0)
    answer.headers.emplace_back("Retry-After", std::to_string(error.retry_after_seconds));
  return answer;
}

}  // namespace dba::sandbox::http
