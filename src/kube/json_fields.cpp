#include "json_fields.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"

namespace dba::kube {

JsonFields::JsonFields(const Json* value, std::string place, Problems& problems)
    : place_(std::move(place)), problems_(&problems) {
  if (value == nullptr || value->is_null()) return;
  if (value->is_object()) {
    value_ = value;
  } else {
    problems_->add(place_, fmt::format("must be a mapping, not a {}", value->type_name()));
  }
}

std::string JsonFields::place_of(std::string_view key) const {
  return place_.empty() ? std::string(key) : fmt::format("{}.{}", place_, key);
}

void JsonFields::add_problem(std::string_view key, std::string_view what) const { problems_->add(place_of(key), what); }

const Json* JsonFields::find(std::string_view key) const {
  const Json* found = value_ == nullptr ? nullptr : codec::find_at(*value_, {key});
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string JsonFields::text(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  add_problem(key, fmt::format("must be a string, not a {}; quote it", value->type_name()));
  return {};
}

bool JsonFields::flag(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  add_problem(key, fmt::format("must be true or false, not a {}", value->type_name()));
  return false;
}

std::vector<std::string> JsonFields::texts(std::string_view key) const {
  std::vector<std::string> found;
  const Json* list = find(key);
  if (list == nullptr) return found;
  if (!list->is_array()) {
    add_problem(key, fmt::format("must be a list of strings, not a {}", list->type_name()));
    return found;
  }
  for (const Json& value : *list) {
    if (value.is_string()) {
      found.push_back(value.get<std::string>());
    } else {
      add_problem(fmt::format("{}[{}]", key, found.size()),
                  fmt::format("must be a string, not a {}", value.type_name()));
      return found;
    }
  }
  return found;
}

std::string JsonFields::base64(std::string_view key) const {
  try {
    return base64_decode(text(key));
  } catch (const Error& error) {
    add_problem(key, error.info().message);
    return {};
  }
}

JsonFields JsonFields::fields(std::string_view key) const { return {find(key), place_of(key), *problems_}; }

void JsonFields::each(std::string_view key, const std::function<void(const JsonFields&)>& visit) const {
  const Json* list = find(key);
  if (list == nullptr) return;
  if (!list->is_array()) {
    add_problem(key, fmt::format("must be a list, not a {}", list->type_name()));
    return;
  }
  std::size_t index = 0;
  for (const Json& value : *list) visit(JsonFields(&value, fmt::format("{}[{}]", place_of(key), index++), *problems_));
}

void JsonFields::each_key(const std::function<void(const std::string& key)>& visit) const {
  if (value_ == nullptr) return;
  for (const auto& [key, value] : value_->items()) visit(key);
}

}  // namespace dba::kube
