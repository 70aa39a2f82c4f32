#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/yaml.hpp"
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

/// Words behind `generate` that make something else than a database, now or in a later version.
constexpr std::array<std::string_view, 6> kOtherThings = {
    "ops", "issuer", "rbac", "dag-service", "failover-test-job", "failover-test-cronjob"};

void refuse_other_things(const std::string& name) {
  if (std::find(kOtherThings.begin(), kOtherThings.end(), name) == kOtherThings.end()) return;
  throw usage_error(fmt::format("\"{}\" is a word of generate and cannot name a database here", name),
                    fmt::format("kubectl dba mssql create {} --dry-run=client -o yaml …", name));
}

ExitCode run_generate(const GenerateOptions& options, AppContext& context) {
  output::Format format;
  check_along(context, "--output", [&] { format = output::parse_format(options.output, {"json", "yaml"}); });
  refuse_other_things(options.flags.database.name);
  DatabaseInput input = read_database_input(options.flags, {}, "generate", context);
  tell_notices(input, context);
  const Json& database = input.get_database();
  context.io.out.write(format.kind == output::Format::Kind::json ? codec::pretty_json(database)
                                                                 : codec::to_yaml(database));
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
  command.commands = {generate_issuer_command()};
  command.run = [options](AppContext& context) { return run_generate(*options, context); };
  return command;
}

}  // namespace dba::cli
