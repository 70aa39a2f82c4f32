#pragma once
// The T-SQL this room sends, made at build time from queries/*.sql, where each says what it is for, what permission it
// takes and which versions know it.

#include <string>
#include <string_view>
#include <vector>

namespace dba::mssql::queries {

extern const std::string_view instance, roles, replicas, databases, local_databases;

/// Settings for a session that is ours alone: no row is locked, no lock waited for longer than two seconds. They stay
/// for as long as the session does, so a session that goes on to run the user's statements never gets them.
/// Not NOCOUNT: with it, FreeTDS 1.3.17 drops result sets that have no row.
inline constexpr std::string_view kCareful =
    "SET LOCK_TIMEOUT 2000; SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;\n";

/// One batch with one result set for each query: a single round trip. The comment in front shows in the server's own
/// lists of requests.
/// @param purpose "roles"
std::string batch_of(std::string_view purpose, const std::vector<std::string_view>& parts);

}  // namespace dba::mssql::queries
