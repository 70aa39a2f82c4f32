#include "tsql/syntax/reading.hpp"

#include <charconv>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"

namespace dba::sandbox::sqlserver::tsql {

namespace {
constexpr int kMostDepth = 120;
}

std::string ObjectName::schema() const {
  return parts.size() > 1 && !parts[parts.size() - 2].empty() ? to_lower(parts[parts.size() - 2]) : "dbo";
}

std::string ObjectName::text() const { return join(parts, "."); }

Reading::Reading(std::string_view text, const ReadOptions& options)
    : text_(text), tokens_(read_tokens(text_, options.quoted_identifier)) {
  for (const std::string& name : options.declared) declare(name);
}

const Token& Reading::peek(std::size_t ahead) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }

Token Reading::take() {
  const Token& token = peek();
  if (token.kind != TokenKind::end) ++at_;
  return token;
}

bool Reading::is_word(std::string_view upper, std::size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::name && token.upper == upper;
}

bool Reading::is_symbol(std::string_view symbol, std::size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::symbol && token.text == symbol;
}

bool Reading::accept_word(std::string_view upper) {
  if (!is_word(upper)) return false;
  ++at_;
  return true;
}

bool Reading::accept_words(std::initializer_list<std::string_view> upper) {
  std::size_t ahead = 0;
  for (const std::string_view word : upper) {
    if (!is_word(word, ahead++)) return false;
  }
  at_ += upper.size();
  return true;
}

bool Reading::accept_symbol(std::string_view symbol) {
  if (!is_symbol(symbol)) return false;
  ++at_;
  return true;
}

void Reading::expect_word(std::string_view upper) {
  if (!accept_word(upper)) fail_here();
}

void Reading::expect_symbol(std::string_view symbol) {
  if (!accept_symbol(symbol)) fail_here();
}

void Reading::fail_here() const {
  // At the end the server names the last word there is.
  const Token& token = peek().kind == TokenKind::end && at_ > 0 ? tokens_[at_ - 1] : peek();
  if (token.kind == TokenKind::name && is_reserved(token.upper)) {
    fail(156, fmt::format("Incorrect syntax near the keyword '{}'.", token.text), 15, 1, token.line);
  }
  fail_syntax(token.text, token.line);
}

bool Reading::is_name(std::size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::quoted_name || (token.kind == TokenKind::name && !is_reserved(token.upper));
}

std::string Reading::expect_name() {
  if (!is_name()) fail_here();
  const Token token = take();
  if (token.text.size() > 4 * 128 || (token.text.size() > 128 && display_width(token.text) > 128)) {
    fail(103,
         fmt::format("The identifier that starts with '{}' is too long. Maximum length is 128.",
                     token.text.substr(0, 128)),
         15, 4, token.line);
  }
  return token.text;
}

ObjectName Reading::expect_object_name() {
  ObjectName name;
  name.line = peek().line;
  name.parts.push_back(expect_name());
  while (is_symbol(".")) {
    ++at_;
    while (accept_symbol(".")) name.parts.emplace_back();  // db..table
    name.parts.push_back(expect_name());
  }
  if (name.parts.size() > 4) {
    fail(117,
         fmt::format("The object name '{}' contains more than the maximum number of prefixes. The maximum is 3.",
                     name.text()),
         15, 1, name.line);
  }
  return name;
}

std::vector<std::string> Reading::name_list() {
  std::vector<std::string> names;
  expect_symbol("(");
  do names.push_back(expect_name());
  while (accept_symbol(","));
  expect_symbol(")");
  return names;
}

std::string Reading::accept_alias() {
  if (accept_word("AS")) return expect_name();
  return is_name() ? expect_name() : std::string();
}

std::string Reading::text_between(std::size_t from, std::size_t to) const {
  return from < to ? text_.substr(from, to - from) : std::string();
}

void Reading::skip_parentheses() {
  expect_symbol("(");
  for (int open = 1; open > 0;) {
    if (peek().kind == TokenKind::end) fail_here();
    const Token token = take();
    if (token.kind != TokenKind::symbol) continue;
    if (token.text == "(") ++open;
    if (token.text == ")") --open;
  }
}

std::int64_t Reading::expect_integer() {
  const bool negative = accept_symbol("-");
  if (peek().kind != TokenKind::integer) fail_here();
  const std::string digits = take().text;
  std::int64_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc())
    fail_syntax(digits, peek().line);
  return negative ? -value : value;
}

void Reading::declare(const std::string& name) { declared_.insert(to_lower(name)); }

void Reading::check_declared(const Token& variable) const {
  if (variable.text.starts_with("@@") || declared_.contains(to_lower(variable.text))) return;
  fail_undeclared(variable.text, variable.line);
}

void Reading::check_table_declared(const Token& variable) const {
  if (declared_.contains(to_lower(variable.text))) return;
  fail(1087, fmt::format("Must declare the table variable \"{}\".", variable.text), 15, 2, variable.line);
}

Reading::Deeper::Deeper(Reading& reading) : reading_(reading) {
  if (++reading_.depth_ <= kMostDepth) return;
  --reading_.depth_;
  fail_too_deep(reading_.peek().line);
}

Statements parse_batch(std::string_view batch, const ReadOptions& options) { return Reading(batch, options).batch(); }
std::vector<Declaration> parse_parameters(std::string_view text) { return Reading(text, {}).parameters(); }
ExprPtr parse_expression(std::string_view text) { return Reading(text, {}).lone_expression(); }
ExprPtr parse_condition(std::string_view text) { return Reading(text, {}).lone_condition(); }

}  // namespace dba::sandbox::sqlserver::tsql
