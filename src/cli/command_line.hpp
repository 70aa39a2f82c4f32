#pragma once
// The words of a command line held against the spec tree: which command, which flags with which values, what does not
// fit. Parser, completion and did-you-mean read the same result, so they cannot disagree about what takes a value.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dba/cli/spec.hpp"

namespace dba::cli {

struct GivenFlag {
  const Flag* flag = nullptr;
  std::string value{};   ///< "true" for a switch without a value.
  std::string source{};  ///< Empty = typed; else where the default came from.
};

struct CommandLine {
  std::vector<const Command*> path{};
  std::vector<GivenFlag> flags{};  ///< In order.
  std::vector<std::string> positionals{};
  std::optional<std::string> unknown_command{};  ///< Reading ended there.
  std::vector<std::string> unknown_flags{};      ///< As typed: "--replica", "-x".
  std::vector<const Flag*> without_value{};      ///< A value should follow, but a flag did.
  const Flag* pending = nullptr;                 ///< The last word was a flag whose value should follow.
  bool help = false;                             ///< -h or --help.
  bool only_positionals = false;                 ///< "--" was seen, or the command takes raw arguments.

  const Command& command() const { return *path.back(); }
};

/// @param words everything after the program name
CommandLine read_words(const Command& root, std::span<const std::string> words);
/// Adds the defaults of flags that the command has and that were not typed.
void add_defaults(CommandLine& line, std::span<const FlagDefault> defaults);

/// The commands whose flags are accepted behind all of `path`: the last one, and the groups above it. A command that
/// runs itself keeps its flags to itself (those of `generate` mean nothing to `generate issuer`).
std::vector<const Command*> flag_owners(const std::vector<const Command*>& path);
/// The flag of that long name that the last command of `path` accepts; its own before inherited ones.
const Flag* find_flag(const std::vector<const Command*>& path, std::string_view name);
/// The direct child of that name or alias.
const Command* find_command(const Command& parent, std::string_view name);
/// Value of the last occurrence of a flag; absent when it is not on the line.
std::optional<std::string> find_value(const CommandLine& line, std::string_view flag);
/// Known long flags near to `typed` ("--replica"), best first, with dashes.
std::vector<std::string> close_flags(const std::vector<const Command*>& path, std::string_view typed);

}  // namespace dba::cli
