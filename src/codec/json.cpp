#include "dba/codec/json.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "json_parser.hpp"
#include "json_writer.hpp"

namespace dba::codec {

namespace {

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

const Json* find_at(const Json& root, Path path) {
  const Json* at = &root;
  for (const std::string_view step : path) {
    at = member(*at, step);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string string_at(const Json& root, Path path, std::string_view fallback) {
  const Json* found = find_at(root, path);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string(fallback);
}

std::optional<std::int64_t> int_at(const Json& root, Path path) {
  const Json* found = find_at(root, path);
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > kMax) return std::nullopt;
  return found->get<std::int64_t>();
}

bool bool_at(const Json& root, Path path, bool fallback) {
  const Json* found = find_at(root, path);
  return found != nullptr && found->is_boolean() ? found->get<bool>() : fallback;
}

std::string name_of(const Json& object) { return string_at(object, {"metadata", "name"}); }
std::string namespace_of(const Json& object) { return string_at(object, {"metadata", "namespace"}); }
std::string uid_of(const Json& object) { return string_at(object, {"metadata", "uid"}); }
std::string resource_version_of(const Json& object) { return string_at(object, {"metadata", "resourceVersion"}); }

std::string label_of(const Json& object, std::string_view key) {
  return string_at(object, {"metadata", "labels", key});
}

std::string annotation_of(const Json& object, std::string_view key) {
  return string_at(object, {"metadata", "annotations", key});
}

const Json* condition_of(const Json& object, std::string_view type) {
  const Json* conditions = find_at(object, {"status", "conditions"});
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  for (const Json& condition : *conditions) {
    if (string_at(condition, {"type"}) == type) return &condition;
  }
  return nullptr;
}

bool same_value(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) {
    return a.size() == b.size() && std::all_of(a.items().begin(), a.items().end(), [&b](const auto& item) {
             const Json* other = member(b, item.key());
             return other != nullptr && same_value(item.value(), *other);
           });
  }
  if (a.is_array() && b.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_value);
  return a == b;
}

Json parse_json(std::string_view text, std::string_view what) {
  Json value;
  std::size_t offset = 0;
  std::optional<JsonFailure> failure = read_json(text, offset, value);
  if (const std::size_t more = text.find_first_not_of(" \t\r\n", offset); !failure && more != std::string_view::npos) {
    failure = JsonFailure{.why = "unexpected text after the value", .offset = more + 1};
  }
  if (!failure) return value;
  const Position position = position_of(text, failure->offset);
  throw Error(ExitCode::unexpected, fmt::format("{} is not JSON: {} at line {}, column {}", what, failure->why,
                                                position.line, position.column));
}

std::string kubectl_json(const Json& value) {
  return write_json(value, {.indented = true, .sorted = true, .escape_html = true}) + "\n";
}

std::string compact_json(const Json& value) { return write_json(value, {}); }

std::string pretty_json(const Json& value) { return write_json(value, {.indented = true}) + "\n"; }

}  // namespace dba::codec
