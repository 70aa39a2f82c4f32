// The programs that a container with a shell has.

#include "cluster/programs.hpp"

#include <algorithm>
#include <ctime>
#include <map>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"

namespace dba::sandbox::cluster {

namespace {

std::string read_all(const ShellStreams& streams) {
  std::string text;
  while (const auto chunk = streams.read()) text += *chunk;
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

int run_echo(Shell&, const Words& argv, const ShellStreams& streams) {
  const bool bare = argv.size() > 1 && argv[1] == "-n";
  const Words rest(argv.begin() + (bare ? 2 : 1), argv.end());
  streams.out(join(rest, " ") + (bare ? "" : "\n"));
  return 0;
}

/// The kernel's /proc/PID/comm, cmdline and status of the container's processes.
std::optional<std::string> proc_file(Shell& shell, const std::string& path) {
  const std::vector<std::string> parts = split(path, '/');
  if (parts.size() != 4 || parts[1] != "proc") return std::nullopt;
  for (const Process& process : shell.surroundings().processes()) {
    if (std::to_string(process.pid) != parts[2]) continue;
    if (parts[3] == "comm") return process.name + "\n";
    if (parts[3] == "cmdline") return process.command + std::string(1, '\0');
    if (parts[3] == "status") {
      return fmt::format("Name:\t{}\nState:\t{}\nPid:\t{}\nPPid:\t{}\n", process.name,
                         process.stopped ? "T (stopped)" : "S (sleeping)", process.pid, process.parent);
    }
  }
  return std::nullopt;
}

std::optional<std::string> file_content(Shell& shell, const std::string& path) {
  if (auto from_kernel = proc_file(shell, path)) return from_kernel;
  const auto found = shell.surroundings().files.find(path);
  if (found == shell.surroundings().files.end()) return std::nullopt;
  return found->second;
}

int run_cat(Shell& shell, const Words& argv, const ShellStreams& streams) {
  if (argv.size() == 1) {
    while (const auto chunk = streams.read()) streams.out(*chunk);
    return 0;
  }
  int code = 0;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (const auto content = argv[i] == "-" ? read_all(streams) : file_content(shell, argv[i])) {
      streams.out(*content);
    } else {
      streams.err(fmt::format("cat: {}: No such file or directory\n", argv[i]));
      code = 1;
    }
  }
  return code;
}

int run_grep(Shell& shell, const Words& argv, const ShellStreams& streams) {
  std::string flags;
  std::size_t at = 1;
  for (; at < argv.size() && argv[at].starts_with('-'); ++at) flags += argv[at].substr(1);
  if (at >= argv.size()) return 2;
  const auto has = [&](char flag) { return flags.find(flag) != std::string::npos; };
  const std::string pattern = has('i') ? to_lower(argv[at]) : argv[at];
  const std::string text = at + 1 < argv.size() ? file_content(shell, argv[at + 1]).value_or("") : read_all(streams);
  int count = 0;
  for (const std::string& line : lines_of(text)) {
    const bool hit = (has('i') ? to_lower(line) : line).find(pattern) != std::string::npos;
    if (hit == has('v')) continue;
    ++count;
    if (!has('q') && !has('c')) streams.out(line + "\n");
  }
  if (has('c')) streams.out(fmt::format("{}\n", count));
  return count > 0 ? 0 : 1;
}

int run_head_or_tail(Shell& shell, const Words& argv, const ShellStreams& streams) {
  std::size_t wanted = 10;
  std::string file;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string digits = argv[i] == "-n" && i + 1 < argv.size() ? argv[++i]
                               : argv[i].starts_with("-n")            ? argv[i].substr(2)
                               : argv[i].starts_with('-')             ? argv[i].substr(1)
                                                                      : "";
    if (digits.empty()) {
      file = argv[i];
    } else {
      wanted = static_cast<std::size_t>(std::max(0, std::atoi(digits.c_str())));
    }
  }
  const std::vector<std::string> lines =
      lines_of(file.empty() ? read_all(streams) : file_content(shell, file).value_or(""));
  const bool tail = argv.front() == "tail";
  const std::size_t count = std::min(wanted, lines.size());
  const std::size_t first = tail ? lines.size() - count : 0;
  for (std::size_t i = first; i < first + count; ++i) streams.out(lines[i] + "\n");
  return 0;
}

int run_wc(Shell&, const Words&, const ShellStreams& streams) {
  const std::string text = read_all(streams);
  streams.out(fmt::format("{}\n", std::ranges::count(text, '\n')));
  return 0;
}

int run_env(Shell& shell, const Words& argv, const ShellStreams& streams) {
  for (const auto& [name, value] : shell.environment()) {
    if (argv.size() == 1) streams.out(fmt::format("{}={}\n", name, value));
    if (argv.size() > 1 && argv.front() == "printenv" && argv[1] == name) {
      streams.out(value + "\n");
      return 0;
    }
  }
  return argv.size() > 1 ? 1 : 0;
}

int run_ls(Shell& shell, const Words& argv, const ShellStreams& streams) {
  std::string folder = "/";
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (!argv[i].starts_with('-')) folder = argv[i];
  }
  const std::string prefix = folder.ends_with('/') ? folder : folder + "/";
  std::vector<std::string> names;
  for (const auto& [path, content] : shell.surroundings().files) {
    if (path == folder) names.push_back(path);
    if (!path.starts_with(prefix)) continue;
    std::string name = path.substr(prefix.size());
    name = name.substr(0, name.find('/'));
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
  }
  if (names.empty()) {
    streams.err(fmt::format("ls: cannot access '{}': No such file or directory\n", folder));
    return 2;
  }
  for (const std::string& name : names) streams.out(name + "\n");
  return 0;
}

int run_sleep(Shell& shell, const Words& argv, const ShellStreams& streams) {
  if (argv.size() < 2) {
    streams.err("sleep: missing operand\n");
    return 1;
  }
  const bool bare = std::string_view("smhd").find(argv[1].back()) == std::string_view::npos;
  const auto span = try_parse_duration(bare ? argv[1] + "s" : argv[1]);
  if (argv[1] != "infinity" && !span) {
    streams.err(fmt::format("sleep: invalid time interval '{}'\n", argv[1]));
    return 1;
  }
  platform::Clock& clock = *shell.surroundings().clock;
  const bool stopped =
      clock.sleep_until(clock.steady_now() + span.value_or(std::chrono::hours(24 * 365)), shell.stop());
  return stopped ? 143 : 0;
}

int run_timeout(Shell& shell, const Words& argv, const ShellStreams& streams) {
  std::size_t at = 1;
  while (at < argv.size() && argv[at].starts_with('-')) ++at;
  if (at + 1 >= argv.size()) return 125;
  return shell.run(Words(argv.begin() + static_cast<std::ptrdiff_t>(at) + 1, argv.end()), streams);
}

int run_test(Shell& shell, const Words& argv, const ShellStreams&) {
  Words words(argv.begin() + 1, argv.end());
  if (!words.empty() && words.back() == "]") words.pop_back();
  const bool negated = !words.empty() && words.front() == "!";
  if (negated) words.erase(words.begin());
  bool holds = false;
  if (words.size() == 1) holds = !words[0].empty();
  if (words.size() == 2) {
    if (words[0] == "-n") holds = !words[1].empty();
    if (words[0] == "-z") holds = words[1].empty();
    if (words[0] == "-x") holds = words[1].starts_with('/') && shell.knows(words[1]);
    if (words[0] == "-f" || words[0] == "-e" || words[0] == "-r")
      holds = file_content(shell, words[1]).has_value() || shell.knows(words[1]);
  }
  if (words.size() == 3) {
    holds = words[1] == "!=" || words[1] == "-ne" ? words[0] != words[2] : words[0] == words[2];
  }
  return holds == negated ? 1 : 0;
}

int run_which(Shell& shell, const Words& argv, const ShellStreams& streams) {
  if (!shell.knows(argv.back())) return 1;
  streams.out(fmt::format("/usr/bin/{}\n", argv.back()));
  return 0;
}

int run_sqlcmd(Shell& shell, const Words& argv, const ShellStreams& streams) {
  const Surroundings& around = shell.surroundings();
  if (around.sqlcmd) {
    return around.sqlcmd(
        {around.pod, argv, around.environment, around.files, streams.read, streams.out, streams.err, shell.stop()});
  }
  streams.err("Sqlcmd: Error: Microsoft ODBC Driver 18 for SQL Server : TCP Provider: Error code 0x2749.\n");
  return 1;
}

int print_line(const ShellStreams& streams, const std::string& line) {
  streams.out(line + "\n");
  return 0;
}

const std::map<std::string, Program, std::less<>>& programs() {
  static const std::map<std::string, Program, std::less<>> table{
      {"[", run_test},
      {"cat", run_cat},
      {"command",
       [](Shell& shell, const Words& argv, const ShellStreams& streams) { return run_which(shell, argv, streams); }},
      {"date",
       [](Shell& shell, const Words&, const ShellStreams& streams) {
         const auto now = std::chrono::system_clock::to_time_t(shell.surroundings().clock->wall_now());
         return print_line(streams, fmt::format("{:%a %b %e %H:%M:%S UTC %Y}", fmt::gmtime(now)));
       }},
      {"echo", run_echo},
      {"env", run_env},
      {"false", [](Shell&, const Words&, const ShellStreams&) { return 1; }},
      {"grep", run_grep},
      {"head", run_head_or_tail},
      {"hostname", [](Shell& shell, const Words&,
                      const ShellStreams& streams) { return print_line(streams, shell.surroundings().hostname); }},
      {"id",
       [](Shell&, const Words&, const ShellStreams& streams) {
         return print_line(streams, "uid=10001(mssql) gid=0(root) groups=0(root)");
       }},
      {"kill", run_kill},
      {"ls", run_ls},
      {"pgrep", run_pgrep},
      {"pidof", run_pgrep},
      {"pkill", run_pkill},
      {"printenv", run_env},
      {"ps", run_ps},
      {"pwd", [](Shell&, const Words&, const ShellStreams& streams) { return print_line(streams, "/"); }},
      {"sleep", run_sleep},
      {"sqlcmd", run_sqlcmd},
      {"tail", run_head_or_tail},
      {"test", run_test},
      {"timeout", run_timeout},
      {"true", [](Shell&, const Words&, const ShellStreams&) { return 0; }},
      {"uname", [](Shell&, const Words&, const ShellStreams& streams) { return print_line(streams, "Linux"); }},
      {"wc", run_wc},
      {"which", run_which},
      {"whoami", [](Shell&, const Words&, const ShellStreams& streams) { return print_line(streams, "mssql"); }},
  };
  return table;
}

}  // namespace

const Program* find_program(std::string_view name) {
  const auto found = programs().find(name);
  return found == programs().end() ? nullptr : &found->second;
}

}  // namespace dba::sandbox::cluster
