#pragma once
// The refusals of the API server, word by word.
// @source kube-apiserver 1.36: answers recorded for each of them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/resource.hpp"
#include "api/status_error.hpp"

namespace dba::sandbox::api {

/// Causes of a 422. `value` is printed as the API server prints it: strings in quotes, the rest as JSON.
Cause required_value(std::string field, std::string_view detail = "");
Cause invalid_value(std::string field, const Json& value, std::string_view detail);
Cause wrong_type(std::string field, std::string_view type, std::string_view detail);
Cause unsupported_value(std::string field, const Json& value, std::span<const std::string> supported);
Cause duplicate_value(std::string field, const Json& value);
Cause forbidden_field(std::string field, std::string_view detail);
Cause too_long(std::string field, std::size_t most);

StatusError not_found(const Resource& type, std::string_view name);
StatusError already_exists(const Resource& type, std::string_view name);
/// 409 "Operation cannot be fulfilled on …: <text>".
StatusError conflict(const Resource& type, std::string_view name, std::string_view text);
StatusError object_modified(const Resource& type, std::string_view name);
/// A precondition of a deletion that does not hold.
StatusError precondition_failed(const Resource& type, std::string_view name, std::string_view text);
/// 422 with all causes; the message repeats each different one once.
StatusError invalid(std::string_view group, std::string_view kind, std::string_view name, std::vector<Cause> causes);
StatusError invalid(const Resource& type, std::string_view name, std::vector<Cause> causes);
StatusError bad_request(std::string message);
/// 400 "Pod in version "v1" cannot be handled as a Pod: <text>".
StatusError undecodable(const Resource& type, std::string_view text);
StatusError forbidden(const Resource& type, std::string_view name, std::string_view text);
StatusError expired(std::string message);
StatusError method_not_allowed(const Resource& type, std::string_view verb);
StatusError unsupported_media_type(std::string message);
/// 422 without a word of what was wrong: what a JSON patch that does not fit gets.
StatusError unprocessable();
/// A failure without a reason, code 500.
StatusError internal(std::string message);

}  // namespace dba::sandbox::api
