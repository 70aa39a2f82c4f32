#pragma once
// Whether a configuration fits its type well enough to be applied: declared fields, expected forms, no entry twice.

#include "dba/codec/json.hpp"

#include "api/field_type.hpp"

namespace dba::sandbox::api {

/// @throws StatusError 500 "failed to create typed patch object (…)" with every problem
void check_typed(const Json& configuration, const FieldType& type);

}  // namespace dba::sandbox::api
