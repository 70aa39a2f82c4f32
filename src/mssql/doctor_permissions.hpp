#pragma once
// What the user may do that the commands need.

#include <string_view>

#include "dba/mssql/doctor_service.hpp"

namespace dba::mssql {

/// One SelfSubjectAccessReview for each, at once. What reading commands need has failed when it is missing; what only
/// changing ones need is a warning.
Check examine_permissions(kube::Client& client, std::string_view ns);

}  // namespace dba::mssql
