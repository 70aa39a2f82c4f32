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

/// A broken configuration file stops every command but those that help to mend it.
bool needs_settings(const CommandLine& line) { return !line.help && !line.command().raw_arguments; }

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

ExitCode run_command(const std::vector<std::string>& arguments, const Command& root, AppContext& context) {
  CommandLine line = read_words(root, arguments);
  look_ahead(line, context);
  if (needs_settings(line)) context.settings = load_settings(context.environment, root);
  add_defaults(line, context.settings.defaults);
  look_ahead(line, context);
  keep_typed(line, context);

  const Parsed parsed = parse(root, arguments, context.settings.defaults);
  context.io.quiet = context.global.quiet;
  if (parsed.help || !parsed.command->run) {
    context.io.out.write(help_text(parsed.path, help_width(context.io)));
    check_written(context);
    return ExitCode::ok;
  }
  context.value_problems = parsed.value_problems;
  const ExitCode code = parsed.command->run(context);
  check_written(context);
  refuse_warnings(context);
  return code;
}

ExitCode tell(const ErrorInfo& error, AppContext& context) {
  context.io.end_line();
  context.io.err.write(output::error_text(error, context.io.colour_err));
  if (context.machine_output)
    context.io.out.write(output::print_report(output::error_report(error), {.kind = output::Format::Kind::json}));
  return error.code;
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
  try {
    return run_command(arguments, root, context);
  } catch (const Error& error) {
    return tell(error.info(), context);
  } catch (const std::bad_alloc&) {
    return tell(internal_error("out of memory"), context);
  } catch (const std::exception& error) {
    return tell(internal_error(error.what()), context);
  } catch (...) {
    return tell(internal_error("unknown failure"), context);
  }
}

}  // namespace dba::cli
