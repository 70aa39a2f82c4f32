#pragma once
// unixODBC's driver manager, opened at run time: commands that need no SQL have no such dependency, and a machine
// without it gets a message instead of a loader's.

#include <span>
#include <string>
#include <vector>

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include "dba/sql/diagnostics.hpp"

namespace dba::sql {

/// The Unicode entry points where there are two: the others speak the encoding of the process's locale.
struct OdbcApi {
  decltype(&::SQLAllocHandle) alloc_handle = nullptr;
  decltype(&::SQLFreeHandle) free_handle = nullptr;
  decltype(&::SQLSetEnvAttr) set_env_attr = nullptr;
  decltype(&::SQLSetConnectAttr) set_connect_attr = nullptr;
  decltype(&::SQLGetConnectAttr) get_connect_attr = nullptr;
  decltype(&::SQLGetInfoW) get_info = nullptr;
  decltype(&::SQLDriverConnectW) driver_connect = nullptr;
  decltype(&::SQLDisconnect) disconnect = nullptr;
  decltype(&::SQLExecDirectW) exec_direct = nullptr;
  decltype(&::SQLNumResultCols) num_result_cols = nullptr;
  decltype(&::SQLRowCount) row_count = nullptr;
  decltype(&::SQLDescribeColW) describe_col = nullptr;
  decltype(&::SQLFetch) fetch = nullptr;
  decltype(&::SQLGetData) get_data = nullptr;
  decltype(&::SQLMoreResults) more_results = nullptr;
  decltype(&::SQLGetDiagRecW) get_diag_rec = nullptr;
  decltype(&::SQLGetDiagFieldW) get_diag_field = nullptr;
  decltype(&::SQLDrivers) drivers = nullptr;
};

/// The library, opened once and never closed (drivers leave threads behind).
/// @throws SqlError no_driver with what to install.
const OdbcApi& odbc();

/// A statement, and whose functions it is for: the manager's or a driver's.
struct OdbcStatement {
  const OdbcApi* api = nullptr;
  SQLHANDLE handle = nullptr;
};

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
std::vector<Diagnostic> odbc_records(SQLSMALLINT type, SQLHANDLE handle, const OdbcApi& api = odbc());

/// UTF-16 as the entry points take it. They only read what is handed in.
SQLWCHAR* odbc_text(char16_t* text);
/// What they wrote, as UTF-8. @param length of `text` in units, more when it did not fit
std::string from_odbc_text(std::span<const char16_t> text, SQLSMALLINT length);

}  // namespace dba::sql
