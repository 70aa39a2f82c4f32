#include "http/table.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/paths.hpp"

#include "http/table_text.hpp"

namespace dba::sandbox::http {

namespace {

const TableKind* find_table(const api::Resource& type) {
  for (const std::span<const TableKind> kinds :
       {pod_tables(), workload_tables(), network_tables(), storage_tables(), cluster_tables(), access_tables()}) {
    for (const TableKind& kind : kinds) {
      if (kind.group == type.group && kind.plural == type.plural) return &kind;
    }
  }
  return nullptr;
}

Json definition(std::string_view name, std::string_view type, std::string_view description, int priority) {
  return Json{{"name", name},
              {"type", type},
              {"format", name == "Name" ? "name" : ""},
              {"description", description},
              {"priority", priority}};
}

/// A value as the column's type wants it; null where it does not fit.
/// @source apiextensions-apiserver 1.36: cells of additionalPrinterColumns.
Json custom_cell(const Json& value, const std::string& type, WallTime now) {
  if (value.is_null()) return type == "string" ? Json("<nil>") : Json();
  if (type == "string") return value.is_string() ? value : Json(codec::compact_json(value));
  if (type == "integer" && value.is_number()) {
    return value.is_number_float() ? Json(static_cast<std::int64_t>(std::trunc(value.get<double>()))) : value;
  }
  if (type == "number" && value.is_number()) return value;
  if (type == "boolean" && value.is_boolean()) return value;
  if (type == "date" && value.is_string()) {
    const std::string age = since(value.get<std::string>(), now);
    return age == "<unknown>" ? Json("<invalid>") : Json(age);
  }
  return Json();
}

Json custom_column(const api::PrinterColumn& column, const Json& object, WallTime now) {
  try {
    const std::vector<Json> found = codec::JsonPath::parse(column.path, codec::JsonPath::Braces::optional).find(object);
    return found.empty() ? Json() : custom_cell(found.front(), column.type, now);
  } catch (const Error&) {  // An index that the object does not have.
    return Json();
  }
}

}  // namespace

Json column_definitions(const api::Resource& type) {
  Json definitions = Json::array();
  if (const TableKind* kind = find_table(type)) {
    for (const TableColumn& column : kind->columns) {
      definitions.push_back(definition(column.name, column.type, column.description, column.priority));
    }
    return definitions;
  }
  definitions.push_back(definition(kNameColumn.name, kNameColumn.type, kNameColumn.description, 0));
  if (type.columns.empty()) {
    definitions.push_back(definition(kAgeColumn.name, type.custom ? "date" : "string", kAgeColumn.description, 0));
  }
  for (const api::PrinterColumn& column : type.columns) {
    definitions.push_back(definition(
        column.name, column.type,
        fmt::format("Custom resource definition column (in JSONPath format): {}", column.path), column.priority));
  }
  return definitions;
}

Json table_cells(const api::Resource& type, const Json& object, WallTime now) {
  if (const TableKind* kind = find_table(type)) return kind->cells(object, now);
  Json cells = Json::array({codec::name_of(object)});
  if (type.columns.empty()) cells.push_back(age_of(object, now));
  for (const api::PrinterColumn& column : type.columns) cells.push_back(custom_column(column, object, now));
  return cells;
}

}  // namespace dba::sandbox::http
