#include "script/script.hpp"

#include <optional>
#include <stdexcept>

namespace dba::script {

namespace {

[[noreturn]] void fail(int number, const std::string& what) {
  throw std::runtime_error("line " + std::to_string(number) + ": " + what);
}

std::string_view trim(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  return from == std::string_view::npos ? "" : text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

/// "-- name --" on a line of its own starts a file.
std::optional<std::string> file_marker(std::string_view line) {
  line = trim(line);
  if (line.size() < 7 || !line.starts_with("-- ") || !line.ends_with(" --")) {
    return std::nullopt;
  }
  return std::string(trim(line.substr(3, line.size() - 6)));
}

std::vector<Word> parse_words(std::string_view text, int number) {
  std::vector<Word> words;
  bool in_word = false;
  std::size_t at = 0;
  const auto piece = [&](std::string_view part, bool literal) {
    if (!in_word) {
      words.emplace_back();
      in_word = true;
    }
    words.back().pieces.push_back({std::string(part), literal});
  };
  while (at < text.size()) {
    if (text[at] == ' ' || text[at] == '\t') {
      in_word = false;
      ++at;
    } else if (text[at] == '\'') {
      std::string quoted;
      for (++at;; ++at) {
        if (at >= text.size()) {
          fail(number, "unfinished quote");
        }
        if (text[at] != '\'') {
          quoted += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '\'') {
          quoted += text[++at];  // '' inside quotes is one quote
        } else {
          break;
        }
      }
      ++at;
      piece(quoted, true);
    } else {
      const std::size_t end = std::min(text.find_first_of(" \t'", at), text.size());
      piece(text.substr(at, end - at), false);
      at = end;
    }
  }
  return words;
}

Line parse_line(std::string_view text, int number) {
  Line line;
  line.number = number;
  line.text = trim(text);
  std::string_view rest = line.text;
  while (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) {
      fail(number, "unfinished condition");
    }
    line.conditions.emplace_back(rest.substr(1, end - 1));
    rest = trim(rest.substr(end + 1));
  }
  if (rest.starts_with("! ")) {
    line.negated = true;
    rest = trim(rest.substr(2));
  }
  line.words = parse_words(rest, number);
  if (line.words.empty()) {
    fail(number, "a command is missing");
  }
  return line;
}

}  // namespace

Script parse_script(std::string_view text) {
  Script script;
  script.phases.emplace_back();
  bool in_files = false;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view whole = text.substr(0, end == std::string_view::npos ? end : end + 1);
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(whole.size());
    ++number;
    if (const std::optional<std::string> name = file_marker(line)) {
      if (name->empty() || name->front() == '/' || name->find("..") != std::string::npos) {
        fail(number, "file name \"" + *name + "\" leaves the work folder");
      }
      in_files = true;
      script.files.push_back({*name, ""});
    } else if (in_files) {
      script.files.back().content += whole;
    } else if (line.starts_with('#')) {
      const std::string title(trim(line.substr(1)));
      if (script.phases.back().lines.empty() && !script.phases.back().title.empty()) {
        script.phases.back().title += " " + title;  // a comment of several lines is one title
      } else {
        script.phases.push_back({title, {}});
      }
    } else if (!line.empty()) {
      script.phases.back().lines.push_back(parse_line(line, number));
    }
  }
  return script;
}

}  // namespace dba::script
