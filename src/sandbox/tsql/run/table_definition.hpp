#pragma once
// What the engine keeps about a table, next to its rows: in the same database, so that it is copied and redone with it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tsql/store/connection.hpp"
#include "tsql/syntax/ast.hpp"
#include "tsql/translate/catalog.hpp"

namespace dba::sandbox::sqlserver::tsql {

struct TableColumn : ColumnDefinition {
  int number = 0;  ///< column_id; "c3" in SQLite. Never used twice.
  std::string sql() const { return "c" + std::to_string(number); }
  bool takes_null() const { return nullable.value_or(true); }
};

struct TableDefinition {
  std::int64_t id = 0;  ///< object_id
  std::string schema = "dbo", name{};
  std::vector<TableColumn> columns{};
  std::vector<KeyDefinition> keys{};
  std::vector<CheckDefinition> checks{};
  int last_number = 0;    ///< Of the columns there ever were.
  std::string created{};  ///< datetime, UTC
  /// "dbo.orders"; a temporary table has no schema.
  std::string full_name() const { return schema.empty() ? name : schema + "." + name; }
  /// @returns its place in `columns`; absent when there is none of that name
  std::optional<std::size_t> find_column(std::string_view column) const;
  /// @throws SqlError 207
  std::size_t get_column(std::string_view column) const;
};

std::string to_json(const TableDefinition& table);
TableDefinition table_from_json(std::int64_t id, std::string_view json);

/// Columns as the translation sees them.
std::vector<SourceColumn> source_columns(const TableDefinition& table);

/// Reads from the database attached as `schema`. @param full_name "dbo.orders", "#t"
std::optional<TableDefinition> find_table(Connection& connection, std::string_view schema, std::string_view full_name);
std::vector<TableDefinition> all_tables(Connection& connection, std::string_view schema);

/// "CREATE TABLE" and what follows it and the name, without indexes.
std::string column_list_sql(const TableDefinition& table);
std::string column_sql(const TableColumn& column);
/// The name of a key's index in SQLite.
std::string index_name(const TableDefinition& table, const KeyDefinition& key);

}  // namespace dba::sandbox::sqlserver::tsql
