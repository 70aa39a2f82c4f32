#pragma once
// The shape tables as a tree.

#include <string>
#include <string_view>
#include <vector>

#include "dba/mssql/schema.hpp"

namespace dba::mssql {

struct SchemaNode;

struct SchemaMember {
  std::string name{};
  bool required = false;
  const SchemaNode* node = nullptr;
};

struct SchemaNode {
  FieldType type = FieldType::any;
  std::vector<std::string> allowed{};   ///< Of a string.
  std::vector<SchemaMember> members{};  ///< Of an object.
  const SchemaNode* element = nullptr;  ///< Of a list or a map.
};

/// The shape of spec; lives as long as the program. Thread-safe.
const SchemaNode& spec_shape(SchemaKind kind);
const SchemaMember* find_member(const SchemaNode& node, std::string_view name);

}  // namespace dba::mssql
