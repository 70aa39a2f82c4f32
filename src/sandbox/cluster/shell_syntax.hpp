#pragma once
// The little of the shell's grammar that people and tools use in a pod: lists (; && || &), pipelines, ( groups ),
// assignments before a command, redirections. No loops, no conditions, no functions. Pure.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dba::sandbox::cluster {

struct Redirection {
  int descriptor = 1;
  std::string target{};  ///< Raw word; "&1" for a duplicate.
  bool input = false;
};

struct ShellList;

/// One command with its words as typed (quotes and $ still in them), or a group.
struct ShellCommand {
  std::vector<std::string> words{};
  std::vector<Redirection> redirections{};
  std::shared_ptr<const ShellList> group{};
};

struct ShellPipeline {
  std::vector<ShellCommand> commands{};
  bool negated = false;
  std::string before{};     ///< What connects it to the one before: "", "&&", "||", ";".
  bool background = false;  ///< Ends in &.
};

struct ShellList {
  std::vector<ShellPipeline> pipelines{};
};

/// @throws Error (usage) in the words of a shell for what it does not understand.
ShellList parse_shell(std::string_view script);
/// Whether it may stand in the name of a variable.
bool is_name_letter(char letter);
/// The closing parenthesis of "$(" whose content starts at `from`; npos when there is none.
std::size_t matching_parenthesis(std::string_view text, std::size_t from);

}  // namespace dba::sandbox::cluster
