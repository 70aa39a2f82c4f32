#include "odbc_direct.hpp"

#include <map>
#include <mutex>
#include <string_view>

#include <dlfcn.h>
#include <link.h>

namespace dba::sql {

namespace {

struct LoadedLibrary {
  std::string_view file_name{};  ///< Without its folder.
  std::string path{};            ///< Empty while it is not found.
};

/// odbcinst.ini may name a file without its folder, which the manager finds in one of its own.
int look_at_library(dl_phdr_info* info, std::size_t /*size*/, void* wanted) {
  auto& library = *static_cast<LoadedLibrary*>(wanted);
  const std::string_view path = info->dlpi_name;
  if (path.substr(path.rfind('/') + 1) != library.file_name) return 0;
  library.path = path;
  return 1;
}

template <typename Function>
bool find_function(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

std::optional<OdbcApi> driver_functions(const std::string& file) {
  LoadedLibrary wanted{.file_name = std::string_view(file).substr(file.rfind('/') + 1)};
  if (wanted.file_name.empty() || dl_iterate_phdr(look_at_library, &wanted) == 0) return std::nullopt;
  void* library = dlopen(wanted.path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (library == nullptr) return std::nullopt;
  OdbcApi api = odbc();
  const bool whole = find_function(library, "SQLNumResultCols", api.num_result_cols) &&
                     find_function(library, "SQLRowCount", api.row_count) &&
                     find_function(library, "SQLDescribeColW", api.describe_col) &&
                     find_function(library, "SQLFetch", api.fetch) &&
                     find_function(library, "SQLGetData", api.get_data) &&
                     find_function(library, "SQLMoreResults", api.more_results) &&
                     find_function(library, "SQLGetDiagRecW", api.get_diag_rec) &&
                     find_function(library, "SQLGetDiagFieldW", api.get_diag_field);
  return whole ? std::optional(api) : std::nullopt;
}

/// Looked for once a driver, and kept: libraries of drivers are never closed.
const std::optional<OdbcApi>& known_driver_functions(const std::string& file) {
  static std::mutex mutex;
  static std::map<std::string, std::optional<OdbcApi>> known;
  const std::scoped_lock lock(mutex);
  const auto found = known.find(file);
  return found != known.end() ? found->second : known.emplace(file, driver_functions(file)).first->second;
}

}  // namespace

std::optional<OdbcStatement> without_manager(SQLHANDLE connection, SQLHANDLE statement, const std::string& file) {
  const std::optional<OdbcApi>& api = known_driver_functions(file);
  SQLHANDLE of_driver = statement;  // The manager's handle goes in, the driver's comes out.
  if (!api || !SQL_SUCCEEDED(odbc().get_info(connection, SQL_DRIVER_HSTMT, &of_driver, sizeof of_driver, nullptr))) {
    return std::nullopt;
  }
  return OdbcStatement{&*api, of_driver};
}

}  // namespace dba::sql
