#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "dba/base/exit_code.hpp"
#include "dba/platform/files.hpp"

#include "support/command_harness.hpp"
#include "support/golden.hpp"
#include "support/json_schema.hpp"

using dba::test::CommandHarness;

TEST_CASE("exit-codes prints the table") {
  dba::test::check_golden("output/exit-codes.txt", CommandHarness().run({"exit-codes"}).out);
  dba::test::check_schema("ExitCodes", CommandHarness().run({"exit-codes", "-o", "json"}).out);
  dba::test::check_golden("output/exit-codes.json", CommandHarness().run({"exit-codes", "-o", "json"}).out);
}

TEST_CASE("the README has the same table of exit codes") {
  const std::string readme = dba::platform::read_file(std::string(DBA_SOURCE_DIR) + "/README.md");
  const std::string open = "<!-- exit-codes -->\n";
  const std::size_t begin = readme.find(open);
  const std::size_t end = readme.find("<!-- /exit-codes -->");
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  std::string want = "| code | name | meaning |\n|---|---|---|\n";
  for (const dba::ExitCodeRow& row : dba::exit_code_table()) {
    want += fmt::format("| {} | {} | {} |\n", static_cast<int>(row.code), row.name, row.meaning);
  }
  CHECK(readme.substr(begin + open.size(), end - begin - open.size()) == want);
}
