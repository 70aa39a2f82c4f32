#pragma once
// How processes of one user see of each other who is alive.

#include <filesystem>
#include <string_view>

#include "dba/platform/file_descriptor.hpp"

namespace dba::platform {

/// A file that is held until this process ends, however it ends: unlike a process id, that is nobody else's later.
class LockFile {
 public:
  /// Makes a new file of mode 0600. @throws Error (usage) when it exists or cannot be made.
  LockFile(const std::filesystem::path& path, std::string_view content);

 private:
  FileDescriptor file_;
};

/// Whether the process that made the file is alive; true as well for a file that cannot be looked at.
bool is_held(const std::filesystem::path& path);

}  // namespace dba::platform
