#pragma once
// The command tree as plain data: one definition gives parsing, help, completion, did-you-mean and cli-tree.json.
// CLI11 is one consumer of it (parser.cpp) and is seen nowhere else.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dba/base/exit_code.hpp"

namespace dba::cli {

struct AppContext;

struct Candidate {
  std::string value{};
  std::string help{};
};
/// cobra's completion directives, a bit set.
enum CompletionDirective { kDefault = 0, kError = 1, kNoSpace = 2, kNoFileComp = 4, kFilterDirs = 16, kKeepOrder = 32 };
struct Completions {
  std::vector<Candidate> items{};
  int directive = kNoFileComp;
};
/// Candidates for a value; `context` opens the cluster when it must. Anything thrown means "no candidates".
using Completer = std::function<Completions(AppContext& context, std::string_view prefix)>;

/// Where a typed value goes. `std::function` sees values in the order of the command line.
using Destination =
    std::variant<bool*, std::optional<bool>*, int*, std::optional<int>*, std::string*, std::optional<std::string>*,
                 std::vector<std::string>*, std::function<void(const std::string& flag, const std::string& value)>>;

struct Flag {
  std::string name{};    ///< Long name without dashes.
  char letter = 0;       ///< Short name, 0 = none.
  std::string value{};   ///< Placeholder with its unit ("COUNT", "SIZE", "DURATION"); empty for a switch.
  std::string help{};    ///< One sentence, capital letter, no full stop.
  Destination into{};
  bool required = false;
  bool hidden = false;
  std::vector<std::string> one_of{};  ///< Closed set; matched as `any_spelling` says. Empty = open.
  bool any_spelling = false;          ///< Enum values in any case, with or without hyphens; the canonical one is stored.
  bool split_commas = false;          ///< "a,b" is two values (vector destinations).
  std::string group{};                ///< Heading in help; empty = "Flags".
  Completer complete{};
};

struct Argument {
  std::string name{};
  std::string help{};
  Destination into{};
  bool required = true;
  Completer complete{};
};

/// What a command does to the world; the sanity test asks for the flags that go with it.
enum class Effect { reads, changes, destroys };

struct Command {
  std::string name{}, summary{}, description{}, examples{};
  std::vector<std::string> aliases{};
  std::vector<Flag> flags{};
  std::vector<Argument> arguments{};
  std::vector<Command> commands{};
  std::function<ExitCode(AppContext&)> run{};
  Effect effect = Effect::reads;
  bool hidden = false;
  bool raw_arguments = false;  ///< Everything after the name goes to the last vector argument unparsed (__complete).
};

struct Parsed {
  const Command* command = nullptr;
  std::vector<const Command*> path{};  ///< From the root to `command`.
  bool help = false;                   ///< -h or --help was given.
};
/// @throws Error (usage): unknown command or flag with the nearest ones, missing value or argument, value out of its
///         closed set — all problems of the line at once, hint "see 'kubectl dba … --help'".
Parsed parse(const Command& root, const std::vector<std::string>& arguments);

/// @param words everything after the program name; the last one is being completed and may be empty.
Completions complete(const Command& root, const std::vector<std::string>& words, AppContext& context);
/// kubectl-like help of one command: summary, description, usage, examples, flags by group, inherited flags.
std::string help_text(const std::vector<const Command*>& path, std::string_view program, std::size_t width);
/// The whole surface, for tests/golden/cli-tree.json; hidden commands and flags are left out.
std::string tree_json(const Command& root);

}  // namespace dba::cli
