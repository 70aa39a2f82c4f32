#pragma once
// Child processes of a script, each in a session of its own, with output in files so that nothing has to be pumped.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace dba::script {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Start {
  std::vector<std::string> argv{};
  std::map<std::string, std::string> environment{};
  std::filesystem::path folder{};  ///< Working directory.
  std::filesystem::path in{}, out{}, err{};
};

class Process {
 public:
  /// Starts it; a program that is not found exits 127. @throws std::runtime_error when fork fails.
  explicit Process(const Start& start);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();  ///< SIGKILL to the whole session unless it was waited for.

  /// 128 + signal when a signal ended it; absent when it still runs at `deadline`.
  std::optional<int> wait(SteadyTime deadline);
  bool has_ended() const;         ///< Without collecting its exit code.
  void signal(int number) const;  ///< To the process itself, not to its children.

 private:
  friend class OutputWatch;
  pid_t pid_ = -1;
  int pid_descriptor_ = -1;
};

/// Notices what is written to one file from its construction on.
class OutputWatch {
 public:
  explicit OutputWatch(const std::filesystem::path& file);  ///< @throws std::runtime_error
  ~OutputWatch();
  OutputWatch(const OutputWatch&) = delete;
  OutputWatch& operator=(const OutputWatch&) = delete;

  /// Returns when something was written since the last call, when `writer` has ended, or at `deadline`.
  void wait(const Process& writer, SteadyTime deadline) const;

 private:
  int descriptor_;
};

struct TerminalRun {
  std::string output{};  ///< All the terminal showed, "\r\n" as "\n".
  std::optional<int> exit_code{};
};
/// Runs with a pseudo-terminal of 120 columns as stdin, stdout and stderr, and types `input` into it.
TerminalRun run_in_terminal(const Start& start, const std::string& input, SteadyTime deadline);

}  // namespace dba::script
