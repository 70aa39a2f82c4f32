#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "cluster/programs.hpp"

namespace dba::sandbox::cluster {

namespace {

int signal_one(Shell& shell, int pid, int signal, const std::string& program, const ShellStreams& streams) {
  if (shell.surroundings().signal(pid, signal) != SignalEffect::no_such_process) return 0;
  streams.err(fmt::format("{}: ({}) - No such process\n", program, pid));
  return 1;
}

}  // namespace

int run_ps(Shell& shell, const Words& argv, const ShellStreams& streams) {
  const std::vector<Process> processes = shell.surroundings().processes();
  const auto format =
      std::ranges::find_if(argv, [](const std::string& word) { return word.ends_with('o') && word.starts_with('-'); });
  if (format != argv.end() && format + 1 != argv.end()) {
    const std::string columns = *(format + 1);
    const bool bare = columns.find('=') != std::string::npos;
    Words names;
    for (std::string name : split(columns, ',')) {
      if (name.ends_with('=')) name.pop_back();
      names.push_back(std::move(name));
    }
    const auto cell = [](const Process& process, const std::string& name) -> std::string {
      if (name == "pid") return std::to_string(process.pid);
      if (name == "ppid") return std::to_string(process.parent);
      if (name == "comm") return process.name;
      if (name == "stat" || name == "state" || name == "s") return process.stopped ? "T" : "S";
      if (name == "user") return "mssql";
      return process.command;
    };
    if (!bare) {
      for (const std::string& name : names) {
        std::string title = name == "args" || name == "cmd" ? "COMMAND" : name == "comm" ? "COMMAND" : name;
        std::ranges::transform(title, title.begin(), [](char letter) {
          return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
        });
        streams.out(fmt::format("{:>7} ", title));
      }
      streams.out("\n");
    }
    for (const Process& process : processes) {
      Words cells;
      for (const std::string& name : names) cells.push_back(fmt::format("{:>7}", cell(process, name)));
      streams.out(join(cells, " ") + "\n");
    }
    return 0;
  }
  streams.out("UID          PID    PPID  C STIME TTY          TIME CMD\n");
  for (const Process& process : processes) {
    streams.out(fmt::format("mssql    {:>7} {:>7}  0 {:%H:%M} ?        00:00:00 {}{}\n", process.pid, process.parent,
                            fmt::gmtime(std::chrono::system_clock::to_time_t(process.started)), process.command,
                            process.stopped ? " (stopped)" : ""));
  }
  return 0;
}

int run_pgrep(Shell& shell, const Words& argv, const ShellStreams& streams) {
  int code = 1;
  for (const Process& process : shell.surroundings().processes()) {
    const std::string& name = std::ranges::find(argv, "-f") != argv.end() ? process.command : process.name;
    if (name.find(argv.back()) == std::string::npos) continue;
    streams.out(fmt::format("{}\n", process.pid));
    code = 0;
  }
  return code;
}

int run_kill(Shell& shell, const Words& argv, const ShellStreams& streams) {
  int signal = SIGTERM;
  std::size_t at = 1;
  if (at < argv.size() && argv[at].starts_with('-')) {
    const bool separate = argv[at] == "-s" || argv[at] == "-n";
    const std::string word = separate && at + 1 < argv.size() ? argv[++at] : argv[at].substr(1);
    const std::optional<int> parsed = parse_signal(word);
    if (!parsed) {
      streams.err(fmt::format("kill: unknown signal: {}\n", word));
      return 1;
    }
    signal = *parsed;
    ++at;
  }
  if (at >= argv.size()) {
    streams.err("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid ...\n");
    return 2;
  }
  int code = 0;
  for (; at < argv.size(); ++at) {
    const int pid = std::atoi(argv[at].c_str());
    if (pid <= 0) {
      streams.err(fmt::format("kill: {}: arguments must be process or job IDs\n", argv[at]));
      code = 1;
    } else {
      code = std::max(code, signal_one(shell, pid, signal, "kill", streams));
    }
  }
  return code;
}

int run_pkill(Shell& shell, const Words& argv, const ShellStreams& streams) {
  int signal = SIGTERM;
  for (const std::string& word : argv) {
    if (word.starts_with('-') && word != "-f" && word != "-x") signal = parse_signal(word.substr(1)).value_or(SIGTERM);
  }
  int code = 1;
  for (const Process& process : shell.surroundings().processes()) {
    if (process.name != argv.back() && process.command.find(argv.back()) == std::string::npos) continue;
    signal_one(shell, process.pid, signal, "pkill", streams);
    code = 0;
  }
  return code;
}

}  // namespace dba::sandbox::cluster
