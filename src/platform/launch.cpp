#include "dba/platform/launch.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"
#include "dba/platform/system.hpp"

#include "file_descriptor.hpp"
#include "spawn_parts.hpp"

namespace dba::platform {

namespace {

std::string read_line(int descriptor) {
  std::string text;
  while (text.find('\n') == std::string::npos) {
    const ReadResult got = read_some(descriptor, text);
    if (got.count == 0) return {};
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::filesystem::path own_executable() {
  std::error_code error;
  std::string path = std::filesystem::read_symlink("/proc/self/exe", error).string();
  if (error) return {};
  // One that was replaced since it was started is still the same path.
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

void become(const std::vector<std::string>& argv) {
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<std::string> texts = argv;
  const std::vector<char*> pointers = pointers_to(texts);
  ::execvp(pointers.front(), pointers.data());
  throw Error(ExitCode::denied, fmt::format("cannot run {}: {}", argv.front(), errno_text(errno)));
}

Detached start_detached(const std::vector<std::string>& argv, const std::filesystem::path& log) {
  write_new_secret_file(log, "");
  Pipe pipe = make_pipe();
  FileActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), pipe.write_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(actions.get(), STDERR_FILENO, log.c_str(), O_WRONLY | O_APPEND, 0);
  ::posix_spawn_file_actions_addclosefrom_np(actions.get(), STDERR_FILENO + 1);
  SpawnAttributes attributes;
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(attributes.get(), &none);
  ::posix_spawnattr_setflags(attributes.get(), POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);

  std::vector<std::string> texts = argv;
  const std::vector<char*> pointers = pointers_to(texts);
  Detached child;
  const int error =
      ::posix_spawnp(&child.pid, pointers.front(), actions.get(), attributes.get(), pointers.data(), environ);
  if (error != 0) {
    throw Error(ExitCode::unexpected, fmt::format("cannot run {}: {}", argv.front(), errno_text(error)));
  }
  pipe.write_end.close();
  child.first_line = read_line(pipe.read_end.get());
  if (!child.first_line.empty()) return child;
  ::waitpid(child.pid, nullptr, 0);
  throw Error(ExitCode::unexpected, "the detached process ended before it was ready",
              trim(read_file(log, ExitCode::unexpected)));
}

int own_pid() { return ::getpid(); }

}  // namespace dba::platform
