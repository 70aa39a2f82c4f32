#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"

using dba::Error;
using dba::ExitCode;
using dba::cli::AppContext;
using dba::cli::Command;
using dba::cli::GlobalOptions;
using dba::test::CommandHarness;
using dba::test::CommandResult;

namespace {

/// A tree with one command `do` whose work is `work`.
std::function<Command(GlobalOptions&)> tree_doing(std::function<ExitCode(AppContext&)> work) {
  return [work = std::move(work)](GlobalOptions& global) {
    static std::string output;
    output.clear();
    return Command{
        .name = "kubectl dba",
        .summary = "Root",
        .flags = {{.name = "color", .value = "WHEN", .help = "Colour", .into = &global.color},
                  {.name = "warnings-as-errors",
                   .help = "Warnings are errors",
                   .into = &global.connection.warnings_as_errors}},
        .commands = {{.name = "do",
                      .summary = "Do it",
                      .flags = {{.name = "output", .letter = 'o', .value = "FORM", .help = "Form", .into = &output}},
                      .run = work}}};
  };
}

CommandResult run_doing(const std::vector<std::string>& words, std::function<ExitCode(AppContext&)> work) {
  CommandHarness harness;
  harness.tree = tree_doing(std::move(work));
  return harness.run(words);
}

ExitCode refuse(AppContext&) {
  throw Error(ExitCode::refused, "the database exists", "its owner is argocd", "kubectl dba mssql apply");
}

}  // namespace

TEST_CASE("a failure is told on stderr and by its code") {
  const CommandResult result = run_doing({"do"}, refuse);
  CHECK(result.code == ExitCode::refused);
  CHECK(result.out.empty());
  CHECK(result.err == "error: the database exists\n  cause: its owner is argocd\n  try:   kubectl dba mssql apply\n");
}

TEST_CASE("with -o json a failure is one object on stdout as well, whatever failed") {
  const CommandResult refused = run_doing({"do", "-o", "json"}, refuse);
  CHECK(refused.out == R"({
    "apiVersion": "kubectl-dba/v1",
    "kind": "Error",
    "reason": "Refused",
    "message": "the database exists",
    "details": [],
    "cause": "its owner is argocd",
    "hint": "kubectl dba mssql apply",
    "exitCode": 3
}
)");
  dba::test::check_schema("Error", refused.out);
  CHECK(refused.err.starts_with("error: the database exists\n"));

  const CommandResult typo = run_doing({"do", "--bogus", "-ojson"}, refuse);
  CHECK(typo.code == ExitCode::usage);
  dba::test::check_schema("Error", typo.out);
  CHECK(typo.out.find("\"message\": \"unknown flag: --bogus\"") != std::string::npos);
  CHECK(run_doing({"do", "--bogus", "-o", "yaml"}, refuse).out.empty());
}

TEST_CASE("-o json can come from the environment") {
  CommandHarness harness;
  harness.tree = tree_doing(refuse);
  harness.set_variable("KUBECTL_DBA_OUTPUT", "json");
  CHECK(harness.run({"do"}).out.starts_with("{\n    \"apiVersion\": \"kubectl-dba/v1\",\n    \"kind\": \"Error\""));
}

TEST_CASE("what nobody foresaw is an internal error, not a crash") {
  CHECK(run_doing({"do"}, [](AppContext&) -> ExitCode { throw std::runtime_error("boom"); }).err ==
        "error: internal: boom\n  try:   report this as a bug of kubectl-dba, with the command and what -v=8 shows\n");
  CHECK(run_doing({"do"}, [](AppContext&) -> ExitCode {
          throw std::bad_alloc();
        }).err.starts_with("error: internal: out of memory\n"));
  const CommandResult strange = run_doing({"do"}, [](AppContext&) -> ExitCode { throw 1; });
  CHECK(strange.err.starts_with("error: internal: unknown failure\n"));
  CHECK(strange.code == ExitCode::unexpected);
}

TEST_CASE("the code of a command that ends normally is its own") {
  CHECK(run_doing({"do"}, [](AppContext&) { return ExitCode::unhealthy; }).code == ExitCode::unhealthy);
}

TEST_CASE("messages are coloured on a terminal, never with NO_COLOR or --color=never, always with --color=always") {
  const auto prefix = [](bool terminal, bool allowed, const std::vector<std::string>& words) {
    CommandHarness harness;
    harness.terminal() = {.in_tty = false, .out_tty = false, .err_tty = terminal, .colour_allowed = allowed};
    harness.tree = tree_doing(refuse);
    const std::string err = harness.run(words).err;
    return err.substr(0, err.find(" the"));
  };
  const std::string coloured = "\x1b[31;1merror:\x1b[0m";
  CHECK(prefix(true, true, {"do"}) == coloured);
  CHECK(prefix(false, true, {"do"}) == "error:");
  CHECK(prefix(true, false, {"do"}) == "error:");
  CHECK(prefix(true, true, {"do", "--color=never"}) == "error:");
  CHECK(prefix(false, false, {"do", "--color=always"}) == coloured);
}

TEST_CASE("a group prints its help on stdout and is no failure") {
  CommandHarness harness;
  const CommandResult bare = harness.run({});
  CHECK(bare.code == ExitCode::ok);
  CHECK(bare.err.empty());
  CHECK(bare.out == harness.run({"--help"}).out);
  CHECK(bare.out == harness.run({"help"}).out);
  CHECK(harness.run({"mssql"}).out == harness.run({"help", "mssql"}).out);
}

TEST_CASE("help names the topic it does not know") {
  const CommandResult result = CommandHarness().run({"help", "mssql", "creat"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err ==
        "error: unknown command \"creat\" for \"kubectl dba mssql\"; did you mean \"create\"?\n"
        "  try:   kubectl dba mssql --help\n");
}

TEST_CASE("output that could not be written is a failure") {
  class FullDisk : public dba::output::OutStream {
   public:
    void write(std::string_view) override {}
    std::string failure() const override { return "no space left on device"; }
  };
  FullDisk out;
  dba::test::StringStream err;
  dba::output::IoStreams io(out, err, {});
  dba::test::ScriptedPrompter prompter;
  const dba::platform::Environment environment;
  dba::test::FakeClock clock;
  dba::test::FakeProcessRunner processes;
  GlobalOptions global;
  const Command root = dba::cli::root_command(global, {.name = "kubectl dba"});
  AppContext context{.io = io,
                     .prompter = prompter,
                     .environment = environment,
                     .clock = clock,
                     .processes = processes,
                     .stop = {},
                     .global = global,
                     .open_kube = {}};
  CHECK(dba::cli::run({"exit-codes"}, root, context) == ExitCode::unexpected);
  CHECK(err.text() == "error: writing the result failed\n  cause: no space left on device\n");
}

TEST_CASE("a failure tells what was changed before and not printed yet") {
  const CommandResult result = run_doing({"do"}, [](AppContext& context) -> ExitCode {
    context.untold.emplace_back("secret/ca was created");
    return refuse(context);
  });
  CHECK(result.code == ExitCode::refused);
  CHECK(result.err ==
        "error: the database exists\n  - secret/ca was created\n  cause: its owner is argocd\n"
        "  try:   kubectl dba mssql apply\n");
}

TEST_CASE("warnings of the API server are a failure when asked for") {
  CommandHarness harness;
  harness.api()
      .on("GET", "/version")
      .reply(200, R"({"gitVersion":"v1.33.1"})", {{"Content-Type", "application/json"}, {"Warning", "299 - \"old\""}});
  const CommandResult strict = harness.run({"version", "--warnings-as-errors"});
  CHECK(strict.code == ExitCode::unexpected);
  CHECK(strict.err == "Warning: old\nerror: 1 warning received\n");
  CHECK(harness.run({"version"}).code == ExitCode::ok);
}
