#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"

#include "api/custom_schema.hpp"
#include "api/field_set.hpp"
#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

using Causes = std::vector<Cause>;

std::string type_name(const Json& value) {
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "boolean";
  if (value.is_number_integer()) return "integer";
  if (value.is_number()) return "number";
  if (value.is_array()) return "array";
  return value.is_null() ? "null" : "object";
}

bool has_type(const Json& value, const std::string& type) {
  return type.empty() || type_name(value) == type || (type == "number" && value.is_number_integer());
}

void check_value(const Json& value, const Json& schema, const std::string& path, Causes& causes);

const std::string kNoInt32 = "Checked value must be of type integer with format int32 in ";

/// A complaint that the API server does not know the field of.
Cause placeless(const std::string& text) { return invalid_value("<nil>", "", text); }

void check_enum(const Json& value, const Json& schema, const std::string& path, Causes& causes) {
  const Json* allowed = member(schema, "enum");
  if (allowed == nullptr || std::find(allowed->begin(), allowed->end(), value) != allowed->end()) return;
  causes.push_back(unsupported_value(path, value, allowed->get<std::vector<std::string>>()));
}

/// Patterns are few and compiling them is slow.
bool matches_pattern(const std::string& text, const std::string& pattern) {
  static std::mutex mutex;
  static std::map<std::string, std::regex, std::less<>> compiled;
  const std::lock_guard lock(mutex);
  auto known = compiled.find(pattern);
  if (known == compiled.end()) known = compiled.emplace(pattern, std::regex(pattern)).first;
  return std::regex_search(text, known->second);
}

void check_pattern(const Json& value, const Json& schema, const std::string& path, Causes& causes) {
  const std::string pattern = codec::string_at(schema, {"pattern"});
  if (pattern.empty() || matches_pattern(value.get<std::string>(), pattern)) return;
  causes.push_back(invalid_value(path, value, fmt::format("{} in body should match '{}'", path, pattern)));
}

void check_string(const Json& value, const Json& schema, const std::string& path, Causes& causes) {
  const std::string text = value.get<std::string>();
  if (const auto most = codec::int_at(schema, {"maxLength"}); most && text.size() > static_cast<std::size_t>(*most)) {
    causes.push_back(too_long(path, static_cast<std::size_t>(*most)));
  }
  if (const auto least = codec::int_at(schema, {"minLength"});
      least && text.size() < static_cast<std::size_t>(*least)) {
    causes.push_back(
        invalid_value(path, value, fmt::format("{} in body should be at least {} chars long", path, *least)));
  }
  check_pattern(value, schema, path, causes);
  if (codec::string_at(schema, {"format"}) == "date-time" && !try_parse_rfc3339(text)) {
    causes.push_back(
        wrong_type(path, text, fmt::format("{} in body must be of type date-time: {}", path, value.dump())));
  }
}

void check_number(const Json& value, const Json& schema, const std::string& path, Causes& causes) {
  const double number = value.get<double>();
  if (const Json* least = member(schema, "minimum"); least != nullptr && number < least->get<double>()) {
    causes.push_back(invalid_value(
        path, value, fmt::format("{} in body should be greater than or equal to {}", path, least->dump())));
  }
  if (const Json* most = member(schema, "maximum"); most != nullptr && number > most->get<double>()) {
    causes.push_back(
        invalid_value(path, value, fmt::format("{} in body should be less than or equal to {}", path, most->dump())));
  }
  const bool is_int32 = codec::string_at(schema, {"format"}) == "int32";
  if (is_int32 &&
      (number > std::numeric_limits<std::int32_t>::max() || number < std::numeric_limits<std::int32_t>::min())) {
    causes.push_back(placeless(kNoInt32 + path));
  }
}

void check_fields(const Json& value, const Json& schema, const std::string& path, Causes& causes) {
  const Json* properties = member(schema, "properties");
  if (properties != nullptr) {
    for (const auto& [name, property] : properties->items()) {
      if (const Json* present = member(value, name); present != nullptr) {
        check_value(*present, property, below(path, name), causes);
      }
    }
  }
  if (const Json* additional = member(schema, "additionalProperties"); additional != nullptr) {
    for (const auto& [name, child] : value.items()) {
      if (properties == nullptr || member(*properties, name) == nullptr) {
        check_value(child, *additional, below(path, name), causes);
      }
    }
  }
  const Json* required = member(schema, "required");
  if (required == nullptr) return;
  for (const Json& name : *required) {
    if (member(value, name.get<std::string>()) == nullptr) {
      causes.push_back(required_value(below(path, name.get<std::string>())));
    }
  }
}

/// The keys of an entry of a list of type map, as the API server prints them.
Json keys_of(const Json& item, const Json& keys) {
  Json found = Json::object();
  for (const Json& key : keys) {
    const Json* value = member(item, key.get<std::string>());
    if (value != nullptr) found[key.get<std::string>()] = *value;
  }
  return found;
}

void check_items(const Json& value, const Json& schema, const std::string& path, Causes& causes) {
  const Json* items = member(schema, "items");
  const Json* keys = member(schema, "x-kubernetes-list-map-keys");
  const bool is_set = codec::string_at(schema, {"x-kubernetes-list-type"}) == "set";
  std::set<std::string> seen;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const std::string place = fmt::format("{}[{}]", path, at);
    if (items != nullptr) check_value(value[at], *items, place, causes);
    if (keys == nullptr && !is_set) continue;
    const Json identity = keys == nullptr ? value[at] : keys_of(value[at], *keys);
    if (!seen.insert(identity.dump()).second) causes.push_back(duplicate_value(place, identity));
  }
}

void check_int_or_string(const Json& value, const Json& schema, const std::string& path, Causes& causes) {
  if (value.is_number_integer()) return;
  if (value.is_string()) {
    check_pattern(value, schema, path, causes);
    return;
  }
  const std::string form = type_name(value);
  causes.push_back(
      wrong_type(path, form, fmt::format("{} in body must be of type integer,string: \"{}\"", path, form)));
  causes.push_back(placeless(fmt::format("\"{}\" must validate at least one schema (anyOf)", path)));
  causes.push_back(wrong_type(path, form, fmt::format("{} in body must be of type integer: \"{}\"", path, form)));
}

void check_value(const Json& value, const Json& schema, const std::string& path, Causes& causes) {
  if (codec::bool_at(schema, {"x-kubernetes-int-or-string"})) {
    check_int_or_string(value, schema, path, causes);
    return;
  }
  if (value.is_null() && codec::bool_at(schema, {"nullable"})) return;
  if (value.is_number_float() && codec::string_at(schema, {"format"}) == "int32") {
    causes.push_back(wrong_type(path, "float64", fmt::format("{} in body must be of type int32: \"float64\"", path)));
    causes.push_back(placeless(kNoInt32 + path));
    return;
  }
  if (value.is_boolean() && codec::string_at(schema, {"format"}) == "int32") {
    causes.push_back(wrong_type(path, "", fmt::format("{} in body must be of type int32: \"\"", path)));
    return;
  }
  const std::string type = codec::string_at(schema, {"type"});
  const bool fits = has_type(value, type);
  if (!fits) {
    causes.push_back(wrong_type(path, type_name(value),
                                fmt::format("{} in body must be of type {}: \"{}\"", path, type, type_name(value))));
  }
  check_enum(value, schema, path, causes);
  if (!fits) return;
  if (value.is_string()) check_string(value, schema, path, causes);
  if (value.is_number()) check_number(value, schema, path, causes);
  if (value.is_object()) check_fields(value, schema, path, causes);
  if (value.is_array()) check_items(value, schema, path, causes);
}

}  // namespace

std::vector<Cause> violations(const Json& object, const Json& schema) {
  Causes causes;
  check_fields(object, schema, "", causes);
  if (!causes.empty() && member(schema, "x-kubernetes-validations") != nullptr) {
    causes.push_back(invalid_value("<nil>", Json(),
                                   "some validation rules were not checked because the object was invalid; correct the "
                                   "existing errors to complete validation"));
  }
  return causes;
}

}  // namespace dba::sandbox::api
