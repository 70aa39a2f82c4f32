#include "tsql/errors.hpp"
#include "tsql/syntax/reading.hpp"

namespace dba::sandbox::sqlserver::tsql {

std::vector<SourcePtr> Reading::from_list() {
  std::vector<SourcePtr> list;
  do list.push_back(joined());
  while (accept_symbol(","));
  return list;
}

bool Reading::accept_join(JoinKind& kind) {
  struct Side {
    std::string_view word;
    JoinKind kind;
  };
  const auto found = [&](JoinKind which) {
    kind = which;
    return true;
  };
  if (accept_word("JOIN") || accept_words({"INNER", "JOIN"})) return found(JoinKind::inner);
  for (const Side& side :
       {Side{"LEFT", JoinKind::left}, Side{"RIGHT", JoinKind::right}, Side{"FULL", JoinKind::full}}) {
    if (accept_words({side.word, "JOIN"}) || accept_words({side.word, "OUTER", "JOIN"})) return found(side.kind);
  }
  if (accept_words({"CROSS", "JOIN"})) return found(JoinKind::cross);
  if (accept_words({"CROSS", "APPLY"}) || accept_words({"OUTER", "APPLY"})) fail_unsupported("APPLY", peek().line);
  return false;
}

SourcePtr Reading::joined() {
  SourcePtr left = single_source();
  JoinKind kind{};
  int links = 0;
  while (accept_join(kind)) {
    if (++links > 64) fail_unsupported("more than 64 joins", peek().line);
    auto join = std::make_unique<Source>();
    join->kind = SourceKind::join;
    join->line = peek().line;
    join->join = kind;
    join->left = std::move(left);
    // a JOIN b JOIN c ON … ON …: the right side may be a join itself, told by what follows it.
    join->right = single_source();
    if (kind != JoinKind::cross) {
      JoinKind inner{};
      while (!is_word("ON")) {
        if (!accept_join(inner)) fail_here();
        auto nested = std::make_unique<Source>();
        nested->kind = SourceKind::join;
        nested->line = peek().line;
        nested->join = inner;
        nested->left = std::move(join->right);
        nested->right = single_source();
        if (inner != JoinKind::cross) {
          expect_word("ON");
          nested->on = condition();
        }
        join->right = std::move(nested);
      }
      expect_word("ON");
      join->on = condition();
    }
    left = std::move(join);
  }
  return left;
}

SourcePtr Reading::single_source() {
  const Deeper deeper(*this);
  if (is_symbol("(")) return parenthesised_source();
  return named_source();
}

SourcePtr Reading::parenthesised_source() {
  auto source = std::make_unique<Source>();
  source->line = peek().line;
  expect_symbol("(");
  if (accept_word("VALUES")) {
    source->kind = SourceKind::values;
    source->rows = value_rows(false);
  } else if (at_query()) {
    source->kind = SourceKind::derived;
    source->query = std::make_unique<Query>(query());
  } else {
    source = joined();
    expect_symbol(")");
    return source;
  }
  expect_symbol(")");
  accept_word("AS");
  source->alias = expect_name();
  if (is_symbol("(")) source->columns = name_list();
  return source;
}

SourcePtr Reading::named_source() {
  auto source = std::make_unique<Source>();
  source->line = peek().line;
  if (peek().kind == TokenKind::variable) {
    check_table_declared(peek());
    source->name.line = peek().line;
    source->name.parts = {take().text};
  } else {
    source->name = expect_object_name();
    const bool hint = is_symbol("(") && is_symbol(")", 2) && (is_word("NOLOCK", 1) || is_word("READPAST", 1));
    if (is_symbol("(") && !hint) {
      source->kind = SourceKind::call;
      ++at_;
      if (!is_symbol(")")) source->args = expression_list();
      expect_symbol(")");
    } else if (hint) {
      skip_parentheses();
    }
  }
  if (is_word("TABLESAMPLE") || is_word("PIVOT") || is_word("UNPIVOT")) fail_unsupported(peek().upper, peek().line);
  source->alias = accept_alias();
  table_hints();
  return source;
}

void Reading::table_hints() {
  if (is_word("WITH") && is_symbol("(", 1)) {
    ++at_;
    skip_parentheses();
  } else if (is_symbol("(") && is_word("NOLOCK", 1)) {
    skip_parentheses();
  }
}

}  // namespace dba::sandbox::sqlserver::tsql
