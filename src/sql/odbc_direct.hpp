#pragma once
// A driver's own functions, behind the manager's back.

#include <optional>
#include <string>

#include "odbc_api.hpp"

namespace dba::sql {

/// The same statement as its driver knows it. After a batch whose first statement was refused the manager lets nobody
/// read on, though both drivers have the rest of the answer.
/// @param file of the driver, as odbcinst.ini has it
/// @return absent when the driver's library is not found among those of this process, or misses a function
/// @source unixODBC 2.3.11: an execution that fails leaves the state S1, and SQLMoreResults gives SQL_NO_DATA there
std::optional<OdbcStatement> without_manager(SQLHANDLE connection, SQLHANDLE statement, const std::string& file);

}  // namespace dba::sql
