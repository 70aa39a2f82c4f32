#include "dba/platform/process.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dba/base/error.hpp"
#include "dba/platform/system.hpp"

#include "file_descriptor.hpp"
#include "spawn_parts.hpp"

namespace dba::platform {

namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds kKillAfter{2};

/// Our ends of the child's streams; closed ones are not used.
struct Streams {
  FileDescriptor in{}, out{}, err{};
};

/// "K=V" texts.
std::vector<std::string> environment_texts(const Environment::Map& values) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : values) texts.push_back(fmt::format("{}={}", name, value));
  return texts;
}

void set_nonblocking(const FileDescriptor& fd) { ::fcntl(fd.get(), F_SETFL, O_NONBLOCK); }

/// Starts the child. @returns 0 or the errno of the failed start.
int start(const ProcessRequest& request, pid_t& pid, Streams& ours) {
  FileActions actions;
  Streams theirs;
  if (!request.stdin_text.empty()) {
    Pipe pipe = make_pipe();
    ours.in = std::move(pipe.write_end);
    theirs.in = std::move(pipe.read_end);
    set_nonblocking(ours.in);
    ::posix_spawn_file_actions_adddup2(actions.get(), theirs.in.get(), STDIN_FILENO);
  } else if (!request.inherit_stdin) {
    ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  const auto capture = [&actions](FileDescriptor& read_end, FileDescriptor& write_end, int target) {
    Pipe pipe = make_pipe();
    read_end = std::move(pipe.read_end);
    write_end = std::move(pipe.write_end);
    set_nonblocking(read_end);
    ::posix_spawn_file_actions_adddup2(actions.get(), write_end.get(), target);
  };
  if (!request.inherit_stdout) capture(ours.out, theirs.out, STDOUT_FILENO);
  if (!request.inherit_stderr) capture(ours.err, theirs.err, STDERR_FILENO);
  // Files that somebody opened without close-on-exec are none of the child's business.
  ::posix_spawn_file_actions_addclosefrom_np(actions.get(), STDERR_FILENO + 1);

  SpawnAttributes attributes;
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigdefault(attributes.get(), &defaults);
  // A library may have blocked signals in this thread; the child starts with none blocked.
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(attributes.get(), &none);
  ::posix_spawnattr_setflags(attributes.get(), POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  std::vector<std::string> argv_texts = request.argv;
  std::vector<std::string> environment =
      request.environment ? environment_texts(*request.environment) : std::vector<std::string>{};
  const std::vector<char*> argv = pointers_to(argv_texts);
  const std::vector<char*> envp = pointers_to(environment);
  return ::posix_spawnp(&pid, argv.front(), actions.get(), attributes.get(), argv.data(),
                        request.environment ? envp.data() : environ);
}

/// Takes one piece of what is there; closes `fd` at its end.
void read_available(FileDescriptor& fd, std::string& into) {
  const ReadResult got = read_some(fd.get(), into);
  if (got.count == 0 && got.error != EAGAIN) fd.close();
}

/// Takes what an ended child left in the pipe, and no more: a descendant may go on writing to it for ever.
void read_rest(FileDescriptor& fd, std::string& into) {
  int pending = 0;
  if (!fd.is_open() || ::ioctl(fd.get(), FIONREAD, &pending) != 0) return;
  const std::size_t end = into.size() + static_cast<std::size_t>(pending);
  while (fd.is_open() && into.size() < end) read_available(fd, into);
}

/// Gives the child what it takes now; closes `fd` when all is given or the child does not want it.
void write_available(FileDescriptor& fd, std::string_view& rest) {
  while (!rest.empty()) {
    const ssize_t put = ::write(fd.get(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) return;
    if (put < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  fd.close();
}

/// Moves bytes between the child and us until it has ended; asks it to end when told to, then makes it.
class Conversation {
 public:
  Conversation(pid_t pid, Streams streams, std::string_view input, ProcessResult& result)
      : pid_(pid), streams_(std::move(streams)), rest_(input), result_(result) {}

  void run(const std::stop_token& stop) {
    // The waiter does not reap, so the pid cannot become another process's before the signals below.
    std::jthread waiter([this] {
      siginfo_t info{};
      while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
      }
      wake(kEnded);
    });
    const std::stop_callback on_stop(stop, [this] { wake(kStop); });
    while (!ended_) {
      wait_and_move();
      if (kill_at_ && !ended_ && steady_clock::now() >= *kill_at_) {
        ::kill(pid_, SIGKILL);
        kill_at_.reset();
      }
    }
    read_rest(streams_.out, result_.out);
    read_rest(streams_.err, result_.err);
  }

 private:
  static constexpr char kEnded = 'e';
  static constexpr char kStop = 's';

  void wake(char reason) { write_all(wake_.write_end.get(), std::string_view(&reason, 1)); }

  int poll_timeout() const {
    if (!kill_at_) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*kill_at_ - steady_clock::now());
    return left.count() < 0 ? 0 : static_cast<int>(left.count());
  }

  void wait_and_move() {
    // poll ignores negative descriptors, so closed streams need no special case.
    std::array<pollfd, 4> waiting{{{wake_.read_end.get(), POLLIN, 0},
                                   {streams_.in.get(), POLLOUT, 0},
                                   {streams_.out.get(), POLLIN, 0},
                                   {streams_.err.get(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), poll_timeout()) < 0) return;  // EINTR: look again
    if (waiting[0].revents != 0) heed_wake();
    if (waiting[1].revents != 0) write_available(streams_.in, rest_);
    if (waiting[2].revents != 0) read_available(streams_.out, result_.out);
    if (waiting[3].revents != 0) read_available(streams_.err, result_.err);
  }

  void heed_wake() {
    char reason = 0;
    if (::read(wake_.read_end.get(), &reason, 1) != 1) return;
    if (reason == kEnded) {
      ended_ = true;
    } else {
      ::kill(pid_, SIGTERM);
      kill_at_ = steady_clock::now() + kKillAfter;
    }
  }

  pid_t pid_;
  Streams streams_;
  std::string_view rest_;
  ProcessResult& result_;
  Pipe wake_ = make_pipe();
  bool ended_ = false;
  std::optional<steady_clock::time_point> kill_at_{};
};

int exit_code_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) throw Error(ExitCode::unexpected, "cannot wait for a child process: " + errno_text(errno));
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

class PosixProcessRunner : public ProcessRunner {
 public:
  PosixProcessRunner() { ::signal(SIGPIPE, SIG_IGN); }

  ProcessResult run(const ProcessRequest& request, const std::stop_token& stop) override {
    ProcessResult result;
    if (stop.stop_requested()) {
      result.exit_code = 128 + SIGTERM;
      return result;
    }
    pid_t pid = 0;
    Streams streams;
    if (const int error = start(request, pid, streams)) {
      result.not_found = error == ENOENT || error == EACCES || error == ENOTDIR;
      result.start_error = errno_text(error);
      result.exit_code = error == ENOENT ? 127 : 126;
      return result;
    }
    Conversation(pid, std::move(streams), request.stdin_text, result).run(stop);
    result.exit_code = exit_code_of(pid);
    return result;
  }
};

}  // namespace

ProcessRunner& posix_process_runner() {
  static PosixProcessRunner runner;
  return runner;
}

}  // namespace dba::platform
