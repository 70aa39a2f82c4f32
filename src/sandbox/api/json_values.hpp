#pragma once
// Small tools on JSON trees that several parts of the API need.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::api {

/// Equal as the API server sees it: keys in any order, 1 equals 1.0.
bool same_value(const Json& a, const Json& b);
/// The member, or nullptr when `object` is no object or has none of that name.
const Json* member(const Json& object, std::string_view key);
Json* member(Json& object, std::string_view key);
void erase_member(Json& object, std::string_view key);
/// Takes away members that are null, at every depth: null means absent in built-in kinds.
void drop_nulls(Json& value);
/// The object below `key`, made when missing or not an object.
Json& child_object(Json& object, std::string_view key);
bool is_terminating(const Json& object);
std::vector<std::string> finalizers_of(const Json& object);
/// "a.b" for a field below `path`, "b" at the root.
std::string below(const std::string& path, std::string_view field);

}  // namespace dba::sandbox::api
