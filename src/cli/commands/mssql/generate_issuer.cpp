#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "dba/cli/context.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/mssql/issuer_service.hpp"
#include "dba/output/format.hpp"

#include "commands.hpp"
#include "issuer_flags.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

namespace {

struct GenerateIssuerOptions {
  IssuerOptions issuer{};
  std::string output{};
};

/// A manifest in Git must not change with every run, so the CA is never made here.
void require_ca(const IssuerOptions& options) {
  if (options.ca_secret || options.ca_cert || options.ca_key) return;
  throw usage_error("where the CA comes from is missing: --ca-secret, or --ca-cert and --ca-key",
                    "kubectl dba mssql issuer create NAME makes a CA in the cluster");
}

ExitCode run_generate_issuer(const GenerateIssuerOptions& options, AppContext& context) {
  const output::Format format = output::parse_format(options.output, {"yaml", "json"});
  require_ca(options.issuer);
  const WallTime now = context.clock.wall_now();
  const auto request = make_issuer_request(options.issuer, context.global.connection.ns.value_or(""), now, context.io);
  const std::vector<Json> objects = mssql::issuer_objects(request, now);
  context.io.out.write(format.kind == output::Format::Kind::json
                           ? output::print_objects(objects, format, objects.size() != 1)
                           : codec::to_yaml_stream(objects));
  return ExitCode::ok;
}

}  // namespace

Command generate_issuer_command() {
  const auto options = std::make_shared<GenerateIssuerOptions>();
  Command command{.name = "issuer", .summary = "Print the manifest of an issuer; needs no cluster"};
  command.description =
      "With --ca-cert and --ca-key the manifest begins with the secret, key included: do not commit it unsealed. With "
      "--ca-secret it is the issuer alone.";
  command.examples =
      "# An issuer that signs with a secret that is in the cluster already\n"
      "kubectl dba mssql generate issuer mssqlserver-ca-issuer -n demo --ca-secret=mssqlserver-ca\n"
      "# Secret and issuer of a CA you have\n"
      "kubectl dba mssql generate issuer company-issuer -n demo --ca-cert=ca.crt --ca-key=ca.key";
  command.arguments = {{.name = "NAME", .help = "Name of the issuer", .into = &options->issuer.name}};
  command.flags = issuer_kind_flags(options->issuer);
  for (Flag& flag : issuer_ca_flags(options->issuer)) {
    const bool describes_a_made_ca = flag.name == "subject" || flag.name == "key-type" || flag.name == "days";
    if (!describes_a_made_ca) command.flags.push_back(std::move(flag));
  }
  command.flags.push_back(output_flag(options->output, {"yaml", "json"}));
  command.run = [options](AppContext& context) { return run_generate_issuer(*options, context); };
  return command;
}

}  // namespace dba::cli
