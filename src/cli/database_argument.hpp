#pragma once
// The argument NAME of commands about one database.

#include <string>

#include "dba/cli/spec.hpp"

namespace dba::cli {

/// NAME of a database, completed from the cluster. Takes KIND/NAME as well, as `list -o name` prints it.
/// @throws (when parsed) Error (usage) for another kind.
Argument database_argument(std::string& into);

/// "mssqlserver.kubedb.com/sales", "mssqlservers/sales", "ms/sales", "sales" → "sales".
/// @throws Error (usage) for another kind, or more than one slash.
std::string parse_database_name(const std::string& text);

}  // namespace dba::cli
