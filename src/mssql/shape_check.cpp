// Holds an object against its shape.

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/schema.hpp"

#include "flag_names.hpp"
#include "schema_tree.hpp"

namespace dba::mssql {

namespace {

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::object:
      return "an object";
    case FieldType::list:
      return "a list";
    case FieldType::map:
      return "a map";
    case FieldType::string:
      return "a string";
    case FieldType::integer:
      return "an integer";
    case FieldType::boolean:
      return "true or false";
    case FieldType::quantity:
      return "a quantity such as 10Gi";
    case FieldType::any:
      return "anything";
  }
  return {};
}

std::string_view type_name(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "a string";
  if (value.is_boolean()) return "a boolean";
  if (value.is_number_integer()) return "an integer";
  return "a number";
}

bool has_type(const Json& value, FieldType type) {
  switch (type) {
    case FieldType::object:
    case FieldType::map:
      return value.is_object();
    case FieldType::list:
      return value.is_array();
    case FieldType::string:
      return value.is_string();
    case FieldType::integer:
      return value.is_number_integer();
    case FieldType::boolean:
      return value.is_boolean();
    case FieldType::quantity:
      return value.is_number_integer() || value.is_string();
    case FieldType::any:
      return true;
  }
  return false;
}

class ShapeChecker {
 public:
  explicit ShapeChecker(SchemaKind kind) : kind_(kind) {}

  Findings check(const Json& object) {
    static constexpr std::string_view kTopLevel[] = {"apiVersion", "kind", "metadata", "spec", "status"};
    for (const auto& [key, value] : object.items()) {
      if (std::find(std::begin(kTopLevel), std::end(kTopLevel), key) == std::end(kTopLevel)) {
        add(key, unknown_field(key, {std::begin(kTopLevel), std::end(kTopLevel)}));
      }
    }
    check_metadata(object);
    const auto spec = object.find("spec");
    if (spec == object.end()) {
      add("spec", "is required");
    } else {
      check_value("spec", *spec, spec_shape(kind_));
    }
    return std::move(findings_);
  }

 private:
  void check_metadata(const Json& object) {
    const auto metadata = object.find("metadata");
    if (metadata == object.end()) return add("metadata", "is required");
    if (!metadata->is_object()) return add("metadata", fmt::format("is {}, must be an object", type_name(*metadata)));
    static constexpr std::string_view kKnown[] = {"name",
                                                  "namespace",
                                                  "labels",
                                                  "annotations",
                                                  "generateName",
                                                  "uid",
                                                  "selfLink",
                                                  "generation",
                                                  "resourceVersion",
                                                  "ownerReferences",
                                                  "creationTimestamp",
                                                  "deletionTimestamp",
                                                  "finalizers",
                                                  "managedFields",
                                                  "deletionGracePeriodSeconds"};
    for (const auto& [key, value] : metadata->items()) {
      const std::string path = fmt::format("metadata.{}", key);
      if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown)) {
        add(path, unknown_field(key, {std::begin(kKnown), std::end(kKnown)}));
      } else if (key == "labels" || key == "annotations") {
        check_value(path, value, texts_by_key());
      } else if (key == "name" || key == "namespace") {
        check_value(path, value, text());
      }
    }
  }

  void check_value(const std::string& path, const Json& value, const SchemaNode& node) {
    if (node.type == FieldType::any) return;
    if (value.is_null())
      return add(path, fmt::format("is null, must be {}; leave it out instead", type_name(node.type)));
    if (!has_type(value, node.type)) return add(path, wrong_type(value, node.type));
    if (node.type == FieldType::object) return check_object(path, value, node);
    if (node.type == FieldType::map) {
      for (const auto& [key, element] : value.items()) {
        check_value(fmt::format("{}[{}]", path, key), element, *node.element);
      }
    } else if (node.type == FieldType::list) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        check_value(fmt::format("{}[{}]", path, i), value[i], *node.element);
      }
    } else if (value.is_string()) {
      check_text(path, value.get_ref<const std::string&>(), node);
    }
  }

  void check_object(const std::string& path, const Json& value, const SchemaNode& node) {
    std::vector<std::string> known;
    for (const SchemaMember& member : node.members) known.push_back(member.name);
    for (const auto& [key, element] : value.items()) {
      const std::string below = fmt::format("{}.{}", path, key);
      if (const SchemaMember* member = find_member(node, key)) {
        check_value(below, element, *member->node);
      } else {
        add(below, unknown_field(key, known));
      }
    }
    for (const SchemaMember& member : node.members) {
      if (member.required && !value.contains(member.name)) add(fmt::format("{}.{}", path, member.name), "is required");
    }
  }

  void check_text(const std::string& path, const std::string& text, const SchemaNode& node) {
    if (node.type == FieldType::quantity && !Quantity::try_parse(text)) {
      return add(path, fmt::format("\"{}\" is no quantity such as 10Gi or 500m", text));
    }
    if (node.allowed.empty()) return;
    if (std::find(node.allowed.begin(), node.allowed.end(), text) != node.allowed.end()) return;
    add(path, fmt::format("\"{}\" is not one of {}", text, join(node.allowed, ", ")));
  }

  static std::string wrong_type(const Json& value, FieldType type) {
    std::string message = fmt::format("is {}, must be {}", type_name(value), type_name(type));
    if (type == FieldType::string && !value.is_structured()) message += ": put it in quotes";
    return message;
  }

  /// Says where the field belongs: the same name in another case, at another place, or a near one.
  std::string unknown_field(const std::string& key, const std::vector<std::string>& known) const {
    if (key == "affinity" || key == "topologySpreadConstraints") {
      return "unknown field; KubeDB places pods through podPlacementPolicy";
    }
    for (const std::string& name : known) {
      if (to_lower(name) == to_lower(key)) return fmt::format("unknown field; it is spelled \"{}\"", name);
    }
    if (const std::string place = only_place_of(key); !place.empty()) {
      return fmt::format("unknown field here; it belongs at {}", place);
    }
    const std::vector<std::string> near = close_matches(key, known);
    return near.empty() ? "unknown field" : fmt::format("unknown field; did you mean \"{}\"?", near.front());
  }

  /// The one path whose last name is `key` in any case; empty when there is none or several.
  std::string only_place_of(std::string_view key) const {
    std::string place;
    for (const SchemaField& field : schema_fields(kind_)) {
      const std::size_t dot = field.path.rfind('.');
      if (dot == std::string::npos || to_lower(field.path.substr(dot + 1)) != to_lower(key)) continue;
      if (!place.empty()) return {};
      place = field.path;
    }
    return place;
  }

  void add(const std::string& path, const std::string& message) {
    findings_.error(path, kind_ == SchemaKind::database ? flag_for(path) : "", message);
  }

  static const SchemaNode& text() {
    static const SchemaNode kText{.type = FieldType::string};
    return kText;
  }
  static const SchemaNode& texts_by_key() {
    static const SchemaNode kTexts{.type = FieldType::map, .element = &text()};
    return kTexts;
  }

  SchemaKind kind_;
  Findings findings_{};
};

}  // namespace

Findings check_shape(SchemaKind kind, const Json& object) { return ShapeChecker(kind).check(object); }

}  // namespace dba::mssql
