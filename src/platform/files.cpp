#include "dba/platform/files.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "dba/platform/system.hpp"

#include "file_descriptor.hpp"

namespace dba::platform {

namespace {

Error file_error(ExitCode code, std::string_view call, const std::filesystem::path& path, int error) {
  return Error(code, std::string(call) + " " + path.string() + ": " + errno_text(error));
}

std::string read_open_file(const FileDescriptor& file, const std::filesystem::path& path, ExitCode code) {
  std::string content;
  if (const int error = read_to_end(file.get(), content)) throw file_error(code, "read", path, error);
  return content;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, ExitCode code) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw file_error(code, "open", path, errno);
  return read_open_file(file, path, code);
}

std::optional<std::string> read_file_if_exists(const std::filesystem::path& path, ExitCode code) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return std::nullopt;
  if (!file.is_open()) throw file_error(code, "open", path, errno);
  return read_open_file(file, path, code);
}

std::string read_stdin(const std::stop_token& stop) {
  const Pipe wake = make_pipe();
  const std::stop_callback on_stop(stop, [&wake] { write_all(wake.write_end.get(), "s"); });
  std::string content;
  for (;;) {
    std::array<pollfd, 2> waiting{{{STDIN_FILENO, POLLIN, 0}, {wake.read_end.get(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;  // EINTR: a stop comes through the pipe
    if (waiting[1].revents != 0) throw Error(ExitCode::interrupted, "interrupted while reading standard input");
    const ReadResult got = read_some(STDIN_FILENO, content);
    if (got.error != 0) throw file_error(ExitCode::usage, "read", "/dev/stdin", got.error);
    if (got.count == 0) return content;
  }
}

void write_new_secret_file(const std::filesystem::path& path, std::string_view content) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open()) throw file_error(ExitCode::usage, "open", path, errno);
  if (const int error = write_all(file.get(), content)) {
    ::unlink(path.c_str());  // Half a key is worse than none.
    throw file_error(ExitCode::usage, "write", path, error);
  }
}

TemporaryDirectory::TemporaryDirectory(std::string_view prefix) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) throw Error(ExitCode::unexpected, "no directory for temporary files: " + errno_text(error.value()));
  std::string name = (parent / (std::string(prefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) throw file_error(ExitCode::unexpected, "mkdir", name, errno);
  path_ = std::move(name);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace dba::platform
