#include "dba/platform/terminal.hpp"

#include <cerrno>

#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "dba/base/error.hpp"
#include "dba/platform/system.hpp"

namespace dba::platform {

namespace {

std::size_t columns_of(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

Terminal look_at_terminal(const Environment& environment) {
  Terminal terminal;
  terminal.in_tty = ::isatty(STDIN_FILENO) == 1;
  terminal.out_tty = ::isatty(STDOUT_FILENO) == 1;
  terminal.err_tty = ::isatty(STDERR_FILENO) == 1;
  terminal.colour_allowed = !environment.find("NO_COLOR") && environment.get("TERM") != "dumb";
  terminal.width = terminal.out_tty ? columns_of(STDOUT_FILENO) : 0;
  return terminal;
}

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  // Up to 256 bytes never come in pieces; only a signal before the pool is ready can interrupt.
  while (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
    if (errno != EINTR) throw Error(ExitCode::unexpected, "cannot get random bits: " + errno_text(errno));
  }
  return bits;
}

}  // namespace dba::platform
