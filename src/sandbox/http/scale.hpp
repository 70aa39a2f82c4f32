#pragma once
// The subresource scale: how many replicas an object wants and has, as a Scale of its own.

#include "dba/codec/json.hpp"

#include "api/api.hpp"
#include "http/target.hpp"

namespace dba::sandbox::http {

/// What a Scale is; it is no resource that could be listed.
const api::Resource& scale_type();

/// All @throws StatusError.
Json read_scale(const api::Api& api, const Target& target);
/// @param scale as a client sent it @return the Scale afterwards
Json write_scale(api::Api& api, const Target& target, const Json& scale, const api::WriteOptions& options);
Json patch_scale(api::Api& api, const Target& target, api::PatchKind kind, const Json& patch,
                 const api::WriteOptions& options);

}  // namespace dba::sandbox::http
