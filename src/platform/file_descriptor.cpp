#include "file_descriptor.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>

#include "dba/base/error.hpp"
#include "dba/platform/system.hpp"

namespace dba::platform {

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Error(ExitCode::unexpected, "cannot open a pipe: " + errno_text(errno));
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

ReadResult read_some(int fd, std::string& into) {
  std::array<char, 16384> buffer;
  ssize_t got = 0;
  do {
    got = ::read(fd, buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return {0, errno};
  into.append(buffer.data(), static_cast<std::size_t>(got));
  return {static_cast<std::size_t>(got), 0};
}

int read_to_end(int fd, std::string& into) {
  for (;;) {
    const ReadResult got = read_some(fd, into);
    if (got.error != 0 || got.count == 0) return got.error;
  }
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace dba::platform
