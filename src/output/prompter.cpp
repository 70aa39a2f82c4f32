#include "dba/output/prompter.hpp"

#include <cerrno>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

namespace dba::output {

namespace {

/// A descriptor that becomes readable when a stop is requested, so that poll() can wait for both.
class StopDescriptor {
 public:
  explicit StopDescriptor(const std::stop_token& stop)
      : descriptor_(::eventfd(0, EFD_CLOEXEC)), callback_(stop, Raise{descriptor_}) {}
  ~StopDescriptor() { ::close(descriptor_); }
  StopDescriptor(const StopDescriptor&) = delete;
  StopDescriptor& operator=(const StopDescriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  struct Raise {
    int descriptor;
    void operator()() const {
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t written = ::write(descriptor, &one, sizeof one);
    }
  };
  int descriptor_;
  std::stop_callback<Raise> callback_;
};

/// Reads byte by byte so that nothing behind the line break is taken from whoever reads stdin next.
std::string read_line(const std::stop_token& stop) {
  const StopDescriptor stopped(stop);
  std::string line;
  while (!stop.stop_requested()) {
    pollfd waiting[] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                        {.fd = stopped.get(), .events = POLLIN, .revents = 0}};
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return line;
    if (waiting[0].revents == 0) continue;
    char c = 0;
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count == 0 || (count < 0 && errno != EINTR) || (count == 1 && c == '\n')) return line;
    if (count == 1) line += c;
  }
  return line;
}

}  // namespace

bool TerminalPrompter::can_ask() const { return io_.terminal.in_tty && io_.terminal.err_tty; }

std::string TerminalPrompter::ask(std::string_view question) {
  io_.end_line();
  io_.err.write(neutralise_controls(question, true));
  std::string answer = read_line(stop_);
  if (!stop_.stop_requested()) return answer;
  io_.err.write("\n");
  throw Error(ExitCode::interrupted, "interrupted while waiting for an answer; nothing was changed");
}

}  // namespace dba::output
