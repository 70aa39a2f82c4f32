#include "operator/json_edit.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace dba::sandbox::kubedb {

Json& object_in(Json& parent, const char* key) {
  Json& value = parent[key];
  if (value.is_null()) value = Json::object();
  return value;
}

Json& array_in(Json& parent, const char* key) {
  Json& value = parent[key];
  if (value.is_null()) value = Json::array();
  return value;
}

bool is_unset(const Json& parent, const char* key) {
  const auto found = parent.find(key);
  if (found == parent.end() || found->is_null()) return true;
  if (found->is_string()) return found->get_ref<const std::string&>().empty();
  return found->is_structured() && found->empty();
}

void set_if_unset(Json& parent, const char* key, const Json& value) {
  if (is_unset(parent, key)) parent[key] = value;
}

const Json* find_entry(const Json* list, const char* key, std::string_view name) {
  if (list == nullptr || !list->is_array()) return nullptr;
  for (const Json& entry : *list) {
    if (codec::string_at(entry, {key}) == name) return &entry;
  }
  return nullptr;
}

Json& entry_in(Json& list, const char* key, std::string_view name) {
  for (Json& entry : list) {
    if (codec::string_at(entry, {key}) == name) return entry;
  }
  Json entry = Json::object();
  entry[key] = name;
  return list.emplace_back(std::move(entry));
}

bool holds(const Json& actual, const Json& wanted) {
  if (wanted.is_object()) {
    if (!actual.is_object()) return wanted.empty() && actual.is_null();
    return std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto& item) {
      const auto found = actual.find(item.key());
      return found == actual.end() ? item.value().is_structured() && item.value().empty() : holds(*found, item.value());
    });
  }
  if (wanted.is_array()) {
    return actual.is_array() && actual.size() == wanted.size() &&
           std::equal(actual.begin(), actual.end(), wanted.begin(), holds);
  }
  return actual == wanted;
}

}  // namespace dba::sandbox::kubedb
