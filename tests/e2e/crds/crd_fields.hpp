#pragma once
// A CRD as a flat list of fields, for comparing one with another or with the schema of the mssql room.

#include <map>
#include <string>
#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/mssql/schema.hpp"

namespace dba::e2e {

struct CrdField {
  mssql::SchemaField shape{};  ///< `required`: wanted, and without a default of the server's.
  std::string preset{};        ///< The default as JSON; empty = none.
  std::string merge{};         ///< How server-side apply merges lists and objects: "atomic", "granular", "map by name".
};

/// By the paths that schema_fields() uses: "spec.tls.certificates[].alias".
using CrdFields = std::map<std::string, CrdField, std::less<>>;

/// The fields below spec and status of the CRD's first version.
CrdFields fields_of_crd(const Json& crd);

std::string_view name_of(mssql::FieldType type);

/// Whether one of the parents of `path` is left open in `fields`: everything below it is accepted.
bool is_below_any(const CrdFields& fields, std::string_view path);

}  // namespace dba::e2e
