#include "dba/output/streams.hpp"

#include <cerrno>
#include <system_error>

#include <poll.h>
#include <unistd.h>

#include "dba/base/text.hpp"

namespace dba::output {

void FileStream::write(std::string_view text) {
  while (!text.empty() && !closed_) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // Somebody made the other end non-blocking.
      pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      closed_ = true;
      if (errno != EPIPE) failure_ = to_lower(std::generic_category().message(errno));
    }
  }
}

bool FileStream::closed() const {
  pollfd end{.fd = descriptor_, .events = 0, .revents = 0};
  return closed_ || ::poll(&end, 1, 0) > 0;
}

void IoStreams::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  close_open_line();
  out.write(std::string(text) + "\n");
}

void IoStreams::err_line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  close_open_line();
  err.write(std::string(text) + "\n");
}

void IoStreams::warn(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!warned_.emplace(text).second) return;
  close_open_line();
  const std::string safe = neutralise_controls(text);
  err.write(colour_err ? "\x1b[33;1mWarning:\x1b[0m " + safe + "\n" : "Warning: " + safe + "\n");
}

void IoStreams::note(std::string_view text) {
  if (!quiet) err_line(neutralise_controls(text));
}

void IoStreams::rewrite_line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const std::size_t width = display_width(text);
  // Blanks instead of an escape sequence wipe the rest of the older text: works on any terminal.
  std::string drawn = "\r" + std::string(text);
  if (open_width_ > width) drawn += std::string(open_width_ - width, ' ');
  err.write(drawn);
  open_width_ = width == 0 ? 1 : width;
}

void IoStreams::end_line() {
  const std::lock_guard lock(mutex_);
  close_open_line();
}

void IoStreams::close_open_line() {
  if (open_width_ == 0) return;
  err.write("\n");
  open_width_ = 0;
}

}  // namespace dba::output
