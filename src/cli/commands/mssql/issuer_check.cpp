#include <cctype>
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
#include "dba/output/table.hpp"

#include "commands.hpp"
#include "issuer_flags.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

namespace {

const std::vector<std::string> kCheckForms = {"table", "json", "yaml", "jsonpath"};

struct IssuerCheckOptions {
  IssuerOptions issuer{};
  std::string output{};
};

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// The table, then one line for everything that can be mended.
std::string text_of(const mssql::IssuerReport& report) {
  output::Table table({{.header = "CHECK"}, {.header = "STATUS"}, {.header = "DETAIL"}}, false);
  std::string remedies;
  for (const mssql::Check& check : report.checks) {
    table.add({check.name, upper(status_name(check.status)), check.text});
    if (!check.remedy.empty()) remedies += fmt::format("{}: {}\n", check.name, neutralise_controls(check.remedy));
  }
  return table.flush() + (remedies.empty() ? "" : "\n") + remedies;
}

ExitCode run_issuer_check(const IssuerCheckOptions& options, AppContext& context) {
  const output::Format format = output::parse_format(options.output, kCheckForms);
  kube::Client& client = context.kube();
  const mssql::IssuerReport report = mssql::check_issuer(client, issuer_ref(options.issuer), client.config().ns,
                                                         options.issuer.cluster_resource_namespace);
  context.io.out.write(format.is_table() ? text_of(report) : output::print_report(to_json(report), format));
  return report.healthy ? ExitCode::ok : ExitCode::unhealthy;
}

Completions complete_issuers(AppContext& context, std::string_view) {
  Completions all;
  kube::Client& client = context.kube();
  client.list(kube::resources::issuers, client.config().ns, {.metadata_only = true},
              [&all](Json&& item) { all.items.push_back({.value = codec::name_of(item)}); });
  return all;
}

Command check_command(const std::shared_ptr<IssuerCheckOptions>& options) {
  Command command{.name = "check", .summary = "Check an issuer: ready, secret, key, days left, cert-manager"};
  command.description =
      "Exit code 10 when something failed or could not be looked at, 4 when the issuer or cert-manager is missing. "
      "That cert-manager answers is tried with a Certificate that is checked and not kept (server dry run).";
  command.examples =
      "# Every check, with what to do about those that fail\n"
      "kubectl dba mssql issuer check mssqlserver-ca-issuer -n demo\n"
      "# Days until the CA runs out\n"
      "kubectl dba mssql issuer check mssqlserver-ca-issuer -n demo -o jsonpath='{.daysLeft}'";
  command.arguments = {
      {.name = "NAME", .help = "Name of the issuer", .into = &options->issuer.name, .complete = complete_issuers}};
  command.flags = issuer_kind_flags(options->issuer);
  command.flags.push_back(output_flag(options->output, kCheckForms));
  command.run = [options](AppContext& context) { return run_issuer_check(*options, context); };
  return command;
}

}  // namespace

Command issuer_command() {
  Command group{.name = "issuer", .summary = "Make and check the cert-manager issuer that databases need"};
  group.commands.push_back(issuer_create_command());
  group.commands.push_back(check_command(std::make_shared<IssuerCheckOptions>()));
  return group;
}

}  // namespace dba::cli
