#include "mutation_flags.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/output/format.hpp"

#include "completers.hpp"

namespace dba::cli {

namespace {

DryRun parse_dry_run(const std::string& text) {
  if (text == "none") return DryRun::none;
  if (text == "client") return DryRun::client;
  if (text == "server") return DryRun::server;
  throw usage_error(fmt::format("Invalid dry-run value ({}). Must be \"none\", \"server\", or \"client\".", text));
}

}  // namespace

std::vector<Flag> mutation_flags(MutationOptions& options) {
  return {
      {.name = "dry-run",
       .value = "MODE",
       .help =
           "Only try it: client names what would be sent (and prints it, where there is -o yaml), server lets the API "
           "server check it and keep nothing (default none)",
       .into = [&options](const std::string&, const std::string& text) { options.dry_run = parse_dry_run(text); },
       .complete = complete_words({"none", "client", "server"})},
      {.name = "yes",
       .letter = 'y',
       .help = "Do not ask; no check is skipped",
       .into = &options.yes,
       .typed_only = true},
      {.name = "reason",
       .value = "TEXT",
       .help = "Why this is done: kept in an annotation and an Event of the object",
       .into = &options.reason,
       .may_be_empty = true},
      {.name = "i-know-this-is",
       .value = "CONTEXT",
       .help = "Name of the context in use: needed where the configuration file protects context or namespace",
       .into = &options.i_know_this_is,
       .typed_only = true,
       .complete = complete_contexts},
  };
}

Flag timeout_flag(std::chrono::nanoseconds& into, std::string help) {
  return {.name = "timeout",
          .value = "DURATION",
          .help = std::move(help),
          .into = [&into](const std::string& flag, const std::string& text) { into = parse_timeout(flag, text); }};
}

std::vector<Flag> wait_flags(WaitOptions& options) {
  return {
      {.name = "wait", .help = "Return only when it is done", .into = &options.wait},
      timeout_flag(
          options.timeout,
          fmt::format("How long to wait: seconds or a duration like 90s or 15m, 0 = no limit (default {})",
                      human_duration(std::chrono::duration_cast<std::chrono::seconds>(options.timeout).count()))),
  };
}

Flag output_flag(std::string& output, const std::vector<std::string>& forms) {
  std::vector<std::string> shown;
  std::vector<std::string> completed;
  for (const std::string& form : forms) {
    const bool takes_argument = form == "jsonpath" || form == "custom-columns";
    shown.push_back(takes_argument ? form + "=…" : form);
    completed.push_back(takes_argument ? form + "=" : form);
  }
  return {.name = "output",
          .letter = 'o',
          .value = "FORM",
          .help = "How the result is printed: " + english_list(shown, "or"),
          .into = &output,
          .may_be_empty = true,
          .check_default = [forms](const std::string& value) { output::parse_format(value, forms); },
          .complete = complete_words(std::move(completed))};
}

std::vector<Flag> join_flags(std::vector<Flag> first, std::vector<Flag> second) {
  first.insert(first.end(), std::make_move_iterator(second.begin()), std::make_move_iterator(second.end()));
  return first;
}

std::string_view dry_run_suffix(DryRun dry_run) {
  switch (dry_run) {
    case DryRun::client:
      return " (dry run)";
    case DryRun::server:
      return " (server dry run)";
    case DryRun::none:
      return "";
  }
  return "";
}

}  // namespace dba::cli
