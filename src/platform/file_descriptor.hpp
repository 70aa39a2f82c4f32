#pragma once
// Pipes, and the loops that make read(2) and write(2) whole.

#include <cstddef>
#include <string>
#include <string_view>

#include "dba/platform/file_descriptor.hpp"

namespace dba::platform {

struct Pipe {
  FileDescriptor read_end{}, write_end{};
};

/// Both ends are closed on exec. @throws Error (unexpected) when the process has no file left.
Pipe make_pipe();

struct ReadResult {
  std::size_t count = 0;  ///< 0 and no error = the end.
  int error = 0;          ///< errno.
};
/// Appends what one read(2) gives.
ReadResult read_some(int fd, std::string& into);
/// Appends everything up to the end of the file. @returns 0 or the errno.
int read_to_end(int fd, std::string& into);
/// Writes all of `bytes`. @returns 0 or the errno.
int write_all(int fd, std::string_view bytes);

}  // namespace dba::platform
