#pragma once
// Which flag of create, generate and apply sets a field: for messages.

#include <string_view>

namespace dba::mssql {

/// The flag of the longest known field that is `path` or holds it; empty when only --set reaches it.
std::string_view flag_for(std::string_view path);

}  // namespace dba::mssql
