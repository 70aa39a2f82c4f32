// `__complete` and `__completeNoDesc`: the far end of shell completion, called by kubectl_complete-dba and by the
// scripts of `completion`. @source spf13/cobra completions.go: candidates on stdout, ":<directive>" last, a closing
// line on stderr, exit 0 even on failure (anything else makes the shell offer files).
#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/output/error_text.hpp"

#include "../config_file.hpp"
#include "../deadline.hpp"
#include "commands.hpp"

namespace dba::cli {

namespace {

using Words = std::vector<std::string>;

/// A person waits behind the TAB key.
constexpr std::chrono::milliseconds kBudget{1500};

std::string directive_names(int directive) {
  constexpr std::array<std::pair<int, std::string_view>, 5> kNames{{{kError, "Error"},
                                                                    {kNoSpace, "NoSpace"},
                                                                    {kNoFileComp, "NoFileComp"},
                                                                    {kFilterDirs, "FilterDirs"},
                                                                    {kKeepOrder, "KeepOrder"}}};
  std::vector<std::string> names;
  for (const auto& [bit, name] : kNames) {
    if ((directive & bit) != 0) names.push_back(fmt::format("ShellCompDirective{}", name));
  }
  return names.empty() ? "ShellCompDirectiveDefault" : join(names, ", ");
}

/// A broken configuration file is told when a command is run; names and flags can be completed all the same.
void load_defaults(AppContext& context) {
  try {
    context.settings = load_settings(context.environment, *context.root);
  } catch (const Error&) {
    context.settings = {};
  }
}

Completions find_candidates(const Words& words, AppContext& context) {
  const Deadline deadline(context.clock, kBudget, context.stop);
  context.stop = deadline.token();
  context.interactive = false;
  try {
    load_defaults(context);
    return complete(*context.root, words, context);
  } catch (const Error& error) {
    context.io.err.write(output::error_text(error.info(), false));
  } catch (const std::exception& error) {
    context.io.err.write(fmt::format("error: internal: {}\n", error.what()));
  }
  return {.directive = kError};
}

/// The sandbox's words are known to its own program only.
void leave_to_sandbox(const Words& words, bool with_help, const Command& root) {
  const auto is_sandbox = [](const Command& command) { return command.name == "sandbox"; };
  if (words.size() < 2 || words.front() != "sandbox" || std::ranges::none_of(root.commands, is_sandbox)) return;
  Words rest{with_help ? "__complete" : "__completeNoDesc"};
  rest.insert(rest.end(), words.begin() + 1, words.end());
  try {
    become_sandbox(rest);
  } catch (const Error&) {
    // Not installed: there is nothing to offer.
  }
}

ExitCode run_shell_complete(const Words& words, bool with_help, AppContext& context) {
  leave_to_sandbox(words, with_help, *context.root);
  const Completions found = find_candidates(words, context);
  std::string out;
  for (const Candidate& item : found.items) {
    out += item.value;
    if (with_help && !item.help.empty()) out += "\t" + item.help;
    out += "\n";
  }
  context.io.out.write(out + fmt::format(":{}\n", found.directive));
  context.io.err.write(fmt::format("Completion ended with directive: {}\n", directive_names(found.directive)));
  return ExitCode::ok;
}

}  // namespace

Command shell_complete_command(bool with_help) {
  const auto words = std::make_shared<Words>();
  return {
      .name = with_help ? "__complete" : "__completeNoDesc",
      .summary = "Print candidates for the last word of a command line",
      .arguments = {{.name = "WORD", .help = "Words behind the program name", .into = words.get(), .required = false}},
      .run = [words, with_help](AppContext& context) { return run_shell_complete(*words, with_help, context); },
      .hidden = true,
      .raw_arguments = true,
  };
}

}  // namespace dba::cli
