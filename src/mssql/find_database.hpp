#pragma once
// Looks a database up by name, and helps when there is none of that name.

#include <functional>
#include <string>
#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"

namespace dba::mssql {

/// @throws Error (denied) as `no_such_database` says; ApiError for every other failure.
Json get_database(kube::Client& client, std::string_view ns, std::string_view name);

/// "not found", with the close names of the namespace and the other namespaces that have one of this name, as far as
/// they may be listed.
/// @effects two LISTs of names at most; failures of theirs are not reported.
Error no_such_database(kube::Client& client, std::string_view ns, std::string_view name);

/// The same for any resource: `what` is its word in messages ("issuer"), `hint` gives the command to try next, told
/// whether another namespace has one of this name.
Error no_such_object(kube::Client& client, const kube::ResourceType& type, std::string_view what, std::string_view ns,
                     std::string_view name, const std::function<std::string(bool elsewhere)>& hint);

}  // namespace dba::mssql
