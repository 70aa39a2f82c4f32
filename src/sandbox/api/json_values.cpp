#include "api/json_values.hpp"

#include <nlohmann/json.hpp>

namespace dba::sandbox::api {

namespace {

bool same_objects(const Json& a, const Json& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a.items()) {
    const Json* other = member(b, key);
    if (other == nullptr || !same_value(value, *other)) return false;
  }
  return true;
}

bool same_lists(const Json& a, const Json& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t at = 0; at < a.size(); ++at) {
    if (!same_value(a[at], b[at])) return false;
  }
  return true;
}

}  // namespace

bool same_value(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) return same_objects(a, b);
  if (a.is_array() && b.is_array()) return same_lists(a, b);
  return a == b;
}

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

Json* member(Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

void erase_member(Json& object, std::string_view key) {
  if (object.is_object()) object.erase(std::string(key));
}

void drop_nulls(Json& value) {
  if (value.is_array()) {
    for (Json& item : value) drop_nulls(item);
  }
  if (!value.is_object()) return;
  for (auto at = value.begin(); at != value.end();) {
    if (at->is_null()) {
      at = value.erase(at);
    } else {
      drop_nulls(*at);
      ++at;
    }
  }
}

Json& child_object(Json& object, std::string_view key) {
  Json& child = object[std::string(key)];
  if (!child.is_object()) child = Json::object();
  return child;
}

bool is_terminating(const Json& object) { return !codec::string_at(object, {"metadata", "deletionTimestamp"}).empty(); }

std::vector<std::string> finalizers_of(const Json& object) {
  std::vector<std::string> names;
  const Json* listed = codec::find_at(object, {"metadata", "finalizers"});
  if (listed == nullptr || !listed->is_array()) return names;
  for (const Json& one : *listed) {
    if (one.is_string()) names.push_back(one.get<std::string>());
  }
  return names;
}

std::string below(const std::string& path, std::string_view field) {
  return path.empty() ? std::string(field) : path + "." + std::string(field);
}

}  // namespace dba::sandbox::api
