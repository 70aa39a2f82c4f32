#pragma once
// What the API server fills into objects of built-in kinds.

#include "dba/codec/json.hpp"

#include "api/resource.hpp"

namespace dba::sandbox::api {

/// When it is decoded: before anybody comes to own a field.
void decode_builtin(const Resource& type, Json& object);
/// At creation, after the writer's fields are known: status, allocated addresses, service account.
/// @param address tells one cluster IP from another, drawn anew for each Service
void complete_builtin(const Resource& type, Json& object, unsigned address);

}  // namespace dba::sandbox::api
