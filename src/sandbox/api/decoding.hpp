#pragma once
// From what a client sent to an object of a resource: identity, unknown fields, defaults.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/api.hpp"
#include "api/resource.hpp"

namespace dba::sandbox::api {

/// Checks apiVersion, kind and namespace against the request, sets the namespace. @throws StatusError
void check_identity(const Resource& type, std::string_view ns, Json& object);
/// @throws StatusError 400 when the name in the object is another one than in the URL
void check_name(const Json& object, std::string_view name);

/// Takes unknown fields away and fills defaults in. The unknown fields' paths.
std::vector<std::string> decode(const Resource& type, Json& object);
/// "unknown field "a", unknown field "b""
std::string unknown_fields_text(const std::vector<std::string>& paths);
/// Warns or @throws StatusError 400, as the options ask.
void judge_unknown_fields(const Resource& type, const std::vector<std::string>& paths, const WriteOptions& options);

}  // namespace dba::sandbox::api
