#pragma once
// Request bodies: JSON, YAML or protobuf, as objects.

#include "dba/codec/json.hpp"

#include "api/api.hpp"
#include "http/request.hpp"

namespace dba::sandbox::http {

/// The object of a create or update. Built-in kinds may leave apiVersion and kind out.
/// @throws StatusError 415 for an unknown media type, 400 for a body that is not an object of `type` or, under strict
///         validation, names a field twice. Under `warn` that becomes a warning.
Json read_object(const Request& request, const api::Resource& type, const api::WriteOptions& options);

/// A patch: YAML (of which JSON is a part) for server-side apply, JSON for all others. @throws StatusError 400
Json read_patch(const Request& request, bool apply);
/// DeleteOptions, an Eviction: an empty object for an empty body. @throws StatusError 400, 415
Json read_options(const Request& request);

/// What it says about fields named twice, as read_object does.
void check_duplicates(std::string_view json, const api::Resource& type, const api::WriteOptions& options);

}  // namespace dba::sandbox::http
