#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/syntax/reading.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {

ExprPtr Reading::operand() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::integer:
    case TokenKind::decimal:
    case TokenKind::floating:
      return number();
    case TokenKind::string:
    case TokenKind::unicode_string:
    case TokenKind::binary:
      return text_literal();
    case TokenKind::variable: {
      check_declared(token);
      ExprPtr expr = make(ExprKind::variable);
      expr->text = take().text;
      return expr;
    }
    case TokenKind::symbol: {
      if (!is_symbol("(")) fail_here();
      const Deeper deeper(*this);
      ++at_;
      if (at_query()) {
        ExprPtr expr = make(ExprKind::subquery);
        expr->query = std::make_unique<Query>(query());
        expect_symbol(")");
        return expr;
      }
      ExprPtr inner = any_expression();
      expect_symbol(")");
      return inner;
    }
    case TokenKind::name:
    case TokenKind::quoted_name:
      return name_or_call();
    case TokenKind::end:
      fail_here();
  }
  fail_here();
}

ExprPtr Reading::number() {
  ExprPtr expr = make(ExprKind::literal);
  const Token token = take();
  if (token.kind == TokenKind::floating) {
    expr->type = {.id = TypeId::floating};
    expr->value = std::strtod(token.text.c_str(), nullptr);
    return expr;
  }
  std::int64_t value = 0;
  const char* end = token.text.data() + token.text.size();
  const auto read = std::from_chars(token.text.data(), end, value);
  if (token.kind == TokenKind::integer && read.ec == std::errc() && value <= 2147483647) {
    expr->type = {.id = TypeId::integer};
    expr->value = value;
    return expr;
  }
  const std::size_t point = std::min(token.text.find('.'), token.text.size());
  std::string whole = token.text.substr(0, point);
  const std::string fraction = point < token.text.size() ? token.text.substr(point + 1) : std::string();
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  const std::size_t digits = whole.size() + fraction.size();
  if (digits > 38) {
    fail(1007,
         fmt::format("The number '{}' is out of the range for numeric representation (maximum precision 38).",
                     token.text),
         15, 1, token.line);
  }
  expr->type = {.id = TypeId::decimal,
                .precision = std::max(static_cast<int>(digits), 1),
                .scale = static_cast<int>(fraction.size())};
  expr->value = (whole.empty() ? "0" : whole) + (fraction.empty() ? "" : "." + fraction);
  return expr;
}

ExprPtr Reading::text_literal() {
  ExprPtr expr = make(ExprKind::literal);
  Token token = take();
  if (token.kind == TokenKind::binary) {
    expr->type = {.id = TypeId::varbinary, .length = std::max(static_cast<int>(token.text.size()), 1)};
  } else {
    const bool unicode = token.kind == TokenKind::unicode_string;
    if (!unicode) token.text = to_code_page(token.text);
    const std::size_t length = text_length(token.text);
    expr->type = {.id = unicode ? TypeId::nvarchar : TypeId::varchar,
                  .length = length > (unicode ? 4000U : 8000U) ? -1 : std::max(static_cast<int>(length), 1)};
  }
  expr->value = std::move(token.text);
  return expr;
}

ExprPtr Reading::name_or_call() {
  if (is_word("NULL")) {
    ExprPtr expr = make(ExprKind::literal);
    ++at_;
    expr->null_literal = true;
    expr->type = {.id = TypeId::integer};
    return expr;
  }
  if (is_word("CASE")) return case_expression();
  if (is_symbol("(", 1)) {
    if (is_word("CAST") || is_word("TRY_CAST")) return cast_call(take().upper == "TRY_CAST");
    if (is_word("CONVERT") || is_word("TRY_CONVERT")) return convert_call(take().upper == "TRY_CONVERT");
    if (is_word("PARSE") || is_word("TRY_PARSE")) fail_unsupported(peek().upper, peek().line);
    // Reserved words that are functions.
    for (const std::string_view word : {"COALESCE", "NULLIF", "LEFT", "RIGHT", "USER"}) {
      if (is_word(word)) return call(ObjectName{.parts = {take().text}, .line = peek().line});
    }
  }
  for (const std::string_view word : {"CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER", "USER"}) {
    if (!is_word(word)) continue;
    ExprPtr expr = make(ExprKind::call);
    expr->name.parts = {take().text};
    return expr;
  }
  ObjectName name = expect_object_name();
  if (is_symbol("(")) return call(std::move(name));
  ExprPtr expr = make(ExprKind::column);
  expr->line = name.line;
  expr->name = std::move(name);
  return expr;
}

ExprPtr Reading::case_expression() {
  const Deeper deeper(*this);
  ExprPtr expr = make(ExprKind::conditional);
  expect_word("CASE");
  if (!is_word("WHEN")) expr->operand = expression();
  while (accept_word("WHEN")) {
    expr->args.push_back(expr->operand ? expression() : condition());
    expect_word("THEN");
    expr->args.push_back(expression());
  }
  if (expr->args.empty()) fail_here();
  if (accept_word("ELSE")) {
    expr->has_else = true;
    expr->args.push_back(expression());
  }
  expect_word("END");
  return expr;
}

ExprPtr Reading::cast_call(bool attempt) {
  ExprPtr expr = make(ExprKind::cast);
  expr->attempt = attempt;
  expect_symbol("(");
  expr->args.push_back(expression());
  expect_word("AS");
  expr->type = cast_type();
  expect_symbol(")");
  return expr;
}

ExprPtr Reading::convert_call(bool attempt) {
  ExprPtr expr = make(ExprKind::cast);
  expr->attempt = attempt;
  expect_symbol("(");
  expr->type = cast_type();
  expect_symbol(",");
  expr->args.push_back(expression());
  if (accept_symbol(",")) expr->args.push_back(expression());
  expect_symbol(")");
  return expr;
}

ExprPtr Reading::call(ObjectName name) {
  const Deeper deeper(*this);
  ExprPtr expr = make(ExprKind::call);
  expr->line = name.line;
  expr->name = std::move(name);
  expect_symbol("(");
  if (accept_symbol("*")) {
    expr->star = true;
  } else if (!is_symbol(")")) {
    const std::string function = to_lower(expr->name.object());
    expr->distinct = accept_word("DISTINCT");
    if (!expr->distinct) accept_word("ALL");
    // IIF's first argument is a condition.
    if (function == "iif") {
      expr->args.push_back(condition());
      if (accept_symbol(",")) {
        for (ExprPtr& arg : expression_list()) expr->args.push_back(std::move(arg));
      }
    } else {
      expr->args = expression_list();
    }
  }
  expect_symbol(")");
  if (accept_words({"WITHIN", "GROUP"})) {
    expect_symbol("(");
    expect_word("ORDER");
    expect_word("BY");
    expr->within = order_list();
    expect_symbol(")");
  }
  if (accept_word("OVER")) expr->over = over();
  return expr;
}

std::unique_ptr<Over> Reading::over() {
  auto over = std::make_unique<Over>();
  expect_symbol("(");
  if (accept_word("PARTITION")) {
    expect_word("BY");
    over->partition = expression_list();
  }
  if (accept_word("ORDER")) {
    expect_word("BY");
    over->order = order_list();
  }
  if (is_word("ROWS") || is_word("RANGE")) {
    static constexpr std::string_view kWords[] = {"ROWS",    "RANGE", "BETWEEN",   "AND",      "UNBOUNDED",
                                                  "CURRENT", "ROW",   "PRECEDING", "FOLLOWING"};
    while (!is_symbol(")")) {
      bool known = peek().kind == TokenKind::integer;
      for (const std::string_view word : kWords) known = known || is_word(word);
      if (!known) fail_here();
      over->frame += (over->frame.empty() ? "" : " ") + take().text;
    }
  }
  expect_symbol(")");
  return over;
}

/// In CAST and CONVERT a length left out is 30, elsewhere 1.
Type Reading::cast_type() {
  Type type = type_name();
  const bool sized = tokens_[at_ - 1].text == ")" || type.length != 1;
  if (!sized && (is_text(type) || is_bytes(type))) type.length = 30;
  return type;
}

Type Reading::type_name() {
  const int line = peek().line;
  // Type names are not reserved, except for a few with two words.
  std::string name;
  if (accept_words({"DOUBLE", "PRECISION"})) {
    name = "float";
  } else if (accept_word("NATIONAL")) {
    name = "n" + to_lower(expect_name());
  } else {
    if (is_name() && is_symbol(".", 1)) at_ += 2;  // sys.
    name = to_lower(expect_name());
  }
  if (accept_word("VARYING"))
    name = name == "char" || name == "character" ? "varchar" : name == "binary" ? "varbinary" : "nvarchar";
  std::vector<int> sizes;
  if (accept_symbol("(")) {
    do {
      if (accept_word("MAX")) {
        sizes.push_back(-1);
      } else {
        const std::int64_t size = expect_integer();
        sizes.push_back(static_cast<int>(std::clamp<std::int64_t>(size, 0, 100000)));
      }
    } while (accept_symbol(","));
    expect_symbol(")");
  }
  static constexpr auto kUnsimulated = std::to_array<std::string_view>(
      {"geography", "geometry", "hierarchyid", "json", "rowversion", "timestamp", "vector", "xml"});
  if (contains(kUnsimulated, name)) fail_unsupported("type " + name, line);
  return get_type(name, sizes, line);
}

}  // namespace dba::sandbox::sqlserver::tsql
