#include "api/server_side_apply.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/json_values.hpp"
#include "api/refusals.hpp"
#include "api/typed_check.hpp"

namespace dba::sandbox::api {

namespace {

Json merged(const Json& live, const Json& wanted, const FieldType& type);

Json merged_fields(const Json& live, const Json& wanted, const FieldType& type) {
  Json result = live;
  for (const auto& [name, value] : wanted.items()) {
    const Json* old = member(live, name);
    result[name] = old == nullptr ? value : merged(*old, value, type.field(name));
  }
  return result;
}

/// Wanted entries come in the order they are wanted; those only the live list has stay between their neighbours.
Json merged_items(const Json& live, const Json& wanted, const FieldType& type) {
  std::map<std::string, const Json*> old;
  std::set<std::string> asked;
  for (const Json& item : live) old.emplace(item_element(type, item), &item);
  for (const Json& item : wanted) asked.insert(item_element(type, item));
  Json result = Json::array();
  auto left = live.begin();
  auto right = wanted.begin();
  while (left != live.end() || right != wanted.end()) {
    const std::string here = left == live.end() ? std::string() : item_element(type, *left);
    const std::string next = right == wanted.end() ? std::string() : item_element(type, *right);
    if (left != live.end() && !asked.contains(here)) {
      result.push_back(*left++);
    } else if (right != wanted.end() && !old.contains(next)) {
      result.push_back(*right++);
    } else if (left != live.end() && here != next) {
      ++left;  // Its turn comes when it is wanted, or has been.
    } else {
      result.push_back(merged(*old.at(next), *right++, type.item()));
      if (left != live.end()) ++left;
    }
  }
  return result;
}

Json merged(const Json& live, const Json& wanted, const FieldType& type) {
  const FieldType::Shape shape = type.shape(wanted);
  if (shape == FieldType::Shape::whole || type.shape(live) != shape) return wanted;
  return shape == FieldType::Shape::fields ? merged_fields(live, wanted, type) : merged_items(live, wanted, type);
}

/// With the objects around every owned field, as far as the type names them.
FieldSet with_named_parents(const FieldSet& set, const FieldType& type) {
  FieldSet result;
  result.owned = set.owned;
  for (const auto& [element, child] : set.below) {
    const bool is_field = element.front() == 'f';
    const std::string name = element.substr(2);
    FieldSet below = with_named_parents(child, is_field ? type.field(name) : type.item());
    if (is_field && !child.empty() && type.names(name)) below.owned = true;
    result.below.emplace(element, std::move(below));
  }
  return result;
}

void remove_owned(Json& value, const FieldType& type, const FieldSet& gone) {
  const FieldType::Shape shape = type.shape(value);
  if (gone.below.empty() || shape == FieldType::Shape::whole) return;
  const bool is_object = shape == FieldType::Shape::fields;
  for (auto at = value.begin(); at != value.end();) {
    const FieldSet* below = gone.find(is_object ? field_element(at.key()) : item_element(type, *at));
    if (below != nullptr && below->owned) {
      at = value.erase(at);
      continue;
    }
    if (below != nullptr) remove_owned(*at, is_object ? type.field(at.key()) : type.item(), *below);
    ++at;
  }
}

std::string spoken_name(const Manager& manager) {
  std::string name = Json(manager.name).dump();
  if (!manager.subresource.empty()) name += fmt::format(" with subresource \"{}\"", manager.subresource);
  if (manager.operation == "Update") name += " using " + manager.api_version;
  return name;
}

struct Conflict {
  std::string with{};
  std::vector<std::string> fields{};
};

std::vector<Conflict> conflicts_of(Managers& managers, const Manager& who, const FieldSet& changed) {
  std::vector<Conflict> found;
  for (const Manager& manager : managers.all()) {
    if (manager.is(who)) continue;
    const FieldSet taken = manager.fields.common_with(changed);
    if (taken.empty()) continue;
    Conflict conflict{spoken_name(manager), {}};
    taken.each_path([&](const std::string& path) { conflict.fields.push_back(path); });
    found.push_back(std::move(conflict));
  }
  std::sort(found.begin(), found.end(), [](const Conflict& a, const Conflict& b) { return a.with < b.with; });
  return found;
}

StatusError refusal_of(const std::vector<Conflict>& conflicts) {
  StatusError error;
  error.code = 409;
  error.reason = "Conflict";
  std::vector<std::string> texts;
  for (const Conflict& conflict : conflicts) {
    std::string text = fmt::format("conflicts with {}:", conflict.with);
    for (const std::string& field : conflict.fields) {
      text += "\n- " + field;
      error.causes.push_back({"FieldManagerConflict", "conflict with " + conflict.with, field});
    }
    texts.push_back(std::move(text));
  }
  if (error.causes.size() == 1) {
    error.message =
        fmt::format("Apply failed with 1 conflict: {}: {}", error.causes.front().message, error.causes.front().field);
  } else {
    error.message = fmt::format("Apply failed with {} conflicts: {}", error.causes.size(), join(texts, "\n"));
  }
  return error;
}

/// An object that nobody tracked so far belongs to a manager made up for it, so that an apply can conflict with it.
Managers managers_before(const Json* live, const FieldType& type, const Manager& who) {
  if (live == nullptr) return {};
  Managers managers = Managers::of(*live);
  if (!managers.empty()) return managers;
  const Json blank = blank_object(type.is_custom());
  const Json present = without_managers(*live);
  const FieldSet everything = compare(&blank, &present, type).added;
  Manager before{"before-first-apply", "Update", who.api_version, "", who.time, ownable(everything)};
  managers.set(std::move(before));
  return managers;
}

}  // namespace

Json apply_configuration(const Json* live, const Json& configuration, const FieldType& type, Manager who, bool force) {
  who.operation = "Apply";
  check_typed(configuration, type);
  const Json before = live == nullptr ? blank_object(type.is_custom()) : without_managers(*live);
  Managers managers = managers_before(live, type, who);
  Json next = merged(live == nullptr ? Json::object() : before, configuration, type);

  const Manager* known = managers.find(who);
  const FieldSet last = known == nullptr ? FieldSet() : known->fields;
  const std::string time_before = known == nullptr ? std::string() : known->time;
  who.fields = ownable(leaves_of(configuration, type));
  managers.set(who);
  remove_owned(next, type, with_named_parents(last, type).without(with_named_parents(managers.owned_by_all(), type)));

  const Comparison found = compare(&before, &next, type);
  const FieldSet changed = ownable(found.added.union_with(found.modified));
  if (!force) {
    const std::vector<Conflict> conflicts = conflicts_of(managers, who, changed);
    if (!conflicts.empty()) throw refusal_of(conflicts);
  }
  managers.take_from_others(who, changed, found.removed);
  // Whoever joins in owning what is there already leaves the time as it was.
  const bool same = found.added.empty() && found.removed.empty() && found.modified.empty();
  if (Manager* self = managers.find(who); self != nullptr && same) self->time = time_before;
  managers.write_to(next);
  return next;
}

}  // namespace dba::sandbox::api
