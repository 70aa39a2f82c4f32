#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/issuer_service.hpp"
#include "dba/output/format.hpp"

#include "change_output.hpp"
#include "commands.hpp"
#include "guard.hpp"
#include "issuer_flags.hpp"
#include "mutation_flags.hpp"
#include "surroundings.hpp"

namespace dba::cli {

namespace {

struct IssuerCreateOptions {
  IssuerOptions issuer{};
  std::string output{};
  bool overwrite = false;
  bool create_namespace = false;
  MutationOptions change{};
  WaitOptions wait{.timeout = std::chrono::minutes(2)};
};

/// What would be sent to an empty cluster; nothing is contacted.
ExitCode show_objects(const IssuerCreateOptions& options, AppContext& context, ChangeOutput& output) {
  const WallTime now = context.clock.wall_now();
  const auto request = make_issuer_request(options.issuer, context.global.connection.ns.value_or(""), now, context.io);
  for (const Json& object : mssql::issuer_objects(request, now)) output.written(object, kube::Change::created);
  output.finish();
  return ExitCode::ok;
}

Error issuer_not_ready(const mssql::IssuerRequest& request, const kube::ResourceType& type,
                       const mssql::IssuerReadiness& seen) {
  return Error(
      {.code = ExitCode::timed_out,
       .message = fmt::format("timed out waiting for the condition on {}/{}", type.plural, request.ref.name),
       .details = {seen.reason.empty() ? "cert-manager has not looked at it"
                                       : fmt::format("Ready is {}: {}: {}", seen.status, seen.reason, seen.message)},
       .hint = fmt::format("kubectl dba mssql issuer check {}{}", shell_quote(request.ref.name),
                           request.ref.cluster_wide() ? " --kind=cluster-issuer" : " -n " + shell_quote(request.ns)),
       .reason = "TimedOut"});
}

ExitCode wait_until_ready(const mssql::IssuerRequest& request, platform::SteadyTime deadline, AppContext& context,
                          bool print_line, ChangeOutput& output) {
  const kube::ResourceType& type =
      request.ref.cluster_wide() ? kube::resources::clusterissuers : kube::resources::issuers;
  output::Progress progress(context.io, context.progress_mode(), context.clock);
  const mssql::IssuerWaitResult result =
      wait_for_issuer(context.kube(), request.ref, request.ns, deadline, [&](std::string_view what) {
        progress.update(fmt::format("waiting for {} {} to be Ready: {}", request.ref.kind, request.ref.name, what));
      });
  progress.finish();
  if (result.issuer) output.replace(*result.issuer);
  output.finish();
  if (!result.ready) {
    // The result is on stdout already: what is left to say goes to stderr alone.
    context.machine_output = false;
    throw issuer_not_ready(request, type, result.readiness);
  }
  if (print_line) context.io.line(fmt::format("{}/{} condition met", type.printed_kind(), request.ref.name));
  return ExitCode::ok;
}

ExitCode run_issuer_create(const IssuerCreateOptions& options, AppContext& context) {
  const output::Format format = output::parse_format(options.output, change_forms());
  ChangeOutput output(context, format, options.change.dry_run);
  if (options.change.dry_run == DryRun::client) return show_objects(options, context, output);

  const kube::ClientConfig& connection = context.kube().config();
  mssql::IssuerRequest request =
      make_issuer_request(options.issuer, connection.ns, context.clock.wall_now(), context.io);
  request.overwrite = options.overwrite;
  request.create_namespace = options.create_namespace;
  request.dry_run = server_dry_run(options.change.dry_run);
  const platform::SteadyTime deadline = limit_calls(context, options.wait.timeout);
  // A CA that is replaced breaks whatever trusts the old one.
  if (options.overwrite || options.change.i_know_this_is)
    check_protected(context, connection.context, secret_namespace(request), options.change.i_know_this_is);
  request.mark = make_mark(context, "issuer create", options.change);
  ensure_issuer(context.kube(), request, output.listener());
  if (options.wait.wait) return wait_until_ready(request, deadline, context, format.is_table(), output);
  output.finish();
  return ExitCode::ok;
}

}  // namespace

Command issuer_create_command() {
  const auto options = std::make_shared<IssuerCreateOptions>();
  Command command{.name = "create", .summary = "Make a CA, its secret, and an issuer that signs with it"};
  command.description =
      "Every database needs a cert-manager issuer, also without TLS for clients: the mirroring endpoints use it. "
      "The CA is made in memory unless one is given; no file is left behind, and the key of a CA that is made is "
      "printed only by -o yaml and -o json.\n\n"
      "An issuer that is there and serves is left as it is. One that is different is refused (exit code 3) unless "
      "--overwrite is given.";
  command.examples =
      "# A CA of our own, and an issuer that is Ready when the command returns\n"
      "kubectl dba mssql issuer create mssqlserver-ca-issuer -n demo --wait\n"
      "# The CA you have\n"
      "kubectl dba mssql issuer create company-issuer -n demo --ca-cert=ca.crt --ca-key=ca.key\n"
      "# One issuer for all namespaces, with an elliptic curve key for ten years\n"
      "kubectl dba mssql issuer create company-issuer --kind=cluster-issuer --key-type=ecdsa-p256 --days=3650";
  command.arguments = {{.name = "NAME", .help = "Name of the issuer", .into = &options->issuer.name}};
  command.flags = {
      {.name = "overwrite",
       .help = "Replace what is there and different",
       .into = &options->overwrite,
       .typed_only = true},
      {.name = "create-namespace", .help = "Make the namespace when it is missing", .into = &options->create_namespace},
      output_flag(options->output, change_forms()),
  };
  command.flags = join_flags(issuer_kind_flags(options->issuer), std::move(command.flags));
  command.flags = join_flags(std::move(command.flags), wait_flags(options->wait));
  command.flags = join_flags(std::move(command.flags), mutation_flags(options->change));
  command.flags = join_flags(std::move(command.flags), issuer_ca_flags(options->issuer));
  command.effect = Effect::changes;
  command.run = [options](AppContext& context) { return run_issuer_create(*options, context); };
  return command;
}

}  // namespace dba::cli
