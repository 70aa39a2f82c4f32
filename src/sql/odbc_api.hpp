#pragma once
// unixODBC's driver manager, opened at run time: commands that need no SQL have no such dependency, and a machine
// without it gets a message instead of a loader's.

#include <string>
#include <vector>

#include <sql.h>
#include <sqlext.h>

#include "dba/sql/diagnostics.hpp"

namespace dba::sql {

struct OdbcApi {
  decltype(&::SQLAllocHandle) alloc_handle = nullptr;
  decltype(&::SQLFreeHandle) free_handle = nullptr;
  decltype(&::SQLSetEnvAttr) set_env_attr = nullptr;
  decltype(&::SQLSetConnectAttr) set_connect_attr = nullptr;
  decltype(&::SQLGetConnectAttr) get_connect_attr = nullptr;
  decltype(&::SQLDriverConnect) driver_connect = nullptr;
  decltype(&::SQLDisconnect) disconnect = nullptr;
  decltype(&::SQLExecDirect) exec_direct = nullptr;
  decltype(&::SQLNumResultCols) num_result_cols = nullptr;
  decltype(&::SQLRowCount) row_count = nullptr;
  decltype(&::SQLDescribeCol) describe_col = nullptr;
  decltype(&::SQLFetch) fetch = nullptr;
  decltype(&::SQLGetData) get_data = nullptr;
  decltype(&::SQLMoreResults) more_results = nullptr;
  decltype(&::SQLGetDiagRec) get_diag_rec = nullptr;
  decltype(&::SQLGetDiagField) get_diag_field = nullptr;
  decltype(&::SQLDrivers) drivers = nullptr;
};

/// The library, opened once and never closed (drivers leave threads behind).
/// @throws SqlError no_driver with what to install.
const OdbcApi& odbc();

/// Frees what SQLAllocHandle gave.
class OdbcHandle {
 public:
  OdbcHandle() = default;
  /// @throws SqlError no_driver when the manager gives none.
  OdbcHandle(SQLSMALLINT type, SQLHANDLE parent);
  OdbcHandle(OdbcHandle&& other) noexcept;
  OdbcHandle& operator=(OdbcHandle&& other) noexcept;
  ~OdbcHandle();
  SQLHANDLE get() const { return handle_; }

 private:
  SQLSMALLINT type_ = 0;
  SQLHANDLE handle_ = nullptr;
};

/// The one environment of this process, ODBC 3. @throws as odbc().
SQLHANDLE odbc_environment();

/// Every record that the last call on a handle left, whole.
std::vector<Diagnostic> odbc_records(SQLSMALLINT type, SQLHANDLE handle);

/// Our text as the ANSI entry points want it. They only read it.
SQLCHAR* odbc_text(std::string& text);

}  // namespace dba::sql
