#pragma once
// The shape of MSSQLServer and MSSQLServerOpsRequest as their CRDs give it, compactly: enough to find unknown,
// mis-cased and mis-typed fields before anything is sent. Below podTemplate.spec only what we write ourselves is
// described.

#include <string>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/mssql/findings.hpp"

namespace dba::mssql {

enum class SchemaKind { database, ops_request };

enum class FieldType {
  object,
  list,
  map,  ///< Object with free keys; the path of its values ends in "{}".
  string,
  integer,
  boolean,
  quantity,  ///< Integer or string.
  any,       ///< Not described further: everything below is accepted.
};

struct SchemaField {
  std::string path{};  ///< "spec.tls.certificates[].alias", "spec.configuration.inline{}"
  FieldType type = FieldType::any;
  std::vector<std::string> allowed{};  ///< Enum values; empty = open.
  bool required = false;               ///< Its parent, when present, must have it.
};

/// Every field we know of, parents before children. For comparison with the real CRD and for help texts.
std::vector<SchemaField> schema_fields(SchemaKind kind);

/// Unknown fields (with the nearest right name), wrong types, values outside an enum, missing required fields.
/// status is not judged beyond its being an object.
Findings check_shape(SchemaKind kind, const Json& object);

}  // namespace dba::mssql
