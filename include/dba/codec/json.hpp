#pragma once
// Kubernetes objects are ordered JSON trees behind small accessors; no generated models, so unknown fields survive.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace dba {

using Json = nlohmann::ordered_json;

}  // namespace dba

namespace dba::codec {

using Path = std::initializer_list<std::string_view>;

/// The value below nested objects, or nullptr when a step is missing or not an object.
const Json* find_at(const Json& root, Path path);
/// Text at `path`; `fallback` when absent, null or not a string.
std::string string_at(const Json& root, Path path, std::string_view fallback = "");
std::optional<std::int64_t> int_at(const Json& root, Path path);
bool bool_at(const Json& root, Path path, bool fallback = false);
/// The object's name / namespace / uid / resourceVersion; empty when absent.
std::string name_of(const Json& object);
std::string namespace_of(const Json& object);
std::string uid_of(const Json& object);
std::string resource_version_of(const Json& object);
/// metadata.labels[key] / metadata.annotations[key]; empty when absent.
std::string label_of(const Json& object, std::string_view key);
std::string annotation_of(const Json& object, std::string_view key);
/// status.conditions[] entry of `type`, or nullptr.
const Json* condition_of(const Json& object, std::string_view type);

/// Whether both are the same JSON. `==` goes by the order of an object's keys, too, which means nothing.
bool same_value(const Json& a, const Json& b);

/// The last of several equal keys wins, as in Go. More than 1000 levels are refused.
/// @throws Error (unexpected) "«what» is not JSON: …" with line and column, without a word of the text (it may hold a
///         secret); never nlohmann's exception.
Json parse_json(std::string_view text, std::string_view what);

/// kubectl's `-o json`: keys sorted bytewise, 4 blanks, `<>&` and U+2028/9 escaped, final newline.
std::string kubectl_json(const Json& value);
/// One line, keys in their own order; for watch streams and logs.
std::string compact_json(const Json& value);
/// The layout of kubectl_json with keys in their own order and nothing escaped that JSON does not ask for; for reports.
std::string pretty_json(const Json& value);

}  // namespace dba::codec
