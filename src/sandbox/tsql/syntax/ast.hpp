#pragma once
// A batch as the reader understood it.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

struct Expr;
struct Query;
struct Select;
struct Source;
struct Statement;
using ExprPtr = std::unique_ptr<Expr>;
using QueryPtr = std::unique_ptr<Query>;
using SourcePtr = std::unique_ptr<Source>;
using StatementPtr = std::unique_ptr<Statement>;
using Statements = std::vector<StatementPtr>;

/// server.database.schema.object from the right; a part left out (db..table) is empty.
struct ObjectName {
  std::vector<std::string> parts{};
  int line = 0;
  const std::string& object() const { return parts.back(); }
  std::string schema() const;  ///< In lower case; dbo where it is left out.
  std::string text() const;    ///< As error messages show it: joined by dots.
};

struct OrderItem {
  ExprPtr expr{};
  bool descending = false;
};

struct Over {
  std::vector<ExprPtr> partition{};
  std::vector<OrderItem> order{};
  std::string frame{};  ///< "ROWS BETWEEN …" in the words SQLite shares with T-SQL; empty = none given.
};

/// Conditions stand together: comparison to quantified.
enum class ExprKind {
  literal,      ///< value, type; null_literal
  variable,     ///< text: "@x" or "@@x"
  column,       ///< name.parts
  negate,       ///< args[0]
  complement,   ///< ~ args[0]
  binary,       ///< text: + - * / % & | ^; args[0], args[1]
  comparison,   ///< text: = <> < > <= >=; args[0], args[1]
  conjunction,  ///< args[0] AND args[1]
  disjunction,  ///< args[0] OR args[1]
  negation,     ///< NOT args[0]
  is_null,      ///< args[0] IS [NOT] NULL
  like,         ///< args[0] [NOT] LIKE args[1] [ESCAPE args[2]]
  between,      ///< args[0] [NOT] BETWEEN args[1] AND args[2]
  in_list,      ///< args[0] [NOT] IN (args[1] …)
  in_query,     ///< args[0] [NOT] IN (query)
  exists,       ///< EXISTS (query)
  quantified,   ///< args[0] text ANY|ALL (query); all
  conditional,  ///< CASE: args = when, then, …, [else]; operand in `operand`
  cast,         ///< CAST/CONVERT: args[0], [args[1] = style]; type; try_ = TRY_…
  call,         ///< name.parts, args; distinct, star, over, within
  subquery,     ///< (query)
};

struct Expr {
  ExprKind kind = ExprKind::literal;
  int line = 0;
  std::string text{};
  ObjectName name{};
  Value value{};
  Type type{};
  bool null_literal = false, negated = false, distinct = false, star = false, all = false, attempt = false;
  bool has_else = false;
  ExprPtr operand{};
  std::vector<ExprPtr> args{};
  QueryPtr query{};
  std::unique_ptr<Over> over{};
  std::vector<OrderItem> within{};
  /// Whether it is a condition (which has no value in T-SQL).
  bool is_condition() const { return kind >= ExprKind::comparison && kind <= ExprKind::quantified; }
};

enum class SourceKind { named, derived, values, call, join };
enum class JoinKind { inner, left, right, full, cross };

struct Source {
  SourceKind kind = SourceKind::named;
  int line = 0;
  ObjectName name{};  ///< named, call; "@t" for a table variable
  std::string alias{};
  std::vector<std::string> columns{};  ///< AS t(a, b)
  QueryPtr query{};                    ///< derived
  std::vector<std::vector<ExprPtr>> rows{};
  std::vector<ExprPtr> args{};  ///< call
  JoinKind join = JoinKind::inner;
  SourcePtr left{}, right{};
  ExprPtr on{};
};

struct SelectItem {
  ExprPtr expr{};  ///< null for a star
  std::string alias{};
  std::string variable{};   ///< SELECT @x = expr
  std::string operation{};  ///< "+" of SELECT @x += expr
  std::vector<std::string> star_of{};
};

struct Select {
  int line = 0;
  bool distinct = false;
  ExprPtr top{};
  std::vector<SelectItem> items{};
  std::optional<ObjectName> into{};
  std::vector<SourcePtr> from{};
  ExprPtr where{};
  std::vector<ExprPtr> group_by{};
  ExprPtr having{};
};

enum class SetOperation { first, union_distinct, union_all, except, intersect };

struct Term {
  SetOperation operation = SetOperation::first;
  std::unique_ptr<Select> select{};  ///< or
  QueryPtr nested{};
  std::vector<std::vector<ExprPtr>> rows{};  ///< or VALUES
};

struct CommonTable {
  std::string name{};
  std::vector<std::string> columns{};
  QueryPtr query{};
  int line = 0;
};

struct Query {
  int line = 0;
  std::vector<CommonTable> with{};
  std::vector<Term> terms{};
  std::vector<OrderItem> order{};
  ExprPtr offset{}, fetch{};
};

// ---- definitions

enum class KeyKind { primary, unique, index };

struct KeyDefinition {
  KeyKind kind = KeyKind::index;
  std::string name{};
  std::vector<std::string> columns{};
  bool from_index = false;  ///< Made by CREATE INDEX: not a constraint.
};

struct CheckDefinition {
  std::string name{};
  std::string text{};  ///< The condition as it was written.
};

struct ColumnDefinition {
  std::string name{};
  Type type{};
  std::optional<bool> nullable{};
  std::string default_text{};  ///< The expression as it was written; empty = none.
  std::string default_name{};
  bool identity = false;
  std::int64_t seed = 1, increment = 1;
};

struct TableElements {
  std::vector<ColumnDefinition> columns{};
  std::vector<KeyDefinition> keys{};
  std::vector<CheckDefinition> checks{};
};

// ---- statements

struct SelectStatement {
  Query query{};
};

/// OUTPUT inserted.*, deleted.x [INTO t]
struct Output {
  std::vector<SelectItem> items{};
  std::optional<ObjectName> into{};
  std::vector<std::string> into_columns{};
};

struct Insert {
  std::vector<CommonTable> with{};
  ExprPtr top{};
  ObjectName target{};
  std::vector<std::string> columns{};
  Output output{};
  QueryPtr source{};         ///< SELECT, or
  StatementPtr procedure{};  ///< EXEC, or
  std::vector<std::vector<ExprPtr>>
      rows{};  ///< VALUES (a null pointer = DEFAULT), or DEFAULT VALUES when all are empty.
};

struct Assignment {
  std::string column{}, variable{}, operation{};  ///< operation: "+" of +=; empty
  ExprPtr value{};                                ///< null = DEFAULT
  int line = 0;
};

/// Which rows of which table an UPDATE or DELETE is about.
struct RowChange {
  std::vector<CommonTable> with{};
  ExprPtr top{};
  ObjectName target{};
  Output output{};
  std::vector<SourcePtr> from{};
  ExprPtr where{};
};

struct Update : RowChange {
  std::vector<Assignment> set{};
};

struct Delete : RowChange {};

struct Truncate {
  ObjectName target{};
};
struct CreateTable {
  ObjectName name{};
  TableElements elements{};
};
struct DropTable {
  std::vector<ObjectName> names{};
  bool if_exists = false;
};
struct AlterTable {
  ObjectName name{};
  TableElements add{};
  std::vector<std::string> drop_columns{}, drop_constraints{};
  std::optional<ColumnDefinition> alter{};
};
struct CreateIndex {
  ObjectName table{};
  KeyDefinition key{};
};
/// ALTER AVAILABILITY GROUP group FAILOVER
struct FailOver {
  std::string group{};
};
struct DropIndex {
  ObjectName table{};
  std::string name{};
  bool if_exists = false;
};
struct CreateDatabase {
  std::string name{};
};
struct DropDatabase {
  std::vector<std::string> names{};
  bool if_exists = false;
};

struct Declaration {
  std::string name{};
  Type type{};
  ExprPtr value{};
  std::optional<TableElements> table{};
};
struct Declare {
  std::vector<Declaration> variables{};
};
struct SetVariable {
  std::string name{}, operation{};
  ExprPtr value{};
};
/// SET NOCOUNT ON, SET LOCK_TIMEOUT 1000 …
struct SetOption {
  std::vector<std::string> names{};
  std::string value{};
};
struct Use {
  std::string database{};
};

struct BeginTransaction {};
struct CommitTransaction {};
struct RollbackTransaction {
  std::string name{};
};
struct SaveTransaction {
  std::string name{};
};

struct Block {
  Statements body{};
};
struct If {
  ExprPtr condition{};
  StatementPtr then{}, otherwise{};
};
struct While {
  ExprPtr condition{};
  StatementPtr body{};
};
struct Break {};
struct Continue {};
struct Return {
  ExprPtr value{};
};
struct TryCatch {
  Statements attempt{}, handler{};
};
struct Print {
  ExprPtr text{};
};
struct Throw {
  std::vector<ExprPtr> args{};
};
struct RaiseError {
  std::vector<ExprPtr> args{};
};
struct WaitFor {
  ExprPtr delay{};
  bool until = false;
};

struct Argument {
  std::string name{};
  ExprPtr value{};
  bool output = false;
};
/// EXEC procedure args, or EXEC (text) when the name has no parts.
struct Execute {
  ObjectName procedure{};
  std::string status{};
  std::vector<Argument> args{};
  ExprPtr text{};
};

struct Statement {
  int line = 1;
  std::variant<SelectStatement, Insert, Update, Delete, Truncate, CreateTable, DropTable, AlterTable, CreateIndex,
               DropIndex, CreateDatabase, DropDatabase, FailOver, Declare, SetVariable, SetOption, Use,
               BeginTransaction, CommitTransaction, RollbackTransaction, SaveTransaction, Block, If, While, Break,
               Continue, Return, TryCatch, Print, Throw, RaiseError, WaitFor, Execute>
      what{};
};

}  // namespace dba::sandbox::sqlserver::tsql
