#include "odbc_api.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <dlfcn.h>
#include <fmt/format.h>

#include "dba/base/utf16.hpp"

namespace dba::sql {

namespace {

constexpr auto* kInstall = "install unixODBC and a driver: sudo apt-get install libodbc2 tdsodbc";

/// Diagnostic fields of Microsoft's driver, for records that come from the server.
/// @source msodbcsql.h
constexpr SQLSMALLINT kState = -1150, kSeverity = -1151, kProcedure = -1153, kLine = -1154;

template <typename Function>
void resolve(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) {
    throw SqlError(Phase::connect, Failure::no_driver,
                   fmt::format("the ODBC driver manager of this machine has no {}", name), {}, kInstall);
  }
}

OdbcApi load() {
  void* library = dlopen("libodbc.so.2", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    throw SqlError(Phase::connect, Failure::no_driver, "there is no ODBC driver manager on this machine",
                   {Diagnostic{.message = reason == nullptr ? "" : reason}}, kInstall);
  }
  OdbcApi api;
  resolve(library, "SQLAllocHandle", api.alloc_handle);
  resolve(library, "SQLFreeHandle", api.free_handle);
  resolve(library, "SQLSetEnvAttr", api.set_env_attr);
  resolve(library, "SQLSetConnectAttr", api.set_connect_attr);
  resolve(library, "SQLGetConnectAttr", api.get_connect_attr);
  resolve(library, "SQLGetInfoW", api.get_info);
  resolve(library, "SQLDriverConnectW", api.driver_connect);
  resolve(library, "SQLDisconnect", api.disconnect);
  resolve(library, "SQLExecDirectW", api.exec_direct);
  resolve(library, "SQLNumResultCols", api.num_result_cols);
  resolve(library, "SQLRowCount", api.row_count);
  resolve(library, "SQLDescribeColW", api.describe_col);
  resolve(library, "SQLFetch", api.fetch);
  resolve(library, "SQLGetData", api.get_data);
  resolve(library, "SQLMoreResults", api.more_results);
  resolve(library, "SQLGetDiagRecW", api.get_diag_rec);
  resolve(library, "SQLGetDiagFieldW", api.get_diag_field);
  resolve(library, "SQLDrivers", api.drivers);
  return api;
}

std::optional<int> number_field(const OdbcApi& api, SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT record,
                                SQLSMALLINT field) {
  SQLINTEGER value = 0;
  const SQLRETURN result = api.get_diag_field(type, handle, record, field, &value, SQL_IS_INTEGER, nullptr);
  return SQL_SUCCEEDED(result) ? std::optional<int>(value) : std::nullopt;
}

/// Records of the driver itself have no severity; FreeTDS knows none of these fields.
void add_server_fields(const OdbcApi& api, Diagnostic& diagnostic, SQLSMALLINT type, SQLHANDLE handle,
                       SQLSMALLINT record) {
  const auto severity = number_field(api, type, handle, record, kSeverity);
  if (severity.value_or(0) == 0) return;
  diagnostic.severity = severity;
  diagnostic.state = number_field(api, type, handle, record, kState);
  diagnostic.line = number_field(api, type, handle, record, kLine);
  std::array<char16_t, 512> text{};
  SQLSMALLINT bytes = 0;
  if (SQL_SUCCEEDED(api.get_diag_field(type, handle, record, kProcedure, text.data(), sizeof text, &bytes))) {
    diagnostic.procedure = from_odbc_text(text, static_cast<SQLSMALLINT>(bytes / 2));
  }
}

}  // namespace

const OdbcApi& odbc() {
  static const OdbcApi api = load();
  return api;
}

OdbcHandle::OdbcHandle(SQLSMALLINT type, SQLHANDLE parent) : type_(type) {
  if (!SQL_SUCCEEDED(odbc().alloc_handle(type, parent, &handle_))) {
    throw SqlError(Phase::connect, Failure::no_driver, "the ODBC driver manager gives no handle");
  }
}

OdbcHandle::OdbcHandle(OdbcHandle&& other) noexcept
    : type_(other.type_), handle_(std::exchange(other.handle_, nullptr)) {}

OdbcHandle& OdbcHandle::operator=(OdbcHandle&& other) noexcept {
  std::swap(type_, other.type_);
  std::swap(handle_, other.handle_);
  return *this;
}

OdbcHandle::~OdbcHandle() {
  if (handle_ != nullptr) odbc().free_handle(type_, handle_);
}

SQLHANDLE odbc_environment() {
  static const OdbcHandle environment = [] {
    OdbcHandle handle(SQL_HANDLE_ENV, nullptr);
    // ODBC passes small numbers as pointers.
    auto* version = reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3);
    odbc().set_env_attr(handle.get(), SQL_ATTR_ODBC_VERSION, version, 0);
    return handle;
  }();
  return environment.get();
}

std::vector<Diagnostic> odbc_records(SQLSMALLINT type, SQLHANDLE handle, const OdbcApi& api) {
  std::vector<Diagnostic> records;
  std::vector<char16_t> text(4096);
  for (SQLSMALLINT i = 1; i < 64;) {
    std::array<char16_t, 6> state{};
    SQLINTEGER number = 0;
    SQLSMALLINT length = 0;
    const SQLRETURN result = api.get_diag_rec(type, handle, i, odbc_text(state.data()), &number, odbc_text(text.data()),
                                              static_cast<SQLSMALLINT>(text.size()), &length);
    if (!SQL_SUCCEEDED(result)) break;
    if (static_cast<std::size_t>(length) >= text.size() && text.size() < 32000) {
      text.resize(32000);  // the longest message a length of 16 bits can tell
      continue;
    }
    Diagnostic diagnostic;
    diagnostic.sqlstate = from_odbc_text(state, 5);
    diagnostic.number = number;
    diagnostic.message = without_origin(from_odbc_text(text, length));
    add_server_fields(api, diagnostic, type, handle, i);
    records.push_back(std::move(diagnostic));
    ++i;
  }
  return records;
}

SQLWCHAR* odbc_text(char16_t* text) {
  static_assert(sizeof(SQLWCHAR) == sizeof(char16_t));
  return reinterpret_cast<SQLWCHAR*>(text);
}

std::string from_odbc_text(std::span<const char16_t> text, SQLSMALLINT length) {
  const auto written = static_cast<std::size_t>(std::max<SQLSMALLINT>(length, 0));
  return from_utf16({text.data(), std::min(text.size() - 1, written)});
}

}  // namespace dba::sql
