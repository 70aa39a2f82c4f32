#pragma once
// Small edits of JSON trees that the webhook and the builders share.

#include <string_view>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// The object at `key`; an empty one is put there when nothing (or null) is.
Json& object_in(Json& parent, const char* key);
/// The array at `key`; an empty one is put there when nothing (or null) is.
Json& array_in(Json& parent, const char* key);
/// Whether nothing, null, "" or an empty list or object stands at `key`: what Go calls the zero value.
bool is_unset(const Json& parent, const char* key);
/// Puts `value` there unless something is set already.
void set_if_unset(Json& parent, const char* key, const Json& value);
/// The entry of a list of objects whose `key` is `name`; nullptr when there is none.
const Json* find_entry(const Json* list, const char* key, std::string_view name);
/// The same; one with only that key is appended when there is none.
Json& entry_in(Json& list, const char* key, std::string_view name);
/// Whether everything that `wanted` says is in `actual` too; lists must agree in length and order.
bool holds(const Json& actual, const Json& wanted);

}  // namespace dba::sandbox::kubedb
