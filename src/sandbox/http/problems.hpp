#pragma once
// The refusals that the HTTP layer of the API server speaks itself, in its words.

#include <span>
#include <string>
#include <string_view>

#include "api/status_error.hpp"
#include "http/request.hpp"

namespace dba::sandbox::http {

api::StatusError make_error(int code, std::string reason, std::string message);
api::StatusError unauthorized();  ///< 401
/// 404. @param what of the real API server is missing here
api::StatusError not_simulated(std::string_view what);
api::StatusError page_not_found();      ///< 404 "the server could not find the requested resource"
api::StatusError method_not_allowed();  ///< 405
/// 406. @param custom built-in kinds are refused by the routing layer, in its words
api::StatusError not_acceptable(bool custom);
api::StatusError body_too_large();                                                ///< 413
api::StatusError unknown_media_type(std::span<const std::string_view> accepted);  ///< 415
api::StatusError internal_error(std::string_view what);                           ///< 500
/// 422 of a query parameter: `«kind».meta.k8s.io "" is invalid: «field»: «what»`.
/// @param kind "CreateOptions", "PatchOptions" …   @param cause_reason "FieldValueRequired" …
api::StatusError invalid_options(std::string_view kind, std::string_view field, std::string_view cause_reason,
                                 std::string_view what);

Answer status_answer(const api::StatusError& error);

}  // namespace dba::sandbox::http
