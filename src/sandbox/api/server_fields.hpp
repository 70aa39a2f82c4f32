#pragma once
// The fields of an object that are the API server's own, and which part of it a request may touch.

#include <string_view>

#include "dba/codec/json.hpp"

#include "api/resource.hpp"

namespace dba::sandbox::api {

/// At creation: what a client must not decide.
void clear_server_fields(const Resource& type, Json& object);
/// At an update: the same fields as they are, and the part that this (sub)resource does not write.
void keep_server_fields(const Resource& type, std::string_view subresource, const Json& current, Json& next);
/// Takes away what a server-side apply through this (sub)resource does not write.
void keep_applied_part(const Resource& type, std::string_view subresource, Json& configuration);
/// Whether objects of this type count generations.
bool counts_generations(const Resource& type);
/// Whether the wish (not metadata, not status) is another one.
bool wish_differs(const Resource& type, const Json& current, const Json& next);
/// apiVersion, kind and metadata first, metadata in the usual order, room for the resourceVersion.
void tidy(Json& object);

}  // namespace dba::sandbox::api
