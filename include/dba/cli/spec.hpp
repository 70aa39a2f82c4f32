#pragma once
// The command tree as plain data: one definition gives parsing, help, completion and did-you-mean.
// CLI11 is one consumer of it (parser.cpp) and is seen nowhere else.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dba/base/exit_code.hpp"

namespace dba::cli {

struct AppContext;

struct Candidate {
  std::string value{};
  std::string help{};
};
/// The shell completion protocol's directives, a bit set. @source spf13/cobra completions.go, as kubectl uses it.
enum CompletionDirective { kDefault = 0, kError = 1, kNoSpace = 2, kNoFileComp = 4, kFilterDirs = 16, kKeepOrder = 32 };
struct Completions {
  std::vector<Candidate> items{};
  int directive = kNoFileComp;
};
/// Candidates for a value that starts with `prefix` (others are dropped by the caller); opens the cluster through
/// `context` when it must. Flags typed before the cursor are in their destinations already. Anything thrown means
/// "no candidates".
using Completer = std::function<Completions(AppContext& context, std::string_view prefix)>;

/// Where a typed value goes. A function sees flag ("--memory") and value in the order of the command line, also between
/// flags; the dba::Error it throws becomes one of the problems of the line.
using Destination =
    std::variant<bool*, std::optional<bool>*, int*, std::optional<int>*, std::string*, std::optional<std::string>*,
                 std::vector<std::string>*, std::function<void(const std::string& flag, const std::string& value)>>;

/// `alias` is accepted where `value` is meant: {"ag", "availability-group"}.
struct Alias {
  std::string alias{};
  std::string value{};
};

struct Flag {
  std::string name{};   ///< Long name without dashes.
  char letter = 0;      ///< Short name, 0 = none.
  std::string value{};  ///< Placeholder with its unit ("COUNT", "SIZE", "DURATION"); empty for a switch.
  std::string help{};   ///< One sentence, capital letter, no full stop.
  Destination into{};
  bool required = false;
  bool hidden = false;
  std::vector<std::string> one_of{};  ///< Closed set; matched as `any_spelling` says. Empty = open.
  std::vector<Alias> aliases{};       ///< Further words for values of `one_of`; not shown in help.
  bool any_spelling = false;          ///< Values in any case, with or without hyphens; the canonical one is stored.
  bool split_commas = false;          ///< "a,b" is two values (vector destinations).
  bool may_be_empty = false;          ///< "" is a value as well: kubectl's flags, to which it means "as if absent".
  bool only_once = false;             ///< Typed twice it is refused, where of other flags the last one counts.
  bool typed_only = false;            ///< Never taken from the environment or the configuration file (consent).
  /// Throws Error for a value of the environment or the configuration file that this command has no use for. A typed
  /// one is refused by the command itself.
  std::function<void(const std::string& value)> check_default{};
  std::string group{};  ///< Heading in help; empty = "Flags".
  Completer complete{};

  bool is_switch() const { return value.empty(); }
};

struct Argument {
  std::string name{};  ///< Upper case: "NAME".
  std::string help{};  ///< One phrase, capital letter, no full stop.
  Destination into{};  ///< A vector takes all further words.
  bool required = true;
  Completer complete{};
};

/// What a command does to the world; the sanity test asks for the flags that go with it.
enum class Effect { reads, changes, destroys };

struct Command {
  std::string name{}, summary{};
  std::string description{};  ///< Paragraphs separated by an empty line; wrapped by help.
  std::string examples{};     ///< "# what it is for" lines followed by "kubectl dba mssql …" lines.
  std::vector<std::string> aliases{};
  std::vector<Flag> flags{};  ///< A group's are also accepted behind the names of all commands below it.
  std::vector<Argument> arguments{};
  std::vector<Command> commands{};
  std::function<ExitCode(AppContext&)> run{};  ///< Absent: a group, which prints its help.
  Effect effect = Effect::reads;
  ExitCode failure = ExitCode::unexpected;  ///< Exit code of an unexpected error; `diff`'s 1 says "differences".
  std::string group{};                      ///< Heading among its siblings in help; empty = "Commands".
  bool hidden = false;
  /// run() reports AppContext::value_problems itself, together with what else it finds wrong, before it does anything.
  bool lists_all_problems = false;
  bool settings_optional = false;  ///< A broken configuration file is a warning, unless the cluster is opened.
  bool raw_arguments = false;  ///< Everything after the name goes to the last vector argument unparsed (__complete).
};

/// A value that a flag takes when it was not typed.
struct FlagDefault {
  std::string flag{};  ///< Long name.
  std::vector<std::string> values{};
  std::string source{};  ///< "$KUBECTL_DBA_TIMEOUT" or "config.yaml:3": named when the value is wrong.
};

/// A typed value that cannot be what its flag or argument takes.
struct ValueProblem {
  std::string flag{};    ///< "--replicas", or the argument's name "NAME".
  std::string what{};    ///< "\"x\" is not a whole number"
  std::string source{};  ///< "$KUBECTL_DBA_REPLICAS" or "config.yaml:3"; empty when it was typed.
};

struct Parsed {
  const Command* command = nullptr;
  std::vector<const Command*> path{};          ///< From the root to `command`.
  bool help = false;                           ///< -h or --help was given.
  std::vector<ValueProblem> value_problems{};  ///< Only of a command that `lists_all_problems`; else they are thrown.
};
/// Reads a command line into the destinations of the commands on its path. `root.name` is what messages call the
/// program ("kubectl dba").
/// @param arguments everything after the program name
/// @param defaults  for flags that are not typed; flags the command does not have are ignored. First one wins.
/// @throws Error (usage): unknown command or flag with the nearest ones, missing value or argument, value out of its
///         closed set — all problems of the line at once, hint "kubectl dba … --help".
Parsed parse(const Command& root, const std::vector<std::string>& arguments,
             const std::vector<FlagDefault>& defaults = {});

/// @param words everything after the program name; the last one is being completed and may be empty.
/// @effects fills the destinations of flags typed before the cursor, so that completers see `-n` and `--context`.
Completions complete(const Command& root, const std::vector<std::string>& words, AppContext& context);
/// "kubectl dba mssql create"
std::string command_words(const std::vector<const Command*>& path);
/// kubectl-like help of one command: summary, description, usage, examples, flags by group.
/// @param width columns to wrap at
std::string help_text(const std::vector<const Command*>& path, std::size_t width);
/// The flags of `root`, which every command accepts: what `kubectl dba options` prints.
std::string options_text(const Command& root, std::size_t width);

}  // namespace dba::cli
