#include "script/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dba::script {

namespace {

int milliseconds_until(SteadyTime deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

/// argv and environment as execvpe wants them; built before fork so that the child allocates nothing.
struct Strings {
  explicit Strings(const Start& start) : argv(start.argv) {
    for (const auto& [name, value] : start.environment) {
      environment.push_back(name + "=" + value);
    }
    for (std::string& word : argv) {
      argv_pointers.push_back(word.data());
    }
    for (std::string& entry : environment) {
      environment_pointers.push_back(entry.data());
    }
    argv_pointers.push_back(nullptr);
    environment_pointers.push_back(nullptr);
    // execvpe looks at the PATH of this process, not of the child.
    const auto path = start.environment.find("PATH");
    program = start.argv.at(0);
    if (program.find('/') == std::string::npos && path != start.environment.end()) {
      std::string_view rest = path->second;
      while (!rest.empty()) {
        const std::string_view folder = rest.substr(0, rest.find(':'));
        const std::string candidate = std::string(folder) + "/" + start.argv[0];
        if (access(candidate.c_str(), X_OK) == 0) {
          program = candidate;
          break;
        }
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
      }
    }
  }
  std::string program;
  std::vector<std::string> argv, environment{};
  std::vector<char*> argv_pointers{}, environment_pointers{};
};

[[noreturn]] void become(const Strings& strings, const std::filesystem::path& folder) {
  if (chdir(folder.c_str()) == 0) {
    execve(strings.program.c_str(), strings.argv_pointers.data(), strings.environment_pointers.data());
  }
  dprintf(STDERR_FILENO, "script: %s: %s\n", strings.program.c_str(), strerror(errno));
  _exit(127);
}

/// A file that becomes a stream of the child; opened before fork, so that it is there as soon as the process is.
class Opened {
 public:
  Opened(const std::filesystem::path& path, int flags) : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) {
      throw std::runtime_error("open " + path.string() + ": " + strerror(errno));
    }
  }
  ~Opened() { close(descriptor_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  void become(int stream) const { dup2(descriptor_, stream); }

 private:
  int descriptor_;
};

int code_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

}  // namespace

Process::Process(const Start& start) {
  const Strings strings(start);
  const Opened in(start.in, O_RDONLY);
  const Opened out(start.out, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  const Opened err(start.err, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  pid_ = fork();
  if (pid_ < 0) {
    throw std::runtime_error(std::string("fork: ") + strerror(errno));
  }
  if (pid_ == 0) {
    setsid();
    in.become(STDIN_FILENO);
    out.become(STDOUT_FILENO);
    err.become(STDERR_FILENO);
    become(strings, start.folder);
  }
  pid_descriptor_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pid_descriptor_(std::exchange(other.pid_descriptor_, -1)) {}

Process::~Process() {
  if (pid_ > 0) {
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (pid_descriptor_ >= 0) {
    close(pid_descriptor_);
  }
}

std::optional<int> Process::wait(SteadyTime deadline) {
  pollfd ended{pid_descriptor_, POLLIN, 0};
  while (poll(&ended, 1, milliseconds_until(deadline)) < 0 && errno == EINTR) {
  }
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) {
    return std::nullopt;
  }
  pid_ = -1;
  return code_of(status);
}

bool Process::has_ended() const {
  pollfd ended{pid_descriptor_, POLLIN, 0};
  return poll(&ended, 1, 0) > 0;
}

void Process::signal(int number) const {
  if (pid_ > 0) {
    kill(pid_, number);
  }
}

OutputWatch::OutputWatch(const std::filesystem::path& file) : descriptor_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (descriptor_ >= 0 && inotify_add_watch(descriptor_, file.c_str(), IN_MODIFY) >= 0) {
    return;
  }
  const int error = errno;
  close(descriptor_);
  throw std::runtime_error("watch " + file.string() + ": " + strerror(error));
}

OutputWatch::~OutputWatch() { close(descriptor_); }

void OutputWatch::wait(const Process& writer, SteadyTime deadline) const {
  std::array<pollfd, 2> events{{{descriptor_, POLLIN, 0}, {writer.pid_descriptor_, POLLIN, 0}}};
  poll(events.data(), events.size(), milliseconds_until(deadline));
  std::array<char, 4096> seen{};
  while (read(descriptor_, seen.data(), seen.size()) > 0) {
  }
}

TerminalRun run_in_terminal(const Start& start, const std::string& input, SteadyTime deadline) {
  const Strings strings(start);
  winsize size{};
  size.ws_row = 40;
  size.ws_col = 120;
  int terminal = -1;
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, &size);
  if (pid < 0) {
    throw std::runtime_error(std::string("forkpty: ") + strerror(errno));
  }
  if (pid == 0) {
    become(strings, start.folder);
  }
  TerminalRun result;
  std::size_t typed = 0;
  std::array<char, 4096> buffer{};
  // Reading ends with EIO when the last process has closed the terminal.
  for (;;) {
    pollfd ready{terminal, static_cast<short>(typed < input.size() ? POLLIN | POLLOUT : POLLIN), 0};
    const int count = poll(&ready, 1, milliseconds_until(deadline));
    if (count == 0) {
      kill(-pid, SIGKILL);
      break;
    }
    if ((ready.revents & POLLOUT) != 0) {
      const ssize_t written = write(terminal, input.data() + typed, input.size() - typed);
      typed += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      const ssize_t got = read(terminal, buffer.data(), buffer.size());
      if (got <= 0) {
        break;
      }
      result.output.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  int status = 0;
  waitpid(pid, &status, 0);
  close(terminal);
  if (milliseconds_until(deadline) > 0) {
    result.exit_code = code_of(status);
  }
  for (std::size_t at = 0; (at = result.output.find("\r\n", at)) != std::string::npos;) {
    result.output.erase(at, 1);
  }
  return result;
}

}  // namespace dba::script
