#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"

using dba::ExitCode;
using dba::test::CommandHarness;
using dba::test::CommandResult;

namespace {

/// A home directory with a configuration file.
class Home {
 public:
  Home(CommandHarness& harness, std::string_view config) {
    std::filesystem::create_directories(dir_.path() / "kubectl-dba");
    dba::platform::write_new_secret_file(file(), config);
    harness.set_variable("XDG_CONFIG_HOME", dir_.path().string());
  }
  std::string file() const { return (dir_.path() / "kubectl-dba" / "config.yaml").string(); }

 private:
  dba::platform::TemporaryDirectory dir_{"dba-config-"};
};

}  // namespace

TEST_CASE("config view shows what counts and where it comes from") {
  CommandHarness harness;
  const Home home(harness,
                  "defaults:\n"
                  "  namespace: demo\n"
                  "  timeout: 15m\n"
                  "  replicas: 3\n"
                  "  label: [team=dba, tier=gold]\n"
                  "protected:\n"
                  "  contexts: [\"prod-*\"]\n"
                  "  namespaces: payments\n");
  harness.set_variable("KUBECTL_DBA_TIMEOUT", "10m");
  harness.set_variable("KUBECTL_DBA_TOKEN", "secret-token");
  harness.set_variable("KUBECTL_DBA_QUIET", "");
  const CommandResult result = harness.run({"config", "view", "--color=never"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.err == "configuration file: " + home.file() + "\n");
  CHECK(result.out ==
        "SETTING                VALUE                SOURCE\n"
        "--color                never                --color\n"
        "--label                team=dba,tier=gold   " +
            home.file() +
            ":5\n"
            "--namespace            demo                 " +
            home.file() +
            ":2\n"
            "--replicas             3                    " +
            home.file() +
            ":4\n"
            "--timeout              10m                  $KUBECTL_DBA_TIMEOUT\n"
            "--token                ***                  $KUBECTL_DBA_TOKEN\n"
            "protected.contexts     prod-*               " +
            home.file() +
            "\n"
            "protected.namespaces   payments             " +
            home.file() + "\n");
}

TEST_CASE("config view -o json has everything, remarks too") {
  CommandHarness harness;
  harness.set_variable("HOME", "/nonexistent");
  harness.set_variable("KUBECTL_DBA_NAMESPACE", "demo");
  harness.set_variable("KUBECTL_DBA_TIMOUT", "1m");
  harness.set_variable("KUBECTL_DBA_YES", "true");
  dba::test::check_schema("Config", harness.run({"config", "view", "-o", "json"}).out);
  CHECK(harness.run({"config", "view", "-o", "json"}).out == R"({
    "apiVersion": "kubectl-dba/v1",
    "kind": "Config",
    "file": "/nonexistent/.config/kubectl-dba/config.yaml",
    "fileExists": false,
    "flags": [
        {
            "name": "namespace",
            "values": [
                "demo"
            ],
            "source": "$KUBECTL_DBA_NAMESPACE",
            "problem": null
        }
    ],
    "protected": {
        "contexts": [],
        "namespaces": []
    },
    "problem": null,
    "remarks": [
        "$KUBECTL_DBA_TIMOUT is ignored: no command has a flag --timout; did you mean timeout?",
        "$KUBECTL_DBA_YES is ignored: --yes counts only when it is typed"
    ]
}
)");
}

TEST_CASE("nothing configured is said, not shown as an empty table") {
  CommandHarness harness;
  harness.set_variable("HOME", "/nonexistent");
  const CommandResult result = harness.run({"config", "view"});
  CHECK(result.out.empty());
  CHECK(result.err ==
        "there is no configuration file /nonexistent/.config/kubectl-dba/config.yaml\n"
        "every flag has its built-in default, and nothing is protected\n");
}

TEST_CASE("every mistake in the file is told with its line, and stops every command that may need it") {
  CommandHarness harness;
  const Home home(harness,
                  "defaults:\n"
                  "  namspace: demo\n"
                  "  i-know-this-is: prod\n"
                  "  timeout: {a: 1}\n"
                  "protcted: {}\n"
                  "protected:\n"
                  "  context: [a]\n");
  const CommandResult result = harness.run({"mssql", "list"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err ==
        "error: the configuration file is wrong\n"
        "  - " +
            home.file() +
            ":2: no command has a flag --namspace; did you mean namespace?\n"
            "  - " +
            home.file() +
            ":3: --i-know-this-is counts only when it is typed\n"
            "  - " +
            home.file() +
            ":4: defaults.timeout must be a value or a list of values\n"
            "  - " +
            home.file() +
            ":5: unknown key \"protcted\"; did you mean protected?\n"
            "  - " +
            home.file() + ":7: unknown key \"context\"; did you mean contexts?\n");
  CHECK(harness.run({"exit-codes", "--help"}).code == ExitCode::ok);
  CHECK(harness.run({"__complete", "exit"}).out.starts_with("exit-codes\t"));
}

TEST_CASE("a default reaches the flag; the environment counts before the file, the line before both") {
  struct Row {
    std::vector<std::string> words;
    std::string variable, want;
  };
  for (const Row& row : {Row{{"exit-codes"}, "", "apiVersion: kubectl-dba/v1\n"}, Row{{"exit-codes"}, "json", "{\n"},
                         Row{{"exit-codes", "-o", "yaml"}, "json", "apiVersion: kubectl-dba/v1\n"}}) {
    CommandHarness harness;
    const Home home(harness, "defaults:\n  output: yaml\n");
    harness.set_variable("KUBECTL_DBA_OUTPUT", row.variable);
    CAPTURE(row.variable);
    CHECK(harness.run(row.words).out.starts_with(row.want));
  }
}

TEST_CASE("a file that is empty, or no YAML, or two documents") {
  CommandHarness empty;
  const Home none(empty, "# nothing yet\n");
  CHECK(empty.run({"exit-codes"}).code == ExitCode::ok);

  CommandHarness torn;
  const Home bad(torn, "defaults: [\n");
  const CommandResult result = torn.run({"mssql", "list"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err.find(bad.file()) != std::string::npos);

  CommandHarness twice;
  const Home two(twice, "defaults: {}\n---\nprotected: {}\n");
  CHECK(twice.run({"mssql", "list"}).err == "error: " + two.file() + ": one document was expected, not several\n");
}

TEST_CASE("a broken file is a warning to what helps to mend it, and stops what opens the cluster") {
  CommandHarness harness;
  harness.forbid_cluster();
  const Home home(harness, "defaults: {namspace: demo, replicas: 3}\n");
  const std::string problem = home.file() + ":1: no command has a flag --namspace; did you mean namespace?\n";
  const std::string warning = "Warning: the configuration file is wrong: " + problem;
  CommandResult result = harness.run({"version", "--client"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out.starts_with("Client Version: v"));
  CHECK(result.err == warning);
  result = harness.run({"version"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: the configuration file is wrong: " + problem);
  result = harness.run({"exit-codes"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.err == warning);
  result = harness.run({"config", "view"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "configuration file: " + home.file() +
                          "\nwhat it sets and protects is not known: every other command refuses to run until it is "
                          "right\n" +
                          warning);
  CHECK(result.out.find("--replicas") != std::string::npos);
  result = harness.run({"config", "view", "-o", "json"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.out.find("\"problem\": \"the configuration file is wrong: " + problem.substr(0, problem.size() - 1)) !=
        std::string::npos);
}

TEST_CASE("a default form that a command does not have is told with its place; what helps to mend it goes on") {
  CommandHarness harness;
  harness.forbid_cluster();
  const Home home(harness, "defaults:\n  output: xml\n");
  const std::string place = "--output (from " + home.file() + ":2): ";
  const std::string problem = place + "unable to match a printer suitable for the output format \"xml\", ";
  for (const std::vector<std::string>& words : {std::vector<std::string>{"mssql", "list"},
                                                {"mssql", "roles", "sales", "--no-sql"},
                                                {"mssql", "delete", "sales", "--yes"},
                                                {"mssql", "generate", "issuer", "ca", "--ca-secret=x"}}) {
    CAPTURE(dba::join(words, " "));
    const CommandResult result = harness.run(words);
    CHECK(result.code == ExitCode::usage);
    CHECK(result.out == "");
    CHECK(result.err.find(problem) != std::string::npos);
    CHECK(result.err.find(problem) == result.err.rfind("unable to match") - place.size());
  }
  const std::string of_many = harness.run({"mssql", "create", "sales"}).err;
  CHECK(of_many.find("(from " + home.file() + ":2)") != std::string::npos);
  CHECK(of_many.find("unable to match") == of_many.rfind("unable to match"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"version", "--client"}, {"exit-codes"}, {"config", "view"}}) {
    CAPTURE(dba::join(words, " "));
    const CommandResult result = harness.run(words);
    CHECK(result.code == (words.front() == "config" ? ExitCode::usage : ExitCode::ok));
    CHECK(result.out != "");
    CHECK(result.err.find("Warning: " + problem) != std::string::npos);
  }
  for (const std::vector<std::string>& words : {std::vector<std::string>{"help"},
                                                {"completion", "bash"},
                                                {"mssql"},
                                                {"mssql", "list", "--help"},
                                                {"exit-codes", "-o", "json"}}) {
    CAPTURE(dba::join(words, " "));
    const CommandResult result = harness.run(words);
    CHECK(result.code == ExitCode::ok);
    CHECK(result.err == "");
  }
}

TEST_CASE("a default form is no problem where one command has it, and is none of those that have no forms") {
  CommandHarness harness;
  const Home home(harness, "defaults:\n  output: wide\n");
  CHECK(harness.run({"config", "view", "-o", "json"}).out.find("\"problem\": null") != std::string::npos);
  CHECK(harness.run({"exit-codes"}).err.find("\"wide\", allowed formats are: json,table,yaml") != std::string::npos);
}

TEST_CASE("a broken file stops neither help nor completion") {
  CommandHarness harness;
  const Home home(harness, "defaults: [\n");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"help", "mssql"}, {"options"}, {"completion", "zsh"}}) {
    CAPTURE(dba::join(words, " "));
    const CommandResult result = harness.run(words);
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out != "");
    CHECK(result.err.find("Warning: ") == 0);
  }
}

TEST_CASE("config view marks values that their flags cannot take") {
  CommandHarness harness;
  const Home home(harness, "defaults:\n  replicas: three\n  timeout: soon\n  v: high\n  color: never\n");
  const CommandResult result = harness.run({"config", "view"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.out ==
        "SETTING      VALUE           SOURCE\n"
        "--color      never           " +
            home.file() +
            ":5\n"
            "--replicas   three (wrong)   " +
            home.file() +
            ":2\n"
            "--timeout    soon (wrong)    " +
            home.file() +
            ":3\n"
            "--v          high (wrong)    " +
            home.file() + ":4\n");
  CHECK(result.err.find("Warning: --replicas (from " + home.file() + ":2): \"three\" is not a whole number\n") !=
        std::string::npos);
}
