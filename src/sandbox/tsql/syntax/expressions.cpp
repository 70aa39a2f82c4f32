#include <algorithm>

#include <fmt/format.h>

#include "tsql/errors.hpp"
#include "tsql/syntax/reading.hpp"

namespace dba::sandbox::sqlserver::tsql {

namespace {

/// A chain of operators is a tree as deep as the chain is long, and everything walks trees by recursion.
constexpr int kLongestChain = 400;

}  // namespace

ExprPtr Reading::make(ExprKind kind) const {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->line = peek().line;
  return expr;
}

void Reading::require_value(const ExprPtr& expr) const {
  if (expr->is_condition()) fail_here();
}

ExprPtr Reading::lone_expression() {
  ExprPtr expr = expression();
  if (peek().kind != TokenKind::end) fail_here();
  return expr;
}

ExprPtr Reading::lone_condition() {
  ExprPtr expr = condition();
  if (peek().kind != TokenKind::end) fail_here();
  return expr;
}

ExprPtr Reading::expression() {
  const Deeper deeper(*this);
  ExprPtr expr = sum();
  require_value(expr);
  return expr;
}

ExprPtr Reading::condition() {
  const Deeper deeper(*this);
  ExprPtr expr = any_expression();
  if (!expr->is_condition()) {
    const Token& near = peek().kind == TokenKind::end && at_ > 0 ? tokens_[at_ - 1] : peek();
    fail(4145,
         fmt::format(
             "An expression of non-boolean type specified in a context where a condition is expected, near '{}'.",
             near.text),
         15, 1, near.line);
  }
  return expr;
}

ExprPtr Reading::any_expression() { return joined_conditions("OR", ExprKind::disjunction, &Reading::conjunction); }
ExprPtr Reading::conjunction() { return joined_conditions("AND", ExprKind::conjunction, &Reading::negation); }

/// One side, or several with a word between them. A side alone may be a value.
ExprPtr Reading::joined_conditions(std::string_view word, ExprKind kind, ExprPtr (Reading::*side)()) {
  ExprPtr left = (this->*side)();
  for (int links = 1; is_word(word); ++links) {
    if (links > kLongestChain) fail_too_deep(peek().line);
    if (!left->is_condition()) fail_here();
    ExprPtr both = make(kind);
    ++at_;
    both->args.push_back(std::move(left));
    both->args.push_back((this->*side)());
    if (!both->args[1]->is_condition()) fail_here();
    left = std::move(both);
  }
  return left;
}

ExprPtr Reading::negation() {
  if (!is_word("NOT")) return predicate();
  const Deeper deeper(*this);
  ExprPtr expr = make(ExprKind::negation);
  ++at_;
  expr->args.push_back(negation());
  if (!expr->args[0]->is_condition()) fail_here();
  return expr;
}

ExprPtr Reading::predicate() {
  if (is_word("EXISTS")) {
    ExprPtr expr = make(ExprKind::exists);
    ++at_;
    expect_symbol("(");
    expr->query = std::make_unique<Query>(query());
    expect_symbol(")");
    return expr;
  }
  ExprPtr left = sum();
  return left->is_condition() ? std::move(left) : predicate_tail(std::move(left));
}

ExprPtr Reading::predicate_tail(ExprPtr left) {
  static constexpr std::string_view kComparisons[] = {"=", "<>", "!=", "<=", ">=", "!<", "!>", "<", ">"};
  for (const std::string_view symbol : kComparisons) {
    if (!is_symbol(symbol)) continue;
    ExprPtr expr = make(ExprKind::comparison);
    ++at_;
    expr->text = symbol == "!=" ? "<>" : symbol == "!<" ? ">=" : symbol == "!>" ? "<=" : std::string(symbol);
    expr->args.push_back(std::move(left));
    if (is_word("ALL") || is_word("ANY") || is_word("SOME")) {
      expr->kind = ExprKind::quantified;
      expr->all = take().upper == "ALL";
      expect_symbol("(");
      expr->query = std::make_unique<Query>(query());
      expect_symbol(")");
      return expr;
    }
    expr->args.push_back(sum());
    require_value(expr->args[1]);
    return expr;
  }
  if (is_word("IS")) {
    ExprPtr expr = make(ExprKind::is_null);
    ++at_;
    expr->negated = accept_word("NOT");
    expect_word("NULL");
    expr->args.push_back(std::move(left));
    return expr;
  }
  const bool negated = is_word("NOT") && (is_word("LIKE", 1) || is_word("IN", 1) || is_word("BETWEEN", 1));
  if (negated) ++at_;
  if (is_word("IN")) return in_tail(std::move(left), negated);
  if (is_word("LIKE")) {
    ExprPtr expr = make(ExprKind::like);
    ++at_;
    expr->negated = negated;
    expr->args.push_back(std::move(left));
    expr->args.push_back(expression());
    if (accept_word("ESCAPE")) expr->args.push_back(expression());
    return expr;
  }
  if (is_word("BETWEEN")) {
    ExprPtr expr = make(ExprKind::between);
    ++at_;
    expr->negated = negated;
    expr->args.push_back(std::move(left));
    expr->args.push_back(expression());
    expect_word("AND");
    expr->args.push_back(expression());
    return expr;
  }
  return left;
}

ExprPtr Reading::in_tail(ExprPtr left, bool negated) {
  ExprPtr expr = make(ExprKind::in_list);
  ++at_;
  expr->negated = negated;
  expr->args.push_back(std::move(left));
  expect_symbol("(");
  if (at_query()) {
    expr->kind = ExprKind::in_query;
    expr->query = std::make_unique<Query>(query());
  } else {
    for (ExprPtr& item : expression_list()) expr->args.push_back(std::move(item));
  }
  expect_symbol(")");
  return expr;
}

std::vector<ExprPtr> Reading::expression_list() {
  std::vector<ExprPtr> list;
  do list.push_back(expression());
  while (accept_symbol(","));
  return list;
}

ExprPtr Reading::sum() { return operations({"+", "-", "&", "|", "^"}, &Reading::product); }
ExprPtr Reading::product() { return operations({"*", "/", "%"}, &Reading::unary); }

/// One side, or several with operators between them, from the left.
ExprPtr Reading::operations(std::initializer_list<std::string_view> symbols, ExprPtr (Reading::*side)()) {
  ExprPtr left = (this->*side)();
  const auto at_operator = [&] {
    return std::ranges::any_of(symbols, [&](std::string_view symbol) { return is_symbol(symbol); });
  };
  for (int links = 1; at_operator(); ++links) {
    if (links > kLongestChain) fail_too_deep(peek().line);
    require_value(left);
    ExprPtr both = make(ExprKind::binary);
    both->text = take().text;
    both->args.push_back(std::move(left));
    both->args.push_back((this->*side)());
    require_value(both->args[1]);
    left = std::move(both);
  }
  return left;
}

ExprPtr Reading::unary() {
  if (!is_symbol("-") && !is_symbol("+") && !is_symbol("~")) return postfix();
  const Deeper deeper(*this);
  ExprPtr expr = make(is_symbol("~") ? ExprKind::complement : ExprKind::negate);
  const bool plus = take().text == "+";
  ExprPtr arg = unary();
  require_value(arg);
  if (plus) return arg;
  expr->args.push_back(std::move(arg));
  return expr;
}

ExprPtr Reading::postfix() {
  ExprPtr expr = operand();
  // There is one collation; that another one is asked for changes nothing.
  while (accept_word("COLLATE")) expect_name();
  if (is_word("AT") && is_word("TIME", 1)) fail_unsupported("AT TIME ZONE", peek().line);
  return expr;
}

}  // namespace dba::sandbox::sqlserver::tsql
