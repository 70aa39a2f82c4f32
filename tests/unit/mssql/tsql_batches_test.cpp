#include "dba/mssql/tsql_batches.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"
#include "dba/base/utf16.hpp"

using dba::mssql::decode_script;
using dba::mssql::split_batches;
using dba::mssql::TsqlBatch;

namespace {

std::vector<TsqlBatch> batches(std::vector<TsqlBatch> wanted) { return wanted; }

}  // namespace

TEST_CASE("GO on a line of its own ends a batch") {
  CHECK(split_batches("SELECT 1\nGO\nSELECT 2\n") ==
        batches({{.text = "SELECT 1\n", .line = 1}, {.text = "SELECT 2\n", .line = 3}}));
  CHECK(split_batches("SELECT 1") == batches({{.text = "SELECT 1\n"}}));
  CHECK(split_batches("SELECT 1\r\ngo\r\nSELECT 2\r\n") ==
        batches({{.text = "SELECT 1\r\n"}, {.text = "SELECT 2\r\n", .line = 3}}));
  CHECK(split_batches("  \t go ;\nSELECT 2") == batches({{.text = "SELECT 2\n", .line = 2}}));
  CHECK(split_batches("SELECT 1\nGO -- next\nSELECT 2") ==
        batches({{.text = "SELECT 1\n"}, {.text = "SELECT 2\n", .line = 3}}));
}

TEST_CASE("GO with a count runs the batch before as often") {
  CHECK(split_batches("SELECT 1\nGO 5\nSELECT 2") ==
        batches({{.text = "SELECT 1\n", .times = 5}, {.text = "SELECT 2\n", .line = 3}}));
  for (const char* wrong : {"GO 0", "GO 99999999999", "go 4294967296"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(split_batches(std::string("SELECT 1\n") + wrong), dba::Error);
  }
}

TEST_CASE("words that only look like GO are T-SQL") {
  for (const char* text : {"GOTO label\n", "GO x\n", "SELECT 1 GO\n", "GO5\n", "GO -1\n", "G\n", "xGO\n"}) {
    CAPTURE(text);
    CHECK(split_batches(text) == batches({{.text = text}}));
  }
}

TEST_CASE("a GO inside a string, a quoted name or a comment separates nothing") {
  for (const char* text :
       {"SELECT 'a\nGO\nb'\n", "SELECT 'it''s\nGO\n'\n", "SELECT 1 AS [a\nGO\n]\n", "SELECT 1 AS [a]]\nGO\n]\n",
        "SELECT 1 AS \"a\nGO\n\"\n", "/*\nGO\n*/ SELECT 1\n", "/* a /* b\n*/\nGO\n*/ SELECT 1\n"}) {
    CAPTURE(text);
    CHECK(split_batches(text) == batches({{.text = text}}));
  }
  CHECK(split_batches("SELECT '--'\nGO\nSELECT 2 -- it's '\nGO\nSELECT 3 /* ' */\nGO\n") ==
        batches({{.text = "SELECT '--'\n"},
                 {.text = "SELECT 2 -- it's '\n", .line = 3},
                 {.text = "SELECT 3 /* ' */\n", .line = 5}}));
}

TEST_CASE("a script is UTF-8, or UTF-16 that says so; any other text is refused before it becomes data") {
  const std::string text = "SELECT N'Stra\u00dfe \U0001f600'\n";
  const auto units = dba::to_utf16(text);
  std::string little = "\xff\xfe", big = "\xfe\xff";
  for (const char16_t unit : units) {
    const auto low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8);
    little += {low, high};
    big += {high, low};
  }
  for (const std::string& bytes : {text, "\xef\xbb\xbf" + text, little, big})
    CHECK(decode_script(bytes, "-f a.sql") == text);
  CHECK(decode_script("", "-Q").empty());
  const auto refused = [](std::string bytes) {
    try {
      decode_script(std::move(bytes), "-f a.sql");
      return std::string("taken");
    } catch (const dba::Error& error) {
      CHECK(error.code() == dba::ExitCode::usage);
      return error.info().message;
    }
  };
  CHECK(refused("SELECT 1\nSELECT N'Stra\xdf"
                "e'\n") == "-f a.sql: byte 0xdf in line 2 is no UTF-8");
  CHECK(refused(std::string("DELETE d\n\0 WHERE id = 1", 24)) ==
        "-f a.sql: NUL byte in line 2: T-SQL has none, UTF-16 without a byte order mark has many");
  CHECK(refused(little + "x") == "-f a.sql: UTF-16 that ends in the middle of a character");
}

TEST_CASE("batches without a statement are left out") {
  CHECK(split_batches("").empty());
  CHECK(split_batches("\n \nGO\nGO\n\t\nGO").empty());
}
