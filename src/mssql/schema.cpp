#include "dba/mssql/schema.hpp"

#include <fmt/format.h>

#include "schema_tree.hpp"

namespace dba::mssql {

namespace {

void enumerate(const std::string& path, const SchemaNode& node, bool required, std::vector<SchemaField>& fields) {
  fields.push_back({path, node.type, node.allowed, required});
  if (node.type == FieldType::list) enumerate(path + "[]", *node.element, false, fields);
  if (node.type == FieldType::map) enumerate(path + "{}", *node.element, false, fields);
  for (const SchemaMember& member : node.members) {
    enumerate(fmt::format("{}.{}", path, member.name), *member.node, member.required, fields);
  }
}

}  // namespace

std::vector<SchemaField> schema_fields(SchemaKind kind) {
  std::vector<SchemaField> fields;
  enumerate("spec", spec_shape(kind), true, fields);
  return fields;
}

}  // namespace dba::mssql
