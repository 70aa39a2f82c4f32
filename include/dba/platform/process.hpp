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
  std::vector<std::string> argv{};               ///< argv[0] is looked up on PATH when it has no slash.
  std::optional<Environment::Map> environment{};  ///< Whole environment of the child; absent = ours.
  std::string stdin_text{};
  bool inherit_stdin = false;   ///< The child gets our stdin (credential plugins that ask).
  bool inherit_stderr = false;  ///< stderr goes to ours instead of the result.
};

struct ProcessResult {
  int exit_code = 0;    ///< 128 + signal when the child was ended by one.
  std::string out{};
  std::string err{};
  bool not_found = false;         ///< The executable does not exist or may not be executed; nothing ran.
  std::string start_error{};      ///< strerror text when `not_found`.
};

class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  /// Runs to the end; on `stop` the child gets SIGTERM, then SIGKILL after 2 s.
  virtual ProcessResult run(const ProcessRequest& request, const std::stop_token& stop) = 0;
};

ProcessRunner& posix_process_runner();

}  // namespace dba::platform
