#pragma once
// Writing into objects step by step.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::mssql {

/// The object at `path`, made when missing.
/// @throws Error (usage) naming the step that is there but is no object.
Json& object_at(Json& root, codec::Path path);

}  // namespace dba::mssql
