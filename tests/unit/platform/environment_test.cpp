#include "dba/platform/environment.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

#include "dba/platform/system.hpp"
#include "dba/platform/terminal.hpp"

namespace dba::platform {

TEST_CASE("an environment tells unset from empty") {
  const Environment environment({{"EMPTY", ""}, {"NAME", "value"}});
  CHECK(environment.find("NAME") == "value");
  CHECK(environment.find("EMPTY") == "");
  CHECK(environment.find("UNSET") == std::nullopt);
  CHECK(environment.get("NAME", "other") == "value");
  CHECK(environment.get("EMPTY", "other") == "other");
  CHECK(environment.get("UNSET", "other") == "other");
  CHECK(environment.get("UNSET").empty());
}

TEST_CASE("capture takes the process environment with everything after the first equals sign") {
  ::setenv("DBA_TEST_VARIABLE", "a=b=c", 1);
  const Environment environment = Environment::capture();
  ::unsetenv("DBA_TEST_VARIABLE");
  CHECK(environment.find("DBA_TEST_VARIABLE") == "a=b=c");
  CHECK(Environment::capture().find("DBA_TEST_VARIABLE") == std::nullopt);
}

TEST_CASE("colour is allowed by TERM and NO_COLOR") {
  struct Row {
    const char* name;
    Environment::Map values;
    bool want;
  };
  for (const Row& row : {Row{"a plain environment", {{"TERM", "xterm"}}, true}, Row{"no TERM", {}, true},
                         Row{"a dumb terminal", {{"TERM", "dumb"}}, false},
                         Row{"NO_COLOR", {{"TERM", "xterm"}, {"NO_COLOR", "1"}}, false},
                         Row{"an empty NO_COLOR: its presence counts", {{"TERM", "xterm"}, {"NO_COLOR", ""}}, false}}) {
    SUBCASE(row.name) { CHECK(look_at_terminal(Environment(row.values)).colour_allowed == row.want); }
  }
}

TEST_CASE("random bits differ from call to call") { CHECK(random_bits() != random_bits()); }

TEST_CASE("errno texts begin in lower case, as Go prints them") {
  CHECK(errno_text(ENOENT) == "no such file or directory");
  CHECK(errno_text(EACCES) == "permission denied");
  CHECK(errno_text(EISDIR) == "is a directory");
}

TEST_CASE("the machine and the user have names") {
  CHECK_FALSE(host_name().empty());
  CHECK_FALSE(user_name().empty());
}

}  // namespace dba::platform
