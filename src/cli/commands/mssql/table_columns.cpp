#include "table_columns.hpp"

#include <string>

namespace dba::cli {

std::vector<output::Column> table_columns(const std::vector<mssql::TableColumn>& columns) {
  std::vector<output::Column> all;
  for (const mssql::TableColumn& column : columns)
    all.push_back({.header = std::string(column.header), .wide_only = column.wide_only});
  return all;
}

}  // namespace dba::cli
