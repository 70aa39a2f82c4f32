#pragma once
// Server-side apply: what an object becomes when a manager applies a configuration, and who owns what afterwards.

#include <string>

#include "dba/codec/json.hpp"

#include "api/field_type.hpp"
#include "api/managed_fields.hpp"

namespace dba::sandbox::api {

/// @param live nullptr when the object does not exist
/// @param who  name, api_version, subresource and time of the applier
/// @return the object with its managedFields
/// @throws StatusError 409 with all conflicts unless `force`, 500 when the configuration does not fit the type
Json apply_configuration(const Json* live, const Json& configuration, const FieldType& type, Manager who, bool force);

}  // namespace dba::sandbox::api
