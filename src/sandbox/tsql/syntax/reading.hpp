#pragma once
// The recursive descent behind parse_batch, one part of the language a file.

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tsql/syntax/ast.hpp"
#include "tsql/syntax/lexer.hpp"
#include "tsql/syntax/parser.hpp"

namespace dba::sandbox::sqlserver::tsql {

class Reading {
 public:
  Reading(std::string_view text, const ReadOptions& options);

  Statements batch();         // statements.cpp
  ExprPtr lone_expression();  // expressions.cpp
  ExprPtr lone_condition();
  std::vector<Declaration> parameters();  // control.cpp

 private:
  // ---- words (reading.cpp)
  const Token& peek(std::size_t ahead = 0) const;
  Token take();
  bool is_word(std::string_view upper, std::size_t ahead = 0) const;
  bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const;
  bool accept_word(std::string_view upper);
  bool accept_words(std::initializer_list<std::string_view> upper);  ///< All of them or none.
  bool accept_symbol(std::string_view symbol);
  void expect_word(std::string_view upper);
  void expect_symbol(std::string_view symbol);
  [[noreturn]] void fail_here() const;        ///< 102 or 156 at the next word.
  bool is_name(std::size_t ahead = 0) const;  ///< A quoted name or a word that is not reserved.
  std::string expect_name();
  ObjectName expect_object_name();
  std::vector<std::string> name_list();  ///< "(" names ")".
  std::string accept_alias();            ///< [AS] name; empty = none
  std::string text_between(std::size_t from, std::size_t to) const;
  void skip_parentheses();  ///< "(" … ")" whatever is in between.
  std::int64_t expect_integer();
  void declare(const std::string& name);
  void check_declared(const Token& variable) const;
  void check_table_declared(const Token& variable) const;

  /// Guards the depth of the recursion. @throws SqlError 191
  class Deeper {
   public:
    explicit Deeper(Reading& reading);
    ~Deeper() { --reading_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Reading& reading_;
  };

  // ---- expressions (expressions.cpp, operands.cpp)
  ExprPtr expression();  ///< A value.
  ExprPtr condition();
  ExprPtr any_expression();
  ExprPtr conjunction();
  ExprPtr joined_conditions(std::string_view word, ExprKind kind, ExprPtr (Reading::*side)());
  ExprPtr operations(std::initializer_list<std::string_view> symbols, ExprPtr (Reading::*side)());
  ExprPtr negation();
  ExprPtr predicate();
  ExprPtr predicate_tail(ExprPtr left);
  ExprPtr in_tail(ExprPtr left, bool negated);
  ExprPtr sum();
  ExprPtr product();
  ExprPtr unary();
  ExprPtr postfix();
  ExprPtr operand();
  ExprPtr number();
  ExprPtr text_literal();
  ExprPtr case_expression();
  ExprPtr cast_call(bool attempt);
  ExprPtr convert_call(bool attempt);
  ExprPtr name_or_call();
  ExprPtr call(ObjectName name);
  std::unique_ptr<Over> over();
  std::vector<ExprPtr> expression_list();
  Type type_name();
  Type cast_type();
  ExprPtr make(ExprKind kind) const;
  void require_value(const ExprPtr& expr) const;

  // ---- queries (queries.cpp, sources.cpp)
  bool at_query() const;
  Query query();
  std::vector<CommonTable> common_tables();
  Query query_after_with(std::vector<CommonTable> with);
  Term term(SetOperation operation);
  std::unique_ptr<Select> select();
  SelectItem select_item();
  std::vector<SelectItem> select_items();
  ExprPtr top();
  std::vector<OrderItem> order_list();
  void order_and_page(Query& query);
  void query_options();
  std::vector<std::vector<ExprPtr>> value_rows(bool defaults);
  std::vector<SourcePtr> from_list();
  SourcePtr joined();
  SourcePtr single_source();
  SourcePtr parenthesised_source();
  SourcePtr named_source();
  bool accept_join(JoinKind& kind);
  void table_hints();

  // ---- statements
  StatementPtr statement();
  StatementPtr starting_with(const Token& word);
  std::string statement_name() const;
  StatementPtr after_with();
  Statements block_until(std::initializer_list<std::string_view> closing);
  Insert insert(std::vector<CommonTable> with);  // changes.cpp
  Update update(std::vector<CommonTable> with);
  Delete delete_(std::vector<CommonTable> with);
  void changed_rows(RowChange& change);
  Output output();
  Assignment assignment();
  ObjectName change_target();
  std::string assignment_operator();
  StatementPtr create();  // definitions.cpp
  StatementPtr drop();
  StatementPtr alter();
  TableElements table_elements();
  void table_element(TableElements& elements);
  ColumnDefinition column_definition(TableElements& elements);
  bool column_option(ColumnDefinition& column, TableElements& elements, std::string& constraint);
  bool table_constraint(TableElements& elements, const std::string& constraint);
  std::vector<std::string> key_columns();
  void index_options();
  Statement create_index(bool unique);
  Declaration declaration();  // control.cpp
  StatementPtr declare_statement();
  StatementPtr set_statement();
  StatementPtr begin_statement();
  StatementPtr if_statement();
  StatementPtr while_statement();
  StatementPtr execute_statement(bool implied);
  Argument execute_argument();
  StatementPtr rollback_statement();
  StatementPtr raise_error();
  StatementPtr wait_for();
  template <typename What>
  StatementPtr wrap(What what, int line) const {
    auto statement = std::make_unique<Statement>();
    statement->line = line;
    statement->what = std::move(what);
    return statement;
  }

  std::string text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::set<std::string> declared_{};  ///< In lower case.
};

}  // namespace dba::sandbox::sqlserver::tsql
