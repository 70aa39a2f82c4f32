#pragma once
// A column of a table that a report is shown as.

#include <string_view>

namespace dba::mssql {

struct TableColumn {
  std::string_view header;
  bool wide_only;  ///< Shown by -o wide.
};

}  // namespace dba::mssql
