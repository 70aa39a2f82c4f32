#include "guard.hpp"

#include <functional>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "mutation_flags.hpp"
#include "support/command_harness.hpp"

using dba::ExitCode;
using dba::cli::AppContext;
using dba::cli::Command;
using dba::cli::GlobalOptions;
using dba::test::CommandHarness;
using dba::test::CommandResult;

namespace {

CommandResult run_doing(CommandHarness& harness, const std::function<void(AppContext&)>& work) {
  harness.tree = [work](GlobalOptions&) {
    return Command{.name = "kubectl dba",
                   .summary = "Root",
                   .commands = {{.name = "do", .summary = "Do", .run = [work](AppContext& context) {
                                   work(context);
                                   return ExitCode::ok;
                                 }}}};
  };
  return harness.run({"do"});
}

CommandResult check(const std::string& context_name, const std::string& ns, std::optional<std::string> typed) {
  CommandHarness harness;
  return run_doing(harness, [&](AppContext& context) {
    context.settings.file = "config.yaml";
    context.settings.protected_contexts = {"prod-*", "gold"};
    context.settings.protected_namespaces = {"payments"};
    dba::cli::check_protected(context, context_name, ns, typed);
  });
}

CommandResult ask(const std::optional<std::string>& answer, const std::string& word, bool yes) {
  CommandHarness harness;
  if (answer) harness.prompter().answer(*answer);
  return run_doing(harness, [&](AppContext& context) {
    dba::cli::confirm(context, "Delete demo/sales and its volumes?", word, yes);
  });
}

}  // namespace

TEST_CASE("a protected context or namespace wants to be named") {
  const CommandResult context = check("prod-eu", "demo", std::nullopt);
  CHECK(context.code == ExitCode::refused);
  CHECK(context.err ==
        "error: context \"prod-eu\" is protected: nothing was changed\n"
        "  cause: protected by config.yaml\n"
        "  try:   kubectl dba do --i-know-this-is=prod-eu\n");
  CHECK(check("dev", "payments", std::nullopt).err ==
        "error: namespace \"payments\" is protected: nothing was changed\n"
        "  cause: protected by config.yaml\n"
        "  try:   kubectl dba do --i-know-this-is=dev\n");
  CHECK(check("", "payments", std::nullopt).err.ends_with("--i-know-this-is=in-cluster\n"));
  CHECK(check("prod-eu", "payments", "prod-eu").code == ExitCode::ok);
  CHECK(check("", "payments", "in-cluster").code == ExitCode::ok);
  CHECK(check("dev", "demo", std::nullopt).code == ExitCode::ok);
  CHECK(check("preprod-eu", "demo", std::nullopt).code == ExitCode::ok);
}

TEST_CASE("naming another context is refused everywhere: the user believes to be elsewhere") {
  const CommandResult result = check("dev", "demo", "prod-eu");
  CHECK(result.code == ExitCode::refused);
  CHECK(result.err == "error: --i-know-this-is=prod-eu: the context in use is \"dev\"\n");
}

TEST_CASE("consent: typed, answered or refused") {
  CHECK(ask(std::nullopt, "sales", true).code == ExitCode::ok);
  CHECK(ask("sales", "sales", false).code == ExitCode::ok);
  CHECK(ask(" sales ", "sales", false).code == ExitCode::ok);
  CHECK(ask("y", "", false).code == ExitCode::ok);
  for (const char* answer : {"", "y", "Sales", "sale"}) {
    const CommandResult result = ask(answer, "sales", false);
    CHECK(result.code == ExitCode::refused);
    CHECK(result.err == "error: it was not confirmed: nothing was changed\n");
  }
  CHECK(ask("n", "", false).code == ExitCode::refused);
  CHECK(ask("", "", false).code == ExitCode::refused);
}

TEST_CASE("without anybody to ask, the flag is named") {
  const CommandResult result = ask(std::nullopt, "sales", false);
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err ==
        "error: this needs to be confirmed by --yes, because stdin and stderr are not both a terminal\n"
        "  try:   kubectl dba do --yes\n");
}

TEST_CASE("the question says what has to be typed") {
  CommandHarness harness;
  harness.prompter().answer("sales");
  run_doing(harness, [](AppContext& context) {
    dba::cli::confirm(context, "Delete demo/sales and its volumes?", "sales", false);
  });
  CHECK(harness.prompter().questions() ==
        std::vector<std::string>{"Delete demo/sales and its volumes?\nType sales to confirm: "});
}

TEST_CASE("--dry-run takes kubectl's words, and its refusal has kubectl's text") {
  const auto parse = [](const std::string& word) {
    dba::cli::MutationOptions options;
    const Command root{
        .name = "kubectl dba", .summary = "Root", .flags = dba::cli::mutation_flags(options), .run = [](AppContext&) {
          return ExitCode::ok;
        }};
    dba::cli::parse(root, {word});
    return options.dry_run;
  };
  CHECK(parse("--dry-run=none") == dba::cli::DryRun::none);
  CHECK(parse("--dry-run=client") == dba::cli::DryRun::client);
  CHECK(parse("--dry-run=server") == dba::cli::DryRun::server);
  CHECK_THROWS_WITH(parse("--dry-run=maybe"),
                    "--dry-run: Invalid dry-run value (maybe). Must be \"none\", \"server\", or \"client\".");
  CHECK_THROWS_WITH(parse("--dry-run"), "flag needs an argument: --dry-run=MODE");
}
