#pragma once
// The words a shell makes of an example, as far as examples go: quotes, backslashes, and where the command ends.

#include <string>
#include <string_view>
#include <vector>

namespace dba::test {

/// Stops at an unquoted `|`, `>`, `;`, `&` or `#`. Variables are left as they are.
inline std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
      in_word = true;
    } else if (std::string_view("|>;&").find(c) != std::string_view::npos || (c == '#' && !in_word)) {
      break;
    } else if (c == ' ') {
      if (in_word) words.push_back(word);
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  return words;
}

}  // namespace dba::test
