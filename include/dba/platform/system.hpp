#pragma once
// Facts about this machine and user that messages and marks need.

#include <string>

namespace dba::platform {

std::string user_name();  ///< Login name of the process; "unknown" when there is none.
std::string host_name();
/// The operating system's words for an errno, beginning in lower case as Go prints them: "no such file or directory".
std::string errno_text(int error);

}  // namespace dba::platform
