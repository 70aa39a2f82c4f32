#include "did_you_mean.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <variant>

#include <fmt/format.h>

#include "dba/base/text.hpp"

namespace dba::cli {

namespace {

/// "; did you mean a or b?", or nothing.
std::string suggestion(const std::vector<std::string>& near) {
  constexpr std::size_t kMost = 3;
  if (near.empty()) return {};
  const std::vector<std::string> shown(near.begin(),
                                       near.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, near.size())));
  return fmt::format("; did you mean {}?", english_list(shown, "or"));
}

/// The command below `from` that has a flag of this name, for flags typed before or behind the wrong word.
const Command* find_owner(const Command& from, std::string_view name) {
  for (const Command& child : from.commands) {
    if (child.hidden) continue;
    if (find_flag({&child}, name) != nullptr) return &child;
    if (const Command* owner = find_owner(child, name)) return owner;
  }
  return nullptr;
}

std::string unknown_flag(const CommandLine& line, const std::string& typed) {
  if (!typed.starts_with("--")) return fmt::format("unknown shorthand flag: {}", typed);
  if (find_command(line.command(), typed.substr(2)) != nullptr) {  // "kubectl dba --version"
    return fmt::format("unknown flag: {}; did you mean the command \"{}\"?", typed, typed.substr(2));
  }
  const std::vector<std::string> near = close_flags(line.path, typed);
  const bool typed_too_early = !near.empty() && near.front() == typed;
  const Command* owner = typed_too_early ? &line.command() : find_owner(line.command(), typed.substr(2));
  if (typed_too_early || (near.empty() && owner != nullptr)) {
    return fmt::format("unknown flag: {}; it belongs behind \"{}\"", typed, owner->name);
  }
  return fmt::format("unknown flag: {}{}", typed, suggestion(near));
}

std::string missing_value(const Flag& flag) {
  const std::string choice = flag.one_of.empty() ? flag.value : english_list(flag.one_of, "or");
  return fmt::format("flag needs an argument: --{}={}", flag.name, choice);
}

bool takes_all(const Argument& argument) { return std::holds_alternative<std::vector<std::string>*>(argument.into); }

bool is_given(const CommandLine& line, const Flag& flag) {
  const auto is_this = [&flag](const GivenFlag& given) { return given.flag == &flag; };
  const bool empty_handed = std::ranges::find(line.without_value, &flag) != line.without_value.end();
  return std::ranges::any_of(line.flags, is_this) || empty_handed || line.pending == &flag;
}

/// A required flag that was only misspelt is reported once, as misspelt.
bool is_misspelt(const CommandLine& line, const Flag& flag) {
  return std::ranges::any_of(line.unknown_flags, [&](const std::string& typed) {
    const std::vector<std::string> near = close_flags(line.path, typed);
    return !near.empty() && near.front() == "--" + flag.name;
  });
}

void add_missing(const CommandLine& line, std::vector<std::string>& problems) {
  const std::vector<Argument>& arguments = line.command().arguments;
  for (std::size_t i = line.positionals.size(); i < arguments.size(); ++i) {
    const Argument& argument = arguments[i];
    if (argument.required) problems.push_back(fmt::format("{} is missing: {}", argument.name, argument.help));
  }
  for (const Command* command : flag_owners(line.path)) {
    for (const Flag& flag : command->flags) {
      if (!flag.required || is_given(line, flag) || is_misspelt(line, flag)) continue;
      problems.push_back(fmt::format("required flag --{}={} is missing: {}", flag.name, flag.value, flag.help));
    }
  }
}

void add_surplus(const CommandLine& line, std::vector<std::string>& problems) {
  const std::vector<Argument>& arguments = line.command().arguments;
  if (!arguments.empty() && takes_all(arguments.back())) return;
  for (std::size_t i = arguments.size(); i < line.positionals.size(); ++i) {
    problems.push_back(fmt::format("unexpected argument \"{}\"", line.positionals[i]));
  }
}

/// kubectl takes several files where we take one: those that would be lost are told.
void add_repeated(const CommandLine& line, std::vector<std::string>& problems) {
  std::map<const Flag*, std::vector<std::string>> values;
  for (const GivenFlag& given : line.flags) {
    if (given.flag->only_once) values[given.flag].push_back(given.value);
  }
  for (const auto& [flag, typed] : values) {
    if (typed.size() < 2) continue;
    problems.push_back(fmt::format("--{} is given {} times and takes one {}: {}", flag->name, typed.size(),
                                   to_lower(flag->value), join(typed, ", ")));
  }
}

/// "kubectl dba mssql create" for somebody who typed "kubectl dba create".
std::vector<std::string> deeper_commands(const std::vector<const Command*>& path, std::string_view typed) {
  std::vector<std::string> found;
  for (const Command& child : path.back()->commands) {
    if (child.hidden) continue;
    std::vector<const Command*> deeper = path;
    deeper.push_back(&child);
    if (const Command* meant = find_command(child, typed)) {
      deeper.push_back(meant);
      found.push_back(command_words(deeper));
    } else {
      const std::vector<std::string> below = deeper_commands(deeper, typed);
      found.insert(found.end(), below.begin(), below.end());
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> shape_problems(const CommandLine& line) {
  if (line.unknown_command) return {unknown_command_text(line.path, *line.unknown_command)};
  std::vector<std::string> problems;
  for (const std::string& typed : line.unknown_flags) problems.push_back(unknown_flag(line, typed));
  for (const Flag* flag : line.without_value) problems.push_back(missing_value(*flag));
  if (line.pending != nullptr) problems.push_back(missing_value(*line.pending));
  add_repeated(line, problems);
  if (line.command().run) add_missing(line, problems);
  add_surplus(line, problems);
  return problems;
}

std::string unknown_command_text(const std::vector<const Command*>& path, std::string_view typed) {
  std::vector<std::string> names;
  for (const Command& child : path.back()->commands) {
    if (child.hidden) continue;
    names.push_back(child.name);
    names.insert(names.end(), child.aliases.begin(), child.aliases.end());
  }
  std::vector<std::string> near = close_matches(typed, names);
  if (near.empty()) near = deeper_commands(path, typed);
  for (std::string& name : near) name = "\"" + name + "\"";
  return fmt::format("unknown command \"{}\" for \"{}\"{}", typed, command_words(path), suggestion(near));
}

}  // namespace dba::cli
