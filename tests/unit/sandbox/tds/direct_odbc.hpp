#pragma once
// A driver without the product in between: its own TLS, parameters, prepared statements, transactions, time-outs.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sql.h>
#include <sqlext.h>

#include "odbc_calls.hpp"

namespace dba::test {

class DirectOdbc {
 public:
  explicit DirectOdbc(std::string connection_string) {
    odbc().SQLAllocHandle(SQL_HANDLE_ENV, nullptr, &environment_);
    odbc().SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0);
    odbc().SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_);
    // A server that never answers must not hang the test.
    odbc().SQLSetConnectAttr(connection_, SQL_ATTR_LOGIN_TIMEOUT, number(60), 0);
    connected_ = SQL_SUCCEEDED(odbc().SQLDriverConnect(connection_, nullptr, text(connection_string), SQL_NTS, nullptr,
                                                       0, nullptr, SQL_DRIVER_NOPROMPT));
    if (!connected_) {
      errors_ = errors(SQL_HANDLE_DBC, connection_);
      return;
    }
    odbc().SQLAllocHandle(SQL_HANDLE_STMT, connection_, &statement_);
  }
  ~DirectOdbc() {
    if (statement_ != nullptr) odbc().SQLFreeHandle(SQL_HANDLE_STMT, statement_);
    if (connected_) odbc().SQLDisconnect(connection_);
    odbc().SQLFreeHandle(SQL_HANDLE_DBC, connection_);
    odbc().SQLFreeHandle(SQL_HANDLE_ENV, environment_);
  }
  DirectOdbc(const DirectOdbc&) = delete;
  DirectOdbc& operator=(const DirectOdbc&) = delete;

  bool connected() const { return connected_; }
  const std::string& why_not() const { return errors_; }

  void bind(int& value) {
    odbc().SQLBindParameter(statement_, ++bound_, SQL_PARAM_INPUT, SQL_C_SLONG, SQL_INTEGER, 0, 0, &value, 0, nullptr);
  }
  void bind(std::string& value) {
    lengths_[bound_] = SQL_NTS;
    SQLLEN* length = &lengths_[bound_];
    odbc().SQLBindParameter(statement_, ++bound_, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_WVARCHAR, 50, 0, value.data(), 0,
                            length);
  }
  /// The first cell, "ok" when there are no rows, or the errors.
  std::string run(std::string batch) { return finish(odbc().SQLExecDirect(statement_, text(batch), SQL_NTS)); }
  std::string prepare(std::string batch) {
    return SQL_SUCCEEDED(odbc().SQLPrepare(statement_, text(batch), SQL_NTS)) ? "ok"
                                                                              : errors(SQL_HANDLE_STMT, statement_);
  }
  std::string execute() { return finish(odbc().SQLExecute(statement_)); }
  void set_query_timeout(int seconds) { odbc().SQLSetStmtAttr(statement_, SQL_ATTR_QUERY_TIMEOUT, number(seconds), 0); }
  void set_autocommit(bool on) {
    odbc().SQLSetConnectAttr(connection_, SQL_ATTR_AUTOCOMMIT, number(on ? SQL_AUTOCOMMIT_ON : SQL_AUTOCOMMIT_OFF), 0);
  }
  bool commit() { return SQL_SUCCEEDED(odbc().SQLEndTran(SQL_HANDLE_DBC, connection_, SQL_COMMIT)); }
  bool roll_back() { return SQL_SUCCEEDED(odbc().SQLEndTran(SQL_HANDLE_DBC, connection_, SQL_ROLLBACK)); }

 private:
  static SQLPOINTER number(long value) { return reinterpret_cast<SQLPOINTER>(value); }
  static SQLCHAR* text(std::string& value) { return reinterpret_cast<SQLCHAR*>(value.data()); }

  static std::string errors(SQLSMALLINT type, SQLHANDLE handle) {
    std::string all;
    for (SQLSMALLINT i = 1;; ++i) {
      std::array<SQLCHAR, 6> state{};
      std::array<SQLCHAR, 1024> message{};
      SQLINTEGER native = 0;
      SQLSMALLINT length = 0;
      if (!SQL_SUCCEEDED(
              odbc().SQLGetDiagRec(type, handle, i, state.data(), &native, message.data(), message.size(), &length))) {
        return all;
      }
      all += std::string(reinterpret_cast<const char*>(state.data())) + " " + std::to_string(native) + " " +
             reinterpret_cast<const char*>(message.data()) + "\n";
    }
  }

  std::string finish(SQLRETURN result) {
    std::string out = "ok";
    if (!SQL_SUCCEEDED(result) && result != SQL_NO_DATA) {
      out = errors(SQL_HANDLE_STMT, statement_);
    } else {
      SQLSMALLINT columns = 0;
      odbc().SQLNumResultCols(statement_, &columns);
      if (columns > 0 && SQL_SUCCEEDED(odbc().SQLFetch(statement_))) {
        std::array<char, 256> cell{};
        SQLLEN length = 0;
        odbc().SQLGetData(statement_, 1, SQL_C_CHAR, cell.data(), cell.size(), &length);
        out = length == SQL_NULL_DATA ? "NULL" : cell.data();
      }
    }
    odbc().SQLFreeStmt(statement_, SQL_CLOSE);
    return out;
  }

  SQLHANDLE environment_ = nullptr, connection_ = nullptr, statement_ = nullptr;
  bool connected_ = false;
  std::string errors_{};
  SQLUSMALLINT bound_ = 0;
  std::array<SQLLEN, 8> lengths_{};
};

}  // namespace dba::test
