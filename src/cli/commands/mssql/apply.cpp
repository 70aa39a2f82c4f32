#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/mssql/apply_service.hpp"
#include "dba/mssql/names.hpp"

#include "change_output.hpp"
#include "commands.hpp"
#include "database_input.hpp"
#include "guard.hpp"
#include "mutation_flags.hpp"
#include "ready_wait.hpp"
#include "surroundings.hpp"

namespace dba::cli {

namespace {

struct ApplyOptions {
  DatabaseFlags flags{};
  SurroundingsOptions surroundings{};
  MutationOptions mutation{};
  WaitOptions waiting{.timeout = std::chrono::minutes(15)};
  bool force_conflicts = false;
  std::string output{};
};

/// What would be sent; whether it would create or change something only the cluster knows.
void show_only(const ApplyOptions& options, DatabaseInput& input, const output::Format& format, ChangeOutput& output,
               AppContext& context) {
  tell_notices(input, context);
  std::vector<Json> objects;
  if (input.database) objects = surrounding_objects(options.surroundings, input.get_database(), context);
  objects.insert(objects.end(), input.objects.begin(), input.objects.end());
  if (!format.is_table()) {
    for (const Json& object : objects) output.written(object, kube::Change::configured);
    return output.finish();
  }
  std::string names = output::print_objects(objects, {.kind = output::Format::Kind::name}, false);
  for (std::string_view rest = names; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1))
    context.io.line(fmt::format("{} applied (dry run)", rest.substr(0, rest.find('\n'))));
}

ExitCode run_apply(const ApplyOptions& options, AppContext& context) {
  const DryRun dry_run = options.mutation.dry_run;
  output::Format format;
  check_along(context, "--output", [&] { format = output::parse_format(options.output, change_forms()); });
  check_wait(context, options.waiting, dry_run);
  const InputRules rules{.companions = true, .version_required = false};
  DatabaseInput input = read_database_input(options.flags, rules, "apply", context);
  if (options.surroundings.with_issuer && !input.database)
    throw usage_error("--with-issuer: there is no database whose issuer could be made");
  if (options.waiting.wait && !input.database) throw usage_error("--wait: there is no database to wait for");
  ChangeOutput output(context, format, dry_run);
  if (dry_run == DryRun::client) {
    show_only(options, input, format, output, context);
    return ExitCode::ok;
  }
  const platform::SteadyTime deadline = limit_calls(context, options.waiting.timeout);
  kube::Client& client = context.kube();
  check_named_context(context, options.mutation);
  fill_namespaces(input, client.config().ns);
  mssql::ApplyRequest request{.force_conflicts = options.force_conflicts,
                              .create_namespace = options.surroundings.create_namespace,
                              .dry_run = server_dry_run(dry_run)};
  if (input.database) request.issuer = issuer_request(options.surroundings, input.get_database(), dry_run);
  Json applied;  // The database as the server has it now.
  mssql::ChangeListener listener = output.listener();
  listener.written = [&, tell = listener.written](const Json& object, kube::Change change) {
    if (codec::string_at(object, {"kind"}) == mssql::kKind) applied = object;
    tell(object, change);
  };
  const mssql::ApplyPlan plan = mssql::plan_application(client, input.objects, request, listener);
  // Checked here, because only the plan knows what is there and what becomes of it.
  for (const std::string& ns : plan.unprotected_namespaces())
    check_protected(context, client.config().context, ns, options.mutation.i_know_this_is);
  if (plan.sends_something()) tell_notices(input, context);
  const bool leaves_marks = plan.sends_something() || request.issuer;
  const mssql::Mark mark = leaves_marks ? make_mark(context, "apply", options.mutation) : mssql::Mark{};
  mssql::apply_plan(client, plan, request, mark, listener);
  if (options.waiting.wait) {
    finish_when_ready(applied, "applied", options.waiting, deadline, output, context);
  } else {
    output.finish();
  }
  return ExitCode::ok;
}

}  // namespace

Command apply_command() {
  const auto options = std::make_shared<ApplyOptions>();
  Command command{.name = "apply",
                  .summary = "Make a database what flags and manifest say",
                  .effect = Effect::changes,
                  .lists_all_problems = true};
  command.description =
      "Server-side apply as field manager kubectl-dba: fields that others own are not taken from them unless "
      "--force-conflicts says so. Prints created, configured or unchanged; of an object that would stay as it is, "
      "nothing changes but who owns its fields.\n\n"
      "The file may hold the namespace, secrets, config maps, services and issuers of the database as well; they are "
      "applied in its order.\n\n"
      "--wait ends at Ready. KubeDB does not tell which change a phase belongs to: of a database that was Ready "
      "before, "
      "it says that it still is.\n\n"
      "Version, replicas, resources, volumes and TLS of a running database are better changed by an ops request; a "
      "smaller volume is refused. Where the configuration file protects context or namespace, --force-conflicts and a "
      "deletion policy that leaves less behind need --i-know-this-is.";
  command.examples =
      "# What the manifest in Git says\n"
      "kubectl dba mssql apply -f sales.yaml\n"
      "# The same with another deletion policy\n"
      "kubectl dba mssql apply -f sales.yaml --deletion-policy halt --reason 'keep the volumes'\n"
      "# Take over fields that somebody else set\n"
      "kubectl dba mssql apply -f sales.yaml --force-conflicts";
  command.arguments = {database_name_argument(options->flags)};
  command.flags = join_flags({output_flag(options->output, change_forms()),
                              {.name = "force-conflicts",
                               .help = "Take over fields that other managers own with other values",
                               .into = &options->force_conflicts,
                               .typed_only = true}},
                             join_flags(wait_flags(options->waiting), mutation_flags(options->mutation)));
  command.flags = join_flags(std::move(command.flags), database_flags(options->flags));
  command.flags = join_flags(std::move(command.flags), surroundings_flags(options->surroundings));
  command.run = [options](AppContext& context) { return run_apply(*options, context); };
  return command;
}

}  // namespace dba::cli
