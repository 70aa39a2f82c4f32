#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "dba/cli/context.hpp"
#include "dba/mssql/database_spec.hpp"
#include "dba/output/format.hpp"

#include "commands.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

namespace {

struct DagServiceOptions {
  std::string name{}, output{};
};

ExitCode run_generate_dag_service(const DagServiceOptions& options, AppContext& context) {
  const output::Format format = output::parse_format(options.output, {"yaml", "json"});
  const Json service = mssql::make_dag_service(options.name, context.global.connection.ns.value_or(""));
  context.io.out.write(output::print_manifest(service, format));
  return ExitCode::ok;
}

}  // namespace

Command generate_dag_service_command() {
  const auto options = std::make_shared<DagServiceOptions>();
  Command command{.name = "dag-service",
                  .summary = "Print the Service that holds a distributed group's address; needs no cluster"};
  command.description =
      "A distributed availability group has to know both sides' addresses before either database exists. This is the "
      "LoadBalancer Service that is made first, once in each cluster: it is named like the database, which takes it "
      "over, and has the ports 1433 (SQL) and 5022 (mirroring). Its external address is what --dag-url and "
      "--dag-remote-url name.";
  command.examples =
      "# Get an address for ag1, before ag1 is made with --dag-url\n"
      "kubectl dba mssql generate dag-service ag1 -n demo | kubectl apply -f -";
  command.arguments = {{.name = "NAME", .help = "Name the database of this side will have", .into = &options->name}};
  command.flags = {output_flag(options->output, {"yaml", "json"})};
  command.run = [options](AppContext& context) { return run_generate_dag_service(*options, context); };
  return command;
}

}  // namespace dba::cli
