#pragma once
// Facts about this machine and user that messages and marks need.

#include <string>

namespace dba::platform {

std::string user_name();  ///< Login name of the process; "unknown" when there is none.
std::string host_name();

}  // namespace dba::platform
