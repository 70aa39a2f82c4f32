#pragma once
// What the API server refuses in objects of built-in kinds, as far as the simulated cluster and its users write them.

#include <vector>

#include "dba/codec/json.hpp"

#include "api/resource.hpp"
#include "api/status_error.hpp"

namespace dba::sandbox::api {

/// Forms that cannot be decoded at all. @throws StatusError 400
void check_forms(const Resource& type, const Json& object);
std::vector<Cause> check_builtin(const Resource& type, const Json& object);
std::vector<Cause> check_builtin_update(const Resource& type, const Json& old, const Json& object);

}  // namespace dba::sandbox::api
