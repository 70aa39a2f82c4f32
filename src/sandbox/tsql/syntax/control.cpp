#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/syntax/reading.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// "@x int = 1", "@t TABLE (…)"
Declaration Reading::declaration() {
  Declaration one;
  if (peek().kind != TokenKind::variable) fail_here();
  const Token variable = take();
  one.name = variable.text;
  if (declared_.contains(to_lower(one.name))) {
    fail(134,
         "The variable name '" + one.name +
             "' has already been declared. Variable names must be unique within a query batch or stored procedure.",
         15, 2, variable.line);
  }
  accept_word("AS");
  if (is_word("CURSOR")) fail_unsupported("CURSOR", variable.line);
  if (accept_word("TABLE")) {
    one.table = table_elements();
  } else {
    one.type = type_name();
    if (accept_symbol("=")) one.value = expression();
  }
  declare(one.name);
  return one;
}

StatementPtr Reading::declare_statement() {
  const int line = peek().line;
  expect_word("DECLARE");
  if (is_word("CURSOR", 1) || is_word("CURSOR", 2) || is_word("CURSOR", 3)) fail_unsupported("DECLARE CURSOR", line);
  Declare all;
  do all.variables.push_back(declaration());
  while (accept_symbol(","));
  return wrap(std::move(all), line);
}

std::vector<Declaration> Reading::parameters() {
  std::vector<Declaration> all;
  if (peek().kind == TokenKind::end) return all;
  do {
    all.push_back(declaration());
    if (!accept_word("OUTPUT") && !accept_word("OUT")) accept_word("READONLY");
  } while (accept_symbol(","));
  if (peek().kind != TokenKind::end) fail_here();
  return all;
}

StatementPtr Reading::set_statement() {
  const int line = peek().line;
  expect_word("SET");
  if (peek().kind == TokenKind::variable) {
    check_declared(peek());
    SetVariable set;
    set.name = take().text;
    set.operation = assignment_operator();
    set.value = expression();
    return wrap(std::move(set), line);
  }
  SetOption option;
  if (accept_words({"TRANSACTION", "ISOLATION", "LEVEL"})) {
    option.names = {"TRANSACTION ISOLATION LEVEL"};
    option.value = take().upper;
    if (option.value == "READ" || option.value == "REPEATABLE") option.value += " " + take().upper;
    return wrap(std::move(option), line);
  }
  if (accept_word("IDENTITY_INSERT")) {
    option.names = {"IDENTITY_INSERT", expect_object_name().text()};
  } else if (accept_word("STATISTICS")) {
    do option.names.push_back("STATISTICS " + take().upper);
    while (accept_symbol(","));
  } else {
    do {
      if (peek().kind != TokenKind::name) fail_here();
      option.names.push_back(take().upper);
    } while (accept_symbol(","));
  }
  const bool negative = accept_symbol("-");
  const Token value = take();
  if (value.kind == TokenKind::variable) check_declared(value);
  if (value.kind == TokenKind::end || value.kind == TokenKind::symbol) {
    --at_;
    fail_here();
  }
  option.value = (negative ? "-" : "") + (value.upper.empty() ? value.text : value.upper);
  return wrap(std::move(option), line);
}

StatementPtr Reading::begin_statement() {
  const int line = peek().line;
  expect_word("BEGIN");
  if (accept_word("TRAN") || accept_word("TRANSACTION")) {
    if (is_name() || peek().kind == TokenKind::variable) ++at_;
    if (accept_words({"WITH", "MARK"}) && peek().kind == TokenKind::string) ++at_;
    return wrap(BeginTransaction{}, line);
  }
  if (is_word("DISTRIBUTED")) fail_unsupported("BEGIN DISTRIBUTED TRANSACTION", line);
  if (accept_word("TRY")) {
    TryCatch both;
    both.attempt = block_until({"END", "TRY"});
    accept_symbol(";");
    expect_word("BEGIN");
    expect_word("CATCH");
    both.handler = block_until({"END", "CATCH"});
    return wrap(std::move(both), line);
  }
  Block block;
  block.body = block_until({"END"});
  if (block.body.empty()) {
    --at_;
    fail_here();
  }
  return wrap(std::move(block), line);
}

Statements Reading::block_until(std::initializer_list<std::string_view> closing) {
  Statements body;
  while (true) {
    while (accept_symbol(";")) {
    }
    if (accept_words(closing)) return body;
    if (peek().kind == TokenKind::end) fail_here();
    body.push_back(statement());
  }
}

StatementPtr Reading::if_statement() {
  const int line = peek().line;
  expect_word("IF");
  If branch;
  branch.condition = condition();
  branch.then = statement();
  const std::size_t before = at_;
  while (accept_symbol(";")) {
  }
  if (accept_word("ELSE")) {
    branch.otherwise = statement();
  } else {
    at_ = before;
  }
  return wrap(std::move(branch), line);
}

StatementPtr Reading::while_statement() {
  const int line = peek().line;
  expect_word("WHILE");
  While loop;
  loop.condition = condition();
  loop.body = statement();
  return wrap(std::move(loop), line);
}

Argument Reading::execute_argument() {
  Argument argument;
  if (peek().kind == TokenKind::variable && is_symbol("=", 1)) {
    argument.name = take().text;
    ++at_;
  }
  if (accept_word("DEFAULT")) return argument;
  if (is_name() && peek().kind == TokenKind::name && !is_symbol("(", 1) && !is_symbol(".", 1)) {
    // EXEC sp_helpdb agdb1: a word on its own is a string.
    argument.value = make(ExprKind::literal);
    const std::string text = take().text;
    argument.value->type = {.id = TypeId::nvarchar, .length = static_cast<int>(text.size())};
    argument.value->value = text;
  } else {
    argument.value = expression();
  }
  argument.output = accept_word("OUTPUT") || accept_word("OUT");
  return argument;
}

StatementPtr Reading::execute_statement(bool implied) {
  const int line = peek().line;
  Execute execute;
  if (!implied) ++at_;
  if (!implied && accept_symbol("(")) {
    execute.text = expression();
    expect_symbol(")");
    return wrap(std::move(execute), line);
  }
  if (peek().kind == TokenKind::variable) {
    check_declared(peek());
    execute.status = take().text;
    expect_symbol("=");
  }
  execute.procedure = expect_object_name();
  const bool ends =
      peek().kind == TokenKind::end || is_symbol(";") || is_symbol(")") ||
      (peek().kind == TokenKind::name && is_reserved(peek().upper) && !is_word("NULL") && !is_word("DEFAULT"));
  if (!ends) {
    do execute.args.push_back(execute_argument());
    while (accept_symbol(","));
  }
  if (accept_words({"WITH", "RESULT", "SETS"})) skip_parentheses();
  return wrap(std::move(execute), line);
}

StatementPtr Reading::rollback_statement() {
  const int line = peek().line;
  expect_word("ROLLBACK");
  RollbackTransaction rollback;
  if (!accept_word("WORK") && (accept_word("TRAN") || accept_word("TRANSACTION")) && is_name())
    rollback.name = expect_name();
  return wrap(std::move(rollback), line);
}

StatementPtr Reading::raise_error() {
  const int line = peek().line;
  expect_word("RAISERROR");
  RaiseError raise;
  expect_symbol("(");
  raise.args = expression_list();
  expect_symbol(")");
  if (accept_word("WITH")) {
    do {
      if (!accept_word("NOWAIT") && !accept_word("LOG") && !accept_word("SETERROR")) fail_here();
    } while (accept_symbol(","));
  }
  return wrap(std::move(raise), line);
}

StatementPtr Reading::wait_for() {
  const int line = peek().line;
  expect_word("WAITFOR");
  WaitFor wait;
  wait.until = is_word("TIME");
  if (!wait.until && !is_word("DELAY")) fail_here();
  ++at_;
  wait.delay = expression();
  return wrap(std::move(wait), line);
}

}  // namespace dba::sandbox::sqlserver::tsql
