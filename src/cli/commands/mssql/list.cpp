#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/cli/context.hpp"
#include "dba/mssql/list_service.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

#include "commands.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

namespace {

using output::Format;

const std::vector<std::string> kForms = {"table", "wide", "json", "yaml", "name", "custom-columns", "jsonpath"};

struct ListOptions {
  bool all_namespaces = false;
  bool no_headers = false;
  std::string selector{}, output{};
};

/// The items of the report one by one, for the forms that print a row or a line each.
std::vector<Json> items_of(const Json& report) { return report.at("items").get<std::vector<Json>>(); }

std::string names_text(const Json& report) {
  std::string text;
  for (const Json& item : items_of(report))
    text += fmt::format("mssqlserver.kubedb.com/{}\n", codec::string_at(item, {"name"}));
  return text;
}

std::string table_text(const mssql::DatabaseList& list, const ListOptions& options, bool wide, WallTime now) {
  std::vector<output::Column> columns;
  for (const auto& column : mssql::DatabaseList::columns(options.all_namespaces))
    columns.push_back({.header = std::string(column.header), .wide_only = column.wide_only});
  output::Table table(std::move(columns), wide, !options.no_headers);
  for (auto& row : list.rows(options.all_namespaces, now)) table.add(std::move(row));
  return table.flush();
}

std::string text_of(const mssql::ListResult& result, const ListOptions& options, const Format& format, WallTime now) {
  if (format.is_table()) return table_text(result.list, options, format.kind == Format::Kind::wide, now);
  const Json report = mssql::to_json(result);
  if (format.kind == Format::Kind::name) return names_text(report);
  if (format.kind == Format::Kind::custom_columns) return output::print_objects(items_of(report), format, true);
  return output::print_report(report, format);
}

ExitCode run_list(const ListOptions& options, AppContext& context) {
  const Format format = output::parse_format(options.output, kForms);
  kube::Client& client = context.kube();
  const std::string ns = options.all_namespaces ? "" : client.config().ns;
  const mssql::ListResult result = mssql::list_databases(client, {.ns = ns, .label_selector = options.selector});
  for (const std::string& error : result.errors) context.io.warn(error);
  if (result.list.size() == 0 && (format.is_table() || format.kind == Format::Kind::custom_columns)) {
    context.io.err_line(ns.empty() ? "No resources found" : fmt::format("No resources found in {} namespace.", ns));
    return ExitCode::ok;
  }
  context.io.out.write(text_of(result, options, format, context.clock.wall_now()));
  return ExitCode::ok;
}

}  // namespace

Command list_command() {
  const auto options = std::make_shared<ListOptions>();
  Command command{.name = "list", .summary = "List databases with mode, status and primary", .aliases = {"ls"}};
  command.description =
      "PRIMARY is the running pod that carries the role label; REPLICAS counts running pods of those wanted. STATUS is "
      "the phase, or Terminating once the database is being deleted. However many databases there are, two requests "
      "are made.\n\n"
      "-o json is a report of our own (kind DatabaseList); for the objects themselves use "
      "'kubectl get mssqlservers.kubedb.com'.";
  command.examples =
      "# All databases of all namespaces\n"
      "kubectl dba mssql list -A\n"
      "# Names of the databases of team=payments, for a script\n"
      "kubectl dba mssql list -n demo -l team=payments -o name\n"
      "# Name and primary alone\n"
      "kubectl dba mssql list -A -o custom-columns=NAME:.name,PRIMARY:.primary";
  command.flags = {
      {.name = "all-namespaces", .letter = 'A', .help = "List every namespace", .into = &options->all_namespaces},
      {.name = "selector",
       .letter = 'l',
       .value = "SELECTOR",
       .help = "Label selector on the databases, such as team=payments",
       .into =
           [options](const std::string&, const std::string& text) {
             mssql::check_label_selector(text);
             options->selector = text;
           }},
      output_flag(options->output, kForms),
      {.name = "no-headers", .help = "Print no header line", .into = &options->no_headers},
  };
  command.run = [options](AppContext& context) { return run_list(*options, context); };
  return command;
}

}  // namespace dba::cli
