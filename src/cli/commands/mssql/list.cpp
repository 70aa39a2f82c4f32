#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "dba/base/duration.hpp"
#include "dba/cli/context.hpp"
#include "dba/mssql/list_service.hpp"
#include "dba/output/format.hpp"

#include "commands.hpp"
#include "list_printer.hpp"
#include "mutation_flags.hpp"
#include "surroundings.hpp"
#include "watching.hpp"

namespace dba::cli {

namespace {

struct ListOptions {
  bool all_namespaces = false;
  bool no_headers = false;
  bool watch = false;
  std::chrono::nanoseconds timeout{0};
  std::string selector{}, output{};
  ListView view{};
};

ListView view_of(const ListOptions& options, AppContext& context) {
  ListView view = options.view;
  view.format = parse_watched_format(options.output, list_forms(), options.watch);
  view.format.headers = !options.no_headers;
  if (options.watch && !view.sort_by.empty()) context.io.warn("--watch requested, --sort-by will be ignored");
  return view;
}

ExitCode run_list(const ListOptions& options, AppContext& context) {
  ListView view = view_of(options, context);
  kube::Client& client = context.kube();
  const platform::SteadyTime deadline = limit_calls(context, options.timeout);
  const mssql::ListRequest request{.ns = options.all_namespaces ? "" : client.config().ns,
                                   .label_selector = options.selector};
  ListPrinter printer(context.io, context.clock, request.ns, std::move(view));
  if (!options.watch) {
    printer.print(mssql::list_databases(client, request));
    return ExitCode::ok;
  }
  return watch_until_ended(context, [&] {
    mssql::follow_databases(client, request, deadline, [&](const mssql::ListResult& result) {
      printer.print_changes(result);
      return go_on_showing(context);
    });
  });
}

}  // namespace

Command list_command() {
  const auto options = std::make_shared<ListOptions>();
  Command command{.name = "list", .summary = "List databases with mode, status and primary", .aliases = {"ls"}};
  command.description =
      "PRIMARY is the running pod that carries the role label; REPLICAS counts running pods of those wanted. STATUS is "
      "the phase, or Terminating once the database is being deleted. However many databases there are, two lists are "
      "read, in pages of 500.\n\n"
      "-w goes on by watch and prints the rows that change; what is gone is shown once more, as Deleted. -w -o json is "
      "one whole list a line.\n\n"
      "-o json is a report of our own (kind DatabaseList); for the objects themselves use "
      "'kubectl get mssqlservers.kubedb.com'.";
  command.examples =
      "# All databases of all namespaces\n"
      "kubectl dba mssql list -A\n"
      "# Names of the databases of team=payments, for a script\n"
      "kubectl dba mssql list -n demo -l team=payments -o name\n"
      "# Every change of the next ten minutes\n"
      "kubectl dba mssql list -n demo -w --timeout=10m\n"
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
      watch_flag(options->watch),
      timeout_flag(options->timeout,
                   "How long it may take, and how long to watch: seconds or a duration like 90s, 0 = no limit"),
      output_flag(options->output, list_forms()),
      {.name = "no-headers", .help = "Print no header line", .into = &options->no_headers},
      {.name = "show-labels", .help = "Show all labels as the last column", .into = &options->view.show_labels},
      {.name = "label-columns",
       .letter = 'L',
       .value = "KEYS",
       .help = "Labels that are shown as columns, with commas between",
       .into = &options->view.label_columns,
       .split_commas = true},
      {.name = "sort-by",
       .value = "PATH",
       .help = "Field of the -o json report to sort by, such as .createdAt or .labels.team",
       .into =
           [options](const std::string&, const std::string& text) {
             check_sort_by(text);
             options->view.sort_by = text;
           }},
  };
  command.run = [options](AppContext& context) { return run_list(*options, context); };
  return command;
}

}  // namespace dba::cli
