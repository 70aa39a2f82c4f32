#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "dba/mssql/create_service.hpp"

#include "change_output.hpp"
#include "commands.hpp"
#include "database_input.hpp"
#include "mutation_flags.hpp"
#include "ready_wait.hpp"
#include "surroundings.hpp"

namespace dba::cli {

namespace {

struct CreateOptions {
  DatabaseFlags flags{};
  SurroundingsOptions surroundings{};
  MutationOptions mutation{};
  WaitOptions waiting{.timeout = std::chrono::minutes(15)};
  std::string output{};
};

/// The objects as they would be sent, without a cluster.
ExitCode show_only(const CreateOptions& options, DatabaseInput& input, ChangeOutput& output, AppContext& context) {
  tell_notices(input, context);
  const Json& database = input.get_database();
  for (const Json& object : surrounding_objects(options.surroundings, database, context))
    output.written(object, kube::Change::created);
  output.written(database, kube::Change::created);
  output.finish();
  return ExitCode::ok;
}

ExitCode run_create(const CreateOptions& options, AppContext& context) {
  const DryRun dry_run = options.mutation.dry_run;
  output::Format format;
  check_along(context, "--output", [&] { format = output::parse_format(options.output, change_forms()); });
  check_wait(context, options.waiting, dry_run);
  const bool offline = dry_run == DryRun::client;
  const InputRules rules{.version_required = offline, .client_dry_run = offline};
  DatabaseInput input = read_database_input(options.flags, rules, "create", context);
  ChangeOutput output(context, format, dry_run);
  if (offline) return show_only(options, input, output, context);
  const platform::SteadyTime deadline = limit_calls(context, options.waiting.timeout);
  kube::Client& client = context.kube();
  check_named_context(context, options.mutation);
  fill_namespaces(input, client.config().ns);
  mssql::CreateRequest request{.create_namespace = options.surroundings.create_namespace,
                               .issuer = issuer_request(options.surroundings, input.get_database(), dry_run),
                               .dry_run = server_dry_run(dry_run)};
  const mssql::ChangeListener listener = output.listener();
  const mssql::CreatePlan plan = mssql::plan_creation(client, input.get_database(), request, listener);
  tell_notices(input, context);
  request.mark = make_mark(context, "create", options.mutation);
  if (request.issuer) request.issuer->mark = request.mark;
  const Json created = mssql::create_database(client, plan, request, listener);
  if (options.waiting.wait) {
    finish_when_ready(created, "created", options.waiting, deadline, output, context);
  } else {
    output.finish();
  }
  return ExitCode::ok;
}

}  // namespace

Command create_command() {
  const auto options = std::make_shared<CreateOptions>();
  Command command{
      .name = "create", .summary = "Make a database", .effect = Effect::changes, .lists_all_problems = true};
  command.description =
      "Checks everything first: the object alone, then, in one round of reads, whether version, StorageClass, issuer "
      "and secrets are there. All that is wrong is told at once, and nothing is changed then.\n\n"
      "An omitted flag leaves its field out of the object; '=' in the list names what is written instead.\n\n"
      "--dry-run=client -o yaml prints the object without a cluster; --dry-run=server has the API server and KubeDB's "
      "webhook "
      "check it.";
  command.examples =
      "# An availability group of three replicas, until it is Ready\n"
      "kubectl dba mssql create sales -n demo --replicas 3 --databases agdb1,agdb2 --issuer mssqlserver-ca-issuer "
      "--storage 10Gi --accept-eula --wait\n"
      "# One instance and everything it needs\n"
      "kubectl dba mssql create orders -n demo --create-namespace --issuer mssqlserver-ca-issuer --with-issuer "
      "--storage 10Gi --accept-eula\n"
      "# From a manifest, with another name for the volume class\n"
      "kubectl dba mssql create -f sales.yaml --storage-class longhorn";
  command.arguments = {database_name_argument(options->flags)};
  command.flags = join_flags({output_flag(options->output, change_forms())},
                             join_flags(wait_flags(options->waiting), mutation_flags(options->mutation)));
  command.flags = join_flags(std::move(command.flags), database_flags(options->flags));
  command.flags = join_flags(std::move(command.flags), surroundings_flags(options->surroundings));
  command.run = [options](AppContext& context) { return run_create(*options, context); };
  return command;
}

}  // namespace dba::cli
