#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/mssql/diff_service.hpp"
#include "dba/platform/files.hpp"

#include "commands.hpp"
#include "database_input.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

namespace {

struct DiffOptions {
  DatabaseFlags flags{};
  bool force_conflicts = false;
};

/// @source k8s.io/kubectl pkg/cmd/diff: arguments of KUBECTL_EXTERNAL_DIFF that hold anything but letters, digits, "-"
/// and "=" are dropped.
std::vector<std::string> diff_program(const AppContext& context) {
  const std::vector<std::string> words = split(context.environment.get("KUBECTL_EXTERNAL_DIFF"), ' ');
  if (words.empty() || words.front().empty()) return {"diff", "-u", "-N"};
  std::vector<std::string> command = {words.front()};
  const auto may_stand = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '=';
  };
  std::copy_if(words.begin() + 1, words.end(), std::back_inserter(command), [&](const std::string& word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), may_stand);
  });
  return command;
}

void write_side(const std::filesystem::path& directory, const std::string& name, const Json* object) {
  if (object != nullptr)
    platform::write_new_secret_file(directory / name, codec::to_yaml(*object, codec::KeyOrder::sorted));
}

/// 0 = no difference, 1 = differences.
ExitCode compare(const std::vector<mssql::ObjectDiff>& diffs, AppContext& context) {
  const platform::TemporaryDirectory live("LIVE-"), merged("MERGED-");
  for (const mssql::ObjectDiff& diff : diffs) {
    write_side(live.path(), diff.file_name, diff.live.get());
    write_side(merged.path(), diff.file_name, diff.merged.get());
  }
  std::vector<std::string> command = diff_program(context);
  const std::string program = command.front();
  command.push_back(live.path());
  command.push_back(merged.path());
  const platform::ProcessResult result = context.processes.run({.argv = std::move(command)}, context.stop);
  if (context.stop.stop_requested()) throw Error(ExitCode::interrupted, "interrupted");
  if (result.not_found)
    throw Error(ExitCode::usage, fmt::format("cannot run \"{}\" to compare", program), result.start_error,
                "install diffutils, or name another program in KUBECTL_EXTERNAL_DIFF");
  context.io.out.write(result.out);
  if (result.exit_code <= 1) return result.exit_code == 0 ? ExitCode::ok : ExitCode::unexpected;
  throw Error(ExitCode::usage, fmt::format("\"{}\" failed with exit code {}", program, result.exit_code),
              trim(result.err));
}

ExitCode run_diff(const DiffOptions& options, AppContext& context) {
  DatabaseInput input =
      read_database_input(options.flags, {.companions = true, .version_required = false}, "compare", context);
  kube::Client& client = context.kube();
  fill_namespaces(input, client.config().ns);
  const mssql::ChangeListener listener{.note = [&](std::string_view text) { context.io.note(text); },
                                       .warn = [&](std::string_view text) { context.io.warn(text); }};
  tell_notices(input, context);
  return compare(mssql::diff_objects(client, input.objects, options.force_conflicts, listener), context);
}

}  // namespace

Command diff_command() {
  const auto options = std::make_shared<DiffOptions>();
  Command command{.name = "diff", .summary = "Show what apply would change", .lists_all_problems = true};
  command.description =
      "The API server works out what an apply would make of the live object (a server dry run), and 'diff -u -N' or "
      "the program of KUBECTL_EXTERNAL_DIFF compares the two. Values of secrets are masked; managedFields, uid, "
      "resourceVersion, generation and creationTimestamp are left out.\n\n"
      "Exit codes: 0 no difference, 1 differences, above 1 an error (14 where other commands have 1).";
  command.examples =
      "# What the manifest in Git would change\n"
      "kubectl dba mssql diff -f sales.yaml\n"
      "# What one flag more would change\n"
      "kubectl dba mssql diff -f sales.yaml --deletion-policy halt";
  command.arguments = {database_name_argument(options->flags)};
  command.flags = join_flags({{.name = "force-conflicts",
                               .help = "Show what apply --force-conflicts would change",
                               .into = &options->force_conflicts,
                               .typed_only = true}},
                             database_flags(options->flags));
  command.failure = ExitCode::proved_nothing;  // 1 says "differences"
  command.run = [options](AppContext& context) { return run_diff(*options, context); };
  return command;
}

}  // namespace dba::cli
