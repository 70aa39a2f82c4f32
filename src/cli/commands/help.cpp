// `help [COMMAND…]` and `options`.
#include "../help.hpp"

#include <memory>
#include <string>
#include <vector>

#include "dba/base/error.hpp"

#include "../command_line.hpp"
#include "../did_you_mean.hpp"
#include "commands.hpp"

namespace dba::cli {

namespace {

using Words = std::vector<std::string>;

/// The commands that `words` name, from the root on. @throws Error (usage) for a word that names none.
std::vector<const Command*> find_path(const Command& root, const Words& words) {
  std::vector<const Command*> path{&root};
  for (const std::string& word : words) {
    const Command* child = find_command(*path.back(), word);
    if (child == nullptr) throw usage_error(unknown_command_text(path, word), command_words(path) + " --help");
    path.push_back(child);
  }
  return path;
}

ExitCode run_help(const Words& words, AppContext& context) {
  context.io.out.write(help_text(find_path(*context.root, words), help_width(context.io)));
  return ExitCode::ok;
}

Completions complete_path(const Words& words, const AppContext& context) {
  Completions all;
  for (const Command& child : find_path(*context.root, words).back()->commands) {
    if (!child.hidden) all.items.push_back({.value = child.name, .help = child.summary});
  }
  return all;
}

ExitCode run_options(AppContext& context) {
  context.io.out.write(options_text(*context.root, help_width(context.io)));
  return ExitCode::ok;
}

}  // namespace

Command help_command() {
  const auto words = std::make_shared<Words>();
  return {
      .name = "help",
      .summary = "Show the help of a command",
      .examples = "# What create can do\nkubectl dba help mssql\n",
      .arguments = {{.name = "COMMAND",
                     .help = "Words of the command, as they are typed to run it",
                     .into = words.get(),
                     .required = false,
                     .complete = [words](AppContext& context,
                                         std::string_view) { return complete_path(*words, context); }}},
      .run = [words](AppContext& context) { return run_help(*words, context); },
      .settings_optional = true,
  };
}

Command options_command() {
  return {
      .name = "options",
      .summary = "List the flags that every command takes",
      .examples = "# Which context, which namespace, how much tracing\nkubectl dba options\n",
      .run = run_options,
      .settings_optional = true,
  };
}

}  // namespace dba::cli
