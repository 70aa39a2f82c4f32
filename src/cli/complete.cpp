#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"

#include "command_line.hpp"
#include "values.hpp"

namespace dba::cli {

namespace {

/// What is safe on one line of the protocol: the first line of a text, without tabs and control characters.
std::string one_line(std::string_view text) { return neutralise_controls(text.substr(0, text.find_first_of("\n\r"))); }

Completions keep_matching(Completions all, std::string_view prefix) {
  std::erase_if(all.items, [prefix](const Candidate& item) { return !item.value.starts_with(prefix); });
  for (Candidate& item : all.items) item = {one_line(item.value), one_line(item.help)};
  return all;
}

Completions flag_values(const Flag& flag, std::string_view prefix, AppContext& context) {
  if (flag.complete) return keep_matching(flag.complete(context, prefix), prefix);
  Completions all{.directive = kNoFileComp | kKeepOrder};
  for (const std::string& word : flag.one_of) all.items.push_back({.value = word});
  if (flag.is_switch()) all.items = {{.value = "true"}, {.value = "false"}};
  if (all.items.empty()) all.directive = kNoFileComp;
  return keep_matching(std::move(all), prefix);
}

bool is_repeatable(const Flag& flag) {
  const bool collects = std::holds_alternative<std::vector<std::string>*>(flag.into);
  return collects || flag.into.index() + 1 == std::variant_size_v<Destination>;
}

Completions flag_names(const CommandLine& line, std::string_view prefix) {
  Completions all;
  const std::vector<const Command*> owners = flag_owners(line.path);
  for (auto command = owners.rbegin(); command != owners.rend(); ++command) {
    for (const Flag& flag : (*command)->flags) {
      const bool given = std::ranges::any_of(
          line.flags, [&flag](const GivenFlag& other) { return other.flag == &flag && other.source.empty(); });
      if (flag.hidden || (given && !is_repeatable(flag))) continue;
      all.items.push_back({.value = "--" + flag.name, .help = flag.help});
      if (flag.letter != 0) all.items.push_back({.value = std::string("-") + flag.letter, .help = flag.help});
    }
  }
  all.items.push_back({.value = "--help", .help = "Show the help of this command"});
  return keep_matching(std::move(all), prefix);
}

Completions command_names(const CommandLine& line, std::string_view prefix) {
  Completions all;
  if (!line.positionals.empty()) return all;
  for (const Command& child : line.command().commands) {
    if (!child.hidden) all.items.push_back({.value = child.name, .help = child.summary});
  }
  return keep_matching(std::move(all), prefix);
}

Completions argument_values(const CommandLine& line, std::string_view prefix, AppContext& context) {
  const std::vector<Argument>& arguments = line.command().arguments;
  if (arguments.empty()) return {};
  const bool last_takes_all = std::holds_alternative<std::vector<std::string>*>(arguments.back().into);
  std::size_t index = line.positionals.size();
  if (last_takes_all) index = std::min(index, arguments.size() - 1);
  if (index >= arguments.size() || !arguments[index].complete) return {};
  return keep_matching(arguments[index].complete(context, prefix), prefix);
}

/// The flag of "--name=prefix" or "-n=prefix".
const Flag* flag_of_assignment(const CommandLine& line, const std::string& name) {
  std::vector<std::string> words{name + "="};
  for (const Command* command : line.path) {
    const CommandLine read = read_words(*command, words);
    if (!read.flags.empty()) return read.flags.front().flag;
  }
  return nullptr;
}

}  // namespace

Completions complete(const Command& root, const std::vector<std::string>& words, AppContext& context) {
  const std::string current = words.empty() ? "" : words.back();
  const std::vector<std::string> before(words.begin(), words.empty() ? words.end() : words.end() - 1);
  CommandLine line = read_words(root, before);
  if (line.unknown_command) return {};
  add_defaults(line, context.settings.defaults);
  for (const GivenFlag& given : line.flags) store_flag(*given.flag, given.value);
  for (std::size_t i = 0; i < std::min(line.positionals.size(), line.command().arguments.size()); ++i) {
    store_argument(line.command().arguments[i], line.positionals[i]);
  }

  if (line.pending != nullptr) return flag_values(*line.pending, current, context);
  if (!line.only_positionals && current.starts_with('-')) {
    const std::size_t equals = current.find('=');
    if (equals == std::string::npos) return flag_names(line, current);
    const Flag* flag = flag_of_assignment(line, current.substr(0, equals));
    return flag == nullptr ? Completions{} : flag_values(*flag, std::string_view(current).substr(equals + 1), context);
  }
  Completions all = line.only_positionals ? Completions{} : command_names(line, current);
  Completions values = argument_values(line, current, context);
  std::ranges::move(values.items, std::back_inserter(all.items));
  all.directive = values.directive;
  return all;
}

}  // namespace dba::cli
