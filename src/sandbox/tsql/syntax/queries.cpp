#include "tsql/errors.hpp"
#include "tsql/syntax/reading.hpp"

namespace dba::sandbox::sqlserver::tsql {

bool Reading::at_query() const {
  std::size_t ahead = 0;
  while (is_symbol("(", ahead)) ++ahead;
  return is_word("SELECT", ahead) || (ahead == 0 && is_word("WITH"));
}

std::vector<CommonTable> Reading::common_tables() {
  std::vector<CommonTable> tables;
  if (!accept_word("WITH")) return tables;
  do {
    CommonTable table;
    table.line = peek().line;
    table.name = expect_name();
    if (is_symbol("(")) table.columns = name_list();
    expect_word("AS");
    expect_symbol("(");
    table.query = std::make_unique<Query>(query());
    expect_symbol(")");
    tables.push_back(std::move(table));
  } while (accept_symbol(","));
  return tables;
}

Query Reading::query() {
  const Deeper deeper(*this);
  return query_after_with(common_tables());
}

Query Reading::query_after_with(std::vector<CommonTable> with) {
  Query query;
  query.line = peek().line;
  query.with = std::move(with);
  query.terms.push_back(term(SetOperation::first));
  while (true) {
    if (accept_word("UNION")) {
      query.terms.push_back(term(accept_word("ALL") ? SetOperation::union_all : SetOperation::union_distinct));
    } else if (accept_word("EXCEPT")) {
      query.terms.push_back(term(SetOperation::except));
    } else if (accept_word("INTERSECT")) {
      query.terms.push_back(term(SetOperation::intersect));
    } else {
      break;
    }
  }
  order_and_page(query);
  query_options();
  return query;
}

Term Reading::term(SetOperation operation) {
  Term term;
  term.operation = operation;
  if (accept_symbol("(")) {
    term.nested = std::make_unique<Query>(query());
    expect_symbol(")");
  } else {
    term.select = select();
  }
  return term;
}

void Reading::order_and_page(Query& query) {
  if (!accept_word("ORDER")) return;
  expect_word("BY");
  query.order = order_list();
  if (!accept_word("OFFSET")) return;
  query.offset = expression();
  if (!accept_word("ROWS")) expect_word("ROW");
  if (!accept_word("FETCH")) return;
  if (!accept_word("NEXT")) expect_word("FIRST");
  query.fetch = expression();
  if (!accept_word("ROWS")) expect_word("ROW");
  expect_word("ONLY");
}

std::vector<OrderItem> Reading::order_list() {
  std::vector<OrderItem> list;
  do {
    OrderItem item;
    item.expr = expression();
    item.descending = accept_word("DESC");
    if (!item.descending) accept_word("ASC");
    list.push_back(std::move(item));
  } while (accept_symbol(","));
  return list;
}

void Reading::query_options() {
  if (is_word("FOR") && (is_word("XML", 1) || is_word("JSON", 1) || is_word("BROWSE", 1))) {
    fail_unsupported("FOR " + peek(1).upper, peek().line);
  }
  if (accept_word("OPTION")) skip_parentheses();
}

ExprPtr Reading::top() {
  if (!accept_word("TOP")) return nullptr;
  ExprPtr count;
  if (accept_symbol("(")) {
    count = expression();
    expect_symbol(")");
  } else if (peek().kind == TokenKind::integer) {
    count = number();
  } else {
    fail_here();
  }
  if (is_word("PERCENT")) fail_unsupported("TOP PERCENT", peek().line);
  if (is_word("WITH") && is_word("TIES", 1)) fail_unsupported("TOP WITH TIES", peek().line);
  return count;
}

std::unique_ptr<Select> Reading::select() {
  const Deeper deeper(*this);
  auto select = std::make_unique<Select>();
  select->line = peek().line;
  expect_word("SELECT");
  select->distinct = accept_word("DISTINCT");
  if (!select->distinct) accept_word("ALL");
  select->top = top();
  select->items = select_items();
  if (accept_word("INTO")) select->into = expect_object_name();
  if (accept_word("FROM")) select->from = from_list();
  if (accept_word("WHERE")) select->where = condition();
  if (accept_word("GROUP")) {
    expect_word("BY");
    select->group_by = expression_list();
  }
  if (accept_word("HAVING")) select->having = condition();
  return select;
}

std::vector<SelectItem> Reading::select_items() {
  std::vector<SelectItem> items;
  do items.push_back(select_item());
  while (accept_symbol(","));
  return items;
}

std::string Reading::assignment_operator() {
  if (accept_symbol("=")) return "";
  for (const std::string_view symbol : {"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="}) {
    if (accept_symbol(symbol)) return std::string(symbol.substr(0, 1));
  }
  fail_here();
}

SelectItem Reading::select_item() {
  SelectItem item;
  if (accept_symbol("*")) return item;
  const TokenKind kind = peek().kind;
  if (kind == TokenKind::variable && peek(1).kind == TokenKind::symbol && peek(1).text.ends_with("=") &&
      peek(1).text != "<=" && peek(1).text != ">=" && peek(1).text != "!=") {
    check_declared(peek());
    item.variable = take().text;
    item.operation = assignment_operator();
    item.expr = expression();
    return item;
  }
  // t.* and db.schema.t.*
  std::size_t ahead = 0;
  while (is_name(ahead) && is_symbol(".", ahead + 1)) ahead += 2;
  if (ahead > 0 && is_symbol("*", ahead)) {
    for (std::size_t i = 0; i < ahead; i += 2) item.star_of.push_back(peek(i).text);
    at_ += ahead + 1;
    return item;
  }
  if ((is_name() || kind == TokenKind::string) && is_symbol("=", 1)) {
    item.alias = take().text;
    ++at_;
    item.expr = expression();
    return item;
  }
  item.expr = expression();
  if (accept_word("AS")) {
    if (peek().kind == TokenKind::string || peek().kind == TokenKind::unicode_string) {
      item.alias = take().text;
    } else {
      item.alias = expect_name();
    }
  } else if (is_name()) {
    item.alias = expect_name();
  } else if (peek().kind == TokenKind::string) {
    item.alias = take().text;
  }
  return item;
}

std::vector<std::vector<ExprPtr>> Reading::value_rows(bool defaults) {
  std::vector<std::vector<ExprPtr>> rows;
  do {
    expect_symbol("(");
    std::vector<ExprPtr> row;
    do {
      if (defaults && accept_word("DEFAULT")) {
        row.push_back(nullptr);
      } else {
        row.push_back(expression());
      }
    } while (accept_symbol(","));
    expect_symbol(")");
    if (!rows.empty() && rows.front().size() != row.size()) {
      fail(10709, "The number of columns for each row in a table value constructor must be the same.", 16, 1,
           peek().line);
    }
    rows.push_back(std::move(row));
  } while (accept_symbol(","));
  return rows;
}

}  // namespace dba::sandbox::sqlserver::tsql
