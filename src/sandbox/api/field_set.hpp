#pragma once
// A set of places in an object, as managedFields keep it (fieldsV1).

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "dba/codec/json.hpp"

#include "api/field_type.hpp"

namespace dba::sandbox::api {

/// A tree of path elements in fieldsV1's own spelling: "f:spec", "k:{"name":"x"}", "v:"a"".
class FieldSet {
 public:
  bool owned = false;  ///< The place itself belongs to the set ("." in fieldsV1, or a leaf).
  std::map<std::string, FieldSet, std::less<>> below{};

  static FieldSet from_json(const Json& fields_v1);
  Json to_json() const;  ///< Of a set that is not empty.

  bool empty() const;
  const FieldSet* find(std::string_view element) const;
  FieldSet union_with(const FieldSet& other) const;
  FieldSet without(const FieldSet& other) const;
  FieldSet common_with(const FieldSet& other) const;
  /// Paths as conflicts name them: `.spec.list[name="x"].image`; places before what lies below them.
  void each_path(const std::function<void(const std::string& path)>& visit, const std::string& prefix = "") const;

  friend bool operator==(const FieldSet& a, const FieldSet& b);
};

/// "f:name"
std::string field_element(std::string_view name);
/// "k:{…}" of an entry of a keyed list; `v:…` of one of a set.
std::string item_element(const FieldType& list, const Json& item);

/// Every leaf of `value`, as an apply with this configuration comes to own it.
FieldSet leaves_of(const Json& value, const FieldType& type);

struct Comparison {
  FieldSet added{}, removed{}, modified{};
};
/// What is different in `after`; nullptr = not there.
Comparison compare(const Json* before, const Json* after, const FieldType& type);

}  // namespace dba::sandbox::api
