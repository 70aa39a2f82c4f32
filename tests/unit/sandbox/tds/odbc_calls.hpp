#pragma once
// unixODBC's driver manager, opened at run time as the product does it.

#include <dlfcn.h>
#include <sql.h>
#include <sqlext.h>

namespace dba::test {

struct OdbcCalls {
#define DBA_ODBC_CALL(name) decltype(&::name) name = find<decltype(&::name)>(#name)
  DBA_ODBC_CALL(SQLAllocHandle);
  DBA_ODBC_CALL(SQLFreeHandle);
  DBA_ODBC_CALL(SQLSetEnvAttr);
  DBA_ODBC_CALL(SQLSetConnectAttr);
  DBA_ODBC_CALL(SQLDriverConnect);
  DBA_ODBC_CALL(SQLDisconnect);
  DBA_ODBC_CALL(SQLBindParameter);
  DBA_ODBC_CALL(SQLExecDirect);
  DBA_ODBC_CALL(SQLPrepare);
  DBA_ODBC_CALL(SQLExecute);
  DBA_ODBC_CALL(SQLSetStmtAttr);
  DBA_ODBC_CALL(SQLEndTran);
  DBA_ODBC_CALL(SQLGetDiagRec);
  DBA_ODBC_CALL(SQLNumResultCols);
  DBA_ODBC_CALL(SQLFetch);
  DBA_ODBC_CALL(SQLGetData);
  DBA_ODBC_CALL(SQLFreeStmt);
#undef DBA_ODBC_CALL

 private:
  template <typename Function>
  static Function find(const char* name) {
    static void* const library = ::dlopen("libodbc.so.2", RTLD_NOW);
    return reinterpret_cast<Function>(::dlsym(library, name));
  }
};

inline const OdbcCalls& odbc() {
  static const OdbcCalls calls;
  return calls;
}

}  // namespace dba::test
