#include "dba/cli/run.hpp"

#include <cstddef>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"
#include "dba/output/error_text.hpp"
#include "dba/output/format.hpp"

#include "command_line.hpp"
#include "config_file.hpp"
#include "help.hpp"

namespace dba::cli {

namespace {

bool coloured(const std::string& when, bool is_terminal, const platform::Terminal& terminal) {
  return when == "always" || (when != "never" && is_terminal && terminal.colour_allowed);
}

void apply_color(AppContext& context, const std::string& when) {
  const platform::Terminal& terminal = context.io.terminal;
  context.io.colour_out = coloured(when, terminal.out_tty, terminal);
  context.io.colour_err = coloured(when, terminal.err_tty, terminal);
}

/// How failures are to be told has to be known before the line is parsed: it may be what fails.
void look_ahead(const CommandLine& line, AppContext& context) {
  context.machine_output = find_value(line, "output") == "json";
  apply_color(context, find_value(line, "color").value_or("auto"));
}

/// A broken configuration file stops every command but those that help to mend it; a group only shows its help.
bool needs_settings(const CommandLine& line) {
  return !line.help && line.command().run && !line.command().raw_arguments;
}

/// Fails for a broken file, but for a command that goes without.
Settings settings_for(const CommandLine& line, const Command& root, const AppContext& context) {
  if (!needs_settings(line)) return {};
  Settings settings = load_settings(context.environment, root);
  if (settings.problem && !line.command().settings_optional) throw *settings.problem;
  return settings;
}

/// Unless the command has told it itself.
void warn_of_settings(const AppContext& context) {
  if (!context.settings.problem) return;
  const ErrorInfo& info = context.settings.problem->info();
  context.io.warn(info.message + (info.cause.empty() ? "" : ": " + info.cause));
  for (const std::string& line : info.details) context.io.warn(line);
}

/// A command that goes without settings goes without defaults that cannot be read, too.
Parsed parse_with_defaults(const CommandLine& line, const std::vector<std::string>& arguments, const Command& root,
                           const AppContext& context) {
  try {
    return parse(root, arguments, context.settings.defaults);
  } catch (const Error& error) {
    if (line.unknown_command || !line.command().settings_optional) throw;
    Parsed parsed = parse(root, arguments);
    context.io.warn(error.what());
    return parsed;
  }
}

void keep_typed(const CommandLine& line, AppContext& context) {
  for (const GivenFlag& given : line.flags) {
    if (given.source.empty()) {
      context.typed.push_back({.flag = given.flag->name, .values = {given.value}, .source = "--" + given.flag->name});
    }
  }
}

void refuse_warnings(const AppContext& context) {
  const int count = context.warning_count();
  if (!context.global.connection.warnings_as_errors || count == 0) return;
  throw Error(ExitCode::unexpected, fmt::format("{} warning{} received", count, count == 1 ? "" : "s"));
}

/// Output that could not be written is no result: a script must not go on with half a file.
void check_written(const AppContext& context) {
  const std::string failure = context.io.out.failure();
  if (!failure.empty()) throw Error(ExitCode::unexpected, "writing the result failed", failure);
}

/// "kubectl dba --version", as most programs have it; behind a command --version is that command's own.
std::vector<std::string> with_version_flag(std::vector<std::string> arguments) {
  if (arguments == std::vector<std::string>{"--version"}) return {"version", "--client"};
  return arguments;
}

ExitCode run_command(const std::vector<std::string>& arguments, const Command& root, AppContext& context) {
  CommandLine line = read_words(root, arguments);
  look_ahead(line, context);
  context.settings = settings_for(line, root, context);
  add_defaults(line, context.settings.defaults);
  look_ahead(line, context);
  keep_typed(line, context);

  const Parsed parsed = parse_with_defaults(line, arguments, root, context);
  context.io.quiet = context.global.quiet;
  if (parsed.help || !parsed.command->run) {
    context.io.out.write(help_text(parsed.path, help_width(context.io)));
    check_written(context);
    return ExitCode::ok;
  }
  context.value_problems = parsed.value_problems;
  const ExitCode code = parsed.command->run(context);
  warn_of_settings(context);
  check_written(context);
  refuse_warnings(context);
  return code;
}

/// A call that found no time left is the end of --timeout, whatever the call was.
void blame_deadline(ErrorInfo& error, const AppContext& context) {
  if (error.reason != "Timeout" || !context.deadline || context.clock.steady_now() < *context.deadline) return;
  error.code = ExitCode::timed_out;
  error.hint = "a longer --timeout waits longer";
}

/// @param failure the command's code of an unexpected error
ExitCode tell(ErrorInfo error, ExitCode failure, AppContext& context) {
  blame_deadline(error, context);
  if (error.code == ExitCode::unexpected) error.code = failure;
  if (error.code == ExitCode::interrupted && context.ended_by() != ExitCode::ok) error.code = context.ended_by();
  context.io.end_line();
  context.io.err.write(output::error_text(error, context.io.colour_err));
  if (context.machine_output)
    context.io.out.write(output::print_report(output::error_report(error), {.kind = output::Format::Kind::json}));
  return error.code;
}

/// What was done stays done, although the command failed before it could say so.
ErrorInfo with_untold(ErrorInfo error, const AppContext& context) {
  error.details.insert(error.details.end(), context.untold.begin(), context.untold.end());
  return error;
}

ErrorInfo internal_error(std::string what) {
  return {.message = "internal: " + std::move(what),
          .hint = "report this as a bug of kubectl-dba, with the command and what -v=8 shows"};
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, const Command& root, AppContext& context) {
  context.root = &root;
  context.command_line = root.name;
  for (const std::string& word : arguments) context.command_line += " " + shell_quote(word);
  const std::vector<std::string> words = with_version_flag(arguments);
  const ExitCode failure = read_words(root, words).command().failure;
  try {
    return run_command(words, root, context);
  } catch (const Error& error) {
    return tell(with_untold(error.info(), context), failure, context);
  } catch (const std::bad_alloc&) {
    return tell(with_untold(internal_error("out of memory"), context), failure, context);
  } catch (const std::exception& error) {
    return tell(with_untold(internal_error(error.what()), context), failure, context);
  } catch (...) {
    return tell(with_untold(internal_error("unknown failure"), context), failure, context);
  }
}

}  // namespace dba::cli
