#pragma once
// Whole files in and out. What holds a secret is created with O_EXCL and mode 0600.

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "dba/base/error.hpp"

namespace dba::platform {

/// @param code exit code of the failure: usage for files the user named.
/// @throws Error "open PATH: no such file or directory" (Go's wording: "open", lower-case strerror).
std::string read_file(const std::filesystem::path& path, ExitCode code = ExitCode::usage);
/// Absent when the file does not exist; other failures throw as read_file.
std::optional<std::string> read_file_if_exists(const std::filesystem::path& path, ExitCode code = ExitCode::usage);
/// Standard input to its end. @throws Error (interrupted) as soon as `stop` is requested.
std::string read_stdin(const std::stop_token& stop = {});
/// Makes a new file of mode 0600; fails when it exists. @throws Error (usage).
void write_new_secret_file(const std::filesystem::path& path, std::string_view content);

/// A directory of mode 0700 under TMPDIR, removed with everything in it when destroyed.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(std::string_view prefix);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace dba::platform
