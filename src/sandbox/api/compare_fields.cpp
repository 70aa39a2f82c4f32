#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/field_set.hpp"
#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

struct Sets {
  FieldSet &added, &removed, &modified;
  Sets at(const std::string& element) const {
    return {added.below[element], removed.below[element], modified.below[element]};
  }
};

void walk(const Json* before, const Json* after, const FieldType& type, const Sets& sets);

const Json* named(const Json* object, const std::string& name) {
  return object == nullptr ? nullptr : member(*object, name);
}

void walk_fields(const Json* before, const Json* after, const FieldType& type, const Sets& sets) {
  const auto visit = [&](const std::string& name) {
    walk(named(before, name), named(after, name), type.field(name), sets.at(field_element(name)));
  };
  if (before != nullptr) {
    for (const auto& [name, value] : before->items()) visit(name);
  }
  if (after == nullptr) return;
  for (const auto& [name, value] : after->items()) {
    if (named(before, name) == nullptr) visit(name);
  }
}

const Json* item_like(const Json* list, const FieldType& type, const std::string& element) {
  if (list == nullptr) return nullptr;
  for (const Json& item : *list) {
    if (item_element(type, item) == element) return &item;
  }
  return nullptr;
}

void walk_items(const Json* before, const Json* after, const FieldType& type, const Sets& sets) {
  if (before != nullptr) {
    for (const Json& item : *before) {
      const std::string element = item_element(type, item);
      walk(&item, item_like(after, type, element), type.item(), sets.at(element));
    }
  }
  if (after == nullptr) return;
  for (const Json& item : *after) {
    const std::string element = item_element(type, item);
    if (item_like(before, type, element) == nullptr) walk(nullptr, &item, type.item(), sets.at(element));
  }
}

void mark_leaf(const Json* before, const Json* after, const Sets& sets) {
  if (before == nullptr) {
    sets.added.owned = true;
  } else if (after == nullptr) {
    sets.removed.owned = true;
  } else if (!same_value(*before, *after)) {
    sets.modified.owned = true;
  }
}

std::optional<FieldType::Shape> shape_of(const Json* value, const FieldType& type) {
  if (value == nullptr) return std::nullopt;
  return type.shape(*value);
}

void walk(const Json* before, const Json* after, const FieldType& type, const Sets& sets) {
  if (before == nullptr && after == nullptr) return;
  const auto shape_before = shape_of(before, type);
  const auto shape_after = shape_of(after, type);
  const auto shape = shape_after.value_or(shape_before.value_or(FieldType::Shape::whole));
  if (shape == FieldType::Shape::whole || (shape_before && shape_after && *shape_before != *shape_after)) {
    mark_leaf(before, after, sets);
    return;
  }
  if (shape == FieldType::Shape::fields) {
    walk_fields(before, after, type, sets);
  } else {
    walk_items(before, after, type, sets);
  }
  if (before == nullptr) sets.added.owned = true;
  if (after == nullptr) sets.removed.owned = true;
}

/// Without the branches that were only passed through.
FieldSet pruned(const FieldSet& set) { return set.without(FieldSet()); }

}  // namespace

Comparison compare(const Json* before, const Json* after, const FieldType& type) {
  Comparison found;
  walk(before, after, type, {found.added, found.removed, found.modified});
  return {pruned(found.added), pruned(found.removed), pruned(found.modified)};
}

}  // namespace dba::sandbox::api
