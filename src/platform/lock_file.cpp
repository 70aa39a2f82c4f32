#include "dba/platform/lock_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "dba/base/error.hpp"
#include "dba/platform/system.hpp"

#include "file_descriptor.hpp"

namespace dba::platform {

LockFile::LockFile(const std::filesystem::path& path, std::string_view content)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)) {
  // Held before anything stands in it: an empty one counts for nothing yet.
  if (!file_.is_open() || ::flock(file_.get(), LOCK_EX) != 0)
    throw usage_error(fmt::format("lock {}: {}", path.string(), errno_text(errno)));
  if (const int error = write_all(file_.get(), content))
    throw usage_error(fmt::format("write {}: {}", path.string(), errno_text(error)));
}

bool is_held(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return errno != ENOENT;
  return ::flock(file.get(), LOCK_SH | LOCK_NB) != 0;
}

}  // namespace dba::platform
