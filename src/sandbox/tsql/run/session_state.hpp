#pragma once
// What a session remembers between statements.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

struct Settings {
  bool no_count = false, xact_abort = false, implicit_transactions = false, quoted_identifier = true;
  std::optional<std::chrono::milliseconds> lock_timeout{};  ///< Absent: waits for ever.
  std::int64_t row_count = 0;                               ///< SET ROWCOUNT; 0 = no limit
  std::int64_t text_size = 2147483647;
  std::int64_t date_first = 7;
  std::string identity_insert{};  ///< Full name of the table, in lower case; empty = none.
};

struct Variable {
  Type type{};
  Value value{};
};
using Variables = std::map<std::string, Variable>;  ///< By name in lower case, with its @.

}  // namespace dba::sandbox::sqlserver::tsql
