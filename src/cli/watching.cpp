#include "watching.hpp"

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba::cli {

Flag watch_flag(bool& watch) {
  return {.name = "watch", .letter = 'w', .help = "Go on and print every row that changes", .into = &watch};
}

output::Format parse_watched_format(std::string_view text, const std::vector<std::string>& forms, bool watch) {
  using Kind = output::Format::Kind;
  output::Format format = output::parse_format(text, forms);
  const bool by_rows = format.is_table() || format.kind == Kind::json || format.kind == Kind::name;
  if (watch && !by_rows)
    throw usage_error(fmt::format("--watch cannot print -o {}: use table, wide, json or name", text));
  return format;
}

bool go_on_showing(AppContext& context) {
  context.machine_output = false;
  return !context.io.out.closed();
}

ExitCode watch_until_ended(AppContext& context, const std::function<void()>& follow) {
  context.end_with_reader();
  try {
    follow();
  } catch (const Error& error) {
    if (error.code() != ExitCode::interrupted) throw;
    return context.io.out.closed() ? ExitCode::ok : error.code();
  }
  return ExitCode::ok;
}

}  // namespace dba::cli
