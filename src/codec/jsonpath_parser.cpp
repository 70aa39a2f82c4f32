#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/base/utf8.hpp"

#include "jsonpath_ast.hpp"

namespace dba::codec::jsonpath {

namespace {

/// What is wrong with the template; becomes dba::Error where the whole text is known.
struct SyntaxError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Letters, digits and everything beyond ASCII.
bool is_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool ends_word(char c) { return std::string_view(" \t\r\n.,[]$@{}").find(c) != std::string_view::npos; }

/// The character after a backslash in a quoted text, for the one-letter escapes of Go; absent for others.
std::optional<char> simple_escape(char letter) {
  constexpr std::string_view kLetters = "abfnrtv\\'\"";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\'\"";
  const std::size_t at = kLetters.find(letter);
  if (at == std::string_view::npos) return std::nullopt;
  return kValues[at];
}

/// The digits of \x41, \u00e9 or \U0001f600.
std::size_t escape_digits(char letter) {
  switch (letter) {
    case 'x':
      return 2;
    case 'u':
      return 4;
    case 'U':
      return 8;
    default:
      return 0;
  }
}

std::string unquote(std::string_view quoted) {
  std::string out;
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  for (std::size_t at = 0; at < inner.size(); ++at) {
    if (inner[at] != '\\' || at + 1 == inner.size()) {
      out += inner[at];
      continue;
    }
    const char letter = inner[++at];
    if (const auto value = simple_escape(letter)) {
      out += *value;
      continue;
    }
    const std::string_view digits = inner.substr(at + 1, escape_digits(letter));
    std::uint32_t value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.empty() || digits.size() < escape_digits(letter) || failure != std::errc{} ||
        end != digits.data() + digits.size()) {
      throw SyntaxError(fmt::format("unquote string {} error invalid syntax", quoted));
    }
    append_utf8(out, value);
    at += digits.size();
  }
  return out;
}

int parse_index(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) {
    throw SyntaxError(fmt::format("array index {} is not a number", text));
  }
  return value;
}

Step field_step(std::string_view written) {
  if (written == "*") return Step{.kind = Step::Kind::wildcard};
  std::string name(written);
  std::erase(name, '\\');
  return Step{.kind = Step::Kind::field, .name = std::move(name)};
}

/// 'a' or 'a.b' (two fields) or 'a\.b' (one) between brackets.
void append_quoted_fields(Steps& steps, std::string_view inner) {
  std::size_t start = 0;
  for (std::size_t at = 0; at <= inner.size(); ++at) {
    if (at < inner.size() && inner[at] == '\\') {
      ++at;
    } else if (at == inner.size() || inner[at] == '.') {
      steps.push_back(field_step(inner.substr(start, at - start)));
      start = at + 1;
    }
  }
}

Step slice_step(std::string_view text) {
  std::vector<std::string> parts = split(text, ':');
  if (text.empty()) parts = {"0"};
  const bool digits_only = text.find_first_not_of("-0123456789:") == std::string_view::npos;
  if (!digits_only || parts.size() > 3) throw SyntaxError(fmt::format("invalid array index {}", text));
  Slice slice{.single = parts.size() == 1};
  std::optional<int>* const places[] = {&slice.start, &slice.end, &slice.step};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].empty()) *places[i] = parse_index(parts[i]);
  }
  return Step{.kind = Step::Kind::slice, .slice = slice};
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '\'' && text.find('\'', 1) == text.size() - 1;
}

/// One member between brackets: a quoted name, an index, a slice or a star.
void append_subscript(Steps& steps, std::string_view text) {
  if (text == "*") text = ":";
  if (is_quoted(text)) {
    append_quoted_fields(steps, text.substr(1, text.size() - 2));
  } else {
    steps.push_back(slice_step(text));
  }
}

/// Reads the inside of one action, up to `}` or the end of the text.
class ActionParser {
 public:
  ActionParser(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  Steps parse() {
    while (at_ < text_.size() && text_[at_] != '}') parse_step();
    return std::move(steps_);
  }
  std::size_t position() const { return at_; }

 private:
  void parse_step() {
    const std::string_view rest = text_.substr(at_);
    const char c = rest.front();
    if (rest.starts_with("[?(")) return parse_filter();
    if (rest.starts_with("..")) return parse_recursive();
    if (c == ' ' || c == '@' || c == '$') {
      ++at_;
    } else if (c == '[') {
      parse_brackets();
    } else if (c == '"' || c == '\'') {
      const std::size_t end = end_of_quoted(at_);
      steps_.push_back({.literal = std::make_shared<Json>(unquote(text_.substr(at_, end - at_)))});
      at_ = end;
    } else if (c == '.') {
      ++at_;
      parse_field();
    } else if (c == '+' || c == '-' || is_digit(c)) {
      parse_number();
    } else if (is_word(c)) {
      parse_identifier();
    } else if (c == '\r' || c == '\n') {
      throw SyntaxError("unclosed action");
    } else {
      throw SyntaxError(fmt::format("unrecognized character in action: U+{:04X} '{}'", static_cast<unsigned>(c), c));
    }
  }

  void parse_field() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_word(text_[at_])) at_ += text_[at_] == '\\' ? 2U : 1U;
    at_ = std::min(at_, text_.size());
    steps_.push_back(field_step(text_.substr(start, at_ - start)));
  }

  void parse_recursive() {
    if (!steps_.empty() && steps_.back().kind == Step::Kind::recursive) {
      throw SyntaxError("invalid multiple recursive descent");
    }
    at_ += 2;
    steps_.push_back({.kind = Step::Kind::recursive});
    if (at_ < text_.size() && is_word(text_[at_])) parse_field();
  }

  void parse_number() {
    const std::size_t start = at_++;
    while (at_ < text_.size() && (text_[at_] == '.' || is_digit(text_[at_]))) ++at_;
    const std::string_view written = text_.substr(start, at_ - start);
    const std::string_view digits = written.front() == '+' ? written.substr(1) : written;
    const char* const end = digits.data() + digits.size();
    std::int64_t integer = 0;
    double real = 0;
    if (const auto got = std::from_chars(digits.data(), end, integer); got.ec == std::errc{} && got.ptr == end) {
      steps_.push_back({.literal = std::make_shared<Json>(integer)});
    } else if (const auto as_real = std::from_chars(digits.data(), end, real);
               as_real.ec == std::errc{} && as_real.ptr == end) {
      steps_.push_back({.literal = std::make_shared<Json>(real)});
    } else {
      throw SyntaxError(fmt::format("cannot parse number {}", written));
    }
  }

  void parse_identifier() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_word(text_[at_])) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false") {
      steps_.push_back({.literal = std::make_shared<Json>(word == "true")});
    } else {
      steps_.push_back({.kind = Step::Kind::identifier, .name = std::string(word)});
    }
  }

  void parse_brackets() {
    const std::size_t end = text_.find_first_of("]\n", at_);
    if (end == std::string_view::npos || text_[end] == '\n') throw SyntaxError("unterminated array");
    const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (inner.find(',') == std::string_view::npos) {
      append_subscript(steps_, inner);
      return;
    }
    Step choice{.kind = Step::Kind::choice};
    for (const std::string& member : split(inner, ',')) append_subscript(choice.branches.emplace_back(), trim(member));
    steps_.push_back(std::move(choice));
  }

  void parse_filter() {
    const std::size_t start = at_ + 3;
    std::size_t end = start;
    while (end < text_.size() && text_[end] != ')' && text_[end] != '\n') {
      end = text_[end] == '"' || text_[end] == '\'' ? end_of_quoted(end) : end + 1;
    }
    if (end >= text_.size() || text_[end] == '\n') throw SyntaxError("unterminated filter");
    if (end + 1 >= text_.size() || text_[end + 1] != ']') throw SyntaxError("unclosed array expect ]");
    steps_.push_back(filter_step(text_.substr(start, end - start)));
    at_ = end + 2;
  }

  static Step filter_step(std::string_view condition) {
    constexpr std::string_view kOperators = "!<>=";
    const std::size_t first = condition.find_first_of(kOperators);
    const std::size_t after = std::min(condition.find_first_not_of(kOperators, first), condition.size());
    Step filter{.kind = Step::Kind::filter, .name = "exists"};
    if (first == std::string_view::npos) {
      filter.branches.push_back(parse_side(condition));
    } else if (first == 0 || after == condition.size()) {
      throw SyntaxError(fmt::format("incomplete filter {}", condition));
    } else {
      filter.name = condition.substr(first, after - first);
      filter.branches.push_back(parse_side(condition.substr(0, first)));
      filter.branches.push_back(parse_side(condition.substr(after)));
    }
    return filter;
  }

  static Steps parse_side(std::string_view text) {
    ActionParser parser(text, 0);
    Steps steps = parser.parse();
    if (parser.position() < text.size()) throw SyntaxError("unexpected } in a filter");
    return steps;
  }

  /// Behind the closing quote of the text that starts at `start`.
  std::size_t end_of_quoted(std::size_t start) const {
    for (std::size_t at = start + 1; at < text_.size() && text_[at] != '\n'; ++at) {
      if (text_[at] == text_[start]) return at + 1;
      if (text_[at] == '\\') ++at;
    }
    throw SyntaxError("unterminated quoted string");
  }

  std::string_view text_;
  std::size_t at_;
  Steps steps_;
};

Template parse_segments(std::string_view text) {
  Template segments;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t brace = std::min(text.find('{', at), text.size());
    if (brace > at) segments.push_back({.is_text = true, .text = std::string(text.substr(at, brace - at))});
    if (brace == text.size()) break;
    ActionParser parser(text, brace + 1);
    segments.push_back({.steps = parser.parse()});
    if (parser.position() >= text.size()) throw SyntaxError("unclosed action");
    at = parser.position() + 1;
  }
  return segments;
}

}  // namespace

Template parse_template(std::string_view text) {
  try {
    return parse_segments(text);
  } catch (const SyntaxError& failure) {
    throw usage_error(fmt::format("error parsing jsonpath {}, {}", text, failure.what()));
  }
}

}  // namespace dba::codec::jsonpath
