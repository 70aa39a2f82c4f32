#include "api/field_set.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

std::string readable(std::string_view element) {
  const std::string_view rest = element.substr(2);
  if (element.front() == 'f') return fmt::format(".{}", rest);
  if (element.front() == 'v') return fmt::format("[={}]", rest);
  if (element.front() != 'k') return fmt::format("[{}]", rest);
  std::vector<std::string> keys;
  const Json parsed = codec::parse_json(rest, "a key");
  for (const auto& [key, value] : parsed.items()) keys.push_back(fmt::format("{}={}", key, value.dump()));
  return fmt::format("[{}]", join(keys, ","));
}

}  // namespace

FieldSet FieldSet::from_json(const Json& fields_v1) {
  FieldSet set;
  if (!fields_v1.is_object()) return set;
  for (const auto& [key, value] : fields_v1.items()) {
    if (key == ".") {
      set.owned = true;
      continue;
    }
    if (key.size() < 2 || key[1] != ':') continue;
    FieldSet& child = set.below[key];
    child = from_json(value);
    if (child.below.empty()) child.owned = true;
  }
  return set;
}

Json FieldSet::to_json() const {
  const bool has_children =
      std::any_of(below.begin(), below.end(), [](const auto& child) { return !child.second.empty(); });
  Json written = Json::object();
  if (owned && has_children) written["."] = Json::object();
  for (const auto& [element, child] : below) {
    if (!child.empty()) written[element] = child.to_json();
  }
  return written;
}

bool FieldSet::empty() const {
  return !owned && std::all_of(below.begin(), below.end(), [](const auto& child) { return child.second.empty(); });
}

const FieldSet* FieldSet::find(std::string_view element) const {
  const auto found = below.find(element);
  return found == below.end() ? nullptr : &found->second;
}

FieldSet FieldSet::union_with(const FieldSet& other) const {
  FieldSet result = *this;
  result.owned = owned || other.owned;
  for (const auto& [element, child] : other.below) result.below[element] = result.below[element].union_with(child);
  return result;
}

FieldSet FieldSet::without(const FieldSet& other) const {
  FieldSet result;
  result.owned = owned && !other.owned;
  for (const auto& [element, child] : below) {
    const FieldSet* taken = other.find(element);
    FieldSet left = taken == nullptr ? child : child.without(*taken);
    if (!left.empty()) result.below.emplace(element, std::move(left));
  }
  return result;
}

FieldSet FieldSet::common_with(const FieldSet& other) const {
  FieldSet result;
  result.owned = owned && other.owned;
  for (const auto& [element, child] : below) {
    const FieldSet* shared = other.find(element);
    if (shared == nullptr) continue;
    FieldSet common = child.common_with(*shared);
    if (!common.empty()) result.below.emplace(element, std::move(common));
  }
  return result;
}

void FieldSet::each_path(const std::function<void(const std::string& path)>& visit, const std::string& prefix) const {
  for (const auto& [element, child] : below) {
    if (child.owned) visit(prefix + readable(element));
  }
  for (const auto& [element, child] : below) child.each_path(visit, prefix + readable(element));
}

bool operator==(const FieldSet& a, const FieldSet& b) { return a.without(b).empty() && b.without(a).empty(); }

std::string field_element(std::string_view name) { return fmt::format("f:{}", name); }

std::string item_element(const FieldType& list, const Json& item) {
  std::vector<std::string> keys = list.keys();
  if (keys.empty()) return "v:" + item.dump();
  std::sort(keys.begin(), keys.end());
  Json found = Json::object();
  for (const std::string& key : keys) {
    const Json* value = member(item, key);
    const Json absent = FieldType::default_key(key);
    if (value != nullptr) found[key] = *value;
    if (value == nullptr && !absent.is_null()) found[key] = absent;
  }
  return "k:" + found.dump();
}

FieldSet leaves_of(const Json& value, const FieldType& type) {
  FieldSet set;
  switch (type.shape(value)) {
    case FieldType::Shape::whole:
      set.owned = true;
      break;
    case FieldType::Shape::fields:
      for (const auto& [name, child] : value.items()) {
        FieldSet leaves = leaves_of(child, type.field(name));
        if (child.is_null() || (child.is_object() && child.empty()) || !type.names(name)) leaves.owned = true;
        set.below.emplace(field_element(name), std::move(leaves));
      }
      break;
    case FieldType::Shape::keyed:
      for (const Json& item : value) {
        FieldSet leaves = leaves_of(item, type.item());
        leaves.owned = true;
        set.below.emplace(item_element(type, item), std::move(leaves));
      }
      break;
    case FieldType::Shape::set:
      for (const Json& item : value) set.below[item_element(type, item)].owned = true;
      break;
  }
  return set;
}

}  // namespace dba::sandbox::api
