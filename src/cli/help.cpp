#include "help.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 3;
constexpr std::size_t kWidestLabel = 30;  ///< A longer label has its text on the next line.

/// One row of a list in two columns.
struct Row {
  std::string label{};
  std::string text{};
};
/// Rows under a heading.
struct Section {
  std::string heading{};
  std::vector<Row> rows{};
};

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string& word : split(text, ' ')) {
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width)
      lines.push_back(std::exchange(line, ""));
    line += (line.empty() ? "" : " ") + word;
  }
  lines.push_back(line);
  return lines;
}

/// Paragraphs wrapped; lines that begin with a blank are kept as they are (small tables).
std::string paragraphs(std::string_view text, std::size_t width) {
  std::string out;
  for (const std::string& line : split(text, '\n')) {
    const bool verbatim = line.empty() || line.front() == ' ';
    out += (verbatim ? line : fmt::format("{}", fmt::join(wrap(line, width), "\n"))) + "\n";
  }
  return out;
}

std::string two_columns(const std::vector<Row>& rows, std::size_t width) {
  std::size_t label_width = 0;
  for (const Row& row : rows) {
    const std::size_t own = display_width(row.label);
    if (own <= kWidestLabel) label_width = std::max(label_width, own);
  }
  const std::size_t column = kIndent + label_width + kGap;
  std::string out;
  for (const Row& row : rows) {
    std::string line = std::string(kIndent, ' ') + row.label;
    if (display_width(row.label) > label_width) {
      out += line + "\n";
      line.clear();
    }
    for (const std::string& piece : wrap(row.text, std::max(width, column + 20) - column)) {
      line.append(column - display_width(line), ' ');
      out += line + piece + "\n";
      line.clear();
    }
  }
  return out;
}

std::string sections(const std::vector<Section>& all, std::size_t width) {
  std::string out;
  for (const Section& section : all) out += "\n" + section.heading + ":\n" + two_columns(section.rows, width);
  return out;
}

/// Puts a row under its heading; headings stand in the order in which they first come up.
void add_row(std::vector<Section>& all, const std::string& heading, Row row) {
  const auto found = std::ranges::find(all, heading, &Section::heading);
  if (found != all.end()) return found->rows.push_back(std::move(row));
  all.push_back({.heading = heading, .rows = {std::move(row)}});
}

/// What the flag holds when it is not typed, as long as that says something.
std::string default_text(const Flag& flag) {
  if (const auto* text = std::get_if<std::string*>(&flag.into)) return **text;
  if (const auto* number = std::get_if<int*>(&flag.into)) return **number == 0 ? "" : std::to_string(**number);
  return {};
}

Row flag_row(const Flag& flag) {
  const std::string letter = flag.letter == 0 ? "    " : fmt::format("-{}, ", flag.letter);
  Row row{.label = letter + "--" + flag.name, .text = flag.help};
  if (!flag.is_switch()) row.label += "=" + flag.value;
  if (!flag.one_of.empty()) row.text += ": " + english_list(flag.one_of, "or");
  if (flag.required) row.text += " (required)";
  if (const std::string text = default_text(flag); !text.empty()) row.text += fmt::format(" (default {})", text);
  return row;
}

/// Flags with a heading of their own come first: they are what the command is about.
std::vector<Section> flag_sections(const Command& command) {
  std::vector<Section> all;
  for (const bool headed : {true, false}) {
    for (const Flag& flag : command.flags) {
      if (!flag.hidden && flag.group.empty() != headed) add_row(all, headed ? flag.group : "Flags", flag_row(flag));
    }
  }
  return all;
}

std::string argument_words(const Command& command) {
  std::string out;
  for (const Argument& argument : command.arguments) {
    const bool many = std::holds_alternative<std::vector<std::string>*>(argument.into);
    const std::string name = argument.name + (many ? "..." : "");
    out += argument.required ? " " + name : " [" + name + "]";
  }
  return out;
}

/// The required flags stand in the usage line, the others behind [flags].
std::string usage(const std::vector<const Command*>& path) {
  const Command& command = *path.back();
  std::string line = command_words(path);
  if (!command.run) return line + " COMMAND [flags]";
  line += argument_words(command);
  for (const Flag& flag : command.flags) {
    if (flag.required) line += fmt::format(" --{}={}", flag.name, flag.value);
  }
  return line + " [flags]";
}

std::string examples(const Command& command) {
  std::string out;
  for (const std::string& line : split(trim(command.examples), '\n')) out += line.empty() ? "\n" : "  " + line + "\n";
  return out;
}

std::vector<Section> command_sections(const Command& command) {
  std::vector<Section> all;
  for (const Command& child : command.commands) {
    if (!child.hidden) add_row(all, child.group.empty() ? "Commands" : child.group, {child.name, child.summary});
  }
  return all;
}

std::vector<Section> argument_sections(const Command& command) {
  std::vector<Section> all;
  for (const Argument& argument : command.arguments) add_row(all, "Arguments", {argument.name, argument.help});
  return all;
}

}  // namespace

std::string command_words(const std::vector<const Command*>& path) {
  std::vector<std::string> names;
  for (const Command* command : path) names.push_back(command->name);
  return join(names, " ");
}

std::size_t help_width(const output::IoStreams& io) {
  constexpr std::size_t kWithoutTerminal = 80;
  return io.terminal.width == 0 ? kWithoutTerminal : io.terminal.width;
}

std::string help_text(const std::vector<const Command*>& path, std::size_t width) {
  const Command& command = *path.back();
  const std::string& program = path.front()->name;
  std::string out = paragraphs(command.summary + ".", width);
  if (!command.description.empty()) out += "\n" + paragraphs(trim(command.description), width);
  out += "\nUsage:\n  " + usage(path) + "\n";
  if (!command.aliases.empty()) out += "\nAliases:\n  " + join(command.aliases, ", ") + "\n";
  if (!command.examples.empty()) out += "\nExamples:\n" + examples(command);
  out += sections(argument_sections(command), width) + sections(command_sections(command), width);
  if (path.size() > 1) out += sections(flag_sections(command), width);
  out += "\n";
  if (!command.commands.empty()) {
    out += paragraphs(fmt::format("Use \"{} COMMAND --help\" for more about a command.", command_words(path)), width);
  }
  return out + paragraphs(fmt::format("Use \"{} options\" for the flags that every command takes.", program), width);
}

std::string options_text(const Command& root, std::size_t width) {
  return paragraphs("Every command takes these flags, at any place behind the program's name.", width) +
         sections(flag_sections(root), width);
}

}  // namespace dba::cli
