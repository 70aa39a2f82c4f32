#pragma once
// Custom resources against their schema: what is unknown, what is filled in, what is wrong.

#include <string>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/resource.hpp"
#include "api/status_error.hpp"

namespace dba::sandbox::api {

/// Takes away every field the schema does not know (metadata is judged as ObjectMeta); their paths, sorted.
std::vector<std::string> prune(Json& object, const Json& schema);
/// Paths below metadata that ObjectMeta does not have; they are taken away.
std::vector<std::string> prune_metadata(Json& object);
void fill_in_defaults(Json& value, const Json& schema);
/// Every violation, fields in the order of the schema, each object's missing fields after its present ones.
std::vector<Cause> violations(const Json& object, const Json& schema);

}  // namespace dba::sandbox::api
