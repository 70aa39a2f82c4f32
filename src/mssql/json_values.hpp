#pragma once
// Values of a report that may be unknown: null then, never left out.

#include <cstdint>
#include <optional>
#include <string>

#include "dba/codec/json.hpp"

namespace dba::mssql {

Json or_null(const std::optional<std::string>& value);
Json or_null(const std::optional<std::int64_t>& value);
Json or_null(const std::optional<bool>& value);
Json text_or_null(const std::string& text);  ///< Null for an empty one.

}  // namespace dba::mssql
