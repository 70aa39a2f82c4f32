#include "tsql/run/table_definition.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"

#include "tsql/errors.hpp"
#include "tsql/translate/bound.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {

std::optional<std::size_t> TableDefinition::find_column(std::string_view column) const {
  const std::string wanted = to_lower(column);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (to_lower(columns[i].name) == wanted) return i;
  }
  return {};
}

std::size_t TableDefinition::get_column(std::string_view column) const {
  const std::optional<std::size_t> found = find_column(column);
  if (!found) fail(207, fmt::format("Invalid column name '{}'.", column));
  return *found;
}

std::string to_json(const TableDefinition& table) {
  Json json{
      {"schema", table.schema}, {"name", table.name}, {"last_number", table.last_number}, {"created", table.created}};
  Json columns = Json::array(), keys = Json::array(), checks = Json::array();
  for (const TableColumn& column : table.columns) {
    Json one{{"name", column.name},
             {"number", column.number},
             {"type", type_code(column.type)},
             {"nullable", column.takes_null()}};
    if (!column.default_text.empty()) one["default"] = {column.default_name, column.default_text};
    if (column.identity) one["identity"] = {column.seed, column.increment};
    columns.push_back(std::move(one));
  }
  for (const KeyDefinition& key : table.keys)
    keys.push_back({{"kind", key.kind}, {"name", key.name}, {"columns", key.columns}, {"from_index", key.from_index}});
  for (const CheckDefinition& check : table.checks) checks.push_back({check.name, check.text});
  json["columns"] = std::move(columns);
  json["keys"] = std::move(keys);
  json["checks"] = std::move(checks);
  return json.dump();
}

TableDefinition table_from_json(std::int64_t id, std::string_view text) {
  const Json json = Json::parse(text);
  TableDefinition table;
  table.id = id;
  table.schema = json.at("schema");
  table.name = json.at("name");
  table.last_number = json.at("last_number");
  table.created = json.at("created");
  for (const Json& one : json.at("columns")) {
    TableColumn column;
    column.name = one.at("name");
    column.number = one.at("number");
    column.type = type_of_code(one.at("type"));
    column.nullable = one.at("nullable").get<bool>();
    if (one.contains("default")) {
      column.default_name = one.at("default").at(0);
      column.default_text = one.at("default").at(1);
    }
    if (one.contains("identity")) {
      column.identity = true;
      column.seed = one.at("identity").at(0);
      column.increment = one.at("identity").at(1);
    }
    table.columns.push_back(std::move(column));
  }
  for (const Json& one : json.at("keys")) {
    table.keys.push_back({one.at("kind").get<KeyKind>(), one.at("name"),
                          one.at("columns").get<std::vector<std::string>>(), one.at("from_index")});
  }
  for (const Json& one : json.at("checks")) table.checks.push_back({one.at(0), one.at(1)});
  return table;
}

std::vector<SourceColumn> source_columns(const TableDefinition& table) {
  std::vector<SourceColumn> columns;
  for (const TableColumn& column : table.columns) {
    columns.push_back({column.name, column.type, column.takes_null(), column.sql(), column.identity});
  }
  return columns;
}

std::optional<TableDefinition> find_table(Connection& connection, std::string_view schema, std::string_view full_name) {
  Prepared query = connection.prepare(
      fmt::format("SELECT id, definition FROM {}.\"$tables\" WHERE name = ?", quoted_identifier(schema)));
  query.bind(1, std::string(full_name));
  if (!query.step()) return {};
  return table_from_json(std::get<std::int64_t>(query.value(0)), std::get<std::string>(query.value(1)));
}

std::vector<TableDefinition> all_tables(Connection& connection, std::string_view schema) {
  Prepared query = connection.prepare(
      fmt::format("SELECT id, definition FROM {}.\"$tables\" ORDER BY name", quoted_identifier(schema)));
  std::vector<TableDefinition> tables;
  while (query.step())
    tables.push_back(table_from_json(std::get<std::int64_t>(query.value(0)), std::get<std::string>(query.value(1))));
  return tables;
}

std::string column_sql(const TableColumn& column) { return column.sql() + std::string(collation_of(column.type)); }

std::string column_list_sql(const TableDefinition& table) {
  std::string sql;
  for (const TableColumn& column : table.columns) sql += (sql.empty() ? "(" : ", ") + column_sql(column);
  return sql + ")";
}

std::string index_name(const TableDefinition& table, const KeyDefinition& key) {
  return table.full_name() + "." + key.name;
}

}  // namespace dba::sandbox::sqlserver::tsql
