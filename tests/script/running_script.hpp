#pragma once
// The state of one running script; the run itself is in runner.cpp, what each command does in commands.cpp.

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "script/process.hpp"
#include "script/runner.hpp"

namespace dba::script {

using Arguments = std::vector<std::string>;

/// The script does not get what it wants.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The script cannot run here.
struct Skip {
  std::string reason;
};

/// Removed with everything in it when destroyed.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_{};
};

class RunningScript {
 public:
  RunningScript(const Script& script, const RunOptions& options) : script_(script), options_(options) {}
  RunResult run();

 private:
  struct Background {
    Process process;
    bool negated = false;
    int line = 0;
    std::filesystem::path out{}, err{};
  };
  struct Command {
    std::size_t least, most;  ///< Number of arguments.
    void (RunningScript::*run)(const Line& line, Arguments arguments);
    bool may_be_negated = false;
  };
  static const std::map<std::string, Command>& commands();

  void prepare();
  void run_line(const Line& line);
  void run_deferred();
  Arguments expand(const Line& line) const;
  bool holds(const std::string& condition);
  bool available(const std::string& need);
  bool has_kubectl(const std::string& version);

  void do_await(const Line& line, Arguments arguments);
  void do_capture(const Line& line, Arguments arguments);
  void do_cd(const Line& line, Arguments arguments);
  void do_cmp(const Line& line, Arguments arguments);
  void do_cp(const Line& line, Arguments arguments);
  void do_defer(const Line& line, Arguments arguments);
  void do_env(const Line& line, Arguments arguments);
  void do_eventually(const Line& line, Arguments arguments);
  void do_exec(const Line& line, Arguments arguments);
  void do_exists(const Line& line, Arguments arguments);
  void do_exit(const Line& line, Arguments arguments);
  void do_kill(const Line& line, Arguments arguments);
  void do_match(const Line& line, Arguments arguments);
  void do_mkdir(const Line& line, Arguments arguments);
  void do_need(const Line& line, Arguments arguments);
  void do_rm(const Line& line, Arguments arguments);
  void do_sandbox(const Line& line, Arguments arguments);
  void do_skip(const Line& line, Arguments arguments);
  void do_stdin(const Line& line, Arguments arguments);
  void do_tty(const Line& line, Arguments arguments);
  void do_wait(const Line& line, Arguments arguments);

  /// What it has written into `file`, one of its own, once that matches. @throws Failure
  static std::string await(const Background& one, const std::filesystem::path& file, const std::string& pattern,
                           std::chrono::milliseconds limit);
  void end_sandbox();

  Start start_of(Arguments argv);
  void run_to_end(Arguments argv, std::chrono::milliseconds deadline);
  void judge_exit(bool negated) const;
  void log_output();
  std::filesystem::path resolve(const std::string& name) const;
  std::string content_of(const std::string& name) const;
  Background& background(const std::string& name);
  std::string redacted(std::string text) const;

  const Script& script_;
  const RunOptions& options_;
  TemporaryFolder temporary_{};
  std::filesystem::path folder_{};
  Variables environment_{};
  std::string out_{}, err_{};
  std::optional<int> exit_code_{};
  std::filesystem::path stdin_ = "/dev/null";
  std::map<std::string, std::unique_ptr<Background>> background_{};
  std::vector<Arguments> deferred_{};
  int started_ = 0;
  std::string log_{};
};

}  // namespace dba::script
