#include "dba/platform/child.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dba/base/error.hpp"
#include "dba/platform/system.hpp"

#include "file_descriptor.hpp"
#include "spawn_parts.hpp"

namespace dba::platform {

namespace {

constexpr std::size_t kKeptErrors = 4096;
constexpr int kSecretDescriptor = 3;
constexpr int kKillAfterMillis = 2000;

/// A file in memory with that content, to be read from its beginning.
FileDescriptor memory_file(std::string_view content) {
  FileDescriptor file(::memfd_create("kubectl-dba", MFD_CLOEXEC));
  const bool written = file.is_open() && write_all(file.get(), content) == 0 && ::lseek(file.get(), 0, SEEK_SET) == 0;
  if (!written) throw Error(ExitCode::unexpected, "cannot make a file in memory", errno_text(errno));
  return file;
}

/// Waits for the end of the process. False when it lasts longer than that.
bool reaped_within(int pid, int milliseconds) {
  const FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd polled{process.get(), POLLIN, 0};
  if (process.is_open() && ::poll(&polled, 1, milliseconds) == 0) return false;
  ::waitpid(pid, nullptr, 0);
  return true;
}

}  // namespace

Child::Child(const ChildRequest& request) {
  Pipe out = make_pipe(), err = make_pipe();
  const FileDescriptor secret = memory_file(request.secret_file);
  FileActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), out.write_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), err.write_end.get(), STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), secret.get(), kSecretDescriptor);
  ::posix_spawn_file_actions_addclosefrom_np(actions.get(), kSecretDescriptor + 1);
  SpawnAttributes attributes;
  sigset_t defaults, none;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigdefault(attributes.get(), &defaults);
  ::posix_spawnattr_setsigmask(attributes.get(), &none);
  // A group of its own: Ctrl-C is for us, who end it when nothing needs it any more.
  ::posix_spawnattr_setflags(attributes.get(), POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> texts = request.argv;
  const std::vector<char*> argv = pointers_to(texts);
  const int error = ::posix_spawnp(&pid_, argv.front(), actions.get(), attributes.get(), argv.data(), environ);
  if (error != 0) throw Error(ExitCode::denied, fmt::format("cannot run {}: {}", texts.front(), errno_text(error)));
  listener_ = std::jthread([this, out_end = std::move(out.read_end), err_end = std::move(err.read_end)]() mutable {
    listen(std::move(out_end), std::move(err_end));
  });
}

Child::~Child() {
  ::kill(pid_, SIGTERM);
  if (reaped_within(pid_, kKillAfterMillis)) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

/// Reads both streams to their ends, so that the child never waits for us.
void Child::listen(FileDescriptor out, FileDescriptor err) {
  std::array<pollfd, 2> polled{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
    for (pollfd& stream : polled) {
      if (stream.fd < 0 || stream.revents == 0) continue;
      std::string piece;
      if (read_some(stream.fd, piece).count == 0) stream.fd = -1;
      const std::scoped_lock lock(mutex_);
      (&stream == polled.data() ? out_ : err_) += piece;
      if (err_.size() > kKeptErrors) err_.erase(0, err_.size() - kKeptErrors);
    }
    changed_.notify_all();
  }
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::optional<std::string> Child::read_line(SteadyTime deadline, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto has_line = [this] { return out_.find('\n') != std::string::npos; };
  changed_.wait_until(lock, stop, deadline, [&] { return has_line() || ended_; });
  if (!has_line()) return std::nullopt;
  const std::size_t end = out_.find('\n');
  std::string line = out_.substr(0, end);
  out_.erase(0, end + 1);
  return line;
}

bool Child::ended() const {
  const std::scoped_lock lock(mutex_);
  return ended_;
}

std::string Child::errors() const {
  const std::scoped_lock lock(mutex_);
  return err_;
}

}  // namespace dba::platform
