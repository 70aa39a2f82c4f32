// The only file that knows CLI11: it counts and binds the values that command_line.cpp has found. CLI11's own
// spellings, messages and exit codes are not used.
#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/cli/spec.hpp"

#include "command_line.hpp"
#include "did_you_mean.hpp"
#include "values.hpp"

namespace dba::cli {

namespace {

/// One App for one command: its own and the inherited flags, and its arguments. Values are stored the moment they are
/// read, so that function destinations see them in the order of the command line.
class Binder {
 public:
  explicit Binder(const CommandLine& line) : line_(line) {
    app_.set_help_flag();
    const std::vector<const Command*> owners = flag_owners(line.path);
    for (auto command = owners.rbegin(); command != owners.rend(); ++command) {
      for (const Flag& flag : (*command)->flags) {
        if (names_.insert(flag.name).second) add_flag(flag);
      }
    }
    std::size_t words_left = line.positionals.size();
    for (const Argument& argument : line.command().arguments) {
      const std::size_t taken = takes_all(argument) ? words_left : std::min(words_left, std::size_t{1});
      add_argument(argument, std::max(taken, std::size_t{1}));
      words_left -= taken;
    }
  }

  /// @returns whether every required value was there and none was left over.
  bool bind() {
    try {
      app_.parse(words());
      return true;
    } catch (const CLI::ParseError& error) {
      complaint_ = error.what();
      return false;
    }
  }
  const std::vector<ValueProblem>& value_problems() const { return problems_; }
  const std::string& complaint() const { return complaint_; }

 private:
  void add_flag(const Flag& flag) {
    const auto on_values = [this, &flag](const CLI::results_t& values) {
      const bool typed = source_of(flag).empty();
      for (const std::string& value : values)
        add_problem(flag, typed ? store_flag(flag, value) : store_default(flag, value));
      return true;
    };
    app_.add_option("--" + flag.name, on_values)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->trigger_on_parse()
        ->required(flag.required && line_.command().run)
        ->allow_extra_args(false);
  }

  static bool takes_all(const Argument& argument) {
    return std::holds_alternative<std::vector<std::string>*>(argument.into);
  }

  /// @param count words it gets, exactly: CLI11 takes "[a,b]" apart for an option whose number of values is open
  void add_argument(const Argument& argument, std::size_t count) {
    const auto on_values = [this, &argument](const CLI::results_t& values) {
      for (const std::string& value : values) {
        const std::string problem = store_argument(argument, value);
        if (!problem.empty()) problems_.push_back({.flag = argument.name, .what = problem});
      }
      return true;
    };
    app_.add_option(argument.name, on_values)
        ->expected(static_cast<int>(count))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->required(argument.required)
        ->allow_extra_args(false);
  }

  /// The line in the one spelling that CLI11 cannot read in two ways; last word first, as it wants it.
  std::vector<std::string> words() const {
    std::vector<std::string> words;
    for (const GivenFlag& given : line_.flags) {
      const std::string name = "--" + given.flag->name;
      if (given.value.empty()) {  // CLI11 takes "--name=" for a flag whose value follows.
        words.insert(words.end(), {name, ""});
      } else {
        words.push_back(name + "=" + given.value);
      }
    }
    words.emplace_back("--");
    words.insert(words.end(), line_.positionals.begin(), line_.positionals.end());
    return {words.rbegin(), words.rend()};
  }

  /// Where the value of a flag came from; empty when it was typed.
  std::string source_of(const Flag& flag) const {
    for (const GivenFlag& given : line_.flags) {
      if (given.flag == &flag && !given.source.empty()) return given.source;
    }
    return {};
  }

  /// A function destination may name its flag itself ("--timeout: …"); it is named once.
  void add_problem(const Flag& flag, std::string_view problem) {
    if (problem.empty()) return;
    const std::string name = "--" + flag.name + ": ";
    if (problem.starts_with(name)) problem.remove_prefix(name.size());
    problems_.push_back({.flag = "--" + flag.name, .what = std::string(problem), .source = source_of(flag)});
  }

  const CommandLine& line_;
  CLI::App app_{};
  std::set<std::string, std::less<>> names_{};
  std::vector<ValueProblem> problems_{};
  std::string complaint_{};
};

[[noreturn]] void fail(const CommandLine& line, const std::vector<std::string>& problems) {
  ErrorInfo info{.code = ExitCode::usage, .hint = command_words(line.path) + " --help"};
  if (problems.size() == 1) {
    info.message = problems.front();
  } else {
    info.message = fmt::format("{} problems with the command line", problems.size());
    info.details = problems;
  }
  throw Error(std::move(info));
}

}  // namespace

Parsed parse(const Command& root, const std::vector<std::string>& arguments, const std::vector<FlagDefault>& defaults) {
  CommandLine line = read_words(root, arguments);
  if (line.unknown_command) fail(line, shape_problems(line));
  Parsed parsed{.command = &line.command(), .path = line.path, .help = line.help};
  if (line.help) return parsed;
  add_defaults(line, defaults);

  Binder binder(line);
  const bool bound = binder.bind();
  std::vector<std::string> problems = shape_problems(line);
  if (!bound && problems.empty()) {
    throw Error(ExitCode::unexpected, "internal: the command line was not understood", binder.complaint());
  }
  const std::vector<ValueProblem>& values = binder.value_problems();
  if (problems.empty() && line.command().lists_all_problems) {
    parsed.value_problems = values;
    return parsed;
  }
  for (const ValueProblem& value : values) {
    const std::string from = value.source.empty() ? "" : fmt::format(" (from {})", value.source);
    problems.push_back(fmt::format("{}{}: {}", value.flag, from, value.what));
  }
  if (!problems.empty()) fail(line, problems);
  return parsed;
}

}  // namespace dba::cli
