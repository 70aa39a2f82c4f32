#include <utility>

#include "tsql/errors.hpp"
#include "tsql/syntax/reading.hpp"

namespace dba::sandbox::sqlserver::tsql {

StatementPtr Reading::create() {
  const int line = peek().line;
  const std::string name = statement_name();
  expect_word("CREATE");
  if (accept_word("TABLE")) {
    CreateTable table;
    table.name = expect_object_name();
    table.elements = table_elements();
    index_options();
    return wrap(std::move(table), line);
  }
  if (accept_word("DATABASE")) {
    CreateDatabase database{expect_name()};
    if (accept_word("COLLATE")) expect_name();
    return wrap(std::move(database), line);
  }
  const bool unique = accept_word("UNIQUE");
  if (!accept_word("CLUSTERED")) accept_word("NONCLUSTERED");
  if (is_word("INDEX")) return std::make_unique<Statement>(create_index(unique));
  if (peek().kind == TokenKind::name) fail_unsupported(name, line);
  fail_here();
}

Statement Reading::create_index(bool unique) {
  CreateIndex index;
  const int line = peek().line;
  expect_word("INDEX");
  index.key.kind = unique ? KeyKind::unique : KeyKind::index;
  index.key.name = expect_name();
  index.key.from_index = true;
  expect_word("ON");
  index.table = expect_object_name();
  index.key.columns = key_columns();
  if (accept_word("INCLUDE")) skip_parentheses();
  if (is_word("WHERE")) fail_unsupported("CREATE INDEX … WHERE", line);
  index_options();
  return Statement{line, std::move(index)};
}

void Reading::index_options() {
  if (is_word("WITH") && is_symbol("(", 1)) {
    ++at_;
    skip_parentheses();
  }
  if (is_word("ON") && is_name(1)) {  // ON [PRIMARY]
    at_ += 2;
  }
  if (is_word("TEXTIMAGE_ON")) at_ += 2;
}

StatementPtr Reading::drop() {
  const int line = peek().line;
  const std::string name = statement_name();
  expect_word("DROP");
  if (accept_word("TABLE")) {
    DropTable drop;
    drop.if_exists = accept_words({"IF", "EXISTS"});
    do drop.names.push_back(expect_object_name());
    while (accept_symbol(","));
    return wrap(std::move(drop), line);
  }
  if (accept_word("DATABASE")) {
    DropDatabase drop;
    drop.if_exists = accept_words({"IF", "EXISTS"});
    do drop.names.push_back(expect_name());
    while (accept_symbol(","));
    return wrap(std::move(drop), line);
  }
  if (accept_word("INDEX")) {
    DropIndex drop;
    drop.if_exists = accept_words({"IF", "EXISTS"});
    drop.name = expect_name();
    expect_word("ON");
    drop.table = expect_object_name();
    return wrap(std::move(drop), line);
  }
  if (peek().kind == TokenKind::name) fail_unsupported(name, line);
  fail_here();
}

StatementPtr Reading::alter() {
  const int line = peek().line;
  const std::string name = statement_name();
  expect_word("ALTER");
  if (is_word("AVAILABILITY") && is_word("GROUP", 1) && is_name(2) && is_word("FAILOVER", 3)) {
    at_ += 2;
    FailOver over{expect_name()};
    ++at_;
    return wrap(std::move(over), line);
  }
  if (!accept_word("TABLE")) {
    if (peek().kind == TokenKind::name) fail_unsupported(name, line);
    fail_here();
  }
  AlterTable alter;
  alter.name = expect_object_name();
  if (accept_words({"WITH", "CHECK"}) || accept_words({"WITH", "NOCHECK"})) {
    if (!is_word("ADD")) fail_here();
  }
  if (accept_word("ADD")) {
    do table_element(alter.add);
    while (accept_symbol(","));
  } else if (accept_word("DROP")) {
    do {
      const bool column = accept_word("COLUMN");
      if (!column) accept_word("CONSTRAINT");
      accept_words({"IF", "EXISTS"});
      (column ? alter.drop_columns : alter.drop_constraints).push_back(expect_name());
    } while (accept_symbol(","));
  } else if (accept_words({"ALTER", "COLUMN"})) {
    TableElements ignored;
    alter.alter = column_definition(ignored);
  } else {
    fail_here();
  }
  return wrap(std::move(alter), line);
}

TableElements Reading::table_elements() {
  TableElements elements;
  expect_symbol("(");
  do {
    if (is_symbol(")")) break;  // a comma after the last one is taken
    table_element(elements);
  } while (accept_symbol(","));
  expect_symbol(")");
  return elements;
}

void Reading::table_element(TableElements& elements) {
  std::string constraint;
  if (accept_word("CONSTRAINT")) constraint = expect_name();
  if (table_constraint(elements, constraint)) return;
  if (!constraint.empty()) fail_here();
  ColumnDefinition column = column_definition(elements);
  elements.columns.push_back(std::move(column));
}

bool Reading::table_constraint(TableElements& elements, const std::string& constraint) {
  if (is_word("PRIMARY") || is_word("UNIQUE")) {
    const bool primary = take().upper == "PRIMARY";
    if (primary) expect_word("KEY");
    if (!accept_word("CLUSTERED")) accept_word("NONCLUSTERED");
    elements.keys.push_back({primary ? KeyKind::primary : KeyKind::unique, constraint, key_columns(), false});
    index_options();
    return true;
  }
  if (accept_word("INDEX")) {
    KeyDefinition key{KeyKind::index, expect_name(), {}, true};
    if (accept_word("UNIQUE")) key.kind = KeyKind::unique;
    if (!accept_word("CLUSTERED")) accept_word("NONCLUSTERED");
    key.columns = key_columns();
    elements.keys.push_back(std::move(key));
    return true;
  }
  if (accept_word("CHECK")) {
    expect_symbol("(");
    const std::size_t from = peek().from;
    condition();
    const std::string text = text_between(from, tokens_[at_ - 1].to);
    expect_symbol(")");
    elements.checks.push_back({constraint, text});
    return true;
  }
  if (is_word("FOREIGN")) fail_unsupported("FOREIGN KEY", peek().line);
  if (is_word("DEFAULT") && !constraint.empty()) fail_unsupported("ADD CONSTRAINT … DEFAULT", peek().line);
  return false;
}

std::vector<std::string> Reading::key_columns() {
  std::vector<std::string> columns;
  expect_symbol("(");
  do {
    columns.push_back(expect_name());
    if (!accept_word("ASC")) accept_word("DESC");
  } while (accept_symbol(","));
  expect_symbol(")");
  return columns;
}

ColumnDefinition Reading::column_definition(TableElements& elements) {
  ColumnDefinition column;
  column.name = expect_name();
  if (is_word("AS")) fail_unsupported("computed column", peek().line);
  column.type = type_name();
  std::string constraint;
  while (column_option(column, elements, constraint)) {
  }
  if (!constraint.empty()) fail_here();
  return column;
}

bool Reading::column_option(ColumnDefinition& column, TableElements& elements, std::string& constraint) {
  if (accept_word("CONSTRAINT")) {
    constraint = expect_name();
    return true;
  }
  if (accept_words({"NOT", "NULL"})) {
    column.nullable = false;
  } else if (accept_word("NULL")) {
    column.nullable = true;
  } else if (accept_word("COLLATE")) {
    expect_name();
  } else if (accept_word("IDENTITY")) {
    column.identity = true;
    if (accept_symbol("(")) {
      column.seed = expect_integer();
      expect_symbol(",");
      column.increment = expect_integer();
      expect_symbol(")");
    }
  } else if (accept_word("DEFAULT")) {
    const std::size_t from = peek().from;
    expression();
    column.default_text = text_between(from, tokens_[at_ - 1].to);
    column.default_name = std::exchange(constraint, "");
  } else if (is_word("PRIMARY") || is_word("UNIQUE")) {
    const bool primary = take().upper == "PRIMARY";
    if (primary) expect_word("KEY");
    if (!accept_word("CLUSTERED")) accept_word("NONCLUSTERED");
    std::vector<std::string> columns{column.name};
    if (is_symbol("(")) columns = key_columns();
    elements.keys.push_back(
        {primary ? KeyKind::primary : KeyKind::unique, std::exchange(constraint, ""), std::move(columns), false});
    if (primary) column.nullable = false;
    index_options();
  } else if (is_word("CHECK")) {
    table_constraint(elements, std::exchange(constraint, ""));
  } else if (accept_word("ROWGUIDCOL") || accept_word("SPARSE")) {
    return true;
  } else if (is_word("REFERENCES") || is_word("FOREIGN")) {
    fail_unsupported("FOREIGN KEY", peek().line);
  } else {
    return false;
  }
  return true;
}

}  // namespace dba::sandbox::sqlserver::tsql
