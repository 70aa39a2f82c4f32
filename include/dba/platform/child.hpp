#pragma once
// A child process that works beside us for a while. Those whose end we wait for are process.hpp's.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "dba/platform/clock.hpp"
#include "dba/platform/file_descriptor.hpp"

namespace dba::platform {

struct ChildRequest {
  std::vector<std::string> argv{};  ///< argv[0] is looked up on PATH when it has no slash.
  std::string secret_file{};        ///< What the child reads from kSecretFile: it is on no disk and in no argv.
};

/// Where a child finds its secret file.
inline constexpr const char* kSecretFile = "/proc/self/fd/3";

class Child {
 public:
  /// @throws Error (denied) when it cannot be started.
  explicit Child(const ChildRequest& request);
  ~Child();  ///< SIGTERM, and SIGKILL two seconds later.
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next line of its stdout. Absent when it has ended without one, at the deadline, or when stopped.
  std::optional<std::string> read_line(SteadyTime deadline, const std::stop_token& stop);
  bool ended() const;  ///< It has closed its stdout and stderr: nothing more will come of it.
  /// The end of what it wrote to stderr, 4 KiB at most.
  std::string errors() const;

 private:
  void listen(FileDescriptor out, FileDescriptor err);

  int pid_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string out_, err_;  ///< Guarded by mutex_, as the next one.
  bool ended_ = false;
  std::jthread listener_;
};

}  // namespace dba::platform
