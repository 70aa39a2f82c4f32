#pragma once
// Lists of named things in a pod template: containers, environment variables.

#include <string_view>

#include "dba/codec/json.hpp"

namespace dba::mssql {

/// The element of a list whose `name` is `name`; nullptr when `list` is null, no list, or has none.
const Json* find_named(const Json* list, std::string_view name);
/// The same in a list that is made, and with an element that is appended, when missing.
/// @throws Error (usage) when `list` is something else than a list.
Json& named_element(Json& list, std::string_view name);
/// spec.podTemplate.spec.containers[name=…], or nullptr.
const Json* find_container(const Json& database, std::string_view name);

}  // namespace dba::mssql
