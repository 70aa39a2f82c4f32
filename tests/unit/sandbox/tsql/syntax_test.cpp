#include <doctest/doctest.h>

#include "tsql/errors.hpp"
#include "tsql/syntax/lexer.hpp"
#include "tsql/syntax/parser.hpp"
#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::sandbox::sqlserver::tsql;

namespace {

/// "statements: n", or the error.
std::string outcome(std::string_view batch, const ReadOptions& options = {}) {
  try {
    return fmt::format("statements: {}", parse_batch(batch, options).size());
  } catch (const SqlError& error) {
    return fmt::format("{} line {}: {}", error.message().number, error.message().line, error.message().text);
  }
}

}  // namespace

TEST_CASE("words know their kinds, lines and quotes") {
  std::string all;
  for (const Token& token :
       read_tokens("SELECT [a]]b], \"c\"\"d\" -- note\n/* /* nested */ */ , N'x''y', 0xa, 1., .5e-3 @v <> !=")) {
    all += fmt::format("{}:{}:{} ", static_cast<int>(token.kind), token.line,
                       token.kind == TokenKind::binary ? "bytes" : token.text);
  }
  CHECK(all ==
        "1:1:SELECT 2:1:a]b 10:1:, 2:1:c\"d 10:2:, 5:2:x'y 10:2:, 9:2:bytes 10:2:, 7:2:1. 10:2:, 8:2:.5e-3 3:2:@v "
        "10:2:<> 10:2:!= 0:2: ");
  CHECK(read_tokens("\"x\"", false)[0].kind == TokenKind::string);
}

TEST_CASE("what cannot be read is named with its line") {
  struct Row {
    std::string_view batch, answer;
  };
  const Row rows[] = {
      {"", "statements: 0"},
      {";;SELECT 1;;SELECT 2;", "statements: 2"},
      {"SELECT 1 SELECT 2", "statements: 2"},
      {"set quoted_identifier on USE [db]", "statements: 2"},
      {"set implicit_transactions off select USER_NAME() select 1", "statements: 3"},
      {"sp_who", "statements: 1"},
      {"EXEC @P1 = sp_x @a = 1, @b = 'x' OUTPUT, c", "137 line 1: Must declare the scalar variable \"@P1\"."},
      {"IF 1 = 1 SELECT 1; ELSE SELECT 2", "statements: 1"},
      {"BEGIN TRAN; COMMIT TRAN x; ROLLBACK WORK", "statements: 3"},
      {"SELECT 1\n\n  FROM\n", "156 line 3: Incorrect syntax near the keyword 'FROM'."},
      {"SELECT *\nFROM t\nWHERE a",
       "4145 line 3: An expression of non-boolean type specified in a context where a condition is expected, near "
       "'a'."},
      {"SELECT a = 1 AND b", "156 line 1: Incorrect syntax near the keyword 'AND'."},
      {"SELEC 1", "statements: 1"},  // a procedure of that name
      {"SELECT 1 +* 2", "102 line 1: Incorrect syntax near '*'."},
      {"SELECT 1 )", "102 line 1: Incorrect syntax near ')'."},
      {"SELECT 'a\nb", "105 line 1: Unclosed quotation mark after the character string 'a\nb'."},
      {"SELECT 1 /* x", "113 line 1: Missing end comment mark '*/'."},
      {"SELECT 1 AS []",
       "1038 line 1: An object or column name is missing or empty. For SELECT INTO statements, verify each column has "
       "a name. For other statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. "
       "Change the alias to a valid name."},
      {"SELECT 1 AS \xC3", "102 line 1: Incorrect syntax near '\uFFFD'."},
      {"SELECT ?", "102 line 1: Incorrect syntax near '?'."},
      {"BEGIN SELECT 1", "102 line 1: Incorrect syntax near '1'."},
      {"BEGIN END", "156 line 1: Incorrect syntax near the keyword 'END'."},
      {"DECLARE @a int, @A int",
       "134 line 1: The variable name '@A' has already been declared. Variable names must be unique within a query "
       "batch or stored procedure."},
      {"DECLARE @a nosuch", "2715 line 1: Column, parameter, or variable #1: Cannot find data type nosuch."},
      {"DECLARE @a varchar(9000)",
       "131 line 1: The size (9000) given to the type 'varchar' exceeds the maximum allowed for any data type (8000)."},
      {"SELECT 123456789012345678901234567890123456789",
       "1007 line 1: The number '123456789012345678901234567890123456789' is out of the range for numeric "
       "representation (maximum precision 38)."},
      {"GOTO x", "40510 line 1: 'GOTO' is not simulated: this SQL Server of the sandbox has only a part of T-SQL."},
      {"SELECT 1 FROM a CROSS APPLY b",
       "40510 line 1: 'APPLY' is not simulated: this SQL Server of the sandbox has only a part of T-SQL."},
      {"CREATE TABLE t (a int REFERENCES u (b))",
       "40510 line 1: 'FOREIGN KEY' is not simulated: this SQL Server of the sandbox has only a part of T-SQL."},
      {"INSERT t VALUES (1), (1, 2)",
       "10709 line 1: The number of columns for each row in a table value constructor must be the same."},
  };
  for (const Row& row : rows) {
    CAPTURE(row.batch);
    CHECK(outcome(row.batch) == row.answer);
  }
  CHECK(outcome("SELECT @p", {true, {"@P"}}) == "statements: 1");
}

TEST_CASE("no nesting is too deep for the reader to say so") {
  const auto repeated = [](std::string_view part, std::size_t times) {
    std::string text;
    for (; times > 0; --times) text += part;
    return text;
  };
  const std::string too_deep =
      "191 line 1: Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller "
      "queries.";
  CHECK(outcome("SELECT " + repeated("(", 5000)) == too_deep);
  CHECK(outcome("SELECT " + repeated("~", 5000) + "1") == too_deep);
  CHECK(outcome("SELECT 1 WHERE " + repeated("NOT ", 5000) + "1 = 1") == too_deep);
  CHECK(outcome("SELECT 1" + repeated("+1", 5000)) == too_deep);
  CHECK(outcome(repeated("IF 1 = 1 ", 5000) + "PRINT 1") == too_deep);
  CHECK(outcome(repeated("BEGIN ", 5000)) == too_deep);
  CHECK(outcome("SELECT * FROM " + repeated("(", 5000)) == too_deep);
  CHECK(outcome("SELECT " + repeated("CASE WHEN 1 = 1 THEN ", 5000)) == too_deep);
  CHECK(outcome("SELECT 1" + repeated("+1", 300)) == "statements: 1");
}

TEST_CASE("as deep as the reader goes, the rest goes too") {
  dba::test::Bench bench;
  std::string sum = "1", nested = "1", condition = "1 = 1";
  for (int i = 0; i < 399; ++i) {
    sum += " + 1";
    condition += " AND 1 = 1";
  }
  for (int i = 0; i < 5; ++i) nested = "(SELECT " + nested + ")";
  CHECK(bench.value(sum) == "int 400");
  CHECK(bench.value("CASE WHEN " + condition + " THEN 1 END") == "int 1");
  CHECK(bench.value(nested) == "int 1");
  std::string calls = "'aaa'", casts = "1";
  for (int i = 0; i < 25; ++i) calls = "REPLACE(" + calls + ", 'a', 'b')";
  for (int i = 0; i < 25; ++i) casts = "CAST(CAST(" + casts + " AS varchar(5)) AS int)";
  CHECK(bench.value(calls) == "varchar(8000) bbb");
  CHECK(bench.value(casts) == "int 1");
  for (int i = 0; i < 40; ++i) nested = "(SELECT " + nested + ")";
  CHECK(bench.value(nested) ==
        "Msg 191, Level 15, State 1, Line 1: Some part of your SQL statement is nested too deeply. Rewrite the query "
        "or break it up into smaller queries.\nfailed");
}
