#pragma once
// How server-side apply, its managers and strategic merge look at the value at one place of an object: as one thing, as
// fields, as entries found by their keys, as a set. For custom resources from their schema, for built-in kinds from a
// table of field names.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/resource.hpp"

namespace dba::sandbox::api {

class FieldType {
 public:
  enum class Shape {
    whole,   ///< A scalar, or an object or list that belongs to one manager as a whole.
    fields,  ///< An object merged field by field.
    keyed,   ///< A list of objects found by keys().
    set,     ///< A list of different scalars.
  };

  /// The whole object.
  static FieldType root(const Resource& type);
  FieldType field(std::string_view name) const;
  FieldType item() const;
  /// What `value` is treated as here; its own form decides where nothing is known.
  Shape shape(const Json& value) const;
  std::vector<std::string> keys() const;
  /// What an entry without this key is taken to have: "TCP" for the protocol of a port; null otherwise.
  static Json default_key(std::string_view key);
  /// A field that the type names, unlike a free key of a map.
  bool names(std::string_view field) const;
  bool is_custom() const { return source_ == Source::schema; }  ///< Of the whole object.
  /// The schema at this place; nullptr when there is none.
  const Json* schema() const { return schema_; }
  /// Where unknown fields are refused: there is a schema, and it is closed.
  bool is_closed() const;

 private:
  enum class Source { schema, table, metadata };
  Source source_ = Source::table;
  const Json* schema_ = nullptr;
  std::string_view kind_{};  ///< Of the object, for the table.
  std::string name_{};       ///< Of the field, for the table.
  bool at_root_ = false;
};

}  // namespace dba::sandbox::api
