#include "api/typed_check.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/field_set.hpp"
#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

using Complaints = std::vector<std::string>;

/// A value as Go prints it with %v.
std::string go_text(const Json& value) {
  std::vector<std::string> parts;
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) parts.push_back(key + ":" + go_text(child));
    std::sort(parts.begin(), parts.end());
    return fmt::format("map[{}]", join(parts, " "));
  }
  if (value.is_array()) {
    for (const Json& item : value) parts.push_back(go_text(item));
    return fmt::format("[{}]", join(parts, " "));
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The same with %#v, as far as scalars and objects go.
std::string go_syntax(const Json& value) {
  if (value.is_object()) return fmt::format("map[string]interface {{}}{}", value.dump());
  if (value.is_array()) return fmt::format("[]interface {{}}{}", value.dump());
  return value.dump();
}

std::string go_type(const Json& value) {
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "bool";
  if (value.is_object()) return "map[string]interface {}";
  return value.is_array() ? "[]interface {}" : "int64";
}

void check_form(const Json& value, const std::string& expected, const std::string& path, Complaints& complaints) {
  if (expected == "string" && !value.is_string()) {
    complaints.push_back(
        fmt::format("{}: expected string, got &value.valueUnstructured{{Value:{}}}", path, go_syntax(value)));
  } else if ((expected == "integer" || expected == "number") && !value.is_number()) {
    complaints.push_back(fmt::format("{}: expected numeric (int or float), got {}", path, go_type(value)));
  } else if (expected == "boolean" && !value.is_boolean()) {
    complaints.push_back(fmt::format("{}: expected boolean, got &{{{}}}", path, go_text(value)));
  } else if (expected == "array" && !value.is_array()) {
    complaints.push_back(fmt::format("{}: expected list, got &{{{}}}", path, go_text(value)));
  } else if (expected == "object" && !value.is_object()) {
    complaints.push_back(fmt::format("{}: expected map, got &{{{}}}", path, go_text(value)));
  }
}

void check(const Json& value, const FieldType& type, const std::string& path, bool at_root, Complaints& complaints);

void check_fields(const Json& value, const FieldType& type, const std::string& path, bool at_root,
                  Complaints& complaints) {
  for (const auto& [name, child] : value.items()) {
    const std::string place = path + "." + name;
    if (at_root && (name == "metadata" || name == "apiVersion" || name == "kind")) continue;
    const FieldType below = type.field(name);
    if (type.is_closed() && below.schema() == nullptr) {
      complaints = {place + ": field not declared in schema"};
      return;
    }
    check(child, below, place, false, complaints);
  }
}

void check_items(const Json& value, const FieldType& type, const std::string& path, Complaints& complaints) {
  const bool keyed = type.shape(value) == FieldType::Shape::keyed || type.shape(value) == FieldType::Shape::set;
  std::set<std::string> seen;
  for (std::size_t at = 0; at < value.size(); ++at) {
    check(value[at], type.item(), fmt::format("{}[{}]", path, at), false, complaints);
    if (!keyed || seen.insert(item_element(type, value[at])).second) continue;
    FieldSet twice;
    twice.below[item_element(type, value[at])].owned = true;
    twice.each_path([&](const std::string& element) {
      complaints.push_back(fmt::format("{}: duplicate entries for key {}", path, element));
    });
  }
}

void check(const Json& value, const FieldType& type, const std::string& path, bool at_root, Complaints& complaints) {
  if (type.schema() != nullptr && !value.is_null()) {
    const std::size_t before = complaints.size();
    check_form(value, codec::string_at(*type.schema(), {"type"}), path, complaints);
    if (complaints.size() > before) return;
  }
  if (value.is_object()) check_fields(value, type, path, at_root, complaints);
  if (value.is_array()) check_items(value, type, path, complaints);
}

}  // namespace

void check_typed(const Json& configuration, const FieldType& type) {
  Complaints complaints;
  check(configuration, type, "", true, complaints);
  if (complaints.empty()) return;
  const std::string api_version = codec::string_at(configuration, {"apiVersion"});
  const std::string text = complaints.size() == 1 ? complaints.front() : "errors:\n  " + join(complaints, "\n  ");
  throw internal(fmt::format("failed to create typed patch object ({}/{}; {}, Kind={}): {}",
                             codec::namespace_of(configuration), codec::name_of(configuration), api_version,
                             codec::string_at(configuration, {"kind"}), text));
}

}  // namespace dba::sandbox::api
