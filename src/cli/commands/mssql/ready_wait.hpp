#pragma once
// --wait of `create` and `apply`: what ends at Ready.

#include <string_view>

#include "dba/cli/context.hpp"
#include "dba/codec/json.hpp"
#include "dba/platform/clock.hpp"

#include "change_output.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

/// Refuses --wait with a dry run, together with what else is wrong with the command line.
void check_wait(AppContext& context, const WaitOptions& waiting, DryRun dry_run);

/// Waits until `database` is Ready and ends `output` with how it looks then.
/// @param done what was done to it, for messages: "created"
/// @throws Error (timed_out) with the newest condition, (unexpected) when it will never be Ready, (interrupted); each
///         says that the change itself is done.
void finish_when_ready(const Json& database, std::string_view done, const WaitOptions& waiting,
                       platform::SteadyTime deadline, ChangeOutput& output, AppContext& context);

}  // namespace dba::cli
