#pragma once
// Which ODBC driver to connect with.

#include <string>
#include <vector>

#include "dba/sql/connector.hpp"

namespace dba::sql {

inline constexpr const char* kInstallDriver = "sudo apt-get install tdsodbc, or install Microsoft's ODBC driver 18";

/// In the order of preference; a later one is for the case that one before cannot be loaded.
/// @param wanted a name, a path, or empty
/// @throws SqlError no_driver naming what there is.
std::vector<Driver> drivers_to_try(const std::string& wanted);

}  // namespace dba::sql
