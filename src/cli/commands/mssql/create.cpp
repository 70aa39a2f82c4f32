#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/create_service.hpp"
#include "dba/mssql/ready_service.hpp"

#include "change_output.hpp"
#include "commands.hpp"
#include "database_input.hpp"
#include "mutation_flags.hpp"
#include "surroundings.hpp"

namespace dba::cli {

namespace {

const std::vector<std::string> kForms = {"table", "json", "yaml", "name", "jsonpath"};

using Outcome = mssql::ReadyResult::Outcome;

struct CreateOptions {
  DatabaseFlags flags{};
  SurroundingsOptions surroundings{};
  MutationOptions mutation{};
  WaitOptions waiting{.timeout = std::chrono::minutes(15)};
  std::string output{};
};

std::string resume_command(const Json& database) {
  return fmt::format("kubectl dba mssql wait {} -n {} --for=phase=Ready", shell_quote(codec::name_of(database)),
                     shell_quote(codec::namespace_of(database)));
}

Error not_ready(const Json& database, const mssql::ReadyResult& result, std::chrono::nanoseconds timeout) {
  const std::string name = fmt::format("mssqlserver.kubedb.com/{}", codec::name_of(database));
  if (result.outcome == Outcome::never)
    return Error({.message = fmt::format("{} will not become Ready: {}", name, result.text), .reason = "NeverReady"});
  ErrorInfo info{.code = ExitCode::timed_out,
                 .message = fmt::format("{} was created, but is not Ready after {}", name, format_duration(timeout)),
                 .hint = resume_command(database),
                 .reason = "TimedOut"};
  info.details.push_back(result.text);
  if (!result.newest.empty()) info.details.push_back(fmt::format("newest condition: {}", result.newest));
  return Error(std::move(info));
}

mssql::ReadyResult wait_for_it(const Json& database, platform::SteadyTime deadline, AppContext& context) {
  output::Progress progress(context.io, context.progress_mode(), context.clock);
  try {
    return mssql::wait_until_ready(context.kube(), database, deadline,
                                   [&](std::string_view text) { progress.update(text); });
  } catch (const Error& error) {
    if (error.code() != ExitCode::interrupted) throw;
    throw Error({.code = error.code(),
                 .message = fmt::format("interrupted; mssqlserver.kubedb.com/{} was created and goes on without us",
                                        codec::name_of(database)),
                 .hint = resume_command(database)});
  }
}

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
  check_along(context, "--output", [&] { format = output::parse_format(options.output, kForms); });
  check_along(context, "--wait", [&] {
    if (dry_run != DryRun::none && options.waiting.wait)
      throw usage_error("there is nothing to wait for with --dry-run");
  });
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
  if (!options.waiting.wait) {
    output.finish();
    return ExitCode::ok;
  }
  const mssql::ReadyResult result = wait_for_it(created, deadline, context);
  if (result.database != nullptr) output.replace(*result.database);
  output.finish();
  // The result is on stdout already: what is left to say goes to stderr alone.
  context.machine_output = false;
  if (result.outcome == Outcome::ready) return ExitCode::ok;
  throw not_ready(created, result, options.waiting.timeout);
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
  command.flags = join_flags({output_flag(options->output, kForms)},
                             join_flags(wait_flags(options->waiting), mutation_flags(options->mutation)));
  command.flags = join_flags(std::move(command.flags), database_flags(options->flags));
  command.flags = join_flags(std::move(command.flags), surroundings_flags(options->surroundings));
  command.run = [options](AppContext& context) { return run_create(*options, context); };
  return command;
}

}  // namespace dba::cli
