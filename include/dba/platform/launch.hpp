#pragma once
// Programs that take our place or outlive us. Children that we wait for are process.hpp's.

#include <filesystem>
#include <string>
#include <vector>

namespace dba::platform {

std::filesystem::path own_executable();  ///< The file this process runs; empty when the system does not tell.

/// Runs `argv` in the place of this process, with our environment and streams.
/// @throws Error (denied) when it cannot be started; returns never.
[[noreturn]] void become(const std::vector<std::string>& argv);

struct Detached {
  int pid = 0;
  std::string first_line{};  ///< Without its line break.
};
/// Starts `argv` in a session of its own, stdin and stderr away from ours, and waits for the first line it writes to
/// stdout: that is how it says that it is ready.
/// @param log new file of mode 0600 that gets its stderr
/// @throws Error (unexpected) with the end of that file when it ends without a line.
Detached start_detached(const std::vector<std::string>& argv, const std::filesystem::path& log);

int own_pid();  ///< Of this process.

}  // namespace dba::platform
