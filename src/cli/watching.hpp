#pragma once
// What the commands share that go on with -w and print every change.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"
#include "dba/output/format.hpp"

namespace dba::cli {

/// --watch, -w
Flag watch_flag(bool& watch);

/// @throws Error (usage) also for a form that cannot be printed row by row, with `watch`.
output::Format parse_watched_format(std::string_view text, const std::vector<std::string>& forms, bool watch);

/// After every report of a stream: from here on stdout is a stream of reports, and of nothing else.
/// @returns whether anybody still reads it
bool go_on_showing(AppContext& context);

/// Runs what goes on to show until somebody ends it, which is no failure.
/// @param follow returns when there is nothing more to follow; throws Error (interrupted) when it is to stop
/// @returns ok, also when the reader of stdout has gone; interrupted for a signal, whichever it was: main.cpp knows
ExitCode watch_until_ended(AppContext& context, const std::function<void()>& follow);

}  // namespace dba::cli
