#pragma once
// Child processes as a port: always an argv vector, never a shell.

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dba/platform/environment.hpp"

namespace dba::platform {

struct ProcessRequest {
  std::vector<std::string> argv{};                ///< argv[0] is looked up on PATH when it has no slash.
  std::optional<Environment::Map> environment{};  ///< Whole environment of the child; absent = ours.
  std::string stdin_text{};
  bool inherit_stdin = false;   ///< The child gets our stdin (credential plugins that ask).
  bool inherit_stdout = false;  ///< stdout goes to ours instead of the result.
  bool inherit_stderr = false;  ///< stderr goes to ours instead of the result.
};

struct ProcessResult {
  int exit_code = 0;  ///< 128 + signal when the child was ended by one; 127 or 126 when it could not be started.
  std::string out{};
  std::string err{};
  bool not_found = false;     ///< The executable does not exist or may not be executed; nothing ran.
  std::string start_error{};  ///< errno_text() when it could not be started, for this or another reason; else empty.
};

class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  /// Runs until the child has ended; on `stop` it gets SIGTERM, then SIGKILL after 2 s. Nothing is started when `stop`
  /// was requested before. What descendants of the child write after its end is not waited for.
  virtual ProcessResult run(const ProcessRequest& request, const std::stop_token& stop) = 0;
};

/// @effects SIGPIPE is ignored from here on (a child may close its stdin early); children get its default action.
ProcessRunner& posix_process_runner();

}  // namespace dba::platform
