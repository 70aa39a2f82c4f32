#include "tsql/errors.hpp"
#include "tsql/syntax/reading.hpp"

namespace dba::sandbox::sqlserver::tsql {

ObjectName Reading::change_target() {
  ObjectName name;
  if (peek().kind == TokenKind::variable) {
    check_table_declared(peek());
    name.line = peek().line;
    name.parts = {take().text};
  } else {
    name = expect_object_name();
  }
  return name;
}

Output Reading::output() {
  Output output;
  if (!accept_word("OUTPUT")) return output;
  output.items = select_items();
  if (accept_word("INTO")) {
    output.into = change_target();
    if (is_symbol("(")) output.into_columns = name_list();
  }
  return output;
}

Insert Reading::insert(std::vector<CommonTable> with) {
  Insert insert;
  insert.with = std::move(with);
  expect_word("INSERT");
  insert.top = top();
  accept_word("INTO");
  insert.target = change_target();
  table_hints();
  if (is_symbol("(") && !is_word("SELECT", 1) && !is_symbol("(", 1)) insert.columns = name_list();
  insert.output = output();
  if (accept_words({"DEFAULT", "VALUES"})) {
    insert.rows.emplace_back();
  } else if (accept_word("VALUES")) {
    insert.rows = value_rows(true);
  } else if (is_word("EXEC") || is_word("EXECUTE")) {
    insert.procedure = execute_statement(false);
  } else if (at_query()) {
    insert.source = std::make_unique<Query>(query());
  } else {
    fail_here();
  }
  return insert;
}

Assignment Reading::assignment() {
  Assignment assignment;
  assignment.line = peek().line;
  if (peek().kind == TokenKind::variable) {
    check_declared(peek());
    assignment.variable = take().text;
    assignment.operation = assignment_operator();
    // @x = column = expression
    if (assignment.operation.empty() && is_name() && is_symbol("=", 1)) {
      assignment.column = expect_name();
      ++at_;
    }
  } else {
    assignment.column = expect_object_name().object();
    assignment.operation = assignment_operator();
  }
  if (!accept_word("DEFAULT")) assignment.value = expression();
  return assignment;
}

Update Reading::update(std::vector<CommonTable> with) {
  Update update;
  update.with = std::move(with);
  expect_word("UPDATE");
  update.top = top();
  update.target = change_target();
  table_hints();
  expect_word("SET");
  do update.set.push_back(assignment());
  while (accept_symbol(","));
  changed_rows(update);
  return update;
}

Delete Reading::delete_(std::vector<CommonTable> with) {
  Delete statement;
  statement.with = std::move(with);
  expect_word("DELETE");
  statement.top = top();
  accept_word("FROM");
  statement.target = change_target();
  table_hints();
  changed_rows(statement);
  return statement;
}

/// What UPDATE and DELETE end with.
void Reading::changed_rows(RowChange& change) {
  change.output = output();
  if (accept_word("FROM")) change.from = from_list();
  if (accept_word("WHERE")) change.where = condition();
  query_options();
}

}  // namespace dba::sandbox::sqlserver::tsql
