#pragma once
// Runs command lines inside a simulated container.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dba/platform/clock.hpp"

#include "cluster/cluster.hpp"
#include "cluster/processes.hpp"
#include "cluster/shell_syntax.hpp"

namespace dba::sandbox::cluster {

/// The container that commands run in, and what they can do to it.
struct Surroundings {
  std::map<std::string, std::string> environment{};
  std::map<std::string, std::string> files{};  ///< Path → content.
  std::string hostname{};
  bool has_shell = true;
  bool has_sqlcmd = false;
  streaming::PodRef pod{};
  PodProgram sqlcmd{};  ///< What it does; empty = it cannot connect.
  platform::Clock* clock = nullptr;
  std::function<std::vector<Process>()> processes{};
  std::function<SignalEffect(int pid, int signal)> signal{};
  /// Goes on by itself, as a process behind & does.
  std::function<void(std::function<void(const std::stop_token&)>)> run_in_background{};
};

/// Where one command reads and writes.
struct ShellStreams {
  std::function<std::optional<std::string>()> read{};  ///< A chunk of standard input; absent = it has ended.
  std::function<void(std::string_view)> out{}, err{};
  /// Takes back what was read too much, for whoever reads next; empty = it is lost.
  std::function<void(std::string)> put_back{};
};

class Shell {
 public:
  Shell(Surroundings surroundings, std::stop_token stop);

  /// Whether the container has a program of this name or path.
  bool knows(const std::string& program) const;
  /// Runs one program. 127 and a text on stderr for one that is not there; 128 + signal when `stop` ended it.
  int run(const std::vector<std::string>& argv, const ShellStreams& streams);

  const Surroundings& surroundings() const { return surroundings_; }
  const std::stop_token& stop() const { return stop_; }
  std::map<std::string, std::string>& environment() { return surroundings_.environment; }

 private:
  Surroundings surroundings_;
  std::stop_token stop_;
  ShellStreams input_{};          ///< Standard input of the whole script, which its substitutions read as well.
  int status_ = 0;                ///< $?
  std::optional<int> exiting_{};  ///< exit N was run.
  int depth_ = 0;

  ShellStreams with_put_back(const ShellStreams& streams);
  int run_script(std::string_view script, const ShellStreams& streams);
  int run_list(const ShellList& list, const ShellStreams& streams);
  int run_pipeline(const ShellPipeline& pipeline, const ShellStreams& streams);
  int run_command(const ShellCommand& command, const ShellStreams& streams);
  int run_builtin_or_program(std::vector<std::string> words, const ShellStreams& streams);
  std::vector<std::string> expand(const std::string& word);
  std::string substitute(std::string_view script);
  std::string variable(std::string_view text, std::size_t& at);
  ShellStreams redirected(const std::vector<Redirection>& redirections, const ShellStreams& streams);
};

/// A program of the container: its words (argv[0] first) and streams → exit code. Absent: there is none of that name.
using Program = std::function<int(Shell& shell, const std::vector<std::string>& argv, const ShellStreams& streams)>;
const Program* find_program(std::string_view name);

}  // namespace dba::sandbox::cluster
