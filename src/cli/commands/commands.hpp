#pragma once
// The commands that belong to the tool itself.

#include "dba/cli/context.hpp"
#include "dba/cli/run.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

Command version_command();
Command exit_codes_command();
Command completion_command(const Program& program);
Command config_command();
Command doctor_command();
Command help_command();
Command options_command();
/// Hands over to the second executable, which lies beside this one or on PATH.
Command sandbox_command();
/// Runs the sandbox's program with these words in our place; returns never.
/// @throws Error (denied) when it is not installed.
ExitCode become_sandbox(const std::vector<std::string>& words);

/// `__complete` (with_help) and `__completeNoDesc`: what shells call.
Command shell_complete_command(bool with_help);

}  // namespace dba::cli
