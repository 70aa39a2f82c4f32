#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"
#include "dba/mssql/versions_service.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

#include "commands.hpp"
#include "database_flags.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

namespace {

const std::vector<std::string> kVersionForms = {"table", "wide", "json", "yaml", "name", "jsonpath", "custom-columns"};

struct VersionsOptions {
  std::optional<std::string> from{};
  bool no_headers = false;
  std::string output{};
};

/// With --from the allowed targets alone; -o wide shows the others too, with the reason.
std::vector<const mssql::VersionRow*> rows_to_show(const mssql::VersionReport& report, bool all) {
  std::vector<const mssql::VersionRow*> rows;
  for (const mssql::VersionRow& row : report.rows)
    if (all || row.allowed.value_or(true)) rows.push_back(&row);
  return rows;
}

std::string table_text(const mssql::VersionReport& report, const output::Format& format, WallTime now) {
  const bool wide = format.kind == output::Format::Kind::wide;
  std::vector<output::Column> columns = {{"NAME"}, {"VERSION"}, {"DB_IMAGE"}, {"DEPRECATED"}};
  const bool judged = !report.from.empty();
  if (judged) columns.push_back({.header = "ALLOWED", .wide_only = true});
  columns.push_back({.header = "AGE"});
  if (judged) columns.push_back({.header = "REASON", .wide_only = true});
  output::Table table(std::move(columns), wide, format.headers);
  for (const mssql::VersionRow* row : rows_to_show(report, wide)) {
    std::vector<std::string> cells = {row->version.name, row->version.version, row->version.image,
                                      row->version.deprecated ? "true" : "false"};
    if (judged) cells.emplace_back(row->allowed.value_or(false) ? "yes" : "no");
    cells.push_back(age_text(row->created, now));
    if (judged) cells.push_back(row->reason.empty() ? "<none>" : row->reason);
    table.add(std::move(cells));
  }
  return table.flush();
}

std::string names_text(const mssql::VersionReport& report) {
  std::string text;
  for (const mssql::VersionRow* row : rows_to_show(report, false))
    text += fmt::format("mssqlserverversion.catalog.kubedb.com/{}\n", row->version.name);
  return text;
}

std::string text_of(const mssql::VersionReport& report, const output::Format& format, WallTime now) {
  using Kind = output::Format::Kind;
  if (format.is_table()) return table_text(report, format, now);
  if (format.kind == Kind::name) return names_text(report);
  const Json json = mssql::to_json(report);
  if (format.kind == Kind::custom_columns)
    return output::print_objects(json.at("versions").get<std::vector<Json>>(), format, true);
  return output::print_report(json, format);
}

ExitCode run_versions(const VersionsOptions& options, AppContext& context) {
  output::Format format = output::parse_format(options.output, kVersionForms);
  format.headers = !options.no_headers;
  const mssql::VersionReport report = mssql::read_versions(context.kube(), options.from.value_or(""));
  const bool nothing = report.rows.empty() || (!report.from.empty() && rows_to_show(report, false).empty());
  if (format.is_table() && nothing)
    context.io.err_line(report.rows.empty() ? "No resources found"
                                            : fmt::format("No version that {} can be updated to", report.from));
  context.io.out.write(text_of(report, format, context.clock.wall_now()));
  return ExitCode::ok;
}

}  // namespace

Command versions_command() {
  const auto options = std::make_shared<VersionsOptions>();
  Command command{.name = "versions", .summary = "List the versions of SQL Server in KubeDB's catalog"};
  command.description =
      "Sorted by year and cumulative update, oldest first. --from lists the versions that an instance of V may be "
      "updated to, as KubeDB's webhook judges it; -o wide and -o json also say why others are refused.";
  command.examples =
      "# The catalog\n"
      "kubectl dba mssql versions\n"
      "# What 2022-cu12 can be updated to, and why not to others\n"
      "kubectl dba mssql versions --from 2022-cu12 -o wide";
  command.flags = {
      {.name = "from",
       .value = "VERSION",
       .help = "Version the update starts from",
       .into = &options->from,
       .complete = complete_versions},
      output_flag(options->output, kVersionForms),
      {.name = "no-headers", .help = "Print no header line", .into = &options->no_headers},
  };
  command.run = [options](AppContext& context) { return run_versions(*options, context); };
  return command;
}

}  // namespace dba::cli
