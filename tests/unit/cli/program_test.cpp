#include <string>

#include <doctest/doctest.h>

#include "dba/cli/run.hpp"

#include "support/command_harness.hpp"

using dba::cli::identify_program;
using dba::cli::Program;
using dba::test::CommandHarness;

TEST_CASE("usage lines say what kubectl makes of the file's name, or the name itself") {
  struct Row {
    std::string argv0, name;
    bool as_mssql;
  };
  for (const Row& row :
       {Row{"kubectl-dba", "kubectl dba", false}, Row{"/usr/local/bin/kubectl-dba", "kubectl dba", false},
        Row{"/opt/kubectl-dba-mssql", "kubectl dba mssql", true}, Row{"kubectl-sql_dba", "kubectl sql-dba", false},
        Row{"./dba", "dba", false}, Row{"", "kubectl-dba", false}}) {
    CAPTURE(row.argv0);
    const Program program = identify_program(row.argv0);
    CHECK(program.name == row.name);
    CHECK(program.as_mssql == row.as_mssql);
  }
}

TEST_CASE("installed as kubectl-dba-mssql, the mssql group is the root and the tool's own commands stay") {
  CommandHarness harness;
  harness.program() = identify_program("kubectl-dba-mssql");
  CHECK(harness.run({"creat"}).err ==
        "error: unknown command \"creat\" for \"kubectl dba mssql\"; did you mean \"create\"?\n"
        "  try:   kubectl dba mssql --help\n");
  const auto help = harness.run({"exit-codes", "--help"});
  CHECK(help.out.find("\n  kubectl dba mssql exit-codes -o json\n") != std::string::npos);
  const auto create = harness.run({"create", "--help"});
  CHECK(create.out.find("\n  kubectl dba mssql create ") != std::string::npos);
  CHECK(create.out.find("mssql mssql") == std::string::npos);
  CHECK(harness.run({"completion", "kubectl"})
            .out.ends_with("\nexec kubectl-dba-mssql __complete \"$@\" 2>>\"${BASH_COMP_DEBUG_FILE:-/dev/null}\"\n"));
}

TEST_CASE("under a name of its own, the binary says that name, in examples too") {
  CommandHarness harness;
  harness.program() = identify_program("/usr/bin/dba");
  const auto help = harness.run({"mssql", "roles", "--help"});
  CHECK(help.out.find("\n  dba mssql roles NAME [flags]\n") != std::string::npos);
  CHECK(help.out.find("\n  dba mssql roles sales ") != std::string::npos);
  CHECK(help.out.find("kubectl dba") == std::string::npos);
}
