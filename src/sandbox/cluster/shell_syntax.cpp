#include "cluster/shell_syntax.hpp"

#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr int kDeepestGroup = 32;

Error unexpected(std::string_view token) {
  return usage_error(fmt::format("syntax error near unexpected token `{}'", token));
}

/// Behind a quoted part that begins at `at`.
std::size_t skip_quotes(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (text[at] == quote) {
      return at + 1;
    }
  }
  throw usage_error(fmt::format("unexpected EOF while looking for matching `{}'", quote));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  ShellList list(int depth) {
    if (depth > kDeepestGroup) throw usage_error("too many nested groups");
    ShellList result;
    std::string before;
    while (true) {
      skip_blanks(true);
      if (at_end() || peek() == ')') break;
      ShellPipeline pipeline = this->pipeline(depth);
      pipeline.before = before;
      skip_blanks(false);
      if (take("&&")) {
        before = "&&";
      } else if (take("||")) {
        before = "||";
      } else if (take("&")) {
        pipeline.background = true;
        before = ";";
      } else if (take(";") || take("\n")) {
        before = ";";
      } else if (!at_end() && peek() != ')') {
        throw unexpected(text_.substr(at_, 1));
      }
      result.pipelines.push_back(std::move(pipeline));
    }
    return result;
  }
  void finish() {
    skip_blanks(true);
    if (!at_end()) throw unexpected(text_.substr(at_, 1));
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  bool take(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  void skip_blanks(bool newlines) {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || (newlines && peek() == '\n'))) ++at_;
    if (!at_end() && peek() == '#') {
      while (!at_end() && peek() != '\n') ++at_;
      if (newlines) skip_blanks(true);
    }
  }

  ShellPipeline pipeline(int depth) {
    ShellPipeline result;
    if (text_.substr(at_, 2) == "! ") {
      at_ += 2;
      result.negated = true;
      skip_blanks(false);
    }
    do {
      skip_blanks(true);
      result.commands.push_back(command(depth));
      skip_blanks(false);
    } while (text_.substr(at_, 2) != "||" && take("|"));
    return result;
  }

  ShellCommand command(int depth) {
    ShellCommand result;
    if (take("(")) {
      result.group = std::make_shared<const ShellList>(list(depth + 1));
      if (!take(")")) throw unexpected("end of file");
    }
    while (true) {
      skip_blanks(false);
      if (at_end() || std::string_view(";&|()\n").find(peek()) != std::string_view::npos) break;
      if (auto redirection = find_redirection()) {
        result.redirections.push_back(std::move(*redirection));
      } else {
        result.words.push_back(word());
      }
    }
    if (result.words.empty() && result.redirections.empty() && !result.group) {
      throw unexpected(at_end() ? std::string_view("end of file") : text_.substr(at_, 1));
    }
    return result;
  }

  std::optional<Redirection> find_redirection() {
    std::size_t at = at_;
    Redirection result;
    bool numbered = false;
    if (std::isdigit(static_cast<unsigned char>(text_[at])) != 0) {
      result.descriptor = text_[at] - '0';
      numbered = true;
      ++at;
    }
    if (at >= text_.size() || (text_[at] != '>' && text_[at] != '<')) return std::nullopt;
    result.input = text_[at] == '<';
    if (!numbered) result.descriptor = result.input ? 0 : 1;
    ++at;
    if (at < text_.size() && text_[at] == '>') ++at;
    at_ = at;
    if (take("&")) {
      result.target = "&" + word();
    } else {
      skip_blanks(false);
      result.target = word();
    }
    return result;
  }

  std::string word() {
    const std::size_t start = at_;
    while (!at_end()) {
      const char next = peek();
      if (next == '\\') {
        at_ = std::min(at_ + 2, text_.size());
      } else if (next == '\'' || next == '"') {
        at_ = skip_quotes(text_, at_);
      } else if (next == '$' && text_.substr(at_, 2) == "$(") {
        const std::size_t end = matching_parenthesis(text_, at_ + 2);
        if (end == std::string_view::npos) throw unexpected("end of file");
        at_ = end + 1;
      } else if (std::string_view(" \t\n;&|()<>").find(next) != std::string_view::npos) {
        break;
      } else {
        ++at_;
      }
    }
    if (at_ == start) throw unexpected(at_end() ? std::string_view("newline") : text_.substr(at_, 1));
    return std::string(text_.substr(start, at_ - start));
  }
};

}  // namespace

bool is_name_letter(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_'; }

ShellList parse_shell(std::string_view script) {
  Parser parser(script);
  ShellList list = parser.list(0);
  parser.finish();
  return list;
}

std::size_t matching_parenthesis(std::string_view text, std::size_t from) {
  int depth = 1;
  for (std::size_t at = from; at < text.size();) {
    if (text[at] == '\\') {
      at += 2;
      continue;
    }
    if (text[at] == '\'' || text[at] == '"') {
      at = skip_quotes(text, at);
      continue;
    }
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth == 0) return at;
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace dba::sandbox::cluster
