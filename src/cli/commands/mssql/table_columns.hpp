#pragma once
// The columns of a report as the table takes them.

#include <vector>

#include "dba/mssql/table_column.hpp"
#include "dba/output/table.hpp"

namespace dba::cli {

std::vector<output::Column> table_columns(const std::vector<mssql::TableColumn>& columns);

}  // namespace dba::cli
