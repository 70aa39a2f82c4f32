#include "connection_string.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

using namespace dba;
using namespace dba::sql;

namespace {

ConnectionParts parts(Driver::Family family, std::string_view password) {
  ConnectionParts made;
  made.driver = {family == Driver::Family::freetds ? "FreeTDS" : "ODBC Driver 18 for SQL Server", "", family};
  made.port = 40001;
  made.user = "sa";
  made.password = Secret(std::string(password));
  made.database = "master";
  made.application = "kubectl-dba";
  return made;
}

std::string text(const ConnectionParts& made) { return connection_string(made).reveal(); }

}  // namespace

TEST_CASE("every driver is told to leave encryption to the relay, and never to reconnect by itself") {
  CHECK(text(parts(Driver::Family::microsoft, "Pa55word")) ==
        "DRIVER={ODBC Driver 18 for SQL Server};SERVER=127.0.0.1,40001;Encrypt=no;ConnectRetryCount=0;"
        "MARS_Connection=no;APP=kubectl-dba;DATABASE=master;UID=sa;PWD=Pa55word;");
  CHECK(text(parts(Driver::Family::freetds, "Pa55word")) ==
        "DRIVER={FreeTDS};SERVER=127.0.0.1;PORT=40001;TDS_Version=7.4;ClientCharset=UTF-8;Encryption=off;"
        "APP=kubectl-dba;DATABASE=master;UID=sa;PWD=Pa55word;");
}

TEST_CASE("no value becomes a keyword") {
  struct Row {
    std::string_view password, microsoft, freetds;
  };
  const Row rows[] = {
      {"a;UID=other", "PWD={a;UID=other};", "PWD={a;UID=other};"},
      {"a;b{c}d}e=f'g\"h %", "PWD={a;b{c}}d}}e=f'g\"h %};", "PWD={a;b{c}d}e=f'g\"h %};"},
      {"abc}", "PWD={abc}}};", "PWD={abc}};"},
      {"", "PWD={};", "PWD={};"},
      {" blanks ", "PWD={ blanks };", "PWD={ blanks };"},
      {"plain'quote", "PWD=plain'quote;", "PWD=plain'quote;"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.password);
    CHECK(text(parts(Driver::Family::microsoft, row.password)).ends_with(row.microsoft));
    CHECK(text(parts(Driver::Family::freetds, row.password)).ends_with(row.freetds));
  }
  ConnectionParts made = parts(Driver::Family::microsoft, "x");
  made.database = "a;UID=other";
  made.user = "b;DATABASE=c";
  made.application = "d;PWD=e";
  made.read_intent = true;
  CHECK(text(made).ends_with(
      "APP={d;PWD=e};DATABASE={a;UID=other};ApplicationIntent=ReadOnly;UID={b;DATABASE=c};PWD=x;"));
}

TEST_CASE("what a driver cannot be told is refused before it is asked") {
  const auto refusal = [](const ConnectionParts& made) {
    try {
      connection_string(made);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      return error.info().message;
    }
    return std::string("accepted");
  };
  CHECK(refusal(parts(Driver::Family::freetds, "top};secret")) ==
        "the password holds \"};\", which FreeTDS cannot take");
  CHECK(refusal(parts(Driver::Family::microsoft, "top};secret")) == "accepted");
  CHECK(refusal(parts(Driver::Family::microsoft, std::string_view("a\0b", 3))) ==
        "the password holds a zero byte, which no SQL Server driver can take");
  ConnectionParts made = parts(Driver::Family::microsoft, "x");
  made.driver.name = "a};SERVER=elsewhere";
  CHECK(refusal(made) == "no ODBC driver can be called \"a};SERVER=elsewhere\"");
}
