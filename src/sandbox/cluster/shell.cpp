#include "cluster/shell.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr int kNotFound = 127;
constexpr int kDeepest = 32;

std::string base_name(const std::string& program) { return program.substr(program.rfind('/') + 1); }

bool is_shell(const std::string& program) {
  const std::string name = base_name(program);
  return name == "sh" || name == "bash" || name == "dash";
}

/// "NAME=value" → position of the sign; npos for anything else.
std::size_t assignment(const std::string& word) {
  const std::size_t sign = word.find('=');
  if (sign == std::string::npos || sign == 0 || std::isdigit(static_cast<unsigned char>(word[0])) != 0) {
    return std::string::npos;
  }
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(sign), is_name_letter)
             ? sign
             : std::string::npos;
}

}  // namespace

Shell::Shell(Surroundings surroundings, std::stop_token stop)
    : surroundings_(std::move(surroundings)), stop_(std::move(stop)) {}

bool Shell::knows(const std::string& program) const {
  if (!surroundings_.has_shell) return false;
  const std::string name = base_name(program);
  if (name == "sqlcmd")
    return surroundings_.has_sqlcmd && (program == name || program == "/opt/mssql-tools18/bin/sqlcmd");
  return is_shell(program) || find_program(name) != nullptr;
}

ShellStreams Shell::with_put_back(const ShellStreams& streams) {
  ShellStreams kept = streams;
  const auto unread = std::make_shared<std::string>();
  kept.read = [unread, read = streams.read]() -> std::optional<std::string> {
    if (!unread->empty()) return std::exchange(*unread, {});
    return read();
  };
  kept.put_back = [unread](std::string text) { *unread = std::move(text) + *unread; };
  return kept;
}

int Shell::run(const std::vector<std::string>& argv, const ShellStreams& given) {
  const ShellStreams streams = given.put_back ? given : with_put_back(given);
  if (!input_.read) input_ = streams;
  if (is_shell(argv.front())) {
    for (std::size_t i = 1; i < argv.size(); ++i) {
      if (argv[i].starts_with('-') && argv[i].find('c') != std::string::npos && i + 1 < argv.size()) {
        return run_script(argv[i + 1], streams);
      }
    }
    // A shell without a script reads one from standard input.
    std::string script;
    while (const auto chunk = streams.read()) {
      script += *chunk;
      const std::size_t end = script.rfind('\n');
      if (end == std::string::npos) continue;
      status_ = run_script(std::string_view(script).substr(0, end), streams);
      script.erase(0, end + 1);
      if (exiting_) return *exiting_;
    }
    return script.empty() ? status_ : run_script(script, streams);
  }
  if (!knows(argv.front())) {
    streams.err(fmt::format("sh: 1: {}: not found\n", argv.front()));
    return kNotFound;
  }
  const Program& program = *find_program(base_name(argv.front()));
  return program(*this, argv, streams);
}

int Shell::run_script(std::string_view script, const ShellStreams& streams) {
  if (++depth_ > kDeepest) throw usage_error("too many nested commands");
  int code = 0;
  try {
    code = run_list(parse_shell(script), streams);
  } catch (const Error& error) {
    streams.err(fmt::format("sh: 1: {}\n", error.info().message));
    code = 2;
  }
  --depth_;
  return exiting_.value_or(code);
}

int Shell::run_list(const ShellList& list, const ShellStreams& streams) {
  int code = 0;
  for (const ShellPipeline& pipeline : list.pipelines) {
    if (stop_.stop_requested()) return 143;
    if (pipeline.before == "&&" && code != 0) continue;
    if (pipeline.before == "||" && code == 0) continue;
    if (pipeline.background) {
      surroundings_.run_in_background([pipeline, surroundings = surroundings_](const std::stop_token& stop) {
        Shell child(surroundings, stop);
        // Whoever started it has stopped listening by the time it writes.
        child.run_pipeline(pipeline, {[] { return std::nullopt; }, [](std::string_view) {}, [](std::string_view) {}});
      });
      code = 0;
    } else {
      code = run_pipeline(pipeline, streams);
    }
    status_ = code;
    if (exiting_) return *exiting_;
  }
  return code;
}

int Shell::run_pipeline(const ShellPipeline& pipeline, const ShellStreams& streams) {
  ShellStreams current = streams;
  int code = 0;
  for (std::size_t i = 0; i < pipeline.commands.size(); ++i) {
    if (i + 1 == pipeline.commands.size()) {
      current.out = streams.out;
      code = run_command(pipeline.commands[i], current);
      break;
    }
    std::string written;
    current.out = [&written](std::string_view text) { written += text; };
    run_command(pipeline.commands[i], current);
    current.put_back = {};
    current.read = [left = std::optional<std::string>(std::move(written))]() mutable {
      return std::exchange(left, std::nullopt);
    };
  }
  return pipeline.negated ? static_cast<int>(code == 0) : code;
}

ShellStreams Shell::redirected(const std::vector<Redirection>& redirections, const ShellStreams& streams) {
  ShellStreams result = streams;
  for (const Redirection& redirection : redirections) {
    if (redirection.input) {
      const std::string path = join(expand(redirection.target), " ");
      const auto file = surroundings_.files.find(path);
      std::optional<std::string> content;
      if (file != surroundings_.files.end()) content = file->second;
      if (!content && path != "/dev/null") throw usage_error(fmt::format("cannot open {}: No such file", path));
      result.put_back = {};
      result.read = [content]() mutable { return std::exchange(content, std::nullopt); };
      continue;
    }
    auto& sink = redirection.descriptor == 2 ? result.err : result.out;
    if (redirection.target == "&1") {
      sink = result.out;
    } else if (redirection.target == "&2") {
      sink = result.err;
    } else {
      const std::string path = join(expand(redirection.target), " ");
      if (path != "/dev/null" && !path.starts_with("/tmp/")) {
        throw usage_error(fmt::format("cannot create {}: Permission denied", path));
      }
      sink = [](std::string_view) {};
    }
  }
  return result;
}

int Shell::run_command(const ShellCommand& command, const ShellStreams& outer) {
  const ShellStreams streams = redirected(command.redirections, outer);
  if (command.group) {
    Shell child(surroundings_, stop_);
    child.depth_ = depth_;
    return child.run_list(*command.group, streams);
  }
  std::vector<std::string> words;
  std::map<std::string, std::optional<std::string>> saved;
  bool assigns = true;
  for (const std::string& word : command.words) {
    const std::size_t sign = assigns ? assignment(word) : std::string::npos;
    if (sign == std::string::npos) {
      assigns = false;
      for (std::string& expanded : expand(word)) words.push_back(std::move(expanded));
    } else {
      const std::string name = word.substr(0, sign);
      const auto known = surroundings_.environment.find(name);
      saved.emplace(name, known == surroundings_.environment.end() ? std::nullopt : std::optional(known->second));
      surroundings_.environment[name] = join(expand("\"" + word.substr(sign + 1) + "\""), " ");
    }
  }
  if (words.empty()) return 0;
  const int code = run_builtin_or_program(std::move(words), streams);
  // An assignment before a command is for that command alone.
  for (const auto& [name, value] : saved) {
    if (value) {
      surroundings_.environment[name] = *value;
    } else {
      surroundings_.environment.erase(name);
    }
  }
  return code;
}

int Shell::run_builtin_or_program(std::vector<std::string> words, const ShellStreams& streams) {
  const std::string name = words.front();
  if (name == "exit") {
    exiting_ = words.size() > 1 ? std::atoi(words[1].c_str()) & 0xff : status_;
    return *exiting_;
  }
  if (name == "exec" && words.size() > 1) {
    words.erase(words.begin());
    exiting_ = run(words, streams);
    return *exiting_;
  }
  if (name == "nohup" || name == "setsid") {
    words.erase(words.begin());
    return words.empty() ? 0 : run(words, streams);
  }
  if (name == "export" || name == "set" || name == "trap" || name == "cd" || name == "umask" || name == ":" ||
      name == "wait") {
    for (const std::string& word : words) {
      if (const std::size_t sign = assignment(word); name == "export" && sign != std::string::npos) {
        surroundings_.environment[word.substr(0, sign)] = word.substr(sign + 1);
      }
    }
    return 0;
  }
  if (name == "read") {
    std::string line;
    bool whole = false;
    while (!whole) {
      const auto chunk = streams.read();
      if (!chunk) break;
      line += *chunk;
      whole = line.find('\n') != std::string::npos;
    }
    const std::size_t end = line.find('\n');
    surroundings_.environment[words.back()] = line.substr(0, end);
    if (whole && streams.put_back && end + 1 < line.size()) streams.put_back(line.substr(end + 1));
    return whole ? 0 : 1;
  }
  return run(words, streams);
}

}  // namespace dba::sandbox::cluster
