#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/output/format.hpp"

#include "commands.hpp"
#include "database_input.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

namespace {

struct GenerateOptions {
  DatabaseFlags flags{};
  std::string output = "yaml";
};

/// Words behind `generate` that will make something else than a database, like "issuer" and "dag-service" now.
constexpr std::array<std::string_view, 4> kOtherThings = {"ops", "rbac", "failover-test-job", "failover-test-cronjob"};

Error other_thing(std::string_view word) {
  return usage_error(fmt::format("\"{}\" is a word of generate and cannot name a database here", word),
                     fmt::format("kubectl dba mssql create {} --dry-run=client -o yaml …", word));
}

/// Behind flags of generate a word is the name, also one that makes something else.
void refuse_other_things(const std::string& name) {
  const bool is_word = std::find(kOtherThings.begin(), kOtherThings.end(), name) != kOtherThings.end();
  if (is_word || name == "issuer" || name == "dag-service") throw other_thing(name);
}

/// "ops restart sales" is meant as the other thing, whatever follows.
std::vector<Command> other_things() {
  std::vector<Command> commands;
  for (const std::string_view word : kOtherThings) {
    const auto rest = std::make_shared<std::vector<std::string>>();
    Command command{.name = std::string(word), .summary = "Not there yet", .hidden = true, .raw_arguments = true};
    command.arguments = {{.name = "ARGUMENTS", .help = "Whatever follows", .into = rest.get(), .required = false}};
    command.run = [rest, word](AppContext&) -> ExitCode { throw other_thing(word); };
    commands.push_back(std::move(command));
  }
  return commands;
}

ExitCode run_generate(const GenerateOptions& options, AppContext& context) {
  output::Format format;
  check_along(context, "--output", [&] { format = output::parse_format(options.output, {"json", "yaml"}); });
  refuse_other_things(options.flags.database.name);
  DatabaseInput input = read_database_input(options.flags, {}, "generate", context);
  tell_notices(input, context);
  const Json& database = input.get_database();
  context.io.out.write(output::print_manifest(database, format));
  return ExitCode::ok;
}

}  // namespace

Command generate_command() {
  const auto options = std::make_shared<GenerateOptions>();
  Command command{.name = "generate",
                  .summary = "Print the manifest that create would send, without a cluster",
                  .lists_all_problems = true};
  command.description =
      "Opens no connection and reads no kubeconfig. All rules that need no cluster are checked, and everything that is "
      "wrong is told at once. The YAML is ready for Git: no status, nothing empty, keys in the order a person would "
      "write them.\n\n"
      "The flags are laid over the object of -f; --set comes last.";
  command.examples =
      "# An availability group of three replicas\n"
      "kubectl dba mssql generate sales -n demo --version 2025-cu0 --databases agdb1,agdb2 "
      "--issuer mssqlserver-ca-issuer --storage 10Gi --accept-eula > sales.yaml\n"
      "# One instance with 4 GiB of memory\n"
      "kubectl dba mssql generate orders --version 2025-cu0 --memory 4Gi --issuer mssqlserver-ca-issuer --storage 10Gi "
      "--accept-eula\n"
      "# The same database with another volume size\n"
      "kubectl dba mssql generate -f sales.yaml --storage 20Gi";
  command.arguments = {database_name_argument(options->flags)};
  command.flags = join_flags({output_flag(options->output, {"json", "yaml"})}, database_flags(options->flags));
  // The list is create's, which can ask the catalog.
  const auto version = std::ranges::find(command.flags, "version", &Flag::name);
  version->help = "Name of an MSSQLServerVersion; required, since no catalog is read";
  command.commands = other_things();
  command.commands.push_back(generate_issuer_command());
  command.commands.push_back(generate_dag_service_command());
  command.run = [options](AppContext& context) { return run_generate(*options, context); };
  return command;
}

}  // namespace dba::cli
