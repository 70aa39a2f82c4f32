#include <array>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/syntax/reading.hpp"

namespace dba::sandbox::sqlserver::tsql {

Statements Reading::batch() {
  Statements statements;
  while (true) {
    while (accept_symbol(";")) {
    }
    if (peek().kind == TokenKind::end) return statements;
    // The first word of a batch may be a procedure's name.
    if (statements.empty() && is_name() && !is_word("THROW") && !is_symbol(":", 1)) {
      statements.push_back(execute_statement(true));
    } else {
      statements.push_back(statement());
    }
  }
}

StatementPtr Reading::statement() {
  const Deeper deeper(*this);
  while (accept_symbol(";")) {
  }
  const Token& word = peek();
  if (word.kind == TokenKind::symbol && word.text == "(" && at_query()) {
    const int line = word.line;
    return wrap(SelectStatement{query()}, line);
  }
  if (word.kind != TokenKind::name) fail_here();
  StatementPtr read = starting_with(word);
  if (peek().kind == TokenKind::symbol && !is_symbol(";") && !is_symbol("(")) fail_here();
  return read;
}

StatementPtr Reading::starting_with(const Token& first) {
  const Token word = first;
  const int line = word.line;
  if (word.upper == "SELECT") return wrap(SelectStatement{query()}, line);
  if (word.upper == "WITH") return after_with();
  if (word.upper == "INSERT") return wrap(insert({}), line);
  if (word.upper == "UPDATE") return wrap(update({}), line);
  if (word.upper == "DELETE") return wrap(delete_({}), line);
  if (word.upper == "DECLARE") return declare_statement();
  if (word.upper == "SET") return set_statement();
  if (word.upper == "IF") return if_statement();
  if (word.upper == "WHILE") return while_statement();
  if (word.upper == "BEGIN") return begin_statement();
  if (word.upper == "EXEC" || word.upper == "EXECUTE") return execute_statement(false);
  if (word.upper == "CREATE") return create();
  if (word.upper == "DROP") return drop();
  if (word.upper == "ALTER") return alter();
  if (word.upper == "ROLLBACK") return rollback_statement();
  if (word.upper == "RAISERROR") return raise_error();
  if (word.upper == "WAITFOR") return wait_for();
  static constexpr auto kUnsupported = std::to_array<std::string_view>(
      {"BACKUP", "BULK", "CHECKPOINT", "CLOSE", "DBCC", "DEALLOCATE", "DENY", "FETCH", "GOTO", "GRANT", "KILL", "MERGE",
       "OPEN", "READTEXT", "RECONFIGURE", "RESTORE", "REVERT", "REVOKE", "SHUTDOWN"});
  if (contains(kUnsupported, word.upper)) fail_unsupported(statement_name(), line);
  ++at_;
  if (word.upper == "USE") return wrap(Use{expect_name()}, line);
  if (word.upper == "PRINT") return wrap(Print{expression()}, line);
  if (word.upper == "BREAK") return wrap(Break{}, line);
  if (word.upper == "CONTINUE") return wrap(Continue{}, line);
  if (word.upper == "COMMIT") {
    if (!accept_word("WORK") && (accept_word("TRAN") || accept_word("TRANSACTION")) &&
        (is_name() || peek().kind == TokenKind::variable)) {
      ++at_;
    }
    return wrap(CommitTransaction{}, line);
  }
  if (word.upper == "SAVE") {
    if (!accept_word("TRAN")) expect_word("TRANSACTION");
    return wrap(SaveTransaction{expect_name()}, line);
  }
  if (word.upper == "TRUNCATE") {
    expect_word("TABLE");
    return wrap(Truncate{change_target()}, line);
  }
  if (word.upper == "RETURN") {
    Return leave;
    const TokenKind kind = peek().kind;
    if (kind == TokenKind::integer || kind == TokenKind::variable || is_symbol("(") || is_symbol("-"))
      leave.value = expression();
    return wrap(std::move(leave), line);
  }
  if (word.upper == "THROW") {
    Throw raised;
    if (peek().kind == TokenKind::integer || peek().kind == TokenKind::variable) raised.args = expression_list();
    return wrap(std::move(raised), line);
  }
  --at_;
  fail_here();
}

/// What a statement that is not simulated is called: "BACKUP DATABASE", "ALTER AVAILABILITY GROUP".
std::string Reading::statement_name() const {
  std::string name = peek().upper;
  for (std::size_t ahead = 1; peek(ahead).kind == TokenKind::name; ++ahead) {
    const std::string& word = peek(ahead).upper;
    static constexpr auto kKinds = std::to_array<std::string_view>(
        {"AGGREGATE",   "ANY",        "APPLICATION", "ASSEMBLY",  "AUDIT",      "AVAILABILITY", "CERTIFICATE",
         "COLUMN",      "CREDENTIAL", "DATABASE",    "DEFAULT",   "ENDPOINT",   "EVENT",        "FULLTEXT",
         "FUNCTION",    "GROUP",      "INDEX",       "KEY",       "LINKED",     "LOG",          "LOGIN",
         "MASTER",      "PARTITION",  "PROC",        "PROCEDURE", "RESOURCE",   "ROLE",         "RULE",
         "SCHEMA",      "SCHEME",     "SEQUENCE",    "SERVER",    "SERVICE",    "SESSION",      "SPECIFICATION",
         "STATISTICS",  "SYMMETRIC",  "SYNONYM",     "TABLE",     "TRIGGER",    "TYPE",         "USER",
         "VIEW",        "XML",        "CHECKDB",     "OPENTRAN",  "SHRINKFILE", "SQLPERF",      "HEADERONLY",
         "FILELISTONLY"});
    if (!contains(kKinds, word)) break;
    name += " " + word;
  }
  return name;
}

StatementPtr Reading::after_with() {
  const int line = peek().line;
  std::vector<CommonTable> with = common_tables();
  if (is_word("INSERT")) return wrap(insert(std::move(with)), line);
  if (is_word("UPDATE")) return wrap(update(std::move(with)), line);
  if (is_word("DELETE")) return wrap(delete_(std::move(with)), line);
  return wrap(SelectStatement{query_after_with(std::move(with))}, line);
}

}  // namespace dba::sandbox::sqlserver::tsql
