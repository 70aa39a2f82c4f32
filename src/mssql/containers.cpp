#include "containers.hpp"

#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

namespace dba::mssql {

const Json* find_named(const Json* list, std::string_view name) {
  if (list == nullptr || !list->is_array()) return nullptr;
  for (const Json& element : *list) {
    if (codec::string_at(element, {"name"}) == name) return &element;
  }
  return nullptr;
}

Json& named_element(Json& list, std::string_view name) {
  if (list.is_null()) list = Json::array();
  if (!list.is_array()) throw usage_error("a list of named elements is something else than a list");
  for (Json& element : list) {
    if (codec::string_at(element, {"name"}) == name) return element;
  }
  Json element = Json::object();
  element["name"] = name;
  return list.emplace_back(std::move(element));
}

const Json* find_container(const Json& database, std::string_view name) {
  return find_named(codec::find_at(database, {"spec", "podTemplate", "spec", "containers"}), name);
}

}  // namespace dba::mssql
