// What $, quotes and backslashes in a word become.

#include <algorithm>
#include <utility>

#include "cluster/shell.hpp"

namespace dba::sandbox::cluster {

namespace {}  // namespace

std::vector<std::string> Shell::expand(const std::string& word) {
  std::vector<std::string> results;
  std::string current;
  bool any = false;
  bool quoted = false;
  // What an unquoted $ brings in falls apart at blanks.
  const auto add = [&](const std::string& text) {
    if (quoted) {
      current += text;
      any = true;
      return;
    }
    for (const char letter : text) {
      if (std::isspace(static_cast<unsigned char>(letter)) == 0) {
        current += letter;
        any = true;
      } else if (any) {
        results.push_back(std::exchange(current, {}));
        any = false;
      }
    }
  };
  for (std::size_t at = 0; at < word.size();) {
    const char next = word[at];
    if (next == '\'' && !quoted) {
      const std::size_t end = word.find('\'', at + 1);
      current += word.substr(at + 1, end - at - 1);
      any = true;
      at = end == std::string::npos ? word.size() : end + 1;
    } else if (next == '"') {
      quoted = !quoted;
      any = true;
      ++at;
    } else if (next == '\\' && at + 1 < word.size()) {
      const bool kept = quoted && std::string_view("\"\\$`").find(word[at + 1]) == std::string_view::npos;
      if (kept) current += next;
      current += word[at + 1];
      any = true;
      at += 2;
    } else if (next == '$') {
      add(variable(word, at));
    } else {
      current += next;
      any = true;
      ++at;
    }
  }
  if (any) results.push_back(std::move(current));
  return results;
}

std::string Shell::variable(std::string_view text, std::size_t& at) {
  const auto value_of = [this](const std::string& name) {
    const auto found = surroundings_.environment.find(name);
    return found == surroundings_.environment.end() ? std::string() : found->second;
  };
  if (text.substr(at, 2) == "$(") {
    const std::size_t end = std::min(matching_parenthesis(text, at + 2), text.size());
    const std::string script(text.substr(at + 2, end - at - 2));
    at = std::min(end + 1, text.size());
    return substitute(script);
  }
  if (text.substr(at, 2) == "${") {
    const std::size_t end = std::min(text.find('}', at), text.size());
    const std::string inner(text.substr(at + 2, end - at - 2));
    at = std::min(end + 1, text.size());
    const std::size_t otherwise = inner.find(":-");
    const std::string value = value_of(inner.substr(0, otherwise));
    return value.empty() && otherwise != std::string::npos ? inner.substr(otherwise + 2) : value;
  }
  if (text.substr(at, 2) == "$?" || text.substr(at, 2) == "$$") {
    const bool code = text[at + 1] == '?';
    at += 2;
    return code ? std::to_string(status_) : "42";
  }
  std::size_t end = at + 1;
  while (end < text.size() && is_name_letter(text[end])) ++end;
  const std::string name(text.substr(at + 1, end - at - 1));
  at = end;
  return name.empty() ? "$" : value_of(name);
}

std::string Shell::substitute(std::string_view script) {
  std::string written;
  Shell child(surroundings_, stop_);
  child.depth_ = depth_;
  child.input_ = input_;
  ShellStreams streams = input_;
  if (!streams.read) streams.read = [] { return std::nullopt; };
  streams.out = [&written](std::string_view text) { written += text; };
  streams.err = [](std::string_view) {};
  child.run_script(script, streams);
  while (written.ends_with('\n')) written.pop_back();
  return written;
}

}  // namespace dba::sandbox::cluster
