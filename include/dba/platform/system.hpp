#pragma once
// Facts about this machine and user that messages and marks need.

#include <string>

namespace dba::platform {

std::string user_name();  ///< Login name of the process; "unknown" when there is none.
std::string host_name();  ///< As the system has it, not resolved; "unknown" when it does not say.
/// The operating system's words for an errno, beginning in lower case as Go prints them: "no such file or directory".
std::string errno_text(int error);

/// Puts an empty file in the place of each standard stream that this process was started without, so that no file or
/// socket of ours takes its number: reading ends at once, writing fails. To be called before anything is opened.
void occupy_standard_streams();

}  // namespace dba::platform
