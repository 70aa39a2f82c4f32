#pragma once
// What the cells of a table say, also where there is nothing to say.

#include <optional>
#include <string>

#include "dba/base/timestamp.hpp"

namespace dba::mssql {

std::string or_none(const std::string& text);  ///< "<none>" for an empty one.
/// Time since then: "5m"; "<unknown>" when nobody knows.
std::string age_cell(const std::optional<WallTime>& since, WallTime now);

}  // namespace dba::mssql
