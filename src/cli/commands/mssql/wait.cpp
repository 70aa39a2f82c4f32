#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/mssql/wait_service.hpp"
#include "dba/output/format.hpp"

#include "commands.hpp"
#include "completers.hpp"
#include "database_argument.hpp"
#include "mutation_flags.hpp"
#include "surroundings.hpp"

namespace dba::cli {

namespace {

const std::vector<std::string> kWaitForms = {"json", "yaml", "name", "jsonpath"};

using WaitOutcome = mssql::WaitResult::Outcome;

struct WaitForOptions {
  std::string name{}, condition{}, timeout = "10m", output{};
  bool wait_for_create = false;
};

Json report_of(const mssql::WaitRequest& request, const mssql::WaitResult& result) {
  Json report = output::make_report("WaitReport");
  report["database"] = Json::object({{"namespace", request.ns}, {"name", request.name}});
  report["for"] = request.condition.text;
  report["outcome"] = result.outcome == WaitOutcome::met     ? "met"
                      : result.outcome == WaitOutcome::never ? "never"
                                                             : "timedOut";
  report["observed"] = result.observed.empty() ? Json(nullptr) : Json(result.observed);
  return report;
}

/// The command that shows what was waited for: pods and their labels, else the conditions and fields of the object.
std::string next_look(const mssql::WaitRequest& request, bool exists) {
  const std::string name = shell_quote(request.name), ns = shell_quote(request.ns);
  if (!exists) return fmt::format("kubectl dba mssql list -n {}", ns);
  if (request.condition.needs_pods()) return fmt::format("kubectl dba mssql roles {} -n {}", name, ns);
  return fmt::format("kubectl describe mssqlservers.kubedb.com {} -n {}", name, ns);
}

/// kubectl's words, the state that was seen last, and how to go on waiting.
ErrorInfo failure_of(const mssql::WaitRequest& request, const mssql::WaitResult& result,
                     std::chrono::nanoseconds timeout) {
  const std::string place = fmt::format("mssqlservers/{}", request.name);
  ErrorInfo info;
  if (result.outcome == WaitOutcome::never) {
    info.code = ExitCode::unhealthy;
    info.message = fmt::format("{} cannot be met on {}: {}", request.condition.text, place, result.observed);
    info.reason = "CannotBeMet";
  } else {
    info.code = ExitCode::timed_out;
    info.message = fmt::format("timed out waiting for the condition on {}", place);
    info.details.push_back(fmt::format("waited {} for {}; last seen: {}", format_duration(timeout),
                                       request.condition.text, result.observed));
    info.reason = "TimedOut";
  }
  info.hint = next_look(request, result.exists);
  return info;
}

void set_condition(WaitForOptions& options, const std::string& text) {
  if (!options.condition.empty()) {
    throw usage_error(
        fmt::format("given twice, as {} and as {}: wait for one thing after the other", options.condition, text));
  }
  options.condition = text;
}

ExitCode run_wait(const WaitForOptions& options, AppContext& context) {
  const output::Format format = output::parse_format(options.output, kWaitForms);
  mssql::WaitRequest request{.name = options.name,
                             .condition = mssql::parse_wait_condition(options.condition),
                             .wait_for_create = options.wait_for_create};
  mssql::check_pod_of(request.condition, request.name);
  const std::chrono::nanoseconds timeout = parse_timeout("--timeout", options.timeout);
  kube::Client& client = context.kube();
  request.ns = client.config().ns;
  request.deadline = limit_calls(context, timeout);
  output::Progress progress(context.io, context.progress_mode(), context.clock);
  const mssql::WaitResult result = mssql::wait_for(client, request, [&](std::string_view seen) {
    progress.update(fmt::format("waiting for {}: {}", request.condition.text, seen));
  });
  progress.finish();
  if (!result.warning.empty()) context.io.warn(result.warning);

  const std::string printed_name = fmt::format("mssqlserver.kubedb.com/{}", request.name);
  const bool met = result.outcome == WaitOutcome::met;
  if (format.is_table()) {
    if (met) context.io.line(printed_name + " condition met");
    if (met && request.condition.needs_pods()) context.io.note(result.observed);
  } else if (format.kind == output::Format::Kind::name) {
    if (met) context.io.line(printed_name);
  } else {
    context.io.out.write(output::print_report(report_of(request, result), format));
  }
  if (met) return ExitCode::ok;
  // The result is on stdout already: what is left to say goes to stderr alone.
  context.machine_output = false;
  throw Error(failure_of(request, result, timeout));
}

/// The forms; behind "primary=" and "primary!=" the pods.
Completer complete_conditions(const std::string& database) {
  return [&database](AppContext& context, std::string_view prefix) {
    for (const std::string_view form : {"primary=", "primary!="}) {
      if (!prefix.starts_with(form)) continue;
      Completions pods = complete_replicas(database)(context, prefix);
      for (Candidate& pod : pods.items) pod.value.insert(0, form);
      return pods;
    }
    const Completer forms =
        complete_words({"phase=Ready", "phase=Halted", "primary", "primary=", "primary!=", "primary-changed", "delete",
                        "condition=", "jsonpath="});
    return forms(context, prefix);
  };
}

}  // namespace

Command wait_command() {
  const auto options = std::make_shared<WaitForOptions>();
  Command command{.name = "wait", .summary = "Wait until a condition on a database is met"};
  command.description =
      "Waits by watch. What can never come any more (deleted or being deleted, halted) ends the wait at once with exit "
      "code 10; a time-out is exit code 124 with the state that was seen last.\n\n"
      "KubeDB looks at a database every ten seconds: phase=Ready is met only when its conditions say so too, and, "
      "where "
      "you may see its pods, when as many are ready as it should have. For a primary labels and readiness decide: it "
      "is "
      "the one pod that is labelled primary, ready and not about to go. SQL Server is not asked.";
  command.examples =
      "# Until it is Ready, ten minutes at most\n"
      "kubectl dba mssql wait sales -n demo --for=phase=Ready\n"
      "# Until another pod leads than now\n"
      "kubectl dba mssql wait sales -n demo --for=primary-changed --timeout=2m\n"
      "# Until another pod than the one just deleted leads\n"
      "kubectl dba mssql wait sales -n demo --for='primary!=sales-0'\n"
      "# Until one certain pod leads\n"
      "kubectl dba mssql wait sales -n demo --for=primary=sales-1\n"
      "# Until it is gone\n"
      "kubectl dba mssql wait sales -n demo --for=delete\n"
      "# A condition and a field of the object\n"
      "kubectl dba mssql wait sales -n demo --for=condition=AcceptingConnection\n"
      "kubectl dba mssql wait sales -n demo --for='jsonpath={.spec.replicas}=3'";
  command.arguments = {database_argument(options->name)};
  command.flags = {
      {.name = "for",
       .value = "CONDITION",
       .help = "What to wait for: phase=PHASE, primary, primary=POD, primary!=POD, primary-changed, delete, "
               "condition=TYPE[=STATUS] or "
               "jsonpath=PATH[=VALUE]",
       .into = [options](const std::string&, const std::string& text) { set_condition(*options, text); },
       .required = true,
       .complete = complete_conditions(options->name)},
      {.name = "timeout",
       .value = "DURATION",
       .help = "How long to wait: seconds or a duration like 90s, 0 = no limit",
       .into = &options->timeout},
      {.name = "wait-for-create",
       .help = "Wait also for a database that does not exist yet",
       .into = &options->wait_for_create},
      output_flag(options->output, kWaitForms),
  };
  command.run = [options](AppContext& context) { return run_wait(*options, context); };
  return command;
}

}  // namespace dba::cli
