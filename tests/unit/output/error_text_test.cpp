#include "dba/output/error_text.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using dba::ErrorInfo;
using dba::ExitCode;
using dba::output::error_report;
using dba::output::error_text;

namespace {

const ErrorInfo kForbidden{
    .code = ExitCode::denied,
    .message = "listing databases in namespace demo: not allowed",
    .cause = "Error from server (Forbidden): mssqlservers.kubedb.com is forbidden: User \"jane\" cannot list",
    .hint = "kubectl auth can-i list mssqlservers.kubedb.com -n demo",
    .reason = "Forbidden"};

}  // namespace

TEST_CASE("an error says what failed, the other side's words and what to try") {
  CHECK(error_text(kForbidden, false) ==
        "error: listing databases in namespace demo: not allowed\n"
        "  cause: Error from server (Forbidden): mssqlservers.kubedb.com is forbidden: User \"jane\" cannot list\n"
        "  try:   kubectl auth can-i list mssqlservers.kubedb.com -n demo\n");
}

TEST_CASE("details stand below the message, one a line") {
  const ErrorInfo error{
      .code = ExitCode::usage,
      .message = "2 problems with the command line",
      .details = {"--replicas: \"x\" is not a whole number", "NAME is missing: Name of the database"}};
  CHECK(error_text(error, false) ==
        "error: 2 problems with the command line\n"
        "  - --replicas: \"x\" is not a whole number\n"
        "  - NAME is missing: Name of the database\n");
}

TEST_CASE("further lines of a text are indented below its first one") {
  const ErrorInfo error{.message = "the operator said no", .cause = "first\nsecond\n"};
  CHECK(error_text(error, false) ==
        "error: the operator said no\n"
        "  cause: first\n"
        "         second\n");
}

TEST_CASE("a message that begins with error: is not doubled, and only that word is coloured") {
  CHECK(error_text({.message = "error: timed out"}, false) == "error: timed out\n");
  CHECK(error_text({.message = "timed out"}, true) == "\x1b[31;1merror:\x1b[0m timed out\n");
}

TEST_CASE("control characters of the other side are shown, not obeyed") {
  const ErrorInfo error{.message = "bad name \x1b]0;owned\x07", .cause = "a\rb"};
  CHECK(error_text(error, false) == "error: bad name ^[]0;owned\\u0007\n  cause: a\\u000db\n");
}

TEST_CASE("the machine's form has every field, null for what is not known") {
  CHECK(
      error_report(kForbidden).dump() ==
      "{\"apiVersion\":\"kubectl-dba/v1\",\"kind\":\"Error\",\"reason\":\"Forbidden\",\"message\":\"listing databases "
      "in namespace demo: not allowed\",\"details\":[],\"cause\":\"Error from server (Forbidden): "
      "mssqlservers.kubedb.com is forbidden: User \\\"jane\\\" cannot list\",\"hint\":\"kubectl auth can-i list "
      "mssqlservers.kubedb.com -n demo\",\"exitCode\":4}");
  CHECK(error_report({.code = ExitCode::sql_unreachable, .message = "no answer"}).dump() ==
        "{\"apiVersion\":\"kubectl-dba/v1\",\"kind\":\"Error\",\"reason\":\"SqlUnreachable\",\"message\":\"no "
        "answer\",\"details\":[],\"cause\":null,\"hint\":null,\"exitCode\":5}");
}
