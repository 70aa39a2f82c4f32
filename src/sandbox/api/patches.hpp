#pragma once
// The three kinds of patch that are not server-side apply. Pure.

#include "dba/codec/json.hpp"

#include "api/resource.hpp"

namespace dba::sandbox::api {

/// RFC 6902. @throws StatusError 400 when it is no list of operations, 422 when one does not fit.
Json json_patched(Json object, const Json& patch);
/// RFC 7386. @throws StatusError 400 when it is no object.
Json merge_patched(Json object, const Json& patch);
/// kubectl's: lists merged by their keys, $patch, $deleteFromPrimitiveList, $setElementOrder, $retainKeys.
/// @throws StatusError 400
Json strategic_merge_patched(const Json& object, const Json& patch, const Resource& type);

}  // namespace dba::sandbox::api
