#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/refusals.hpp"
#include "api/selectors.hpp"

namespace dba::sandbox::api {

namespace {

using Operator = LabelRequirement::Operator;

/// Words and punctuation; the empty token is the end.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}
  std::string_view peek() {
    const std::size_t before = at_;
    const std::string_view token = next();
    at_ = before;
    return token;
  }
  std::string_view next() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    const std::size_t start = at_;
    if (at_ == text_.size()) return {};
    if (is_special(text_[at_])) {
      ++at_;
      if (at_ < text_.size() && text_[at_] == '=' && (text_[start] == '=' || text_[start] == '!')) ++at_;
    } else {
      while (at_ < text_.size() && !is_blank(text_[at_]) && !is_special(text_[at_])) ++at_;
    }
    return text_.substr(start, at_ - start);
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static bool is_special(char c) { return std::string_view("=!(),><").find(c) != std::string_view::npos; }
  std::string_view text_;
  std::size_t at_ = 0;
};

StatusError unparsable(std::string_view found, std::string_view expected) {
  return bad_request(fmt::format("unable to parse requirement: found '{}', expected: {}", found, expected));
}

bool is_word(std::string_view token) {
  return !token.empty() && std::string_view("=!(),><").find(token.front()) == std::string_view::npos;
}

std::vector<std::string> parse_set(Tokens& tokens) {
  if (const auto open = tokens.next(); open != "(") throw unparsable(open, "'('");
  std::vector<std::string> values;
  while (true) {
    const bool given = is_word(tokens.peek());
    values.emplace_back(given ? tokens.next() : std::string_view());
    const auto after = tokens.next();
    if (after == ")") break;
    if (after != ",") throw unparsable(after, "',' or ')'");
  }
  std::sort(values.begin(), values.end());
  return values;
}

Operator parse_operator(Tokens& tokens) {
  const auto token = tokens.next();
  if (token == "=" || token == "==") return Operator::equal;
  if (token == "!=") return Operator::not_equal;
  if (token == "in") return Operator::in;
  if (token == "notin") return Operator::not_in;
  if (token == ">") return Operator::greater;
  if (token == "<") return Operator::less;
  throw unparsable(token, "in, notin, =, ==, !=, gt, lt");
}

LabelRequirement parse_requirement(Tokens& tokens) {
  LabelRequirement requirement;
  const bool negated = tokens.peek() == "!";
  if (negated) tokens.next();
  const auto key = tokens.next();
  if (!is_word(key)) throw unparsable(key, "identifier");
  requirement.key = key;
  if (negated) {
    requirement.op = Operator::missing;
    return requirement;
  }
  if (const auto after = tokens.peek(); after.empty() || after == ",") return requirement;
  requirement.op = parse_operator(tokens);
  if (requirement.op == Operator::in || requirement.op == Operator::not_in) {
    requirement.values = parse_set(tokens);
  } else {
    requirement.values.emplace_back(is_word(tokens.peek()) ? tokens.next() : std::string_view());
  }
  return requirement;
}

/// One of matchExpressions.
std::string expression_text(const Json& expression) {
  const std::string key = codec::string_at(expression, {"key"});
  const std::string op = codec::string_at(expression, {"operator"});
  if (op == "Exists") return key;
  if (op == "DoesNotExist") return "!" + key;
  std::vector<std::string> values;
  if (const Json* given = codec::find_at(expression, {"values"}); given != nullptr && given->is_array()) {
    for (const Json& value : *given) values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  std::sort(values.begin(), values.end());
  return fmt::format("{} {} ({})", key, op == "NotIn" ? "notin" : "in", fmt::join(values, ","));
}

}  // namespace

std::string selector_text(const Json& selector) {
  std::vector<std::pair<std::string, std::string>> terms;  // by key
  if (const Json* labels = codec::find_at(selector, {"matchLabels"}); labels != nullptr && labels->is_object()) {
    for (const auto& [key, value] : labels->items()) {
      terms.emplace_back(key, fmt::format("{}={}", key, value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
  const Json* expressions = codec::find_at(selector, {"matchExpressions"});
  if (expressions != nullptr && expressions->is_array()) {
    for (const Json& one : *expressions) terms.emplace_back(codec::string_at(one, {"key"}), expression_text(one));
  }
  std::stable_sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> texts;
  for (auto& term : terms) texts.push_back(std::move(term.second));
  return fmt::format("{}", fmt::join(texts, ","));
}

std::vector<LabelRequirement> parse_label_selector(std::string_view text) {
  std::vector<LabelRequirement> requirements;
  Tokens tokens(text);
  if (tokens.peek().empty()) return requirements;
  while (true) {
    requirements.push_back(parse_requirement(tokens));
    const auto after = tokens.next();
    if (after.empty()) return requirements;
    if (after != ",") throw bad_request(fmt::format("found '{}', expected: ',' or 'end of string'", after));
  }
}

}  // namespace dba::sandbox::api
